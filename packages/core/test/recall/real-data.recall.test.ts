// Recall@10 through the graph on real data, at defaults otherwise, where the data sets are there
// (see the test kit's real-data.ts); skipped, and reported so, where they are not. No query is a
// stored vector.

import {
  bruteForceBatch,
  meanRecallWithTies,
  REAL_DATA_NAMES,
  type RealDataName,
  type RealDataSet,
  realDataSet,
} from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';

const K = 10;
const MAX_QUERIES = 100;
/** Measured 0.997, 0.993, 1 and 1 in the order of the names. */
const FLOOR = 0.98;

async function measure({ vectors, dimension, metric, ...data }: RealDataSet): Promise<number> {
  const options = { dimension, metric, threads: 1, flatThreshold: 0 };
  const index = await VectorIndex.build(vectors, options);
  const queries = data.queries.subarray(0, MAX_QUERIES * dimension);
  const exact = bruteForceBatch(vectors, queries, { dimension, metric, k: K });
  const found = await index.searchBatch(queries, K);
  expect(index.verify()).toEqual([]);
  await index.close();
  return meanRecallWithTies(found, exact, queries, {
    ...{ vectors, dimension, metric },
    absolute: metric === 'cosine' ? 1e-6 : 0,
  });
}

describe.each<RealDataName>([...REAL_DATA_NAMES])('%s', (name) => {
  const data = realDataSet(name);

  test.skipIf(data === undefined)('keeps its recall through the graph', async () => {
    const recall = await measure(data as RealDataSet);
    if (process.env.NIGH_MEASURE) console.log(name, recall);
    expect(recall).toBeGreaterThanOrEqual(FLOOR);
  });
});
