/**
 * The data the programs measure on: seeded, clustered, with queries of the same distribution that
 * are not in the index. Queries are the rows behind the vectors: a row depends on the seed and its
 * own number only.
 */
import { clusteredSource } from '@nigh/testkit';

export interface DataOptions {
  readonly count: number;
  readonly dimension: number;
  readonly queryCount: number;
  readonly seed: number;
}

export interface Data {
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
  readonly description: string;
}

/** Vectors and held-out queries in ordinary memory. */
export function createData(options: DataOptions): Data {
  const { count, dimension } = options;
  const vectors = new Float32Array(count * dimension);
  clusteredSource(options).fill(vectors);
  return { vectors, queries: createQueries(options), description: describeData(options) };
}

/** Only the queries of the same data. */
export function createQueries(options: DataOptions): Float32Array {
  const queries = new Float32Array(options.queryCount * options.dimension);
  clusteredSource(options).fill(queries, options.count);
  return queries;
}

export function describeData(options: DataOptions): string {
  const { count, dimension, queryCount, seed } = options;
  const vectors = `clustered, ${count.toLocaleString('en')} x ${dimension} float32, l2`;
  const queries = `${queryCount.toLocaleString('en')} held-out queries`;
  return `${vectors}, ${queryCount === 0 ? '' : `${queries}, `}seed ${seed}`;
}
