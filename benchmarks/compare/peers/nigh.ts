/**
 * nigh behind the same contracts as its peers. Queries are Float32Arrays, the form it takes, so
 * there is nothing to convert.
 */
import { Collection } from '@nigh/collection';
import { NodeFilter, type Precision, type SearchOptions, type Tier, VectorIndex } from '@nigh/core';
import { FILM_SCHEMA } from '../../harness/films.ts';
import { type Adapter, type MeasuredIndex, rowsOf, type Search } from '../adapter.ts';
import type { DocumentsAdapter } from '../documents.ts';
import type { TextsAdapter } from '../texts.ts';
import {
  type IndexState,
  KeyNames,
  type Replacement,
  type VectorsOf,
  type WritableIndex,
  type WritableLibrary,
  type WritableOptions,
} from '../writable.ts';

const VERSION = 'this commit';

/** All tiers, fastest first. */
export const TIERS: readonly Tier[] = ['relaxed', 'simd', 'javascript'];

/** @param precision 'binary' needs 256 components, and 'pq' some for each byte of a code. */
export function createNigh(precision: Precision = 'float32'): Adapter {
  return {
    name: precision === 'float32' ? 'nigh' : `nigh ${precision}`,
    ...{ from: 'nigh', version: VERSION, parameter: 'efSearch', precision },
    ...{ buildThreads: 'any', filter: 'bits' },
    note: 'defaults besides M, efConstruction and the seed',
    prepareBuild: (vectors, { dimension, metric = 'l2', M, efConstruction, seed, threads }) => {
      const settings = { dimension, metric, M, efConstruction, seed, threads, precision };
      return async () => measuredNigh(await VectorIndex.build(vectors, settings));
    },
    load: async (path, { threads }) => measuredNigh(await VectorIndex.load(path, { threads })),
  };
}

/** @param options what a search is asked for besides efSearch. */
export function measuredNigh(index: VectorIndex, options: SearchOptions = {}): MeasuredIndex {
  const prepare = (queries: Float32Array, given: SearchOptions): Search => {
    const rows = rowsOf(queries, index.dimension);
    let asked = given;
    return (query, k, efSearch) => {
      if (efSearch !== asked.efSearch) asked = { ...given, efSearch };
      return index.search(rows[query] as Float32Array, k, asked).nodes;
    };
  };
  return {
    bytes: index.stats().bytes.total,
    prepareSearch: (queries) => prepare(queries, options),
    prepareFilteredSearch: (queries, { categories, limit }) => {
      const nodes = NodeFilter.range(0, categories.length).nodes();
      const accept = NodeFilter.where(nodes, (node) => (categories[node] as number) < limit);
      return prepare(queries, { ...options, accept });
    },
    save: (path) => index.save(path),
    close: () => index.close(),
  };
}

/** Whether this runtime can run `tier`: relaxed SIMD is missing in some. */
export function tierRuns(tier: Tier): boolean {
  try {
    void VectorIndex.create({ dimension: 1, capacity: 1, threads: 1, tier }).close();
    return true;
  } catch (error) {
    console.log(`tier ${tier} does not run here: ${String(error)}`);
    return false;
  }
}

export function createWritableNigh(): WritableLibrary {
  return {
    name: 'nigh',
    version: VERSION,
    note: 'remove and add in one round, update in the next; until all it sets off is done',
    prepare: (options) => {
      const names = new KeyNames(options.keyLimit);
      return async (keys, vectorsOf) => {
        const { dimension, M, efConstruction, seed, threads } = options;
        const settings = { dimension, M, efConstruction, seed, threads };
        const index = await VectorIndex.build(vectorsOf(keys), settings);
        for (const [node, key] of keys.entries()) names.put(node, key);
        return new WritableNigh(index, names, options);
      };
    },
  };
}

/** Its names are nodes; an update keeps the node and has another key. */
class WritableNigh implements WritableIndex {
  readonly #index: VectorIndex;
  readonly #names: KeyNames;
  readonly #options: WritableOptions;

  constructor(index: VectorIndex, names: KeyNames, options: WritableOptions) {
    this.#index = index;
    this.#names = names;
    this.#options = options;
  }

  prepareReplace(
    { removed, added, updates }: Replacement,
    vectorsOf: VectorsOf,
  ): () => Promise<number> {
    const vectors = vectorsOf(added);
    return async () => {
      const nodes = this.#names.namesOf(removed);
      if (updates) {
        await this.#index.update(nodes, vectors);
        for (const [i, node] of nodes.entries()) this.#names.put(node, added[i] as number);
      } else {
        this.#index.remove(nodes);
        if (added.length === 0) return this.#settle();
        const { first } = await this.#index.add(vectors);
        for (const [i, key] of added.entries()) this.#names.put(first + i, key);
      }
      return this.#settle();
    };
  }

  /** Waits for what goes on by itself: linking takes its turn behind it. */
  async #settle(): Promise<number> {
    await this.#index.link();
    return 0;
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = rowsOf(vectorsOf(keys), this.#options.dimension);
    return async (i) => {
      const { first } = await this.#index.add([rows[i] as Float32Array]);
      this.#names.put(first, keys[i] as number);
    };
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => Uint32Array {
    const { dimension, efSearch } = this.#options;
    const rows = rowsOf(queries, dimension);
    const asked = { efSearch };
    return (query, k) => this.#index.search(rows[query] as Float32Array, k, asked).nodes;
  }

  keysOf(found: ArrayLike<number | bigint>): number[] {
    return Array.from(found, (node) => this.#names.keyOf(Number(node)));
  }

  state(): IndexState {
    const { bytes, count } = this.#index.stats();
    return { bytes: bytes.total, count, problems: this.#index.verify().length };
  }

  close(): Promise<void> {
    return this.#index.close();
  }
}

/** Writes everything by columns, then makes a checkpoint: the state that opening is fast from. */
export function createNighDocuments(): DocumentsAdapter {
  return {
    name: 'nigh',
    version: VERSION,
    note: 'one upsert of columns, then checkpoint; default durability: synced',
    prepareImport: ({ dimension, vectors, titles, years, genres }, { folder, graph }) => {
      const metadata = titles.map((title, i) => ({ title, year: years[i], genres: genres[i] }));
      const keys = titles.map((_, i) => i);
      return async () => {
        const { vector, fields } = FILM_SCHEMA;
        const options = { vector: { ...vector, dimension, ...graph }, fields };
        const collection = await Collection.open(folder, options);
        await collection.upsert({ keys, vectors, metadata });
        await collection.checkpoint();
        return {
          search: async (query, k) => {
            const hits = await collection.search({ vector: query, k });
            return hits.map(({ key }) => Number(key));
          },
          close: () => collection.close(),
        };
      };
    },
  };
}

/** A collection in memory of texts only. */
export function createNighTexts(): TextsAdapter {
  return {
    name: 'nigh',
    version: VERSION,
    note: 'a collection in memory, fields title and text, defaults; stores the documents too',
    prepareImport: (texts) => {
      const columns = {
        keys: texts.map((_, i) => i),
        texts: texts.map(({ text }) => text),
        metadata: texts.map(({ title }) => ({ title })),
      };
      return async () => {
        const { text } = FILM_SCHEMA;
        const collection = await Collection.open(':memory:', { text });
        await collection.upsert(columns);
        return {
          search: async (query, k) => {
            const hits = await collection.search({ text: query, k });
            return hits.map(({ key }) => Number(key));
          },
          close: () => collection.close(),
        };
      };
    },
  };
}
