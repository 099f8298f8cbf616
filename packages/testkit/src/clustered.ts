/**
 * Clustered data shaped like embeddings: the default data of the benchmarks.
 * A newcomer would expect row i to depend on the rows before it: it depends on the seed and i
 * alone, so memory can be filled in blocks of any size, in any order.
 */
import type { DatasetOptions } from './dataset.ts';
import { Random } from './random.ts';

/** How the clusters look; every default is a value that makes them overlap. */
export interface ClusteredOptions extends DatasetOptions {
  /**
   * Number of clusters, 100. Sizes are skewed: the largest holds about 1 / sqrt(clusters) of the
   * rows.
   */
  readonly clusters?: number;
  /** Deviation inside a cluster relative to that of the centres, 1: at 1 the clusters overlap. */
  readonly spread?: number;
  /** Directions a cluster extends in, 24 or the dimension if that is less. */
  readonly rank?: number;
  /** Deviation of the full-dimensional noise, 0.25. */
  readonly noise?: number;
  /**
   * Whether rows come cluster by cluster (equal sizes) instead of mixed; needs the true `count`.
   */
  readonly grouped?: boolean;
}

/** A prepared distribution: `fill` writes rows `firstRow` onwards until `target` is full. */
export interface ClusteredSource {
  fill(target: Float32Array, firstRow?: number): void;
}

interface ClusterModel {
  readonly clusters: number;
  readonly rank: number;
  readonly centres: Float32Array;
  /** `clusters * rank` directions of `dimension` components. */
  readonly mixing: Float32Array;
}

// Rows use the streams 0, 1, 2, ... of the seed, the model another seed: row 0 must not repeat it.
const MODEL_SEED_STEP = 0x51ed270b;

function createModel(options: ClusteredOptions): ClusterModel {
  const { dimension, seed = 1, clusters = 100, spread = 1 } = options;
  const rank = Math.min(options.rank ?? 24, dimension);
  const random = new Random(seed + MODEL_SEED_STEP);
  const centres = new Float32Array(clusters * dimension);
  for (let i = 0; i < centres.length; i++) centres[i] = random.normal();
  const mixing = new Float32Array(clusters * rank * dimension);
  const scale = rank === 0 ? 0 : spread / Math.sqrt(rank);
  for (let i = 0; i < mixing.length; i++) mixing[i] = random.normal() * scale;
  return { clusters, rank, centres, mixing };
}

function clusterOfRow(row: number, uniform: number, options: ClusteredOptions): number {
  const clusters = options.clusters ?? 100;
  if (options.grouped === true) return Math.floor((row * clusters) / options.count);
  return Math.floor(uniform * uniform * clusters);
}

/**
 * Prepares centres and directions once, for filling memory block by block.
 *
 * Recipe of a row in cluster c: centre[c] + spread * (mixing[c] * z) + noise * e, with z of `rank`
 * normals and e of `dimension` normals, where centre and mixing are normals scaled to unit
 * deviation per component. With the defaults, 100,000 x 128 has a local intrinsic dimension of 15
 * (maximum likelihood over 50 neighbors; SIFT descriptors have 16, plain normal data 53), and the
 * mean distance is 2.3 times that of the nearest.
 */
export function clusteredSource(options: ClusteredOptions): ClusteredSource {
  const { dimension, seed = 1, noise = 0.25 } = options;
  const { rank, centres, mixing } = createModel(options);
  const random = new Random(seed);
  const sum = new Float64Array(dimension);

  function fillRow(target: Float32Array, offset: number, row: number): void {
    random.restart(seed, row);
    const cluster = clusterOfRow(row, random.uniform(), options);
    const centreOffset = cluster * dimension;
    for (let i = 0; i < dimension; i++) sum[i] = centres[centreOffset + i]!;
    for (let r = 0; r < rank; r++) {
      const weight = random.normal();
      const mixingOffset = (cluster * rank + r) * dimension;
      for (let i = 0; i < dimension; i++) {
        sum[i] = sum[i]! + weight * mixing[mixingOffset + i]!;
      }
    }
    for (let i = 0; i < dimension; i++) {
      target[offset + i] = sum[i]! + noise * random.normal();
    }
  }

  return {
    fill(target: Float32Array, firstRow = 0): void {
      const rows = Math.floor(target.length / dimension);
      for (let row = 0; row < rows; row++) fillRow(target, row * dimension, firstRow + row);
    },
  };
}

/**
 * Fills `target` (a whole number of rows) with rows `firstRow` onwards. The rows are the same
 * however the data is cut into blocks. Use `clusteredSource` when there are many blocks: this
 * prepares the clusters anew.
 */
export function fillClustered(target: Float32Array, options: ClusteredOptions, firstRow = 0): void {
  clusteredSource(options).fill(target, firstRow);
}

/** `count * dimension` clustered components. */
export function clustered(options: ClusteredOptions): Float32Array {
  const vectors = new Float32Array(options.count * options.dimension);
  fillClustered(vectors, options);
  return vectors;
}
