// The guide on runtimes says what the suites find: its table has every check, every version, and
// the failures that the runs expect. The runs themselves are no unit tests: main.ts.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDocument, tableRows } from '../docs/markdown.ts';
import { collectionChecks } from './checks/collection-checks.ts';
import { indexChecks } from './checks/index-checks.ts';
import { runtimeChecks } from './checks/runtime-checks.ts';
import { threadChecks } from './checks/thread-checks.ts';
import { unsharedChecks } from './checks/unshared-checks.ts';
import { FAILING, LEFT_OUT } from './expected.ts';
import { END, judge } from './judge.ts';
import { pinnedVersion, RUNTIME_NAMES, root } from './runtimes.ts';

const guide = 'docs/guide/runtimes.md';
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const titles = [
  `Node ${pinnedVersion('node22')}`,
  `Node ${devDependencies.node}`,
  `Node ${pinnedVersion('node26')}`,
  `Bun ${pinnedVersion('bun')}`,
  `Deno ${pinnedVersion('deno')}`,
];
const checks = Object.keys({
  ...{ ...runtimeChecks, ...indexChecks },
  ...{ ...threadChecks, ...collectionChecks },
});

test('the guide says what works where', () => {
  const document = readDocument(guide, readFileSync(join(root, guide), 'utf8'));
  const rows = tableRows(document, 'check', ...titles).map(({ cells }) => cells);
  const expected = checks.map((check) => [
    check,
    ...RUNTIME_NAMES.map((name) => (check in (FAILING[name] ?? {}) ? 'no' : 'yes')),
  ]);
  expect(rows).toEqual(expected);
});

test('the guide names the end-to-end tests that are left out', () => {
  const document = readDocument(guide, readFileSync(join(root, guide), 'utf8'));
  const rows = tableRows(document, 'left out', 'Bun', 'Deno', 'why');
  for (const [column, name] of [[1, 'bun'] as const, [2, 'deno'] as const]) {
    const listed = rows.filter(({ cells }) => cells[column] === 'left out');
    const starts = listed.flatMap(({ cells }) => cells[0]?.match(/[\w.-]+(?=\*`)/g) ?? []);
    expect(starts.sort()).toEqual([...(LEFT_OUT[name] ?? [])].sort());
  }
});

test('what is expected to fail is a check', () => {
  const names = Object.values(FAILING).flatMap((reasons) => Object.keys(reasons));
  expect(names.filter((name) => !checks.includes(name))).toEqual([]);
});

test('what is checked without shared memory is checked with it', () => {
  const own = Object.keys(unsharedChecks).filter((check) => !checks.includes(check));
  expect(own).toEqual(['one thread on private memory', 'no worker was started']);
  expect(Object.keys(unsharedChecks)).toHaveLength(own.length + 5);
});

describe('a run', () => {
  const judgeAll = (
    reports: readonly object[],
    { failing = [], known = [] }: { failing?: string[]; known?: [string, string][] } = {},
  ): string[] => {
    const lines = reports.map((report) => JSON.stringify(report));
    return judge([...lines, END, ''].join('\n'), failing, new Map(known));
  };

  test('is good when all is as expected', () => {
    const reports = [
      { check: 'a', milliseconds: 1 },
      { check: 'b', milliseconds: 1, fact: 'bytes' },
      { check: 'c', milliseconds: 1, error: 'no' },
    ];
    expect(judgeAll(reports, { failing: ['c'], known: [['b', 'bytes']] })).toEqual([]);
  });

  test('is not when a check fails, or works and should not, or says something else', () => {
    const reports = [
      { check: 'a', error: 'no' },
      { check: 'b', fact: 'bytes' },
      { check: 'c', fact: 'bytes' },
    ];
    expect(judgeAll(reports, { failing: ['b'], known: [['c', 'other bytes']] })).toEqual([
      'a: no',
      'b: works, and is said not to (expected.ts)',
      'c: bytes, elsewhere other bytes',
    ]);
  });

  test('is not when it ended early', () => {
    expect(judge('{"check":"a"}\n', [], new Map())).toEqual(['ended before its last check']);
  });
});
