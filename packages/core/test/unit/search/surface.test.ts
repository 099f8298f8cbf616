// Searches by node and by distance, distances that end a result, and vectors beside it.

import { clustered, duplicates, gaussian } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';

const DIMENSION = 8;
const COUNT = 5000;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });
const query = clustered({ count: 1, dimension: DIMENSION, seed: 4 });
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0 };

let index: VectorIndex;
beforeAll(async () => {
  index = await VectorIndex.build(vectors, options);
});
afterAll(() => index.close());

/** The distance of the n-th nearest. */
function distanceOf(rank: number): number {
  return index.search(query, rank, { exact: true }).distances[rank - 1];
}

describe('a search by distance', () => {
  test.each([0, 1, 20, 31, 32, 33, 200, 1000, 3000])('finds %i vectors', (rank) => {
    const maxDistance = rank === 0 ? -1 : distanceOf(rank);
    const exact = index.search(query, COUNT, { exact: true });
    const everything = index.searchRange(query, maxDistance, { exact: true });
    expect(everything.nodes).toEqual(exact.nodes.slice(0, rank));
    expect(everything.distances).toEqual(exact.distances.slice(0, rank));
    expect(everything.truncated).toBe(false);
    const found = index.searchRange(query, maxDistance);
    expect(found.truncated).toBe(false);
    expect(found.nodes.length).toBeGreaterThanOrEqual(0.99 * rank);
    expect(found.distances.every((distance) => distance <= maxDistance)).toBe(true);
  });

  test('costs a few results less than all', () => {
    const few = index.searchRange(query, distanceOf(10));
    expect(few.distanceCount).toBeLessThan(COUNT / 2);
    expect(index.searchRange(query, distanceOf(3000)).distanceCount).toBeGreaterThan(COUNT);
  });

  test('keeps the nearest when there are more than the limit', () => {
    const maxDistance = distanceOf(100);
    const all = index.searchRange(query, maxDistance, { exact: true });
    for (const [limit, truncated] of [
      [40, true],
      [99, true],
      [100, false],
      [101, false],
    ] as const) {
      for (const exact of [true, false]) {
        const found = index.searchRange(query, maxDistance, { limit, exact });
        expect(found.truncated).toBe(truncated);
        expect(found.nodes).toEqual(all.nodes.slice(0, limit));
      }
    }
  });

  test('with a limit costs no more than the search for one more than that', () => {
    const found = index.searchRange(query, Number.POSITIVE_INFINITY, { limit: 5 });
    expect([found.nodes.length, found.truncated]).toEqual([5, true]);
    expect(found.distanceCount).toBe(index.search(query, 6).distanceCount);
  });

  test('of vectors that are not linked measures each of them once', async () => {
    const flat = await VectorIndex.build(vectors, { ...options, flatThreshold: 10_000 });
    expect(flat.searchRange(query, distanceOf(100)).distanceCount).toBe(COUNT);
    await flat.close();
  });

  test('of everything there is stops at its default limit', async () => {
    const many = await VectorIndex.build(gaussian({ count: 10_500, dimension: 2 }), {
      ...{ dimension: 2, threads: 1, flatThreshold: 20_000 },
    });
    const found = many.searchRange([0, 0], Number.POSITIVE_INFINITY);
    expect([found.nodes.length, found.truncated]).toEqual([10_000, true]);
    expect(many.searchRange([0, 0], 1e9, { limit: 20_000 }).nodes.length).toBe(10_500);
    await many.close();
  });

  test('of an empty index finds nothing', async () => {
    const empty = VectorIndex.create(options);
    expect(empty.searchRange(query, 1)).toMatchObject({ truncated: false, distanceCount: 0 });
    await empty.close();
  });

  test('takes a recall', () => {
    const maxDistance = distanceOf(50);
    const wide = index.searchRange(query, maxDistance, { recall: 0.99 });
    expect(wide.nodes.length).toBeGreaterThanOrEqual(49);
    expect(index.searchRange(query, maxDistance, { recall: 1 }).distanceCount).toBe(COUNT);
  });
});

