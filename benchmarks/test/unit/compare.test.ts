// What the comparison makes of what it measured: equal recall, ratios, misses, and the file.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Build, Searched } from '../../compare/build-part.ts';
import {
  compareBuilds,
  compareChurn,
  compareFiltered,
  compareInstalls,
} from '../../compare/comparisons.ts';
import { type Curve, gain } from '../../compare/curve-part.ts';
import {
  compareCurves,
  curveRows,
  ratioRows,
  searchGoals,
  summaryRow,
} from '../../compare/curve-report.ts';
import { truthBelow } from '../../compare/filter-part.ts';
import type { Installed } from '../../compare/install-part.ts';
import type { AnyAdapter } from '../../compare/peers.ts';
import {
  CONTESTANT_NAMES,
  isTooLarge,
  loadContestant,
  packageOf,
  suits,
} from '../../compare/peers.ts';
import { buildRows, churnRows, peerRows } from '../../compare/rows.ts';
import { saveNewest } from '../../compare/save.ts';
import { CLUSTERED_SETS, categoriesOf, loadFilteredSet, storeSet } from '../../compare/sets.ts';
import type { Run } from '../../compare/settings.ts';
import { damageIndexes } from '../../compare/truncated-part.ts';
import { completeReport, type Report } from '../../harness/report.ts';
import type { Course, Look } from '../../macro/churn-report.ts';

const [FIRST_SET = ''] = CLUSTERED_SETS;

function curve(name: string, points: readonly (readonly [number, number])[]): Curve {
  return {
    ...{ name, set: FIRST_SET, peer: !name.startsWith('nigh'), bytesPerVector: 100 },
    points: points.map(([recall, speed], i) => ({
      ...{ efSearch: 10 * (i + 1), recall, speeds: [speed, 2 * speed, speed] },
      ...{ p50Microseconds: 1e6 / speed, p99Microseconds: 4e6 / speed },
    })),
  };
}

const nigh = curve('nigh', [
  [0.9, 1000],
  [0.99, 400],
]);

describe('the curves of a set', () => {
  test('are compared at three recalls, interpolated, ours as it is by default only', () => {
    const peer = curve('hnswlib-node', [
      [0.9, 500],
      [0.99, 100],
    ]);
    const compared = compareCurves([nigh, curve('nigh int8', [[1, 1]]), peer]);
    expect(compared.map(({ ratio }) => ratio)).toEqual([2, expect.closeTo(2.94, 2), 4]);
    expect(compared.every(({ ours, peer: name }) => ours === 'nigh' && name === peer.name)).toBe(
      true,
    );
  });

  test('are not compared with exact ones where there are others', () => {
    const linked = curve('hnswlib-node', [[0.99, 100]]);
    const flat = curve('javascript', [[1, 10]]);
    const exact = { ...flat, points: flat.points.map((point) => ({ ...point, efSearch: null })) };
    const peersOf = (...curves: Curve[]) => {
      return new Set(compareCurves([nigh, ...curves]).map(({ peer }) => peer));
    };
    expect(peersOf(linked, exact)).toEqual(new Set(['hnswlib-node']));
    expect(peersOf(exact)).toEqual(new Set(['javascript']));
  });

  test('count as speed 0 where only the peer reaches a recall', () => {
    const peer = curve('zvec', [[0.999, 10]]);
    const low = curve('nigh', [[0.9, 1000]]);
    expect(compareCurves([low, peer]).at(-1)).toMatchObject({ ratio: 0, ourValue: 0 });
    const safety = searchGoals([low, peer]).find(({ required }) => required === 1);
    expect(safety?.measured).toBe(0);
  });

  test('have a dash for a peer that does not reach a recall', () => {
    const peer = curve('usearch i8', [[0.95, 2000]]);
    const [at95, at99] = ratioRows([nigh, peer]);
    expect(at95?.['usearch i8']).toBeCloseTo(0.3, 1);
    expect(at99).toMatchObject({ recall: 0.99, queriesPerSecond: 400, 'usearch i8': null });
    expect(summaryRow(peer)).toMatchObject({ at95: 2000, at99: null, p50At99: null });
  });

  test('have latencies at equal recall too, and say where they first reach it', () => {
    expect(summaryRow(nigh)).toMatchObject({
      ...{ at99: 400, p50At99: 2500, p99At99: 10_000 },
      ...{ firstEfSearch: 20, firstRecall: 0.99, bytesPerVector: 100 },
    });
    expect(summaryRow(nigh).p50At95).toBeCloseTo(1e6 / 600.9, -1);
  });

  test('gain by the queries that both points answer, however many more one of them answers', () => {
    const truth = [[1], [2], [3]].map((nodes) => Uint32Array.from(nodes));
    expect(gain(truth, [[1], [9]], [[1], [2], [9]])).toBe(0.5);
    expect(gain(truth, [[1], [2], [9]], [[1], [2]])).toBe(0);
  });

  test('are judged by the median of their rounds', () => {
    expect(curveRows(nigh)[0]).toMatchObject({ queriesPerSecond: 1000, min: 1000, max: 2000 });
  });
});

