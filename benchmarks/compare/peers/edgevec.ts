/**
 * edgevec: an HNSW index in Rust, compiled to WebAssembly. As 0.9.0 is:
 *
 * - A search has the efSearch that its index was made with. It is written into the memory of the
 *   module here: a graph for every setting would take hours, and asking for more than k results
 *   and dropping them is slower.
 * - Under its metric 'dot' it finds what is farthest. Vectors of unit length are searched by l2,
 *   whose order is the same.
 * - Its ids begin at 1. `insertBatch` loses the first vector of an empty index, so the flat form,
 *   which its documentation calls the older one, fills it.
 * - A filtered search finds what is left of the nearest 10 k, whatever its strategy is; 'post' does
 *   so in a fifth of the time of 'pre'. It calls that complete.
 * - Only a browser has what it saves into. `save_stream` gives the bytes; `load` refuses them, and
 *   those of its own `save` too ("a feature that PostCard will never implement"). So there is none.
 * - `compact` numbers what is left anew, in the order of the old ids.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Adapter,
  type BuildOptions,
  type Found,
  type MeasuredIndex,
  rowsOf,
  type Search,
} from '../adapter.ts';
import { installedVersion, packageFolder, requirePeer } from '../installed.ts';
import {
  type IndexState,
  KeyNames,
  type Replacement,
  type VectorsOf,
  type WritableIndex,
  type WritableLibrary,
  type WritableOptions,
} from '../writable.ts';

const PACKAGE = 'edgevec';

interface Config {
  metric: 'l2';
  m: number;
  m0: number;
  ef_construction: number;
  ef_search: number;
  free(): void;
}

interface Hit {
  readonly id: number;
}

/** The part of its API used here. */
interface Index {
  insert(vector: Float32Array): number;
  insertBatchFlat(vectors: Float32Array, count: number): Uint32Array;
  insertWithMetadata(vector: Float32Array, metadata: object): number;
  search(query: Float32Array, k: number): readonly Hit[];
  /** Returns JSON. */
  searchFiltered(query: Float32Array, k: number, options: string): string;
  save_stream(): { next_chunk(): Uint8Array | undefined; free(): void };
  softDelete(id: number): boolean;
  needsCompaction(): boolean;
  compact(): { free(): void };
  memoryUsage(): number;
  liveCount(): number;
  free(): void;
}

interface NativeModule {
  readonly EdgeVec: new (config: Config) => Index;
  readonly EdgeVecConfig: new (dimension: number) => Config;
  initSync(options: { readonly module: Uint8Array }): { readonly memory: WebAssembly.Memory };
}

interface Made {
  readonly index: Index;
  setEfSearch(efSearch: number): void;
}

type GraphOptions = Pick<BuildOptions, 'dimension' | 'M' | 'efConstruction'>;

/** No efSearch that anybody would choose, so that it is found in memory. */
const MARK = 0x5eafc0de;
/** Rust puts its stack at the beginning of memory: leavings there are no index. */
const STACK_WORDS = 2 ** 18;

/** The most it takes. */
const OVERSAMPLE = 10;

/** @throws when benchmarks/compare was not installed. */
function loadNative(): (options: GraphOptions) => Made {
  const native = requirePeer(PACKAGE) as NativeModule;
  const module = readFileSync(join(packageFolder(PACKAGE), 'edgevec_bg.wasm'));
  const { memory } = native.initSync({ module });
  return ({ dimension, M, efConstruction }) => {
    const config = new native.EdgeVecConfig(dimension);
    config.metric = 'l2';
    config.m = M;
    config.m0 = 2 * M;
    config.ef_construction = efConstruction;
    config.ef_search = MARK;
    const index = new native.EdgeVec(config);
    config.ef_search = 0;
    config.free();
    const words = new Uint32Array(memory.buffer);
    const at = words.indexOf(MARK, STACK_WORDS);
    if (at < 0 || words.includes(MARK, at + 1)) throw new Error('efSearch of edgevec is not found');
    const setEfSearch = (efSearch: number): void => {
      new Uint32Array(memory.buffer)[at] = efSearch;
    };
    setEfSearch(efConstruction);
    return { index, setEfSearch };
  };
}

