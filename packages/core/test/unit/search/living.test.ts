// Searches of an index of which vectors were removed and updated: no way of asking returns what is
// gone, and the order of results goes by nodes, wherever their vectors are.

import { gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';

const DIMENSION = 4;
const options = { dimension: DIMENSION, threads: 1, consolidateAt: 1 };
const notFound = expect.objectContaining({ code: 'NODE_NOT_FOUND' });
const rows = (count: number, seed = 1): Float32Array =>
  gaussian({ count, dimension: DIMENSION, seed });
const rowAt = (vectors: Float32Array, row: number): Float32Array =>
  vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION);

describe.each([0, 10_000])('with graphs from %i vectors on', (flatThreshold) => {
  test('ties go by the node, also of nodes that were updated', async () => {
    const index = await VectorIndex.build(new Float32Array(30 * DIMENSION), {
      ...{ ...options, flatThreshold },
    });
    const ones = new Float32Array(5 * DIMENSION).fill(1);
    await index.update([20, 3, 11, 29, 0], ones, { rebuild: 'never' });
    const near = index.search([1, 1, 1, 1], 8);
    expect([...near.nodes]).toEqual([0, 3, 11, 20, 29, 1, 2, 4]);
    expect([...index.search([1, 1, 1, 1], 3).nodes]).toEqual([0, 3, 11]);
    expect([...index.search([0, 0, 0, 0], 25).nodes].slice(-2)).toEqual([27, 28]);
    expect([...index.searchRange([1, 1, 1, 1], 0).nodes]).toEqual([0, 3, 11, 20, 29]);
    await index.consolidate();
    expect([...index.search([1, 1, 1, 1], 8).nodes]).toEqual([0, 3, 11, 20, 29, 1, 2, 4]);
    await index.close();
  });

  test('ties go by the node across segments', async () => {
    const index = VectorIndex.create({ ...options, flatThreshold, capacity: 10 });
    for (let i = 0; i < 4; i++) await index.add(new Float32Array(10 * DIMENSION));
    await index.update([35, 2], new Float32Array(2 * DIMENSION), { rebuild: 'never' });
    const found = index.search([0, 0, 0, 0], 40);
    expect([...found.nodes]).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await index.close();
  });

  test('a k beyond the pool leaves out what was removed and has the order', async () => {
    const vectors = rows(6000);
    const index = await VectorIndex.build(vectors, { ...options, flatThreshold });
    const gone = index.nodes().filter((node) => node % 6 === 0);
    index.remove(gone);
    await index.update([1, 2], rows(2, 9), { rebuild: 'never' });
    const query = rowAt(rows(1, 3), 0);
    const all = index.search(query, 6000);
    expect(all.nodes.length).toBe(5000);
    expect([...all.nodes].some((node) => node % 6 === 0)).toBe(false);
    const fewer = index.search(query, 4096, { exact: true });
    expect([...all.nodes.subarray(0, 4096)]).toEqual([...fewer.nodes]);
    expect(index.search(query, 1e9).nodes.length).toBe(5000);
    const range = index.searchRange(query, 1e9, { limit: 1e6 });
    expect([...range.nodes]).toEqual([...all.nodes]);
    expect(range.truncated).toBe(false);
    await index.close();
  });

  test('a node is searched for by what it is now', async () => {
    const vectors = rows(300);
    const index = await VectorIndex.build(vectors, { ...options, flatThreshold });
    await index.update(7, rowAt(vectors, 200));
    expect(index.searchNode(7, 1)).toMatchObject({ nodes: Uint32Array.of(200) });
    expect(index.searchNode(200, 1)).toMatchObject({ nodes: Uint32Array.of(7) });
    index.remove(200);
    expect(index.searchNode(7, 3).nodes).not.toContain(200);
    expect(() => index.searchNode(200, 3)).toThrowError(notFound);
    index.remove(index.nodes().filter((node) => node !== 7));
    expect(index.searchNode(7, 5).nodes.length).toBe(0);
    index.remove(7);
    expect(() => index.searchNode(7, 3)).toThrowError(notFound);
    await index.close();
  });

  test('batches, ranges and distances leave out what was removed', async () => {
    const vectors = rows(300);
    const index = await VectorIndex.build(vectors, { ...options, flatThreshold });
    index.remove([5, 50, 150]);
    const queries = [5, 50, 150, 151].map((node) => rowAt(vectors, node));
    const { nodes, lengths } = await index.searchBatch(queries, 4);
    expect([...lengths]).toEqual([4, 4, 4, 4]);
    expect(nodes.filter((node) => [5, 50, 150].includes(node)).length).toBe(0);
    expect(index.searchRange(queries[0], 0).nodes.length).toBe(0);
    expect(index.search(queries[1], 5, { maxDistance: 0 }).nodes.length).toBe(0);
    expect([...index.search(queries[3], 5, { maxDistance: 0 }).nodes]).toEqual([151]);
    await index.close();
  });
});

describe.each<Partial<IndexOptions>>([{}, { entry: 'hubs' }, { precision: 'float16' }])(
  'of %j',
  (given) => {
    const vectors = rows(800);

    test('recall is measured among what is there', async () => {
      const index = await VectorIndex.build(vectors, { ...options, flatThreshold: 0, ...given });
      index.remove(index.nodes().filter((node) => node % 3 === 0));
      const { points, sample } = await index.evaluate({ k: 5, sample: 1000, efSearch: 4096 });
      expect(sample).toBe(533);
      expect(points[0].recall).toBe(1);
      const { points: narrow } = await index.evaluate({ k: 5, efSearch: 40, queries: rows(40, 2) });
      expect(narrow[0].recall).toBeGreaterThan(0.9);
      const { expected } = await index.calibrate({ k: 5, sample: 50, recall: 0.9 });
      expect(expected).toBeGreaterThanOrEqual(0.9);
      const { nodes } = index.search(rows(1, 3), 5, { recall: 0.9 });
      expect(nodes.filter((node) => node % 3 === 0).length).toBe(0);
      await index.consolidate();
      expect((await index.evaluate({ k: 5, efSearch: 4096 })).points[0].recall).toBe(1);
      await index.close();
    });

    test('an entry point that was removed still leads to all others', async () => {
      const index = await VectorIndex.build(vectors, { ...options, flatThreshold: 0, ...given });
      while (index.count > 5) index.remove(index.nodes().subarray(0, index.count >> 1));
      const nodes = [...index.nodes()];
      const found = index.search(rows(1, 3), 10, { efSearch: 4096 });
      expect([...found.nodes].sort((a, b) => a - b)).toEqual(nodes);
      expect(index.verify()).toEqual([]);
      await index.close();
    });
  },
);
