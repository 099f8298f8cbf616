// The indexes that snapshot tests save: small, and every part of the file in use. Partly linked
// ones come from an add that was aborted after its vectors were published.

import { datasetOf } from '@nigh/testkit';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';

/** What every test index shares: one thread, a graph from the first vector on. */
export const SMALL = { threads: 1, flatThreshold: 0, efConstruction: 24, M: 3 } as const;

/** Adds vectors and leaves them unlinked. */
export async function addUnlinked(index: VectorIndex, vectors: Float32Array): Promise<void> {
  const abort = new AbortController();
  const added = index.add(vectors, { signal: abort.signal });
  abort.abort();
  await added.catch((error: { code?: string }) => {
    if (error.code !== 'ABORTED') throw error;
  });
}

/** How many vectors a test index has, and how many of them are left out of the graph. */
export interface TestShape {
  readonly count: number;
  readonly unlinked?: number;
  readonly seed?: number;
}

/** An index of normal vectors with `count - unlinked` linked. */
export async function testIndex(
  shape: TestShape,
  options: Partial<IndexOptions> = {},
): Promise<VectorIndex> {
  const { count, unlinked = 0, seed = 1 } = shape;
  const { dimension = 2, metric = 'l2' } = options;
  const { vectors } = datasetOf('gaussian', { count, dimension, seed }, metric);
  const index = VectorIndex.create({ dimension, capacity: count + 8, ...SMALL, ...options });
  const border = (count - unlinked) * dimension;
  await index.add(vectors.subarray(0, border));
  if (unlinked > 0) await addUnlinked(index, vectors.subarray(border));
  return index;
}
