// Seeded vectors for the demo, shaped as those of texts and pictures are: clusters that overlap, a
// dozen degrees of freedom inside each, and a little noise in every component. Row i depends on the
// seed and i only, so rows can be made in any order; queries are rows past the end of the index.

import { setImmediate } from 'node:timers/promises';

import type { VectorSource } from './formats/vector-file.ts';
import { createRandom, type Random } from './random.ts';

const CLUSTER_COUNT = 200;
/** Directions in which the vectors of one cluster differ. */
const INTRINSIC_DIMENSION = 14;
/** Length of a cluster's center; a vector lies about sqrt(14) = 3.7 away from its center. */
const CENTER_LENGTH = 3;
/** Spread of the noise of all components together. */
const NOISE_LENGTH = 0.6;
/** Rows made before the event loop may look at Ctrl-C: about 10 ms. */
const ROWS_PER_TURN = 4096;

export interface DemoDataOptions {
  readonly count: number;
  readonly dimension: number;
  readonly seed: number;
}

/** An endless set of vectors: the first `count` are for the index, later ones are queries. */
export function createDemoData(options: DemoDataOptions): VectorSource {
  const { count, dimension, seed } = options;
  const clusters = createClusters(dimension, seed);
  return {
    count,
    dimension,
    async read(target, firstRow, rowCount) {
      for (let row = 0; row < rowCount; row++) {
        if (row % ROWS_PER_TURN === 0) await setImmediate();
        const vector = target.subarray(row * dimension, (row + 1) * dimension);
        fillRow(vector, clusters, createRandom(seed, firstRow + row));
      }
    },
  };
}

/** Per cluster: its center, and its directions one after the other. */
interface Clusters {
  readonly centers: Float32Array;
  readonly directions: Float32Array;
}

function createClusters(dimension: number, seed: number): Clusters {
  const random = createRandom(seed + 1, -1); // another seed: no row shares its sequence
  const scaled = (length: number, scale: number) =>
    Float32Array.from({ length }, () => random.normal() * scale);
  const perComponent = 1 / Math.sqrt(dimension); // makes the length of a random vector about 1
  return {
    centers: scaled(CLUSTER_COUNT * dimension, CENTER_LENGTH * perComponent),
    directions: scaled(CLUSTER_COUNT * INTRINSIC_DIMENSION * dimension, perComponent),
  };
}

function fillRow(vector: Float32Array, clusters: Clusters, random: Random): void {
  const dimension = vector.length;
  const { centers, directions } = clusters;
  const cluster = Math.floor(random.uniform() * CLUSTER_COUNT);
  // The sum of two uniform numbers varies by 1/6: cheaper than a normal one and as good for noise.
  const noise = NOISE_LENGTH * Math.sqrt(6 / dimension);
  const center = cluster * dimension;
  for (let i = 0; i < dimension; i++) {
    vector[i] = (centers[center + i] as number) + (random.uniform() + random.uniform() - 1) * noise;
  }
  for (let j = 0; j < INTRINSIC_DIMENSION; j++) {
    const amount = random.normal();
    const direction = (cluster * INTRINSIC_DIMENSION + j) * dimension;
    for (let i = 0; i < dimension; i++) {
      vector[i] = (vector[i] as number) + amount * (directions[direction + i] as number);
    }
  }
}
