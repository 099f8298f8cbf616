/**
 * usearch with vectors that come and go: keys are removed and others added. A removal that returns
 * anything but 1 for a key that is there has failed. The compiled class is called directly.
 */
import { rowsOf } from '../adapter.ts';
import { installedVersion, packageFolder, requirePeer } from '../installed.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

/** The part of the compiled class used here; a search returns keys, distances, lengths. */
interface NativeIndex {
  add(keys: BigUint64Array, rows: Float32Array, threads: number): void;
  remove(keys: BigUint64Array): number[];
  search(rows: Float32Array, k: number, threads: number): [BigUint64Array, ...unknown[]];
  size(): number;
}

/** Dimension, metric, scalar, connectivity, expansions of adding and searching, duplicate keys. */
type NativeArguments = [number, 'l2sq', 'f32', number, number, number, boolean];

interface NativeModule {
  CompiledIndex: new (...options: NativeArguments) => NativeIndex;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableUsearch(): WritableLibrary {
  const load = requirePeer('node-gyp-build') as (folder: string) => NativeModule;
  const native = load(packageFolder('usearch'));
  return {
    name: 'usearch f32',
    version: installedVersion('usearch'),
    note: 'remove, then add; the compiled class called directly',
    prepare: (options) => async (keys, vectorsOf) => {
      const index = new WritableUsearch(native, options);
      await index.prepareReplace(
        { removed: new Int32Array(0), added: keys, updates: false },
        vectorsOf,
      )();
      return index;
    },
  };
}

class WritableUsearch implements WritableIndex {
  readonly #index: NativeIndex;
  readonly #options: WritableOptions;

  constructor(native: NativeModule, options: WritableOptions) {
    const { dimension, M, efConstruction, efSearch } = options;
    this.#options = options;
    const shape = [dimension, 'l2sq', 'f32'] as const;
    this.#index = new native.CompiledIndex(...shape, M, efConstruction, efSearch, false);
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const [old, fresh] = [bigKeys(removed), bigKeys(added)];
    const vectors = vectorsOf(added);
    return async () => {
      let failed = this.#index.remove(old).filter((done) => done !== 1).length;
      try {
        if (fresh.length > 0) this.#index.add(fresh, vectors, this.#options.threads);
      } catch {
        failed++;
      }
      return failed;
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = rowsOf(vectorsOf(keys), this.#options.dimension);
    const names = Array.from(keys, (key) => BigUint64Array.of(BigInt(key)));
    return (i) => this.#index.add(names[i] as BigUint64Array, rows[i] as Float32Array, 1);
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => BigUint64Array {
    const rows = rowsOf(queries, this.#options.dimension);
    return (query, k) => this.#index.search(rows[query] as Float32Array, k, 1)[0];
  }

  keysOf(found: ArrayLike<number | bigint>): number[] {
    return Array.from(found, Number);
  }

  state(): IndexState {
    return { bytes: null, count: this.#index.size(), problems: null };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function bigKeys(keys: Int32Array): BigUint64Array {
  return BigUint64Array.from(keys, BigInt);
}
