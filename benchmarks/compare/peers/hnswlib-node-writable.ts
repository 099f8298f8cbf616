/**
 * hnswlib-node with vectors that come and go, as it advises: a vector is marked as deleted, and one
 * that is added takes the place of a marked one and mends the neighbors of both.
 */
import { rowsOf } from '../adapter.ts';
import { installedVersion, requirePeer } from '../installed.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

/** The part of its API used here. */
interface NativeIndex {
  initIndex(options: {
    maxElements: number;
    m: number;
    efConstruction: number;
    randomSeed: number;
    allowReplaceDeleted: boolean;
  }): void;
  addPoint(point: readonly number[], label: number, replaceDeleted: boolean): void;
  markDelete(label: number): void;
  searchKnn(query: readonly number[], k: number): { neighbors: number[] };
  setEf(efSearch: number): void;
}

interface NativeModule {
  HierarchicalNSW: new (space: 'l2', dimension: number) => NativeIndex;
}

/** Rows that are plain arrays at a time: they take twice the memory of the vectors. */
const PIECE = 2_000;

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableHnswlibNode(): WritableLibrary {
  const native = requirePeer('hnswlib-node') as NativeModule;
  return {
    name: 'hnswlib-node',
    version: installedVersion('hnswlib-node'),
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
    const rows = this.#plain(vectorsOf(added));
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
    const rows = this.#plain(vectorsOf(keys));
    return (i) => this.#index.addPoint(rows[i] as number[], keys[i] as number, true);
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => number[] {
    const rows = this.#plain(queries);
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

  #plain(vectors: Float32Array): number[][] {
    return rowsOf(vectors, this.#dimension).map((row) => Array.from(row));
  }
}
