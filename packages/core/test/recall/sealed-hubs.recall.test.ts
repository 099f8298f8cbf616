// By hubs, indexes of codes alone find as much as by levels, and are the same from a file.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustered, heldOut, recall } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EntryKind, type IndexOptions, VectorIndex } from '../../src/index.ts';

const K = 10;
const COUNT = 6000;
const DIMENSION = 256;
const QUERY_COUNT = 100;
const ALLOWED_LOSS = 0.02;

const KINDS: readonly (Pick<IndexOptions, 'precision' | 'originals'> & {
  readonly least: number;
})[] = [
  { precision: 'binary', originals: 'memory', least: 0.98 },
  { precision: 'binary', originals: 'none', least: 0.7 },
  { precision: 'int8', originals: 'none', least: 0.98 },
  { precision: 'pq', originals: 'memory', least: 0.98 },
];

const data = heldOut((shape) => clustered({ ...shape, clusters: 60 }), {
  count: COUNT,
  dimension: DIMENSION,
  queryCount: QUERY_COUNT,
});
const queries = Array.from({ length: QUERY_COUNT }, (_, i) =>
  data.queries.slice(i * DIMENSION, (i + 1) * DIMENSION),
);
let truth: readonly ArrayLike<number>[];
let folder: string;

function open(entry: EntryKind, options: Partial<IndexOptions>): Promise<VectorIndex> {
  const shape = { dimension: DIMENSION, flatThreshold: 0, threads: 1 };
  return VectorIndex.build(data.vectors, { ...shape, ...options, entry });
}

function answersOf(index: VectorIndex): number[][] {
  return queries.map((query) => [...index.search(query, K, { efSearch: 80 }).nodes]);
}

function recallOf(answers: readonly number[][]): number {
  const found = answers.map((nodes, i) => recall(nodes, truth[i]!));
  return found.reduce((sum, share) => sum + share, 0) / QUERY_COUNT;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-sealed-hubs-'));
  const index = await open('levels', {});
  truth = queries.map((query) => index.search(query, K, { exact: true }).nodes);
  await index.close();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(KINDS)('$precision with originals $originals', ({ least, ...kind }) => {
  test('keeps the recall of levels, and its answers through a file', async () => {
    const levels = await open('levels', kind);
    const hubs = await open('hubs', kind);
    expect(hubs.stats()).toMatchObject({ entry: 'hubs', linked: COUNT, hubs: 78, maxLevel: 0 });
    expect(hubs.verify()).toEqual([]);
    const answers = answersOf(hubs);
    const [byLevels, byHubs] = [recallOf(answersOf(levels)), recallOf(answers)];
    expect(byHubs).toBeGreaterThanOrEqual(byLevels - ALLOWED_LOSS);
    expect(byHubs).toBeGreaterThan(least);
    const path = join(folder, 'index.nigh');
    await hubs.save(path);
    const loaded = await VectorIndex.load(path, { threads: 1 });
    expect(loaded.stats()).toMatchObject({ entry: 'hubs', linked: COUNT, hubs: 78 });
    expect(loaded.verify()).toEqual([]);
    expect(answersOf(loaded)).toEqual(answers);
    await Promise.all([levels.close(), hubs.close(), loaded.close()]);
  });
});
