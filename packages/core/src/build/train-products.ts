// Trains the centroids of products.

import type { Segment } from '../segment.ts';

/** Writes the centroids of one subspace of `target` from a seeded sample of `source`. */
export function trainSubspace(
  _source: Segment,
  _target: Segment,
  _subspace: number,
  _seed: number,
): void {}
