// The guide on runtimes says what the suites find: its table has every check, every version, and
// the failures that the runs expect. The runs themselves are no unit tests: main.ts.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDocument, tableRows } from '../docs/markdown.ts';
import { collectionChecks } from './checks/collection-checks.ts';
import { indexChecks } from './checks/index-checks.ts';
import { runtimeChecks } from './checks/runtime-checks.ts';
import { threadChecks } from './checks/thread-checks.ts';
import { unsharedChecks } from './checks/unshared-checks.ts';
import { FAILING } from './expected.ts';
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

test('what is expected to fail is a check', () => {
  const names = Object.values(FAILING).flatMap((reasons) => Object.keys(reasons));
  expect(names.filter((name) => !checks.includes(name))).toEqual([]);
});

test('what is checked without shared memory is checked with it', () => {
  const [first = '', ...others] = Object.keys(unsharedChecks);
  expect(checks).not.toContain(first);
  expect(others).toHaveLength(5);
});
