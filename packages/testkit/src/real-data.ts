/**
 * Optional real data sets, for measuring. The folder is the environment variable NIGH_DATA, else
 * `../shared/data` from the root of the repository; without it every data set is undefined.
 * A newcomer would make a test need one: tests must pass without, on seeded data.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metric } from './brute-force.ts';
import { type NpyArray, parseNpy } from './npy.ts';

/** Vectors to index and queries to ask, both flat. */
export interface RealDataSet {
  readonly name: RealDataName;
  readonly metric: Metric;
  readonly dimension: number;
  readonly count: number;
  readonly vectors: Float32Array;
  readonly queryCount: number;
  readonly queries: Float32Array;
  /**
   * True when the vectors were computed from text by projection and not by a model: say so beside
   * figures.
   */
  readonly derived: boolean;
}

interface Descriptor {
  readonly metric: Metric;
  readonly vectors: string;
  readonly queries: string;
  readonly derived?: boolean;
}

export type RealDataName = 'bigann10k' | 'movies' | 'fashion-mnist-1k' | 'bge-m3-1024';

const DESCRIPTORS: Readonly<Record<RealDataName, Descriptor>> = {
  // 9,000 SIFT descriptors of 128 components and 1,000 queries.
  bigann10k: { metric: 'l2', vectors: 'base_u8.npy', queries: 'query_u8.npy' },
  // 33,523 films of 384 components and 1,000 queries.
  movies: {
    metric: 'cosine',
    vectors: 'docs_lsa384.npy',
    queries: 'queries_lsa384.npy',
    derived: true,
  },
  // 1,000 images of 784 components and 500 queries.
  'fashion-mnist-1k': { metric: 'l2', vectors: 'base.npy', queries: 'query.npy' },
  // 500 sentences of 1,024 components with 500 paragraphs as queries.
  'bge-m3-1024': { metric: 'cosine', vectors: 'sentence.npy', queries: 'paragraph.npy' },
};

/** Every name `realDataSet` knows. */
export const REAL_DATA_NAMES: readonly RealDataName[] = Object.keys(DESCRIPTORS) as RealDataName[];

/** The folder of the data sets, or undefined when there is none. */
export function realDataFolder(): string | undefined {
  const folder =
    process.env.NIGH_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** The contents of a .npy file, or undefined when it is absent. Throws when it cannot be parsed. */
export function readNpy(path: string): NpyArray | undefined {
  return existsSync(path) ? parseNpy(readFileSync(path)) : undefined;
}

/** Reads a data set, or undefined when the folder or one of its files is absent. */
export function realDataSet(name: RealDataName): RealDataSet | undefined {
  const folder = realDataFolder();
  if (folder === undefined) return undefined;
  const { metric, derived = false, ...files } = DESCRIPTORS[name];
  const base = readNpy(join(folder, name, files.vectors));
  const asked = readNpy(join(folder, name, files.queries));
  if (base === undefined || asked === undefined) return undefined;
  const [count = 0, dimension = 0] = base.shape;
  const [queryCount = 0, queryDimension] = asked.shape;
  if (queryDimension !== dimension) {
    throw new Error(`${name}: queries have dimension ${queryDimension}, vectors ${dimension}`);
  }
  const { data: vectors } = base;
  return { name, metric, dimension, count, vectors, queryCount, queries: asked.data, derived };
}