/** @throws when benchmarks/compare was not installed. */
export function createEdgevec(): Adapter {
  const create = loadNative();
  return {
    ...{ name: 'edgevec', from: PACKAGE, version: installedVersion(PACKAGE) },
    ...{ parameter: 'ef_search', precision: 'float32', buildThreads: 'one' },
    filter: 'metadata filter',
    note: 'WebAssembly; efSearch set in its memory; filters the nearest 10 k (strategy post)',
    prepareBuild: (vectors, options) => {
      const rows = rowsOf(vectors, options.dimension);
      return async () => {
        const made = create(options);
        const { categories } = options;
        if (categories === undefined) made.index.insertBatchFlat(vectors, rows.length);
        for (const [node, row] of categories === undefined ? [] : rows.entries()) {
          made.index.insertWithMetadata(row, { category: categories?.[node] });
        }
        return measured(made, options);
      };
    },
  };
}

function measured({ index, setEfSearch }: Made, options: BuildOptions): MeasuredIndex {
  let currentEfSearch = 0;
  const prepare = (
    queries: Float32Array,
    ask: (query: Float32Array, k: number) => readonly Hit[],
  ): Search => {
    const rows = rowsOf(queries, options.dimension);
    return (query, k, efSearch) => {
      if (efSearch !== currentEfSearch) setEfSearch(efSearch);
      currentEfSearch = efSearch;
      return ask(rows[query] as Float32Array, k).map(({ id }) => id - 1);
    };
  };
  return {
    bytes: index.memoryUsage(),
    prepareSearch: (queries) => prepare(queries, (query, k) => index.search(query, k)),
    ...(options.categories !== undefined && {
      prepareFilteredSearch: (queries, { limit }) => {
        const filter = `category < ${limit}`;
        const asked = JSON.stringify({ filter, strategy: 'post', oversampleFactor: OVERSAMPLE });
        return prepare(queries, (query, k) => {
          const answer = JSON.parse(index.searchFiltered(query, k, asked));
          return (answer as { readonly results: readonly Hit[] }).results;
        });
      },
    }),
    save: (path) => writeFile(path, chunksOf(index)),
    close: async () => index.free(),
  };
}

function* chunksOf(index: Index): Generator<Uint8Array> {
  const stream = index.save_stream();
  for (let next = stream.next_chunk(); next !== undefined; next = stream.next_chunk()) yield next;
  stream.free();
}

/** @throws when benchmarks/compare was not installed. */
export function createWritableEdgevec(): WritableLibrary {
  const create = loadNative();
  return {
    name: 'edgevec',
    version: installedVersion(PACKAGE),
    note: 'softDelete, then insert; compact whenever needsCompaction says so',
    prepare: (options) => async (keys, vectorsOf) => {
      const made = create(options);
      made.setEfSearch(options.efSearch);
      const index = new WritableEdgevec(made.index, options);
      await index.prepareReplace(
        { removed: new Int32Array(0), added: keys, updates: false },
        vectorsOf,
      )();
      return index;
    },
  };
}

/** Its names are ids less 1. */
class WritableEdgevec implements WritableIndex {
  readonly #index: Index;
  readonly #dimension: number;
  readonly #names: KeyNames;
  /** For each name that was given, whether its vector is there. */
  #isLive: boolean[] = [];

  constructor(index: Index, { dimension, keyLimit }: WritableOptions) {
    this.#index = index;
    this.#dimension = dimension;
    this.#names = new KeyNames(keyLimit);
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const rows = rowsOf(vectorsOf(added), this.#dimension);
    return async () => {
      let failed = 0;
      for (const name of this.#names.namesOf(removed)) {
        if (!this.#index.softDelete(name + 1)) failed++;
        this.#isLive[name] = false;
      }
      for (const [i, row] of rows.entries()) this.#add(added[i] as number, row);
      if (this.#index.needsCompaction()) this.#compact();
      return failed;
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = rowsOf(vectorsOf(keys), this.#dimension);
    return (i) => this.#add(keys[i] as number, rows[i] as Float32Array);
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => Found {
    const rows = rowsOf(queries, this.#dimension);
    return (query, k) => {
      return this.#index.search(rows[query] as Float32Array, k).map(({ id }) => id - 1);
    };
  }

  keysOf(found: Found): number[] {
    return Array.from(found, (name) => this.#names.keyOf(Number(name)));
  }

  state(): IndexState {
    return { bytes: this.#index.memoryUsage(), count: this.#index.liveCount(), problems: null };
  }

  async close(): Promise<void> {
    this.#index.free();
  }

  #add(key: number, row: Float32Array): void {
    const name = this.#index.insert(row) - 1;
    this.#names.put(name, key);
    this.#isLive[name] = true;
  }

  #compact(): void {
    this.#index.compact().free();
    const live = [...this.#isLive.keys()].filter((name) => this.#isLive[name]);
    for (const [name, old] of live.entries()) this.#names.put(name, this.#names.keyOf(old));
    this.#isLive = live.map(() => true);
  }
}
