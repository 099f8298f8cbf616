// What searches return.

/**
 * How a search was done: by the `graph`; under a filter (`accept`, or where nodes were removed) by
 * a `scan` of what it lets through, by a `sweep` of the graph with a wider beam, or in `two-hop`s
 * over what it does not let through; by a `fallback` when the graph led to too few. `mixed` when
 * segments or queries differ.
 */
export const STRATEGIES = ['graph', 'scan', 'sweep', 'two-hop', 'fallback', 'mixed'] as const;
/** How a search was done. */
export type Strategy = (typeof STRATEGIES)[number];

/** What a search cost. */
export interface SearchWork {
  /** Distances computed, on codes and on vectors. */
  readonly distanceCount: number;
  /** Distances computed on vectors, to finish what codes began. */
  readonly exactCount: number;
  /** Rows of neighbors read. */
  readonly hopCount: number;
  /** How the graph was searched. */
  readonly strategy: Strategy;
}

/** Results of one query, ascending by (distance, node). */
export interface SearchResult extends SearchWork {
  /** The nodes found, the nearest first. */
  readonly nodes: Uint32Array;
  /** Their distances, in the metric of the index. */
  readonly distances: Float32Array;
  /** With `vectors: true`: dimension floats for each node, in their order. */
  readonly vectors?: Float32Array;
}

/** Results of a search by distance. */
export interface RangeResult extends SearchResult {
  /** True when `limit` left out results that are within the distance too. */
  readonly truncated: boolean;
}

/** Results of a batch: query i has lengths[i] results, from i * k on. */
export interface BatchResult {
  /** Results a row has room for: the k asked for, or the count when that is less. */
  readonly k: number;
  /** The nodes found: those of query i from i * k on, nearest first. */
  readonly nodes: Uint32Array;
  /** Their distances, in the metric of the index. */
  readonly distances: Float32Array;
  /** How many results each query has. */
  readonly lengths: Uint32Array;
  /** With `vectors: true`: those of nodes[j] from j * dimension on; zeros where there is none. */
  readonly vectors?: Float32Array;
  /** Distances computed, on codes and on vectors, sum over the batch. */
  readonly distanceCount: number;
  /** Distances computed on vectors, sum over the batch. */
  readonly exactCount: number;
  /** Rows of neighbors read, sum over the batch. */
  readonly hopCount: number;
  /** How the queries were searched; `mixed` when they differ. */
  readonly strategy: Strategy;
}
