// Entering by hubs costs no recall: at every width it is that of levels, or less than 0.01 below,
// and nothing is lost that levels find.

import { clustered, heldOut, type Metric, recall } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type EntryKind, type IndexOptions, VectorIndex } from '../../src/index.ts';

const K = 10;
const QUERY_COUNT = 200;
const BEAMS = [16, 40, 64, 128];
const ALLOWED_LOSS = 0.01;

interface RecallCase {
  readonly count: number;
  readonly dimension: number;
  readonly metric: Metric;
  readonly builder: 'partitions' | 'insertion';
  /** Number of clusters and how wide they are: many narrow ones are the hardest to enter. */
  readonly clusters?: number;
  readonly spread?: number;
}

const CASES: readonly RecallCase[] = [
  { count: 6000, dimension: 16, metric: 'l2', builder: 'partitions' },
  { count: 6000, dimension: 64, metric: 'l2', builder: 'partitions', clusters: 600, spread: 0.2 },
  { count: 30_000, dimension: 24, metric: 'l2', builder: 'partitions', clusters: 500 },
  { count: 4000, dimension: 128, metric: 'cosine', builder: 'partitions' },
  { count: 4000, dimension: 64, metric: 'dot', builder: 'partitions' },
  { count: 4000, dimension: 32, metric: 'l2', builder: 'insertion' },
];

/** Mean recall at each of BEAMS. */
async function recallsOf(
  data: { readonly vectors: Float32Array; readonly queries: Float32Array },
  options: IndexOptions & { readonly entry: EntryKind },
): Promise<number[]> {
  const { dimension } = options;
  const index = VectorIndex.create({ ...options, flatThreshold: 0, threads: 1 });
  // The half of it in one piece, the rest as it comes: both ways into the graph.
  const half = (data.vectors.length / dimension / 2) * dimension;
  await index.add(data.vectors.subarray(0, half + half / 2));
  await index.add(data.vectors.subarray(half + half / 2));
  expect(index.verify()).toEqual([]);
  const queries = Array.from({ length: QUERY_COUNT }, (_, i) =>
    data.queries.slice(i * dimension, (i + 1) * dimension),
  );
  const truth = queries.map((query) => index.search(query, K, { exact: true }).nodes);
  const means = BEAMS.map((efSearch) => {
    const found = queries.map((query) => index.search(query, K, { efSearch }).nodes);
    return found.reduce((sum, nodes, i) => sum + recall(nodes, truth[i]!), 0) / QUERY_COUNT;
  });
  await index.close();
  return means;
}

describe('by hubs', () => {
  test.each(CASES)(
    '$count x $dimension by $metric, $builder, keep the recall of levels',
    async ({ count, clusters = 100, spread = 1, ...options }) => {
      const { dimension } = options;
      const generate = (shape: { count: number; dimension: number }): Float32Array =>
        clustered({ ...shape, clusters, spread });
      const data = heldOut(generate, { count, dimension, queryCount: QUERY_COUNT });
      const shape = { ...options, capacity: count };
      const levels = await recallsOf(data, { ...shape, entry: 'levels' });
      const hubs = await recallsOf(data, { ...shape, entry: 'hubs' });
      const lost = levels.map((recallOfLevels, i) => recallOfLevels - hubs[i]!);
      expect(lost.filter((loss) => loss > ALLOWED_LOSS)).toEqual([]);
      expect(hubs.at(-1)).toBeGreaterThan(0.98);
    },
  );
});
