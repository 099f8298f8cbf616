// What macro/collections.ts makes of what it measured: relevance, where the time went, and who won.
import { parseNpy } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { createNighDocuments, createNighTexts } from '../../compare/peers/nigh.ts';
import { sharesOf } from '../../harness/cpu-profile.ts';
import { encodeNpy } from '../../harness/films.ts';
import { latencyOf, relevanceOf, timeEach } from '../../harness/relevance.ts';
import { goalIsMet } from '../../harness/report.ts';
import {
  documentComparisons,
  documentGoals,
  documentRows,
  filterGoals,
  importGoals,
  importRow,
  type MeasuredDocuments,
  type MeasuredTexts,
  reopenGoals,
  replayRow,
  textComparisons,
} from '../../macro/collections-report.ts';

describe('relevance', () => {
  test('is the mean of reciprocal ranks, and the share of those that are found', () => {
    const found = [[7, 3], [3, 7], [1, 2], []];
    expect(relevanceOf(found, [7, 7, 7, 7], 10)).toEqual({ reciprocalRank: 0.375, success: 0.5 });
  });

  test('ends at rank k', () => {
    expect(relevanceOf([[1, 2, 3]], [3], 2)).toEqual({ reciprocalRank: 0, success: 0 });
    expect(relevanceOf([[1, 2, 3]], [3], 3)).toEqual({ reciprocalRank: 1 / 3, success: 1 });
  });

  test('latencies are those of single calls, one after the other', async () => {
    const calls: number[] = [];
    const samples = await timeEach(3, async (i) => calls.push(i));
    expect(calls).toEqual([0, 1, 2]);
    expect(samples).toHaveLength(3);
    expect(latencyOf([4, 1, 3, 2])).toEqual({ p50: 2, p95: 4, p99: 4 });
  });
});

describe('sharesOf', () => {
  const node = (id: number, functionName: string, url: string, children: number[] = []) => {
    const callFrame = { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 };
    return { id, callFrame, children };
  };
  const profile = {
    nodes: [
      node(1, '(root)', '', [2, 3, 4]),
      node(2, 'link', '/packages/core/a.js', [5]),
      node(3, '(idle)', ''),
      node(4, '(garbage collector)', ''),
      node(5, 'read', 'node:fs'),
    ],
    startTime: 0,
    endTime: 10_000,
    // 1 ms until the first sample; each lasts until the next.
    samples: [2, 5, 3, 3, 4, 2],
    timeDeltas: [1_000, 2_000, 1_000, 3_000, 1_000, 1_000],
  };
  const ownerOf = (url: string) => (url.includes('/core/') ? 'index' : undefined);

  test('counts what Node does for its caller, and waiting where it belongs', () => {
    const waiting = { owner: 'index', stretches: [{ start: 100, end: 105 }] };
    // Idle from 104 to 107 began while the index worked, that from 107 did not.
    expect(sharesOf({ profile, start: 100 }, ownerOf, waiting)).toEqual([
      ['index', 6],
      ['(idle)', 1],
      ['(garbage collector)', 1],
    ]);
  });

  test('leaves waiting as it is where nobody is waited for', () => {
    const shares = sharesOf({ profile, start: 100 }, ownerOf, { owner: 'index', stretches: [] });
    expect(new Map(shares).get('(idle)')).toBe(4);
  });
});

test('an import is split into parts that add up, and index and text are held to a share', () => {
  const shares = [
    ['index', 50],
    ['(idle)', 20],
    ['text', 15],
    ['a function of nobody', 10],
    ['(garbage collector)', 5],
  ] as const;
  const measured = { into: 'memory', speeds: [100, 300, 200], shares };
  expect(importRow(measured)).toMatchObject({
    ...{ documentsPerSecond: 200, index: 0.5, text: 0.15, storage: 0, other: 0.1 },
    ...{ 'waiting for files': 0.2, 'garbage collection': 0.05 },
  });
  const [goal] = importGoals([measured]);
  expect(goal).toMatchObject({ measured: 0.65, required: 0.6 });
  const [missed] = importGoals([{ ...measured, shares: [...shares, ['storage', 30]] }]);
  expect(missed && goalIsMet(missed)).toBe(false);
});

