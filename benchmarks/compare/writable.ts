/**
 * The contract of an index that vectors come to and go from. Vectors are named by keys, whole
 * numbers that are never used twice. As in adapter.ts conversions happen in `prepare…`, untimed.
 */
import type { Found } from './adapter.ts';

export interface WritableOptions {
  readonly dimension: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly efSearch: number;
  readonly seed: number;
  readonly threads: number;
  /** Keys stay below. */
  readonly keyLimit: number;
  /** Vectors there may be at a time. */
  readonly capacity: number;
}

/** One round: who goes, and who comes in their place. */
export interface Replacement {
  readonly removed: Int32Array;
  /** As many, or none. */
  readonly added: Int32Array;
  /** Whether a library that can keep the names of what it replaces does so in this round. */
  readonly updates: boolean;
}

/** The vectors of `keys`, one after another. */
export type VectorsOf = (keys: Int32Array) => Float32Array;

export interface IndexState {
  /** What it says it holds; null where it cannot say. */
  readonly bytes: number | null;
  /** Vectors it says are live; null where it cannot say. */
  readonly count: number | null;
  /** Broken invariants it finds in itself; null where it cannot look. */
  readonly problems: number | null;
}

/** The `k` nearest to query number `query`, in names of the library's own. */
export type OwnSearch = (query: number, k: number) => Found;

/** The same of a library that answers later. */
export type LaterOwnSearch = (query: number, k: number) => Found | Promise<Found>;

export interface WritableIndex<Ask extends LaterOwnSearch = OwnSearch> {
  /**
   * What is timed resolves when everything the round sets off is done, with the number of calls
   * that failed.
   */
  prepareReplace(replacement: Replacement, vectorsOf: VectorsOf): () => Promise<number>;
  /** What is timed adds one of the vectors. */
  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown;
  prepareSearch(queries: Float32Array): Ask;
  /** The keys of what a search found. */
  keysOf(found: Found): number[];
  state(): IndexState;
  close(): Promise<void>;
}

export interface WritableLibrary<Ask extends LaterOwnSearch = OwnSearch> {
  readonly name: string;
  readonly version: string;
  /** What a reader should know about how it was called. */
  readonly note: string;
  /** Allocates what it needs besides the index, then builds one of the vectors when called. */
  prepare(
    options: WritableOptions,
  ): (keys: Int32Array, vectorsOf: VectorsOf) => Promise<WritableIndex<Ask>>;
}

/**
 * Which key has which name of a library's own, and the other way round, for one that names vectors
 * itself by small whole numbers. Written at once, so that it takes no more memory later.
 */
export class KeyNames {
  readonly #keys: Int32Array;
  readonly #names: Int32Array;

  /** @param limit keys and names stay below. */
  constructor(limit: number) {
    this.#keys = new Int32Array(limit).fill(-1);
    this.#names = new Int32Array(limit).fill(-1);
  }

  put(name: number, key: number): void {
    this.#keys[name] = key;
    this.#names[key] = name;
  }

  keyOf(name: number): number {
    return this.#keys[name] as number;
  }

  nameOf(key: number): number {
    return this.#names[key] as number;
  }

  namesOf(keys: Int32Array): Int32Array {
    return keys.map((key) => this.nameOf(key));
  }
}
