/**
 * usearch: its own C++ HNSW behind a native addon, with vectors kept as floats or narrower.
 *
 * - The beam of a search is fixed when an index is made, so a built index is saved once and loaded
 *   anew for another efSearch.
 * - Its wrapper turns an Int8Array into floats, and floats become codes at unit length each, which
 *   loses the lengths that l2 needs: recall 0.79 on clustered data. `i8` therefore goes to the
 *   compiled class below the wrapper, with codes of one scale for all, as the library advises.
 * - Its binding for JavaScript has no filter.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Adapter, type BuildOptions, type MeasuredIndex, rowsOf } from '../adapter.ts';
import { EF_SEARCH } from '../constants.ts';
import { installedVersion, packageFolder, requirePeer } from '../installed.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

const PACKAGE = 'usearch';

/** How usearch keeps vectors. */
export type UsearchScalar = keyof typeof PRECISIONS;

const PRECISIONS = { f32: 'float32', bf16: 'bfloat16', i8: 'int8' } as const;

type Rows = Float32Array | Int8Array;

/** The part of the compiled class used here; a search returns keys, distances, lengths. */
interface NativeIndex {
  add(keys: BigUint64Array, rows: Rows, threads: number): void;
  remove(keys: BigUint64Array): number[];
  search(rows: Rows, k: number, threads: number): [BigUint64Array, ...unknown[]];
  size(): number;
  save(path: string): void;
  load(path: string): void;
}

/** Dimension, metric, scalar, connectivity, expansions of adding and searching, duplicate keys. */
type NativeArguments = [number, 'l2sq' | 'ip', UsearchScalar, number, number, number, boolean];

interface NativeModule {
  CompiledIndex: new (...options: NativeArguments) => NativeIndex;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
function loadNative(): NativeModule {
  const load = requirePeer('node-gyp-build') as (folder: string) => NativeModule;
  return load(packageFolder(PACKAGE));
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createUsearch(scalar: UsearchScalar): Adapter {
  const native = loadNative();
  return {
    ...{ name: `usearch ${scalar}`, from: PACKAGE, version: installedVersion(PACKAGE) },
    ...{ parameter: 'expansion_search', precision: PRECISIONS[scalar] },
    ...{ buildThreads: 'any', filter: null },
    note: `${scalar} vectors, the compiled class called directly; bytes are those of its file`,
    prepareBuild: (vectors, options) => {
      const scale = scalar === 'i8' ? scaleOf(vectors, options) : null;
      const rows = encode(vectors, scale);
      const count = vectors.length / options.dimension;
      const keys = BigUint64Array.from({ length: count }, (_, node) => BigInt(node));
      return async () => {
        const index = new UsearchIndex(native, { scalar, options, scale });
        index.native.add(keys, rows, options.threads);
        return index;
      };
    },
    load: async (path, options) => {
      const scale = scalar === 'i8' ? readScale(path) : null;
      return new UsearchIndex(native, { scalar, options, scale }, path);
    },
  };
}

interface Settings {
  readonly scalar: UsearchScalar;
  readonly options: BuildOptions;
  /** Of codes of 8 bits; null where floats go in. */
  readonly scale: Scale | null;
}

class UsearchIndex implements MeasuredIndex {
  readonly #create: (efSearch: number) => NativeIndex;
  readonly #settings: Settings;
  /** Where it is saved already. */
  #file: string | undefined;
  #folder: string | undefined;
  #efSearch: number;
  native: NativeIndex;

  /** @param file what `save` wrote, which is loaded for the efSearch that is asked for first. */
  constructor(native: NativeModule, settings: Settings, file?: string) {
    const { dimension, metric, M, efConstruction } = settings.options;
    const kind = metric === 'cosine' ? 'ip' : 'l2sq';
    this.#create = (efSearch) =>
      new native.CompiledIndex(
        ...([dimension, kind, settings.scalar] as const),
        ...([M, efConstruction, efSearch, false] as const),
      );
    this.#settings = settings;
    this.#file = file;
    this.#efSearch = file === undefined ? 0 : EF_SEARCH;
    this.native = this.#create(this.#efSearch);
    if (file !== undefined) this.native.load(file);
  }

  get bytes(): number {
    return statSync(this.#saved()).size;
  }

  prepareSearch(queries: Float32Array): (query: number, k: number, ef: number) => BigUint64Array {
    const { options, scale } = this.#settings;
    const { dimension } = options;
    const encoded = encode(queries, scale);
    const rows = Array.from({ length: queries.length / dimension }, (_, query) =>
      encoded.subarray(query * dimension, (query + 1) * dimension),
    );
    return (query, k, efSearch) => {
      if (efSearch !== this.#efSearch) this.#widen(efSearch);
      return this.native.search(rows[query] as Rows, k, 1)[0];
    };
  }

  save(path: string): Promise<void> {
    this.native.save(path);
    const { scale } = this.#settings;
    if (scale !== null) writeFileSync(scaleFile(path), JSON.stringify(scale));
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    return Promise.resolve();
  }

  #widen(efSearch: number): void {
    const file = this.#saved();
    this.native = this.#create(efSearch);
    this.native.load(file);
    this.#efSearch = efSearch;
  }

  /** Where it is saved once, when somebody first asks. */
  #saved(): string {
    if (this.#file === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), 'nigh-usearch-'));
      this.#file = join(this.#folder, 'index.usearch');
      this.native.save(this.#file);
    }
    return this.#file;
  }
}

/**
 * Of codes of 8 bits. Under l2 they count from the middle of the range, which changes no distance
 * and wastes no bit; an inner product needs its 0 where it is.
 */
interface Scale {
  readonly middle: number;
  readonly factor: number;
}

const LARGEST_CODE = 127;

function scaleOf(vectors: Float32Array, { metric }: BuildOptions): Scale {
  const min = vectors.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const max = vectors.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const middle = metric === 'cosine' ? 0 : (min + max) / 2;
  return { middle, factor: LARGEST_CODE / Math.max(max - middle, middle - min) };
}

/** Its file does not say how codes were made of floats. */
function scaleFile(path: string): string {
  return `${path}.scale.json`;
}

function readScale(path: string): Scale {
  return JSON.parse(readFileSync(scaleFile(path), 'utf8')) as Scale;
}

function encode(rows: Float32Array, scale: Scale | null): Rows {
  if (scale === null) return rows;
  const { middle, factor } = scale;
  return Int8Array.from(rows, (value) => {
    const code = Math.round((value - middle) * factor);
    return Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, code));
  });
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableUsearch(): WritableLibrary {
  const native = loadNative();
  return {
    name: 'usearch f32',
    version: installedVersion(PACKAGE),
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

/** A removal that returns anything but 1 for a key that is there has failed. */
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
