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
  /** Threads to build with; one whose `buildThreads` are 'one' takes no notice. */
  readonly threads: number;
  /** A number below 100 for each node: a library that filters by a field keeps it as `category`. */
  readonly categories?: Uint8Array;
  /**
   * Where a library that lives in files puts them; it is there already and stays there. When left
   * out a temporary one, which `close` removes.
   */
  readonly folder?: string;
}

/** Which nodes may be found: those of a category below `limit`. */
export interface CategoryFilter {
  /** The ones the index was built with, where it filters by a field. */
  readonly categories: Uint8Array;
  readonly limit: number;
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
  /** The file or folder it lives in, which `load` opens; left out where it lives in memory. */
  readonly path?: string;
  /**
   * Searches may do slow things at the first call with another efSearch, so that is never timed.
   * @param queries flat, `count * dimension` floats.
   */
  prepareSearch(queries: Float32Array): Ask;
  /**
   * The same among the nodes that `filter` lets through; left out where a library cannot filter, or
   * filters by a field and was built without one.
   */
  prepareFilteredSearch?(queries: Float32Array, filter: CategoryFilter): Ask;
  /** Writes it to `path`, a file; left out where a library lives in files anyway. */
  save?(path: string): Promise<void>;
  close(): Promise<void>;
}

/** How a library is told what may be found; null where it can only be searched as a whole. */
export type FilterKind = 'callback' | 'bits' | 'SQL' | 'metadata filter';

export interface Adapter<Ask extends LaterSearch = Search> {
  /** As it appears in tables. */
  readonly name: string;
  /** The npm package it comes from; 'nigh' for ours. */
  readonly from: string;
  readonly version: string;
  /** What a reader should know about how it was called. */
  readonly note: string;
  /** What it calls efSearch; null where every search is exact. */
  readonly parameter: string | null;
  /** What the graph is searched over: 'float32', 'int8' … */
  readonly precision: string;
  readonly buildThreads: 'one' | 'any';
  readonly filter: FilterKind | null;
  /**
   * Converts the vectors; the function returned is what a build is timed by. One vector after the
   * other from the first.
   * @param vectors flat, `count * dimension` floats.
   */
  prepareBuild(vectors: Float32Array, options: BuildOptions): () => Promise<MeasuredIndex<Ask>>;
  /**
   * Opens what `save` wrote, or the `path` of one that was closed.
   * @param options those of the build.
   */
  load?(path: string, options: BuildOptions): Promise<MeasuredIndex<Ask>>;
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