describe('a largest distance', () => {
  test('ends the results of a search, itself included', async () => {
    const maxDistance = distanceOf(7);
    const seven = index.search(query, 7);
    const ways = [{}, { exact: true }, { efSearch: 200 }];
    for (const way of ways) {
      const found = index.search(query, 30, { ...way, maxDistance });
      expect([found.nodes, found.distances]).toEqual([seven.nodes, seven.distances]);
    }
    const most = index.search(query, COUNT, { maxDistance });
    expect(most.nodes).toEqual(seven.nodes);
    const batch = await index.searchBatch([query, vectors.subarray(0, DIMENSION)], 30, {
      maxDistance,
    });
    expect(batch.lengths[0]).toBe(7);
    expect(batch.nodes.subarray(0, 7)).toEqual(seven.nodes);
    expect(index.search(query, 5, { maxDistance: Number.NEGATIVE_INFINITY }).nodes.length).toBe(0);
  });
});

describe('a search by node', () => {
  test('is the search for its vector less itself', () => {
    for (const node of [0, 17, COUNT - 1]) {
      const { nodes, distances } = index.search(index.getVector(node), 11);
      expect(nodes[0]).toBe(node);
      const found = index.searchNode(node, 10);
      expect(found.nodes).toEqual(nodes.slice(1));
      expect(found.distances).toEqual(distances.slice(1));
    }
  });

  test('leaves copies in, however many there are', async () => {
    const copies = duplicates({ count: 300, dimension: DIMENSION, sources: 2, fraction: 0.9 });
    const crowded = await VectorIndex.build(copies, options);
    for (let node = 0; node < 300; node += 23) {
      for (const exact of [true, false]) {
        const found = crowded.searchNode(node, 20, { exact });
        const wider = crowded.search(crowded.getVector(node), 300, { exact: true }).nodes;
        expect(found.nodes).not.toContain(node);
        expect([...found.nodes]).toEqual([...wider.filter((n) => n !== node).subarray(0, 20)]);
      }
    }
    await crowded.close();
  });

  test('finds all others, and only those', async () => {
    const few = await VectorIndex.build(vectors.subarray(0, 5 * DIMENSION), options);
    expect([...few.searchNode(2, 100).nodes].sort()).toEqual([0, 1, 3, 4]);
    await few.close();
    expect(index.searchNode(2, COUNT).nodes.length).toBe(COUNT - 1);
    expect(index.searchNode(2, 4096).nodes.length).toBe(4096);
    expect(index.searchNode(2, 4096, { exact: true }).nodes).not.toContain(2);
  });

  test('of one vector finds nothing', async () => {
    const one = await VectorIndex.build(query, options);
    expect(one.searchNode(0, 3).nodes.length).toBe(0);
    await one.close();
  });
});

describe('vectors beside results', () => {
  test('are those of the nodes, in their order', async () => {
    const rowsOf = (nodes: Uint32Array): number[] =>
      [...nodes].flatMap((node) => [...index.getVector(node)]);
    const wanted = { vectors: true };
    const found = index.search(query, 5, wanted);
    expect([...(found.vectors ?? [])]).toEqual(rowsOf(found.nodes));
    const near = index.searchNode(3, 5, wanted);
    expect([...(near.vectors ?? [])]).toEqual(rowsOf(near.nodes));
    const within = index.searchRange(query, distanceOf(12), wanted);
    expect([...(within.vectors ?? [])]).toEqual(rowsOf(within.nodes));
    expect(index.search(query, 5).vectors).toBeUndefined();
    const { nodes, lengths, k, ...batch } = await index.searchBatch([query, query], 9, {
      ...{ vectors: true, maxDistance: distanceOf(4) },
    });
    expect([...lengths]).toEqual([4, 4]);
    const row = [...rowsOf(nodes.subarray(0, 4)), ...new Array((k - 4) * DIMENSION).fill(0)];
    expect([...(batch.vectors ?? [])]).toEqual([...row, ...row]);
    expect((await index.searchBatch([], 9, wanted)).vectors).toEqual(new Float32Array(0));
  });
});
