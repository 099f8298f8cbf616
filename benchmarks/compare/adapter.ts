/**
 * The contract a measured library fulfils, ours included, so that every program treats all alike.
 * Conversions into the form a library takes happen in `prepare…`, outside every timed call: each
 * library gets its best case.
 */

export interface BuildOptions {
  readonly dimension: number;
  /** Squared Euclidean when left out. With `cosine` every vector and query has unit length. */
  readonly metric?: 'l2' | 'cosine';
  readonly M: number;
  readonly efConstruction: number;
  readonly seed: number;
  /** Threads to build with; an adapter that cannot use them says so in its name. */
  readonly threads: number;
}

/** Nodes, nearest first, as a library answers: some count with 64-bit integers. */
export type Found = ArrayLike<number | bigint>;

/** The `k` nodes nearest to query number `query`, nearest first; timed as a user would call it. */
export type Search = (query: number, k: number, efSearch: number) => Found;

/** The same of a library that answers later. */
export type LaterSearch = (query: number, k: number, efSearch: number) => Found | Promise<Found>;

export interface MeasuredIndex<Ask extends LaterSearch = Search> {
  /** What it says it holds: in memory, or in the file it saves. Left out where it cannot say. */
  readonly bytes?: number;
  /**
   * Searches may do slow things at the first call with another efSearch, so that is never timed.
   * @param queries flat, `count * dimension` floats.
   */
  prepareSearch(queries: Float32Array): Ask;
  /**
   * The same among the nodes that `accepts` says true of; left out where a library cannot filter.
   */
  prepareFilteredSearch?(queries: Float32Array, accepts: (node: number) => boolean): Ask;
  /** Writes it to `path`, a file or a folder; left out where a library keeps it in files anyway. */
  save?(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface Adapter<Ask extends LaterSearch = Search> {
  /** As it appears in tables. */
  readonly name: string;
  readonly version: string;
  /** What a reader should know about how it was called. */
  readonly note: string;
  /**
   * Converts the vectors; the function returned is what a build is timed by. One vector after the
   * other from the first.
   * @param vectors flat, `count * dimension` floats.
   */
  prepareBuild(vectors: Float32Array, options: BuildOptions): () => Promise<MeasuredIndex<Ask>>;
}

/** Views of the rows of a flat array; nothing is copied. */
export function rowsOf(flat: Float32Array, dimension: number): Float32Array[] {
  const count = flat.length / dimension;
  return Array.from({ length: count }, (_, i) => flat.subarray(i * dimension, (i + 1) * dimension));
}

/** What a search found, as plain numbers. */
export function nodesOf(found: Found): number[] {
  return Array.from(found, Number);
}
