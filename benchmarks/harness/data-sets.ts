/**
 * The data sets builds and searches are measured on, by name: seeded clustered ones, and real ones
 * where they are there. A set is made or read anew in every process: only its name is handed over.
 */
import { type RealDataName, realDataSet } from '@nigh/testkit';
import { createData } from './data.ts';

export interface DataSet {
  readonly name: string;
  /** With `cosine` all vectors have unit length, so l2 orders them alike. */
  readonly metric: 'l2' | 'cosine';
  readonly count: number;
  readonly dimension: number;
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
}

const QUERY_COUNT = 1_000;
const SEED = 1;

interface Clustered {
  readonly count: number;
  readonly dimension: number;
}

const CLUSTERED: Readonly<Record<string, Clustered>> = {
  'clustered 100k x 128': { count: 100_000, dimension: 128 },
  'clustered 300k x 128': { count: 300_000, dimension: 128 },
  'clustered 50k x 768': { count: 50_000, dimension: 768 },
  'clustered 1M x 128': { count: 1_000_000, dimension: 128 },
};

/** Its vectors are derived from text by projection. */
export const MOVIES = 'movies 33k x 384 (derived)';

const REAL: Readonly<Record<string, RealDataName>> = {
  [MOVIES]: 'movies',
  'bigann 9k x 128': 'bigann10k',
  'fashion-mnist 1k x 784': 'fashion-mnist-1k',
  'bge-m3 500 x 1024': 'bge-m3-1024',
};

/** The names of the real sets. */
export const REAL_SETS: readonly string[] = Object.keys(REAL);

/**
 * Loads a set; undefined when it is a real one that is not there.
 * @param limit takes at most so many of its vectors, for a quick look.
 */
export function loadDataSet(
  name: string,
  limit: number = Number.POSITIVE_INFINITY,
): DataSet | undefined {
  const shape = CLUSTERED[name];
  if (shape !== undefined) {
    const { dimension } = shape;
    const count = Math.min(shape.count, limit);
    const { vectors, queries } = createData({
      ...{ count, dimension },
      ...{ queryCount: QUERY_COUNT, seed: SEED },
    });
    return { name, metric: 'l2', count, dimension, vectors, queries };
  }
  const real = REAL[name];
  if (real === undefined) throw new Error(`no data set is called ${name}`);
  return loadReal(name, real, limit);
}

function loadReal(name: string, real: RealDataName, limit: number): DataSet | undefined {
  const found = realDataSet(real);
  if (found === undefined) return undefined;
  const { dimension, queries } = found;
  const metric = found.metric === 'cosine' ? 'cosine' : 'l2';
  const count = Math.min(found.count, limit);
  return {
    ...{ name, metric, count, dimension, queries },
    vectors: found.vectors.subarray(0, count * dimension),
  };
}
