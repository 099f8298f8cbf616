/**
 * usearch: its own C++ HNSW behind a native addon, with vectors kept as floats or narrower.
 *
 * - The beam of a search is fixed when an index is made, so a built index is saved once and loaded
 *   anew for another efSearch.
 * - Its wrapper turns an Int8Array into floats, and floats become codes at unit length each, which
 *   loses the lengths that l2 needs: recall 0.79 on clustered data. `i8` therefore goes to the
 *   compiled class below the wrapper, with codes of one scale for all, as the library advises.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Adapter, BuildOptions, MeasuredIndex } from '../adapter.ts';
import { installedVersion, packageFolder, requirePeer } from '../installed.ts';

/** How usearch keeps vectors. */
export type UsearchScalar = 'f32' | 'bf16' | 'i8';

const PRECISIONS = { f32: 'float32', bf16: 'bfloat16', i8: 'int8' } as const;

type Rows = Float32Array | Int8Array;

/** The part of the compiled class used here; a search returns keys, distances, lengths. */
interface NativeIndex {
  add(keys: BigUint64Array, rows: Rows, threads: number): void;
  search(rows: Rows, k: number, threads: number): [BigUint64Array, Float32Array, BigUint64Array];
  save(path: string): void;
  load(path: string): void;
}

/** Dimension, metric, scalar, connectivity, expansions of adding and searching, duplicate keys. */
type NativeArguments = [number, 'l2sq' | 'ip', UsearchScalar, number, number, number, boolean];

interface NativeModule {
  CompiledIndex: new (...options: NativeArguments) => NativeIndex;
}

const LARGEST_CODE = 127;

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createUsearch(scalar: UsearchScalar): Adapter {
  const load = requirePeer('node-gyp-build') as (folder: string) => NativeModule;
  const native = load(packageFolder('usearch'));
  return {
    ...{ name: `usearch ${scalar}`, from: 'usearch', parameter: 'expansion_search' },
    ...{ precision: PRECISIONS[scalar], buildThreads: 'any', filter: null },
    version: installedVersion('usearch'),
    note: `${scalar} vectors, the compiled class called directly; bytes are those of its file`,
    prepareBuild: (vectors, options) => {
      const encode =
        scalar === 'i8' ? createEncoder(vectors, options) : (rows: Float32Array) => rows;
      const rows = encode(vectors);
      const keys = BigUint64Array.from({ length: vectors.length / options.dimension }, (_, node) =>
        BigInt(node),
      );
      return async () => new UsearchIndex(native, { scalar, options, encode }, { keys, rows });
    },
  };
}

interface Settings {
  readonly scalar: UsearchScalar;
  readonly options: BuildOptions;
  readonly encode: (rows: Float32Array) => Rows;
}

class UsearchIndex implements MeasuredIndex {
  readonly #create: (efSearch: number) => NativeIndex;
  readonly #settings: Settings;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nigh-usearch-'));
  readonly #file = join(this.#folder, 'index.usearch');
  readonly bytes: number;

  constructor(
    native: NativeModule,
    settings: Settings,
    { keys, rows }: { keys: BigUint64Array; rows: Rows },
  ) {
    const { dimension, metric, M, efConstruction, threads } = settings.options;
    const kind = metric === 'cosine' ? 'ip' : 'l2sq';
    this.#create = (efSearch) =>
      new native.CompiledIndex(
        ...([dimension, kind, settings.scalar] as const),
        ...([M, efConstruction, efSearch, false] as const),
      );
    this.#settings = settings;
    const built = this.#create(0);
    built.add(keys, rows, threads);
    built.save(this.#file);
    this.bytes = statSync(this.#file).size;
  }

  prepareSearch(queries: Float32Array) {
    const { dimension } = this.#settings.options;
    const encoded = this.#settings.encode(queries);
    const rows = Array.from({ length: queries.length / dimension }, (_, query) =>
      encoded.subarray(query * dimension, (query + 1) * dimension),
    );
    let index: NativeIndex | undefined;
    let currentEfSearch = 0;
    return (query: number, k: number, efSearch: number): BigUint64Array => {
      if (index === undefined || efSearch !== currentEfSearch) {
        index = this.#create(efSearch);
        index.load(this.#file);
        currentEfSearch = efSearch;
      }
      return index.search(rows[query] as Rows, k, 1)[0];
    };
  }

  close(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    return Promise.resolve();
  }
}

/**
 * Codes of 8 bits on one scale. Under l2 they count from the middle of the range, which changes no
 * distance and wastes no bit; an inner product needs its 0 where it is.
 */
function createEncoder(
  vectors: Float32Array,
  { metric }: BuildOptions,
): (rows: Float32Array) => Int8Array {
  const min = vectors.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const max = vectors.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const middle = metric === 'cosine' ? 0 : (min + max) / 2;
  const scale = LARGEST_CODE / Math.max(max - middle, middle - min);
  return (rows) =>
    Int8Array.from(rows, (value) => {
      const code = Math.round((value - middle) * scale);
      return Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, code));
    });
}