describe('searchGoals', () => {
  test('asks for a multiple of three peers at two recalls, and for no faster peer', () => {
    const slow = ['hnswlib-node', 'usearch f32', 'usearch i8', 'zvec'].map((name) =>
      curve(name, [
        [0.9, 100],
        [0.99, 100],
      ]),
    );
    const goals = searchGoals([nigh, ...slow]);
    expect(goals.map(({ required }) => required)).toEqual([3.5, 3.5, 5, 5, 5, 5, 1]);
    expect(goals.at(-1)?.measured).toBe(4);
  });

  test('says nothing of a peer that never reaches the recalls', () => {
    expect(searchGoals([nigh, curve('zvec', [[0.5, 1e6]])])).toEqual([]);
  });
});

describe('builds', () => {
  const build = (name: string, given: Partial<Build>): Build => ({
    ...{ set: 'a set', name, threads: 1, count: 1000, seconds: 1, recall: 0.9 },
    ...{ residentBytes: 2e6, fileBytes: null, saveMilliseconds: null, loadMilliseconds: 10 },
    ...given,
  });
  const builds = [
    build('nigh', { seconds: 0.5, loadMilliseconds: 20 }),
    build('nigh', { seconds: 0.25, threads: 2, residentBytes: null }),
    build('hnswlib-node', { seconds: 2, residentBytes: -1 }),
  ];

  test('are rated beside hnswlib-node with one thread', () => {
    expect(buildRows(builds).map(({ over }) => over)).toEqual([4, 8, 1]);
    expect(buildRows(builds)[1]).toMatchObject({ vectorsPerSecond: 4000, rssMegabytes: null });
    expect(buildRows(builds.slice(0, 1))[0]).toMatchObject({ over: null, rssMegabytes: 2 });
  });

  test('are compared so that above 1 is better, and memory only where there is some', () => {
    const peer = { name: 'hnswlib-node', parameter: 'ef' };
    const ratios = compareBuilds(builds, [peer]).map(({ what, ratio }) => [what, ratio]);
    expect(ratios).toEqual([
      ['build, one thread, a set', 4],
      ['loading, a set', 0.5],
    ]);
    const exact = compareBuilds(builds, [{ ...peer, parameter: null }]);
    expect(exact.map(({ what }) => what)).toEqual(['loading, a set']);
  });

  test('are compared by as many threads, and by what they are as files', () => {
    const kept = { fileBytes: 4e6, saveMilliseconds: 3 };
    const both = [
      ...[build('nigh', kept), build('nigh', { seconds: 0.5, threads: 2 })],
      build('zvec', { fileBytes: 2e6, saveMilliseconds: 6 }),
      build('zvec', { seconds: 2, threads: 2 }),
    ].map((one) => ({ ...one, residentBytes: null, loadMilliseconds: null }));
    const compared = compareBuilds(both, [{ name: 'zvec', parameter: 'ef' }]);
    expect(compared.map(({ what, ratio }) => [what, ratio])).toEqual([
      ...[
        ['build, one thread, a set', 1],
        ['saving, a set', 2],
      ],
      ...[
        ['file size, a set', 0.5],
        ['build, two threads, a set', 4],
      ],
    ]);
  });
});

