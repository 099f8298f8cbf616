// Data and comparisons that several tests of this folder share.

import type { SearchResult, VectorIndex } from '@nigh/core';

/** One query of a flat batch. */
export function rowOf(vectors: Float32Array, dimension: number, row: number): Float32Array {
  return vectors.subarray(row * dimension, (row + 1) * dimension);
}

/** A result as plain arrays, to be compared whole. */
export function plain(result: SearchResult): Record<string, unknown> {
  const { nodes, distances, distanceCount, hopCount } = result;
  return { nodes: [...nodes], distances: [...distances], distanceCount, hopCount };
}

/** Queries whose graph answer differs from the exact one of the same index. */
export function inexactQueries(index: VectorIndex, queries: Float32Array, k: number): number[] {
  const { dimension } = index;
  const wrong: number[] = [];
  for (let row = 0; row < queries.length / dimension; row++) {
    const query = rowOf(queries, dimension, row);
    const found = index.search(query, k);
    const exact = index.search(query, k, { exact: true });
    const same = found.nodes.every((node, i) => node === exact.nodes[i]);
    if (!same || found.nodes.length !== exact.nodes.length) wrong.push(row);
  }
  return wrong;
}

/** The code an operation failed with; undefined when it succeeded. */
export async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
