/**
 * recall@k of found nodes against exact results, plain and tie-tolerant, and means over a batch.
 * A newcomer would divide by k: with fewer than k vectors the exact result is shorter, and finding
 * all of it is a recall of 1. A node returned twice counts once.
 */
import { type ExactResult, exactDistance, type Metric, type Numbers } from './brute-force.ts';

/** |found and exact| / |exact|, in 0 to 1; 1 when there is nothing to find. */
export function recall(found: Numbers, exact: Numbers): number {
  if (exact.length === 0) return 1;
  const wanted = new Set(Array.from(exact));
  let hits = 0;
  for (const node of new Set(Array.from(found))) if (wanted.has(node)) hits++;
  return hits / exact.length;
}

/** What a tie-tolerant measure needs to know the true distance of a found node. */
export interface TieOptions {
  readonly vectors: Numbers;
  readonly dimension: number;
  readonly metric: Metric;
  /** Relative slack on the k-th exact distance, 1e-5: about what float32 loses on a long sum. */
  readonly epsilon?: number;
  /** Absolute slack, 0; cosine near 0 needs about 1e-6, since 1 - cos is a difference of ones. */
  readonly absolute?: number;
}

/**
 * Like `recall`, but a found node counts when its true distance is at most the k-th exact distance
 * plus the slack. It never counts more nodes than the exact result has, and no node outside the
 * vectors.
 */
export function recallWithTies(
  found: Numbers,
  exact: ExactResult,
  query: Numbers,
  options: TieOptions,
): number {
  const wanted = exact.nodes.length;
  if (wanted === 0) return 1;
  const { vectors, epsilon = 1e-5, absolute = 0 } = options;
  const last = exact.distances[wanted - 1]!;
  // Distances of dot are negative: the slack must grow the bound, so it takes the magnitude.
  const bound = last + epsilon * Math.abs(last) + absolute;
  let hits = 0;
  for (const node of new Set(Array.from(found))) {
    // A node outside the vectors is at distance NaN, which is within no bound.
    if (exactDistance(vectors, query, node, options) <= bound) hits++;
  }
  return Math.min(hits, wanted) / wanted;
}

/** The part of a batch result that recall looks at: row i is nodes[i * k, i * k + lengths[i]). */
export interface BatchNodes {
  readonly k: number;
  readonly nodes: Uint32Array;
  readonly lengths: Uint32Array;
}

function meanOverRows(
  batch: BatchNodes,
  rows: number,
  one: (found: Uint32Array, row: number) => number,
): number {
  if (batch.lengths.length !== rows) {
    throw new RangeError(`batch has ${batch.lengths.length} rows, exact results ${rows}`);
  }
  if (rows === 0) return 1;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * batch.k;
    sum += one(batch.nodes.subarray(start, start + batch.lengths[row]!), row);
  }
  return sum / rows;
}

/** Mean recall of a batch; throws RangeError when `exact` has not one result per row. */
export function meanRecall(batch: BatchNodes, exact: readonly ExactResult[]): number {
  return meanOverRows(batch, exact.length, (found, row) => recall(found, exact[row]!.nodes));
}

/** Mean tie-tolerant recall of a batch, for flat `queries`. */
export function meanRecallWithTies(
  batch: BatchNodes,
  exact: readonly ExactResult[],
  queries: Float32Array,
  options: TieOptions,
): number {
  const { dimension } = options;
  return meanOverRows(batch, exact.length, (found, row) => {
    const query = queries.subarray(row * dimension, (row + 1) * dimension);
    return recallWithTies(found, exact[row]!, query, options);
  });
}
