/**
 * Seeded data sets as flat Float32Arrays of count * dimension components, one function per shape.
 * The shapes are the ones that have broken vector indexes: copies, lines, ties, outliers, sorted
 * input.
 * A newcomer would cut queries off the end: `heldOut` takes them evenly, because some shapes are
 * ordered.
 */
import { Random } from './random.ts';

/** What every generator takes; `seed` is 1 unless given. */
export interface DatasetOptions {
  readonly count: number;
  readonly dimension: number;
  readonly seed?: number;
}

/** A generator of `count * dimension` components. */
export type DatasetGenerator<Options extends DatasetOptions = DatasetOptions> = (
  options: Options,
) => Float32Array;

function generate(options: DatasetOptions, component: (random: Random) => number): Float32Array {
  const random = new Random(options.seed);
  const vectors = new Float32Array(options.count * options.dimension);
  for (let i = 0; i < vectors.length; i++) vectors[i] = component(random);
  return vectors;
}

/** Multiplies row by row: `factor` is called once per row, in order. */
function scaleRows(
  vectors: Float32Array,
  dimension: number,
  factor: (row: number) => number,
): void {
  for (let offset = 0, row = 0; offset < vectors.length; offset += dimension, row++) {
    const scale = factor(row);
    for (let i = 0; i < dimension; i++) vectors[offset + i] = vectors[offset + i]! * scale;
  }
}

/** Independent normal components. */
export function gaussian(options: DatasetOptions & { readonly deviation?: number }): Float32Array {
  const { deviation = 1 } = options;
  return generate(options, (random) => random.normal() * deviation);
}

/** Independent components, uniform in [low, high), by default [0, 1). */
export function uniform(
  options: DatasetOptions & { readonly low?: number; readonly high?: number },
): Float32Array {
  const { low = 0, high = 1 } = options;
  return generate(options, (random) => low + random.uniform() * (high - low));
}

/**
 * Whole numbers from -range to range: exact in float32, with many equal distances. May hold zero
 * rows.
 */
export function integers(options: DatasetOptions & { readonly range?: number }): Float32Array {
  const { range = 3 } = options;
  return generate(options, (random) => random.integer(-range, range + 1));
}

/** Directions uniform on the unit sphere; lengths are 1 within float32 rounding. */
export function unitSphere(options: DatasetOptions): Float32Array {
  const { dimension } = options;
  const vectors = gaussian(options);
  scaleRows(vectors, dimension, (row) => {
    let square = 0;
    for (let i = row * dimension; i < (row + 1) * dimension; i++) square += vectors[i]! ** 2;
    return square === 0 ? 0 : 1 / Math.sqrt(square);
  });
  return vectors;
}

/**
 * Normal rows of which `fraction` (0.5) are exact copies of an earlier row, so group sizes follow a
 * power law. With `sources`, copies are taken from the first `sources` rows only: a few large
 * groups.
 */
export function duplicates(
  options: DatasetOptions & { readonly fraction?: number; readonly sources?: number },
): Float32Array {
  const { count, dimension, seed = 1, fraction = 0.5, sources = count } = options;
  const vectors = gaussian(options);
  const random = new Random(seed, 1);
  for (let row = 1; row < count; row++) {
    const source = random.integer(0, Math.min(row, sources));
    if (random.uniform() >= fraction) continue;
    vectors.copyWithin(row * dimension, source * dimension, (source + 1) * dimension);
  }
  return vectors;
}

/** One normal row, `count` times. */
export function allEqual(options: DatasetOptions): Float32Array {
  const { count, dimension } = options;
  const row = gaussian({ ...options, count: 1 });
  const vectors = new Float32Array(count * dimension);
  for (let offset = 0; offset < vectors.length; offset += dimension) vectors.set(row, offset);
  return vectors;
}

/**
 * Points of one line, in random order. Everything is a small whole number, so the points are
 * collinear exactly and not only within rounding, and distances tie. May hold one zero row per copy
 * of the origin.
 */
export function onALine(options: DatasetOptions): Float32Array {
  const { count, dimension, seed = 1 } = options;
  const origin = integers({ count: 1, dimension, seed, range: 5 });
  const direction = integers({ count: 1, dimension, seed: seed + 1, range: 2 });
  direction[0] = 1;
  const random = new Random(seed, 1);
  const vectors = new Float32Array(count * dimension);
  for (let offset = 0; offset < vectors.length; offset += dimension) {
    const step = random.integer(-count, count + 1);
    for (let i = 0; i < dimension; i++) {
      vectors[offset + i] = origin[i]! + step * direction[i]!;
    }
  }
  return vectors;
}

