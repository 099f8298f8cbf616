// Seeded vectors for the demo, shaped as those of texts and pictures are: clusters that overlap,
// two dozen degrees of freedom inside each, and a little noise in every component. Row i depends
// on the seed and i only, so rows can be made in any order; queries are rows past the end of the
// index.

import { setImmediate } from 'node:timers/promises';
import { uniform } from '@nigh/core';

import type { VectorSource } from '@nigh/formats';

const CLUSTER_COUNT = 200;
/** Directions in which the vectors of one cluster differ. */
const INTRINSIC_DIMENSION = 24;
/** Length of a cluster's center; a vector lies about sqrt(24) = 4.9 away from its center. */
const CENTER_LENGTH = 4;
/** Spread of the noise of all components together. */
const NOISE_LENGTH = 0.6;
/** Rows made before the event loop may look at Ctrl-C: about 20 ms. */
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
        fillRow(vector, clusters, createDraws(seed, firstRow + row));
      }
    },
  };
}

/** The random numbers of one row, in the order in which they are asked for. */
interface Draws {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, deviation 1. */
  normal(): number;
}

/** The stream of the clusters; rows are counted from 0 and use their own number. */
const CLUSTER_STREAM = -1;

/** For one seed, `uniform` never gives two values the same number: no two streams are alike. */
function createDraws(seed: number, stream: number): Draws {
  const own = uniform(seed, stream) * 2 ** 32;
  let drawn = 0;
  const next = (): number => uniform(own, drawn++);
  // Marsaglia's polar method: Math.cos, which the usual one needs, differs between engines.
  const normal = (): number => {
    let x = 0;
    let square = 0;
    do {
      x = 2 * next() - 1;
      square = x * x + (2 * next() - 1) ** 2;
    } while (square >= 1 || square === 0);
    return x * Math.sqrt((-2 * Math.log(square)) / square);
  };
  return { uniform: next, normal };
}

/** Per cluster: its center, and its directions one after the other. */
interface Clusters {
  readonly centers: Float32Array;
  readonly directions: Float32Array;
}

function createClusters(dimension: number, seed: number): Clusters {
  const draws = createDraws(seed, CLUSTER_STREAM);
  const scaled = (length: number, scale: number) =>
    Float32Array.from({ length }, () => draws.normal() * scale);
  const perComponent = 1 / Math.sqrt(dimension); // makes the length of a random vector about 1
  return {
    centers: scaled(CLUSTER_COUNT * dimension, CENTER_LENGTH * perComponent),
    directions: scaled(CLUSTER_COUNT * INTRINSIC_DIMENSION * dimension, perComponent),
  };
}

function fillRow(vector: Float32Array, clusters: Clusters, draws: Draws): void {
  const dimension = vector.length;
  const { centers, directions } = clusters;
  const cluster = Math.floor(draws.uniform() * CLUSTER_COUNT);
  // The sum of two uniform numbers varies by 1/6: cheaper than a normal one and as good for noise.
  const noise = NOISE_LENGTH * Math.sqrt(6 / dimension);
  const center = cluster * dimension;
  for (let i = 0; i < dimension; i++) {
    vector[i] = (centers[center + i] as number) + (draws.uniform() + draws.uniform() - 1) * noise;
  }
  for (let j = 0; j < INTRINSIC_DIMENSION; j++) {
    const amount = draws.normal();
    const direction = (cluster * INTRINSIC_DIMENSION + j) * dimension;
    for (let i = 0; i < dimension; i++) {
      vector[i] = (vector[i] as number) + amount * (directions[direction + i] as number);
    }
  }
}
