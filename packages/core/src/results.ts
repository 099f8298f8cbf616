// What searches return.

/** Results of one query, ascending by (distance, node). */
export interface SearchResult {
  readonly nodes: Uint32Array;
  readonly distances: Float32Array;
  /** Distances computed, on codes and on vectors. */
  readonly distanceCount: number;
  /** Distances computed on vectors, to finish what codes began. */
  readonly exactCount: number;
  /** Rows of neighbors read. */
  readonly hopCount: number;
}

/** Results of a batch: query i has lengths[i] results, from i * k on. */
export interface BatchResult {
  /** Results a row has room for: the k asked for, or the count when that is less. */
  readonly k: number;
  readonly nodes: Uint32Array;
  readonly distances: Float32Array;
  readonly lengths: Uint32Array;
  /** Sums over the batch. */
  readonly distanceCount: number;
  readonly exactCount: number;
  readonly hopCount: number;
}
