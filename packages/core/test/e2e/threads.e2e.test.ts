// The number of threads and the target of the hot code decide how fast an index is built, never
// what it is: saved files are the same byte by byte. Pool workers run the built worker.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IndexOptions, type SearchResult, VectorIndex } from '@nigh/core';
import {
  clustered,
  type DatasetOptions,
  duplicates,
  gaussian,
  heldOut,
  sortedByFirstComponent,
  unequalNorms,
} from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plain, rowOf } from './support/data.ts';

const COUNT = 3000;
const DIMENSION = 16;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-threads-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Options = Omit<IndexOptions, 'dimension'>;

/**
 * The hash of the file of an index that was built of two thirds and then given the rest, the last
 * ten vectors one by one.
 */
async function savedHash(vectors: Float32Array, options: Options): Promise<string> {
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, flatThreshold: 0, capacity: COUNT },
    ...options,
  });
  const cut = Math.floor((COUNT * 2) / 3) * DIMENSION;
  await index.add(vectors.subarray(0, cut));
  const singles = vectors.length - 10 * DIMENSION;
  await index.add(vectors.subarray(cut, singles));
  for (let at = singles; at < vectors.length; at += DIMENSION) {
    await index.add(vectors.subarray(at, at + DIMENSION));
  }
  expect(index.stats().linked).toBe(COUNT);
  expect(index.verify()).toEqual([]);
  const path = join(folder, 'saved.nigh');
  await index.save(path);
  await index.close();
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

const SHAPES: readonly (readonly [string, Options, (options: DatasetOptions) => Float32Array])[] = [
  ['clustered vectors under l2', { metric: 'l2' }, clustered],
  [
    'a fifth of duplicates under cosine',
    { metric: 'cosine', seed: 7 },
    (options) => duplicates({ ...options, fraction: 0.2 }),
  ],
  ['sorted vectors under l2', { metric: 'l2', M: 5, efConstruction: 40 }, sortedByFirstComponent],
  ['unequal norms under dot', { metric: 'dot' }, unequalNorms],
  ['clustered vectors by insertion', { metric: 'l2', builder: 'insertion' }, clustered],
  ['sorted vectors by insertion', { M: 5, builder: 'insertion' }, sortedByFirstComponent],
  ['sorted vectors by hubs in short rows', { entry: 'hubs', M: 3 }, sortedByFirstComponent],
  ['clustered vectors in high quality', { quality: 'high' }, clustered],
];

describe.each(SHAPES)('%s', (_, options, generate) => {
  const vectors = generate({ count: COUNT, dimension: DIMENSION, seed: 3 });

  test('leave the same bytes for any number of threads and any tier', async () => {
    const hashes: Record<string, string> = {};
    for (const threads of [1, 2, 3, 8]) {
      hashes[`${threads} threads`] = await savedHash(vectors, { ...options, threads });
    }
    for (const tier of ['relaxed', 'simd', 'javascript'] as const) {
      hashes[tier] = await savedHash(vectors, { ...options, threads: 2, tier });
    }
    const [first] = Object.values(hashes);
    const same = Object.fromEntries(Object.keys(hashes).map((name) => [name, first]));
    expect(hashes).toEqual(same);
  });
});

test('another seed leaves other bytes, so that equal ones mean something', async () => {
  const vectors = clustered({ count: COUNT, dimension: DIMENSION, seed: 3 });
  const first = await savedHash(vectors, { threads: 2, seed: 1 });
  expect(await savedHash(vectors, { threads: 2, seed: 2 })).not.toBe(first);
});

test('threads bind the segment that took the place of an empty one', async () => {
  const vectors = gaussian({ count: COUNT, dimension: DIMENSION });
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, capacity: 10, threads: 2, flatThreshold: 0 },
  });
  await index.searchBatch(vectors.subarray(0, 200 * DIMENSION), 5); // the pool meets the empty one
  index.reserve(COUNT).set(vectors);
  await index.commit();
  const missed: number[] = [];
  for (let node = 0; node < COUNT; node += 50) {
    if (index.search(rowOf(vectors, DIMENSION, node), 1).nodes[0] !== node) missed.push(node);
  }
  expect(missed).toEqual([]);
  await index.close();
});

test('searching on this thread while the others link gives sound results', async () => {
  const vectors = clustered({ count: COUNT, dimension: DIMENSION });
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, capacity: COUNT, threads: 2, flatThreshold: 0 },
  });
  await index.add(vectors.subarray(0, 1000 * DIMENSION));
  let linked = false;
  const adding = index.add(vectors.subarray(1000 * DIMENSION)).then(() => {
    linked = true;
  });
  const wrong: string[] = [];
  let searches = 0;
  while (!linked) {
    const node = (searches++ * 37) % COUNT;
    const { nodes, distances } = index.search(rowOf(vectors, DIMENSION, node), 20);
    if (new Set(nodes).size !== nodes.length) wrong.push(`a node comes twice near ${node}`);
    if (nodes.length !== 20) wrong.push(`${nodes.length} results near ${node}`);
    if (distances[0] !== 0) wrong.push(`${node} does not find itself`);
    if (searches % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await adding;
  expect(wrong).toEqual([]);
  expect(searches).toBeGreaterThan(20);
  await index.close();
});

describe('searchBatch on the pool', () => {
  const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: 150 });

  async function withIndex(threads: number, use: (index: VectorIndex) => Promise<void>) {
    const index = await VectorIndex.build(data.vectors, {
      ...{ dimension: DIMENSION, threads, flatThreshold: 0 },
    });
    await use(index);
    await index.close();
  }

  test.each([
    ['a graph search', 10, {}],
    ['a wide beam', 10, { efSearch: 300 }],
    ['an exact search', 10, { exact: true }],
    ['more than there are', COUNT + 5, {}],
  ])('equals search, query by query: %s', async (_, k, options) => {
    await withIndex(2, async (index) => {
      const batch = await index.searchBatch(data.queries, k, options);
      const single: SearchResult[] = [];
      for (let row = 0; row < 150; row++) {
        single.push(index.search(rowOf(data.queries, DIMENSION, row), k, options));
      }
      const rows = single.map((result, row) => {
        const end = row * batch.k + batch.lengths[row];
        const nodes = batch.nodes.slice(row * batch.k, end);
        const distances = batch.distances.slice(row * batch.k, end);
        return plain({ ...result, nodes, distances });
      });
      expect(rows).toEqual(single.map(plain));
      const sum = (of: (result: SearchResult) => number): number =>
        single.reduce((total, result) => total + of(result), 0);
      expect(batch.distanceCount).toBe(sum((result) => result.distanceCount));
      expect(batch.hopCount).toBe(sum((result) => result.hopCount));
    });
  });

  test('takes many batches at once', async () => {
    await withIndex(2, async (index) => {
      const expected = await index.searchBatch(data.queries, 10);
      const batches = await Promise.all(
        Array.from({ length: 60 }, () => index.searchBatch(data.queries, 10)),
      );
      const different = batches.filter((batch) => {
        const same = batch.nodes.every((node, i) => node === expected.nodes[i]);
        return !same || batch.distanceCount !== expected.distanceCount;
      });
      expect(different).toEqual([]);
    });
  });

  test('takes many batches at once on one thread', async () => {
    await withIndex(1, async (index) => {
      const queries = data.queries;
      const work = Array.from({ length: 60 }, () =>
        index.searchBatch(queries, 10, { exact: true }),
      );
      const lengths = (await Promise.all(work)).map((batch) => batch.lengths[0]);
      expect(lengths).toEqual(Array.from({ length: 60 }, () => 10));
    });
  });
});