describe('filters and installing', () => {
  const peers = [
    ...[
      { name: 'zvec', parameter: 'ef' },
      { name: 'edgevec', parameter: 'ef' },
    ],
    { name: 'javascript', parameter: null },
  ];

  test('under a filter who finds about as much is compared, exact ones without others', () => {
    const filtered = (name: string, recall: number, queriesPerSecond: number) => {
      return { set: 'a set', name, share: 0.01, recall, queriesPerSecond, how: null };
    };
    const loop = filtered('javascript', 1, 50);
    const ours = filtered('nigh', 0.99, 100);
    const peersFound = [filtered('zvec', 0.981, 200), filtered('edgevec', 0.979, 1)];
    const compared = compareFiltered([ours, ...peersFound, loop], peers);
    expect(compared.map(({ what, peer, ratio }) => [what, peer, ratio])).toEqual([
      ['search, 1 % pass, a set', 'zvec', 0.5],
    ]);
    expect(compareFiltered([ours, loop], peers).map(({ peer }) => peer)).toEqual(['javascript']);
  });

  test('packages are compared once each, and only where they install', () => {
    const installed = { seconds: 2, megabytes: 8, scripts: '', loads: true } as const;
    const installs = new Map<string, Installed | string>([
      ['@nigh/core', installed],
      ['usearch', { ...installed, seconds: 1, megabytes: 16 }],
      ['edgevec', 'npm install failed'],
    ]);
    const names = ['usearch f32', 'usearch i8', 'edgevec'];
    const among = names.map((name) => ({ name, parameter: 'ef' }));
    expect(compareInstalls(installs, among).map(({ peer, ratio }) => [peer, ratio])).toEqual([
      ['usearch f32', 0.5],
      ['usearch f32', 2],
    ]);
    expect(compareInstalls(new Map(), among)).toEqual([]);
  });
});

describe('churnRows', () => {
  const look = (recall: number, grown: number): Look => ({
    ...{ round: 0, count: 10, recall, ghosts: 0, missed: 0, problems: null, failedCalls: 1 },
    ...{ queriesPerSecond: [100], roundSeconds: [1], grown, grownUncollected: grown, bytes: null },
  });
  const course = (freshBytes: number): Course => ({
    ...{ workload: '', perRound: 1, name: 'zvec', peer: true },
    ...{ looks: [look(0.9, 3e6), look(0.8, 6e6)], fresh: look(0.95, freshBytes) },
  });

  test('have the recall before and after, and no ratio to memory that is lost in noise', () => {
    const courses = [course(3e6), course(1e5), { ...course(3e6), fresh: undefined }];
    const rows = churnRows({ courses, notes: new Map([['zvec', 'as it is']]) });
    expect(rows[0]).toMatchObject({
      ...{ name: 'zvec', rounds: 5, replaced: 0.1, recallBefore: 0.9, recallAfter: 0.8 },
      ...{ recallFresh: 0.95, searchTimeRatio: 1, residentRatio: 2, failedCalls: 1 },
      how: 'as it is',
    });
    const both = [{ ...course(3e6), name: 'nigh', peer: false }, ...courses];
    const compared = compareChurn({ courses: both, notes: new Map() }, [
      { name: 'zvec', parameter: 'ef' },
    ]);
    expect(compared.map(({ ratio, recall }) => [ratio, recall])).toEqual([
      [1, 'recall@10 0.8 and 0.8'],
      [1, 'recall@10 0.8 and 0.8'],
    ]);
    expect(rows[1]).toMatchObject({ residentRatio: null });
    expect(rows[2]).toMatchObject({ recallBefore: 0.9, recallAfter: null, residentRatio: null });
  });
});