describe('databases beside', () => {
  const stores: MeasuredDocuments[] = [
    { name: 'nigh', peer: false, recall: 0.99, speeds: [1000, 1200, 900] },
    { name: 'a peer', peer: true, recall: 0.95, speeds: [100, 60, 100] },
    { name: 'a peer, its defaults', peer: true, recall: 1, speeds: [2000] },
  ];

  test('are compared by round, and once with their own defaults', () => {
    const ratios = documentComparisons(stores).map(({ ratio }) => ratio);
    expect(ratios).toEqual([10, 0.5]);
    expect(documentRows(stores).map(({ ratio }) => ratio)).toEqual([null, 10, 0.5]);
  });

  test('have a goal for the same graph only', () => {
    expect(documentGoals(stores)).toMatchObject([{ measured: 10, required: 10 }]);
    expect(documentGoals(stores.slice(1))).toEqual([]);
  });
});

test('texts are compared so that above 1 is better, for times too', () => {
  const texts = (name: string, reciprocalRank: number, p50: number): MeasuredTexts => ({
    ...{ name, peer: name !== 'nigh', usesVectors: false, importSpeed: 1000 * p50 },
    relevance: { reciprocalRank, success: 1 },
    latency: { p50, p95: 3, p99: 4 },
  });
  const vectors = { ...texts('nigh', 0, 9), usesVectors: true };
  const all = textComparisons([vectors, texts('nigh', 0.9, 1), texts('a peer', 0.6, 4)]);
  expect(all.map(({ ratio }) => ratio)).toEqual([1.5, 1, 4, 1, 0.25]);
  expect(all[0]?.recall).toBe('MRR@10 0.9 (ours) and 0.6');
});

test('goals of filters and of opening look at the worst and at the ratio by round', () => {
  const filter = (p50: number) => {
    const latency = { p50, p95: 9, p99: 9 };
    return { name: 'a filter', share: 0.1, filters: 'fresh', latency } as const;
  };
  expect(filterGoals([filter(1), filter(2.5)]).map(goalIsMet)).toEqual([false]);
  expect(filterGoals([filter(1), filter(2)]).map(goalIsMet)).toEqual([true]);
  const reopen = { bytes: 10, open: [10, 30, 12], read: [10, 10, 10] };
  expect(reopenGoals(reopen)).toMatchObject([{ measured: 1.2, required: 1.5 }]);
  expect(replayRow({ count: 100, bytes: 10, milliseconds: [50] })).toMatchObject({
    documentsPerSecond: 2000,
  });
});

test('a part of the vectors is written as the whole file is', () => {
  const vectors = Float32Array.of(1, 2, 3, 4, 5, 6);
  const { data, shape } = parseNpy(encodeNpy(vectors, 2));
  expect(shape).toEqual([3, 2]);
  expect(data).toEqual(vectors);
});

describe('nigh behind the contracts', () => {
  test('imports documents into a folder and finds them', async ({ onTestFinished }) => {
    const { mkdtemp, rm } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const folder = await mkdtemp(`${tmpdir()}/nigh-test-`);
    onTestFinished(() => rm(folder, { recursive: true }));
    const documents = {
      ...{ count: 2, dimension: 2, vectors: Float32Array.of(1, 0, 0, 1) },
      ...{ titles: ['a', 'b'], years: [1, 2], genres: [[], ['c']] },
    };
    const start = createNighDocuments().prepareImport(documents, { folder: `${folder}/store` });
    const imported = await start();
    expect(await imported.search(Float32Array.of(0, 1), 1)).toEqual([1]);
    await imported.close();
  });

  test('searches texts and titles', async () => {
    const texts = [
      { title: 'Metropolis', text: 'a city of the future' },
      { title: 'M', text: 'a city looks for a murderer' },
    ];
    const searched = await createNighTexts().prepareImport(texts)();
    expect(await searched.search('metropolis', 10)).toEqual([0]);
    expect(await searched.search('murderer', 10)).toEqual([1]);
    await searched.close();
  });
});
