// The comparison from a set to its rows, with contestants that need no install, and one that fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildContestant, type Searched } from '../../compare/build-part.ts';
import { measureCurves } from '../../compare/curve-part.ts';
import { measureFilters } from '../../compare/filter-part.ts';
import type { FindAnswer } from '../../compare/index-case.ts';
import { type AnyAdapter, loadContestant } from '../../compare/peers.ts';
import { nothingMeasured, reportOf } from '../../compare/report.ts';
import { storeSet } from '../../compare/sets.ts';
import type { Field, Run } from '../../compare/settings.ts';
import { Temporary } from '../../compare/temporary.ts';
import { damageIndexes } from '../../compare/truncated-part.ts';
import { createData } from '../../harness/data.ts';
import { exactResults } from '../../harness/exact-results.ts';

const shape = { count: 1_500, dimension: 16 };
const [nigh, javascript] = [loadContestant('nigh'), loadContestant('javascript')];
/** Nobody of this name is known to the process that should build it. */
const unknown: AnyAdapter = { ...javascript, name: 'unknown' };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nigh-compare-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function prepare(): Promise<{ readonly run: Run; readonly field: Field }> {
  const temporary = new Temporary(folder);
  const data = createData({ ...shape, queryCount: 120, seed: 1 });
  const set = { name: 'a set', metric: 'l2' as const, ...shape, ...data };
  const truth = await exactResults(set, 10);
  const settings = {
    ...{ M: 16, efConstruction: 100, peerEfConstruction: 100, seed: 1, rounds: 1 },
    ...{ pointSeconds: 0.01, cores: 2 },
  };
  return {
    run: { settings, temporary, adapters: [nigh, javascript, unknown], failures: [] },
    field: {
      ...{ set: storeSet(set, temporary.folder('set')), truth },
      ...{ isMain: true, hasCategories: true },
    },
  };
}

test('a set is built, searched, filtered and damaged, and who fails is a row', {
  timeout: 120_000,
}, async () => {
  const { run, field } = await prepare();
  const measured = nothingMeasured();
  const searched: Searched[] = [];
  for (const adapter of run.adapters) {
    const { builds, searched: one } = await buildContestant(run, adapter, field);
    measured.builds.push(...builds);
    if (one !== undefined) searched.push(one);
  }
  expect(measured.builds.map(({ name, threads }) => [name, threads])).toEqual([
    ...[
      ['nigh', 1],
      ['nigh', 2],
    ],
    ['javascript', 1],
  ]);
  expect(measured.builds[0]).toMatchObject({ recall: expect.any(Number) });
  expect(measured.builds[0]?.fileBytes).toBeGreaterThan(shape.count * shape.dimension * 4);
  measured.curves.push(...(await measureCurves(run, field, searched)));
  measured.filtered.push(...(await measureFilters(run, field, searched)));
  measured.truncated.push(...(await damageIndexes(run, searched)));

  const { tables, comparisons } = reportOf(run, measured);
  const curve = tables.curve ?? [];
  const own = curve.filter(({ name }) => name === 'nigh').map(({ recall }) => Number(recall));
  expect(own.at(-1)).toBeGreaterThan(0.99);
  expect(curve.filter(({ name }) => name === 'javascript')).toMatchObject([
    { efSearch: null, recall: 1 },
  ]);
  expect(tables.filtered).toHaveLength(6);
  for (const { recall } of tables.filtered ?? []) expect(recall).toBeGreaterThan(0.95);
  const damaged = (tables.truncated ?? []).filter(({ name }) => name === 'nigh');
  expect(damaged.map(({ outcome }) => outcome)).toEqual(['error', 'error', 'error']);
  expect(JSON.stringify(damaged)).not.toContain(folder);
  expect(tables.failures).toEqual([
    { name: 'unknown, a set', reason: 'Error: no contestant is called unknown' },
  ]);
  expect(comparisons.map(({ peer }) => peer)).toContain('javascript');
  for (const { subject } of searched) await subject.stop();
});

test('who ends in the middle is left out, and answers nothing from then on', {
  timeout: 120_000,
}, async () => {
  const { run, field } = await prepare();
  const { searched } = await buildContestant(run, javascript, field);
  if (searched === undefined) throw new Error('it was not built');
  await searched.subject.stop();
  const curves = await measureCurves(run, field, [searched]);
  expect(curves.map(({ points }) => points)).toEqual([[]]);
  expect(await searched.subject.ask<FindAnswer>({ kind: 'find', efSearch: 10 })).toBeUndefined();
});
