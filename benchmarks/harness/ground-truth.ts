/**
 * Exact nearest neighbors in float64, for judging recall: the distance is the oracle's, only the
 * sorting of everything is replaced by a list of the best. Smaller counts are prefixes of the same
 * vectors, so one pass answers for all of them.
 */
import { exactDistance, type Metric, recall } from '@nigh/testkit';

export interface GroundTruthOptions {
  readonly dimension: number;
  readonly k: number;
  readonly metric?: Metric;
  /** Prefixes of the vectors to answer for, ascending. */
  readonly counts: readonly number[];
}

/** For each of `counts`, the nearest nodes of each query: `truth[count index][query]`. */
export type GroundTruth = Uint32Array[][];

interface Nearest {
  readonly nodes: number[];
  readonly distances: number[];
}

/**
 * @param vectors flat, at least as many rows as the last of `counts`.
 * @param queries flat rows of the same dimension.
 */
export function groundTruth(
  vectors: Float32Array,
  queries: Float32Array,
  options: GroundTruthOptions,
): GroundTruth {
  const { dimension, k, metric = 'l2', counts } = options;
  const truth: GroundTruth = counts.map(() => []);
  const distanceOptions = { dimension, metric };
  for (let offset = 0; offset < queries.length; offset += dimension) {
    const query = queries.subarray(offset, offset + dimension);
    const nearest: Nearest = { nodes: [], distances: [] };
    let node = 0;
    for (const [i, count] of counts.entries()) {
      for (; node < count; node++) {
        keepNearest(nearest, node, exactDistance(vectors, query, node, distanceOptions), k);
      }
      truth[i]?.push(Uint32Array.from(nearest.nodes));
    }
  }
  return truth;
}

/** Nodes come in ascending order, so inserting behind equal distances leaves ties in node order. */
function keepNearest(nearest: Nearest, node: number, distance: number, k: number): void {
  const { nodes, distances } = nearest;
  if (nodes.length === k && distance >= (distances[k - 1] as number)) return;
  let place = nodes.length;
  while (place > 0 && (distances[place - 1] as number) > distance) place--;
  nodes.splice(place, 0, node);
  distances.splice(place, 0, distance);
  if (nodes.length > k) {
    nodes.pop();
    distances.pop();
  }
}

/** Mean recall of `search` over all queries of one ground truth. */
export function meanRecall(
  truth: readonly Uint32Array[],
  search: (query: number) => ArrayLike<number>,
): number {
  let sum = 0;
  for (const [query, exact] of truth.entries()) sum += recall(search(query), exact);
  return sum / truth.length;
}