describe('peerRows', () => {
  const adapter = { name: 'nigh', version: '1', precision: 'float32' } as AnyAdapter;
  const installed = { seconds: 1.23456, megabytes: 7, scripts: '', loads: true } as const;

  test('has a row for everybody, with the reason of who does not load or install', () => {
    const failures = [{ name: 'zvec', reason: 'no binding' }];
    const installs = new Map<string, Installed | string>([
      ['@nigh/core', installed],
      ['usearch', 'npm install failed'],
    ]);
    const rows = peerRows({ adapters: [adapter], failures, installs });
    expect(rows.map(({ name }) => name)).toEqual(CONTESTANT_NAMES);
    const row = (name: string) => rows.find((one) => one.name === name);
    expect(row('nigh')).toMatchObject({ package: '@nigh/core', installSeconds: 1.23, loads: true });
    expect(row('zvec')).toMatchObject({ loads: 'no binding', installSeconds: null });
    expect(row('usearch f32')).toMatchObject({ loads: 'npm install failed' });
  });

  test('leaves narrow codes out of few components, and the slowest out of many', () => {
    expect(suits('nigh pq', 128)).toBe(false);
    expect(suits('nigh pq', 384)).toBe(true);
    expect(suits('zvec', 1)).toBe(true);
    expect(isTooLarge('edgevec', 50_000, 768)).toBe(true);
    expect(isTooLarge('edgevec', 100_000, 128)).toBe(false);
    expect(isTooLarge('edgevec', 33_523, 384)).toBe(false);
    expect(isTooLarge('nigh', 1e6, 1e3)).toBe(false);
    expect(packageOf('usearch i8')).toBe('usearch');
  });
});

describe('filters', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nigh-filters-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('have a set of their own, the first vectors of the first one', async () => {
    const set = await loadFilteredSet(undefined, 30);
    expect(set).toMatchObject({ name: 'clustered 20k x 128', count: 30, dimension: 128 });
  });

  test('are judged by the nearest of those that pass', () => {
    // On a line, so that the nearest to a query at 0 are the first that pass.
    const count = 2_000;
    const vectors = Float32Array.from({ length: count }, (_, node) => node);
    const shape = { name: 'a line', metric: 'l2', count, dimension: 1 } as const;
    const set = storeSet({ ...shape, vectors, queries: Float32Array.of(0) }, folder);
    const passing = [...categoriesOf(count).entries()].filter(([, category]) => category < 1);
    const nodes = passing.map(([node]) => node).slice(0, 10);
    expect(truthBelow(1, set).map((found) => [...found])).toEqual([nodes]);
  });
});

test('who cannot load what it saves has a row for every damage', async () => {
  const one = { adapter: { name: 'edgevec' }, files: null } as Searched;
  const rows = await damageIndexes({} as Run, [one]);
  expect(rows.map(({ outcome }) => outcome)).toEqual(Array(3).fill('cannot be loaded'));
  const { load } = loadContestant('javascript');
  const other = { adapter: { name: 'javascript', load }, files: null } as Searched;
  expect(await damageIndexes({} as Run, [other])).toEqual([]);
});

describe('the result file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nigh-results-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('takes the place of the one before, and of no other program', () => {
    const body = { data: { description: '' }, parameters: {}, method: [], tables: {} };
    const rest = { ...body, command: '', comparisons: [], goals: [] };
    const report = completeReport({ ...rest, program: 'compare' });
    const older: Report = { ...report, date: '2026-01-02T00:00:00.000Z' };
    writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...report, program: 'other' }));
    saveNewest(older, folder);
    const path = saveNewest({ ...report, date: '2026-02-03T00:00:00.000Z' }, folder);
    expect(path).toBe(join(folder, `20260203-${report.machine.commit}.json`));
    expect(readdirSync(folder).sort()).toEqual(
      [path.slice(folder.length + 1), 'other.json'].sort(),
    );
  });
});
