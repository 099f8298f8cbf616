/**
 * hnswlib-node: hnswlib in C++ behind a native addon. It accepts plain arrays of numbers only and
 * throws on a Float32Array, so rows and queries are converted before the clock starts. Vectors of
 * unit length go to its inner product, which spares it the scaling of every query.
 */
import {
  type Adapter,
  type BuildOptions,
  type MeasuredIndex,
  rowsOf,
  type Search,
} from '../adapter.ts';
import { installedVersion, requirePeer } from '../installed.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

const PACKAGE = 'hnswlib-node';

/** The part of its API used here; its own types are only present when it is installed. */
interface NativeIndex {
  initIndex(options: {
    maxElements: number;
    m: number;
    efConstruction: number;
    randomSeed: number;
    allowReplaceDeleted?: boolean;
  }): void;
  addPoint(point: readonly number[], label: number, replaceDeleted?: boolean): void;
  markDelete(label: number): void;
  searchKnn(
    query: readonly number[],
    k: number,
    filter?: (label: number) => boolean,
  ): { neighbors: number[]; distances: number[] };
  setEf(efSearch: number): void;
  writeIndex(path: string): Promise<boolean>;
  readIndex(path: string): Promise<boolean>;
}

interface NativeModule {
  HierarchicalNSW: new (space: 'l2' | 'ip', dimension: number) => NativeIndex;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createHnswlibNode(): Adapter {
  const native = requirePeer(PACKAGE) as NativeModule;
  return {
    ...{ name: 'hnswlib-node', from: PACKAGE, version: installedVersion(PACKAGE) },
    ...{ parameter: 'ef', precision: 'float32', buildThreads: 'one', filter: 'callback' },
    note: 'one thread; queries and vectors are plain number[] made before the timed calls',
    prepareBuild: (vectors, options) => {
      const rows = plainRows(vectors, options.dimension);
      return async () => measured(build(native, rows, options), options);
    },
    load: async (path, options) => {
      const index = create(native, options);
      await index.readIndex(path);
      return measured(index, options);
    },
  };
}

function create(native: NativeModule, { dimension, metric }: BuildOptions): NativeIndex {
  return new native.HierarchicalNSW(metric === 'cosine' ? 'ip' : 'l2', dimension);
}

function build(native: NativeModule, rows: number[][], options: BuildOptions): NativeIndex {
  const { M, efConstruction, seed } = options;
  const index = create(native, options);
  index.initIndex({ maxElements: rows.length, m: M, efConstruction, randomSeed: seed });
  for (const [node, row] of rows.entries()) index.addPoint(row, node);
  return index;
}

function measured(index: NativeIndex, { dimension }: BuildOptions): MeasuredIndex {
  let currentEfSearch = 0;
  const prepare = (queries: Float32Array, accepts?: (node: number) => boolean): Search => {
    const plain = plainRows(queries, dimension);
    return (query, k, efSearch) => {
      if (efSearch !== currentEfSearch) index.setEf(efSearch);
      currentEfSearch = efSearch;
      const row = plain[query] as number[];
      return (accepts ? index.searchKnn(row, k, accepts) : index.searchKnn(row, k)).neighbors;
    };
  };
  return {
    prepareSearch: (queries) => prepare(queries),
    // Its filter is a function that it calls for every candidate; this is the cheapest there is.
    prepareFilteredSearch: (queries, { categories, limit }) =>
      prepare(queries, (node) => (categories[node] as number) < limit),
    save: async (path) => {
      await index.writeIndex(path);
    },
    close: () => Promise.resolve(), // the memory goes with the object: it has nothing to close
  };
}

function plainRows(flat: Float32Array, dimension: number): number[][] {
  return rowsOf(flat, dimension).map((row) => Array.from(row));
}

/** Rows that are plain arrays at a time: they take twice the memory of the vectors. */
const PIECE = 2_000;

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableHnswlibNode(): WritableLibrary {
  const native = requirePeer(PACKAGE) as NativeModule;
  return {
    name: 'hnswlib-node',
    version: installedVersion(PACKAGE),
    note: 'markDelete, then addPoint that replaces what was deleted; plain number[] made before',
    prepare: (options) => async (keys, vectorsOf) => {
      const index = new WritableHnswlibNode(native, options);
      for (let first = 0; first < keys.length; first += PIECE) {
        const piece = keys.subarray(first, first + PIECE);
        const add = index.prepareAdds(piece, vectorsOf);
        for (const i of piece.keys()) add(i);
      }
      return index;
    },
  };
}

/**
 * As it advises: a vector is marked as deleted, and one that is added takes the place of a marked
 * one and mends the neighbors of both.
 */
class WritableHnswlibNode implements WritableIndex {
  readonly #index: NativeIndex;
  readonly #dimension: number;

  constructor(native: NativeModule, options: WritableOptions) {
    const { dimension, capacity, M, efConstruction, seed, efSearch } = options;
    this.#dimension = dimension;
    this.#index = new native.HierarchicalNSW('l2', dimension);
    this.#index.initIndex({
      ...{ maxElements: capacity, m: M, efConstruction },
      ...{ randomSeed: seed, allowReplaceDeleted: true },
    });
    this.#index.setEf(efSearch);
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const rows = plainRows(vectorsOf(added), this.#dimension);
    return async () => {
      let failed = 0;
      const attempt = (call: () => void): void => {
        try {
          call();
        } catch {
          failed++;
        }
      };
      for (const key of removed) attempt(() => this.#index.markDelete(key));
      for (const [i, row] of rows.entries()) {
        attempt(() => this.#index.addPoint(row, added[i] as number, true));
      }
      return failed;
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = plainRows(vectorsOf(keys), this.#dimension);
    return (i) => this.#index.addPoint(rows[i] as number[], keys[i] as number, true);
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => number[] {
    const rows = plainRows(queries, this.#dimension);
    return (query, k) => this.#index.searchKnn(rows[query] as number[], k).neighbors;
  }

  keysOf(found: ArrayLike<number | bigint>): number[] {
    return Array.from(found, Number);
  }

  /** It counts what was marked too, and says nothing of its bytes. */
  state(): IndexState {
    return { bytes: null, count: null, problems: null };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
