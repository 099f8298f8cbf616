/**
 * Exact nearest neighbors at the speed of nigh's own exhaustive scan, for sets where the float64
 * oracle would take minutes. The oracle answers a few of the queries and has to agree.
 */
import { VectorIndex } from '@nigh/core';
import type { DataSet } from './data-sets.ts';
import { groundTruth, meanRecall } from './ground-truth.ts';

const CHECKED_QUERIES = 10;
/** float32 may turn round two neighbors whose distances are nearly the same. */
const MIN_AGREEMENT = 0.98;
const NEVER_A_GRAPH = 2 ** 31 - 1;

/**
 * The `k` nearest nodes of every query.
 * @throws when the scan and the oracle disagree.
 */
export async function exactResults(set: DataSet, k: number): Promise<Uint32Array[]> {
  const { dimension, metric, vectors, queries } = set;
  const flat = await VectorIndex.build(vectors, {
    ...{ dimension, metric },
    flatThreshold: NEVER_A_GRAPH,
  });
  const { nodes, lengths, k: width } = await flat.searchBatch(queries, k, { exact: true });
  await flat.close();
  const truth = Array.from({ length: queries.length / dimension }, (_, query) =>
    nodes.slice(query * width, query * width + (lengths[query] as number)),
  );
  checkByOracle(set, k, truth);
  return truth;
}

function checkByOracle(
  { dimension, metric, vectors, queries, count }: DataSet,
  k: number,
  truth: readonly Uint32Array[],
): void {
  const checked = queries.subarray(0, CHECKED_QUERIES * dimension);
  const options = { dimension, metric, k, counts: [count] };
  const [oracle = []] = groundTruth(vectors, checked, options);
  const agreement = meanRecall(oracle, (query) => truth[query] ?? []);
  if (agreement < MIN_AGREEMENT) throw new Error(`exact results agree to ${agreement} only`);
}
