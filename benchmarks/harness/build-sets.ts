/**
 * The data sets builds are measured on, by name: seeded clustered ones, and the larger real ones
 * where they are there. All are measured by squared Euclidean distance, in which unit vectors have
 * the order of their cosines.
 */
import { realDataSet } from '@nigh/testkit';
import { createData } from './data.ts';

export interface BuildSet {
  readonly name: string;
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

/** The name of the real set; its vectors are derived from text by projection. */
export const MOVIES = 'movies 33k x 384 (derived)';

/** Loads a set; undefined when it is a real one that is not there. */
export function loadBuildSet(name: string): BuildSet | undefined {
  const shape = CLUSTERED[name];
  if (shape !== undefined) {
    const { vectors, queries } = createData({ ...shape, queryCount: QUERY_COUNT, seed: SEED });
    return { name, ...shape, vectors, queries };
  }
  if (name !== MOVIES) throw new Error(`no build set is called ${name}`);
  const movies = realDataSet('movies');
  if (movies === undefined) return undefined;
  const { count, dimension, vectors, queries } = movies;
  return { name, count, dimension, vectors, queries };
}