/**
 * Normal rows in ascending order of their first component: the worst insertion order for some
 * builds.
 */
export function sortedByFirstComponent(options: DatasetOptions): Float32Array {
  const { dimension } = options;
  const vectors = gaussian(options);
  const rows: Float32Array[] = [];
  for (let offset = 0; offset < vectors.length; offset += dimension) {
    rows.push(vectors.slice(offset, offset + dimension));
  }
  rows.sort((a, b) => a[0]! - b[0]!);
  rows.forEach((row, i) => {
    vectors.set(row, i * dimension);
  });
  return vectors;
}

/**
 * Two normal clusters in mixed order, `gap` (1000) apart along every component: graphs fall in two
 * here.
 */
export function twoFarClusters(options: DatasetOptions & { readonly gap?: number }): Float32Array {
  const { count, dimension, seed = 1, gap = 1000 } = options;
  const vectors = gaussian(options);
  const random = new Random(seed, 1);
  for (let row = 0; row < count; row++) {
    if (random.uniform() < 0.5) continue;
    for (let i = row * dimension; i < (row + 1) * dimension; i++) vectors[i] = vectors[i]! + gap;
  }
  return vectors;
}

/**
 * Normal rows of which `fraction` (0.01) are `scale` (100) times as long: they stretch a code's
 * range.
 */
export function withOutliers(
  options: DatasetOptions & { readonly fraction?: number; readonly scale?: number },
): Float32Array {
  const { dimension, seed = 1, fraction = 0.01, scale = 100 } = options;
  const vectors = gaussian(options);
  const random = new Random(seed, 1);
  scaleRows(vectors, dimension, () => (random.uniform() < fraction ? scale : 1));
  return vectors;
}

/**
 * Random directions with log-normal lengths, `sigma` (1) being the deviation of the logarithm: for
 * dot.
 */
export function unequalNorms(options: DatasetOptions & { readonly sigma?: number }): Float32Array {
  const { dimension, seed = 1, sigma = 1 } = options;
  const vectors = unitSphere(options);
  const random = new Random(seed, 1);
  scaleRows(vectors, dimension, () => Math.exp(sigma * random.normal()));
  return vectors;
}

/**
 * A full grid of whole numbers from 1 in the first components (3 at most), 1 in the others: all
 * ties.
 */
export function grid(options: DatasetOptions): Float32Array {
  const { count, dimension } = options;
  const axes = Math.min(dimension, 3);
  let side = 1;
  while (side ** axes < count) side++;
  const vectors = new Float32Array(count * dimension).fill(1);
  for (let row = 0; row < count; row++) {
    for (let axis = 0, rest = row; axis < axes; axis++, rest = Math.floor(rest / side)) {
      vectors[row * dimension + axis] = 1 + (rest % side);
    }
  }
  return vectors;
}

/** Components around 1e-20: their squares are denormal in float32. */
export function tiny(options: DatasetOptions): Float32Array {
  return gaussian({ ...options, deviation: 1e-20 });
}

/** Components around 1e15: their squares are near the end of float32. */
export function huge(options: DatasetOptions): Float32Array {
  return gaussian({ ...options, deviation: 1e15 });
}

/** Vectors to index and queries of the same distribution that are not among them. */
export interface HeldOut {
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
}

/**
 * Generates `count + queryCount` rows at once and takes `queryCount` of them out, evenly spaced, as
 * queries. The other rows keep their order.
 */
export function heldOut<Options extends DatasetOptions>(
  generator: DatasetGenerator<Options>,
  options: Options & { readonly queryCount: number },
): HeldOut {
  const { count, dimension, queryCount } = options;
  const total = count + queryCount;
  const all = generator({ ...options, count: total });
  const vectors = new Float32Array(count * dimension);
  const queries = new Float32Array(queryCount * dimension);
  let taken = 0;
  for (let row = 0; row < total; row++) {
    const isQuery = row === Math.floor(((taken + 0.5) * total) / queryCount);
    const source = all.subarray(row * dimension, (row + 1) * dimension);
    if (isQuery) queries.set(source, taken++ * dimension);
    else vectors.set(source, (row - taken) * dimension);
  }
  return { vectors, queries };
}
