// What the tests of this folder compare with: a plain array of vectors, the float64 oracle, and a
// comparison that knows float32. The engine may order two vectors differently from the oracle only
// when their distances differ by less than it can tell.

import { bruteForce, exactDistance, type Metric } from '@nigh/testkit';
import { type SearchResult, VectorIndex } from '../../src/index.ts';

export interface Plain {
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly metric: Metric;
}

/** How far a distance of the engine may be from the oracle's. */
function slack(plain: Plain, query: Float32Array, node: number): number {
  const { vectors, dimension, metric } = plain;
  if (metric === 'cosine') return 1e-5;
  let magnitude = 0;
  for (let i = 0; i < dimension; i++) {
    const a = vectors[node * dimension + i];
    magnitude += metric === 'l2' ? (a - query[i]) ** 2 : Math.abs(a * query[i]);
  }
  return 1e-5 * magnitude + 1e-37;
}

/** What breaks the contract: ascending by (distance, node), unique, at most k, real nodes. */
export function contractProblems(result: SearchResult, k: number, count: number): string[] {
  const { nodes, distances } = result;
  const problems: string[] = [];
  if (nodes.length !== distances.length) problems.push('nodes and distances differ in length');
  if (nodes.length > k) problems.push(`${nodes.length} results for k ${k}`);
  if (new Set(nodes).size !== nodes.length) problems.push('a node comes twice');
  for (let i = 0; i < nodes.length; i++) {
    if (nodes[i] >= count) problems.push(`node ${nodes[i]} of ${count}`);
    if (i === 0) continue;
    const ties = distances[i] === distances[i - 1];
    const ordered = distances[i] > distances[i - 1] || (ties && nodes[i] > nodes[i - 1]);
    if (!ordered) problems.push(`result ${i} is out of order`);
  }
  return problems;
}

/** Where a complete result differs from the oracle's by more than float32 explains. */
export function exactnessProblems(
  result: SearchResult,
  plain: Plain,
  query: Float32Array,
  k: number,
): string[] {
  const { vectors, dimension } = plain;
  const exact = bruteForce(vectors, query, { ...plain, k });
  const problems = contractProblems(result, k, vectors.length / dimension);
  if (result.nodes.length !== exact.nodes.length) {
    problems.push(`${result.nodes.length} results instead of ${exact.nodes.length}`);
    return problems;
  }
  for (let i = 0; i < exact.nodes.length; i++) {
    const node = result.nodes[i];
    const distance = exactDistance(vectors, query, node, plain);
    const tolerance = slack(plain, query, node) + slack(plain, query, exact.nodes[i]);
    if (!(Math.abs(distance - result.distances[i]) <= tolerance)) {
      problems.push(`node ${node} is at ${distance}, reported at ${result.distances[i]}`);
    }
    if (!(Math.abs(result.distances[i] - exact.distances[i]) <= tolerance)) {
      problems.push(`result ${i} is at ${result.distances[i]}, exact is ${exact.distances[i]}`);
    }
  }
  return problems;
}

/** An index of one thread with small segments where wanted. */
export function createIndex(plain: Omit<Plain, 'vectors'>, options: object = {}): VectorIndex {
  const { dimension, metric } = plain;
  return VectorIndex.create({ dimension, metric, threads: 1, capacity: 400, ...options });
}
