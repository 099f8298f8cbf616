// Cases in which a graph search must be as good as a scan, for every shape of data and every
// metric: a beam as wide as the index, a stored vector as query, and k beyond the sorted pool.

import { bruteForce, DATASET_KINDS, datasetOf, gaussian, searchCaseArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';
import { contractProblems, exactnessProblems } from './support.ts';

const SEED = Number(process.env.NIGH_SEED ?? 1);
const RUNS = Number(process.env.NIGH_RUNS ?? 150);
const METRICS = ['l2', 'cosine', 'dot'] as const;

test('a beam as wide as the index finds what a scan finds', async () => {
  const cases = searchCaseArbitrary({ minCount: 1, maxCount: 250 });
  await fc.assert(
    fc.asyncProperty(cases, async ({ dataset, options, query, k }) => {
      const { vectors, dimension, count } = dataset;
      const index = await VectorIndex.build(vectors, {
        ...{ ...options, dimension, threads: 1, flatThreshold: 0 },
      });
      const found = index.search(query, k, { efSearch: Math.max(count, k) });
      const plain = { vectors, dimension, metric: options.metric };
      expect(exactnessProblems(found, plain, query, k)).toEqual([]);
      const exact = index.search(query, k, { exact: true });
      expect([...found.nodes]).toEqual([...exact.nodes]);
      expect([...found.distances]).toEqual([...exact.distances]);
      expect(index.verify()).toEqual([]);
      await index.close();
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

describe.each(METRICS)('under %s', (metric) => {
  const kinds = DATASET_KINDS.filter((kind) => metric !== 'cosine' || kind !== 'zeros');

  test.each(kinds)('every stored vector of %s finds itself or a copy', async (kind) => {
    const shape = { count: 300, dimension: 12, seed: 4 };
    const { vectors } = datasetOf(kind, shape, metric);
    const index = await VectorIndex.build(vectors, {
      ...{ dimension: 12, metric, threads: 1, flatThreshold: 0 },
    });
    const missed: number[] = [];
    for (let node = 0; node < 300; node++) {
      const query = vectors.subarray(node * 12, (node + 1) * 12);
      // The smallest of the nodes at the smallest distance, which for l2 and cosine is 0.
      const [best] = index.search(query, 1, { exact: true }).nodes;
      const found = index.search(query, 1, { efSearch: 300 });
      if (found.nodes[0] !== best) missed.push(node);
      if (metric === 'l2' && found.distances[0] !== 0) missed.push(node);
      if (metric === 'cosine' && Math.abs(found.distances[0]) > 3e-7) missed.push(node);
    }
    expect(missed).toEqual([]);
    await index.close();
  });

  test('k beyond the pool is answered by sorting everything', async () => {
    const count = 5000;
    const vectors = gaussian({ count, dimension: 3, seed: 6 });
    const index = await VectorIndex.build(vectors, { dimension: 3, metric, threads: 1 });
    const query = Float32Array.of(0.5, -1, 2);
    const plain = { vectors, dimension: 3, metric };
    for (const k of [4095, 4096, 4097, 5000, 9000]) {
      const found = index.search(query, k);
      expect(found.nodes.length).toBe(Math.min(k, count));
      expect(contractProblems(found, k, count)).toEqual([]);
    }
    const all = index.search(query, 4097);
    expect(exactnessProblems(all, plain, query, 4097)).toEqual([]);
    const fewer = index.search(query, 4096, { exact: true });
    expect([...all.nodes.subarray(0, 4096)]).toEqual([...fewer.nodes]);
    expect([...all.distances.subarray(0, 4096)]).toEqual([...fewer.distances]);
    await index.close();
  });
});

test('equal distances are ordered by the smaller node, in a scan and in a graph', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 3, 0]);
  for (const flatThreshold of [0, 1000]) {
    const index = await VectorIndex.build(rows, { dimension: 2, threads: 1, flatThreshold });
    const expected = bruteForce(rows.flat(), [0, 0], { dimension: 2, metric: 'l2', k: 30 });
    const found = index.search([0, 0], 30, { efSearch: 60 });
    expect([...found.nodes]).toEqual([...expected.nodes]);
    await index.close();
  }
});
