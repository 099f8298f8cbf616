// The vectors of the page, and of the snapshot beside it: drawn by number, so that Node and every
// browser have the same.

import { type IndexOptions, uniform } from '@nigh/core';

export const DIMENSION = 64;
/** Vectors that the page builds an index of. */
export const BUILT = 20_000;
/** Vectors of the snapshot. */
export const SAVED = 1_000;

/** Without a threshold even these few are searched by their graph. */
export const OPTIONS: IndexOptions = { dimension: DIMENSION, flatThreshold: 0 };

const CLUSTERS = 200;

/** `count` vectors around the centers of clusters; another seed draws others around the same. */
export function drawVectors(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count * DIMENSION }, (_, i) => {
    const cluster = Math.floor(i / DIMENSION) % CLUSTERS;
    const center = uniform(0, cluster * DIMENSION + (i % DIMENSION));
    return center + 0.4 * uniform(seed, i);
  });
}
