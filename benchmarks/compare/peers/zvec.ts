/**
 * zvec: a database in the process, in a folder. What is timed is its whole query, documents as
 * results, without fields or vectors in them. Vectors are inserted in batches as large as it takes;
 * `optimizeSync` builds the graph. All of this blocks the thread.
 *
 * Vectors of unit length are searched by its inner product: there INT8 works. Under L2 and COSINE
 * an optimized HNSW index of 0.7.0 with INT8 finds nothing that is near.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  type BuildOptions,
  type Found,
  type MeasuredIndex,
  rowsOf,
  type Search,
} from '../adapter.ts';
import type {
  Documents,
  DocumentsAdapter,
  ImportedDocuments,
  ImportSettings,
} from '../documents.ts';
import { installedVersion, requirePeer } from '../installed.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

const PACKAGE = '@zvec/zvec';

/** How zvec keeps vectors in its index. */
export type ZvecScalar = keyof typeof PRECISIONS;

const PRECISIONS = { f32: 'float32', fp16: 'float16', int8: 'int8' } as const;
const QUANTIZERS = { f32: 'UNDEFINED', fp16: 'FP16', int8: 'INT8' } as const;

interface Document {
  readonly id: string;
  readonly vectors: { readonly vector: Float32Array };
  readonly fields?: object;
}

interface Status {
  readonly ok: boolean;
  readonly message: string;
}

interface Collection {
  readonly stats: { readonly docCount: number };
  insertSync(documents: readonly Document[]): readonly Status[];
  deleteSync(ids: readonly string[]): readonly Status[];
  optimizeSync(options?: { readonly concurrency: number }): void;
  querySync(query: object): readonly { readonly id: string }[];
  closeSync(): void;
}

type Numbers<Names extends string> = Readonly<Record<Names, number>>;

interface NativeModule {
  readonly ZVecIndexType: Numbers<'HNSW' | 'INVERT'>;
  readonly ZVecMetricType: Numbers<'L2' | 'IP' | 'COSINE'>;
  readonly ZVecQuantizeType: Numbers<'UNDEFINED' | 'FP16' | 'INT8'>;
  readonly ZVecDataType: Numbers<'VECTOR_FP32' | 'STRING' | 'INT32' | 'ARRAY_STRING'>;
  readonly ZVecCollectionSchema: new (schema: object) => object;
  ZVecInitialize(options: object): void;
  ZVecCreateAndOpen(path: string, schema: object): Collection;
  ZVecOpen(path: string): Collection;
}

/** Documents in one call; it has a limit. */
const DOCUMENTS_PER_CALL = 1_000;

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createZvec(scalar: ZvecScalar): Adapter {
  const native = requirePeer(PACKAGE) as NativeModule;
  return {
    ...{ name: scalar === 'f32' ? 'zvec' : `zvec ${scalar}`, from: PACKAGE },
    ...{ version: installedVersion(PACKAGE), parameter: 'ef', precision: PRECISIONS[scalar] },
    ...{ buildThreads: 'any', filter: 'metadata filter' },
    note: 'a whole database query; optimized before, one query thread, no fields in the results',
    prepareBuild: (vectors, options) => {
      if (scalar === 'int8' && options.metric !== 'cosine') {
        throw new Error('INT8 finds nothing that is near under L2');
      }
      const { dimension, categories } = options;
      const documents = rowsOf(vectors, dimension).map((vector, node) => ({
        ...{ id: String(node), vectors: { vector } },
        ...(categories !== undefined && { fields: { category: categories[node] } }),
      }));
      return async () => build(native, documents, { ...options, scalar });
    },
    load: async (path, options) => {
      useThreads(native, options.threads);
      return measured(native, native.ZVecOpen(path), { ...options, scalar, path });
    },
  };
}

type Settings = BuildOptions & { readonly scalar: ZvecScalar };

/** Of the whole process, by its first call. */
function useThreads(native: NativeModule, optimizeThreads: number): void {
  native.ZVecInitialize({ queryThreads: 1, optimizeThreads });
}

function build(
  native: NativeModule,
  documents: readonly Document[],
  settings: Settings,
): MeasuredIndex {
  const { threads } = settings;
  useThreads(native, threads);
  const folder = settings.folder ?? temporary();
  const path = join(folder, 'collection');
  const collection = native.ZVecCreateAndOpen(path, schemaOf(native, settings));
  insert(collection, documents);
  collection.optimizeSync({ concurrency: threads });
  const index = measured(native, collection, { ...settings, path });
  if (settings.folder !== undefined) return index;
  return { ...index, close: () => index.close().then(() => removeFolder(folder)) };
}

function measured(
  native: NativeModule,
  collection: Collection,
  settings: Settings & { readonly path: string },
): MeasuredIndex {
  const prepare = (queries: Float32Array, filter?: string): Search => {
    const rows = rowsOf(queries, settings.dimension);
    const kind = { indexType: native.ZVecIndexType.HNSW };
    return (query, k, ef) => {
      const params = { ...kind, ef, isUsingRefiner: settings.scalar === 'int8' };
      return nearest(collection, {
        vector: rows[query],
        topk: k,
        params,
        ...(filter && { filter }),
      });
    };
  };
  return {
    path: settings.path,
    prepareSearch: (queries) => prepare(queries),
    ...(settings.categories !== undefined && {
      prepareFilteredSearch: (queries, { limit }) => prepare(queries, `category < ${limit}`),
    }),
    close: async () => collection.closeSync(),
  };
}

function nearest(collection: Collection, query: object): number[] {
  const found = collection.querySync({ fieldName: 'vector', outputFields: [], ...query });
  return found.map(({ id }) => Number(id));
}

/** @throws when it refuses one. */
function insert(collection: Collection, documents: readonly Document[]): void {
  for (let at = 0; at < documents.length; at += DOCUMENTS_PER_CALL) {
    const states = collection.insertSync(documents.slice(at, at + DOCUMENTS_PER_CALL));
    const failed = states.find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(`zvec refused a document: ${failed.message}`);
  }
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'nigh-zvec-'));
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

type Graph = Pick<BuildOptions, 'dimension' | 'M' | 'efConstruction'>;

function schemaOf(native: NativeModule, settings: Settings): object {
  const { metric, scalar, categories } = settings;
  const { ZVecDataType, ZVecIndexType, ZVecMetricType, ZVecQuantizeType } = native;
  const indexParams = { indexType: ZVecIndexType.INVERT, enableRangeOptimization: true };
  const category = { name: 'category', dataType: ZVecDataType.INT32, indexParams };
  return new native.ZVecCollectionSchema({
    name: 'vectors',
    ...(categories !== undefined && { fields: [category] }),
    vectors: vectorsOf(native, settings, {
      metricType: metric === 'cosine' ? ZVecMetricType.IP : ZVecMetricType.L2,
      quantizeType: ZVecQuantizeType[QUANTIZERS[scalar]],
      // Rotation makes codes of 8 bits finer.
      ...(scalar === 'int8' && { quantizerParams: { enableRotate: true } }),
    }),
  });
}

function vectorsOf(
  { ZVecDataType, ZVecIndexType }: NativeModule,
  { dimension, M, efConstruction }: Pick<Graph, 'dimension'> & Partial<Graph>,
  others: object,
): object {
  return {
    ...{ name: 'vector', dataType: ZVecDataType.VECTOR_FP32, dimension },
    indexParams: {
      ...{ indexType: ZVecIndexType.HNSW, ...others },
      ...(M !== undefined && { m: M }),
      ...(efConstruction !== undefined && { efConstruction }),
    },
  };
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableZvec(): WritableLibrary {
  const native = requirePeer(PACKAGE) as NativeModule;
  return {
    name: 'zvec',
    version: installedVersion(PACKAGE),
    note: `deleteSync and insertSync of ${DOCUMENTS_PER_CALL} at a time, then optimizeSync`,
    prepare: (options) => async (keys, vectorsOf) => {
      const index = new WritableZvec(native, options);
      const all = { removed: new Int32Array(0), added: keys, updates: false };
      await index.prepareReplace(all, vectorsOf)();
      return index;
    },
  };
}

class WritableZvec implements WritableIndex {
  readonly #options: WritableOptions;
  readonly #folder = temporary();
  readonly #collection: Collection;
  readonly #params: object;

  constructor(native: NativeModule, options: WritableOptions) {
    useThreads(native, options.threads);
    this.#options = options;
    const path = join(this.#folder, 'collection');
    const schema = schemaOf(native, { ...options, scalar: 'f32' });
    this.#collection = native.ZVecCreateAndOpen(path, schema);
    this.#params = { indexType: native.ZVecIndexType.HNSW, ef: options.efSearch };
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const old = Array.from(removed, String);
    const documents = this.#documents(added, vectorsOf);
    return async () => {
      let failed = 0;
      for (let at = 0; at < old.length; at += DOCUMENTS_PER_CALL) {
        const states = this.#collection.deleteSync(old.slice(at, at + DOCUMENTS_PER_CALL));
        failed += states.filter(({ ok }) => !ok).length;
      }
      insert(this.#collection, documents);
      this.#collection.optimizeSync({ concurrency: this.#options.threads });
      return failed;
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const documents = this.#documents(keys, vectorsOf);
    return (i) => insert(this.#collection, documents.slice(i, i + 1));
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => Found {
    const rows = rowsOf(queries, this.#options.dimension);
    return (query, k) => {
      return nearest(this.#collection, { vector: rows[query], topk: k, params: this.#params });
    };
  }

  keysOf(found: Found): number[] {
    return Array.from(found, Number);
  }

  state(): IndexState {
    return { bytes: null, count: this.#collection.stats.docCount, problems: null };
  }

  async close(): Promise<void> {
    this.#collection.closeSync();
    removeFolder(this.#folder);
  }

  #documents(keys: Int32Array, vectorsOf: VectorsOf): Document[] {
    const rows = rowsOf(vectorsOf(keys), this.#options.dimension);
    return rows.map((vector, i) => ({ id: String(keys[i]), vectors: { vector } }));
  }
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createZvecDocuments(): DocumentsAdapter {
  const native = requirePeer(PACKAGE) as NativeModule;
  return {
    name: 'zvec',
    version: installedVersion(PACKAGE),
    note: `insertSync of ${DOCUMENTS_PER_CALL} at a time, then optimizeSync; HNSW, float32`,
    prepareImport: (documents, settings) => {
      const rows = documentsOf(documents);
      return async () => importRows(native, rows, { ...settings, ...documents });
    },
  };
}

function documentsOf({ dimension, vectors, titles, years, genres }: Documents): Document[] {
  return rowsOf(vectors, dimension).map((vector, i) => ({
    ...{ id: String(i), vectors: { vector } },
    fields: { title: titles[i], year: years[i], genres: genres[i] },
  }));
}

function importRows(
  native: NativeModule,
  rows: readonly Document[],
  { folder, graph, dimension }: ImportSettings & { readonly dimension: number },
): ImportedDocuments {
  const { ZVecDataType, ZVecMetricType } = native;
  const schema = new native.ZVecCollectionSchema({
    name: 'documents',
    fields: [
      { name: 'title', dataType: ZVecDataType.STRING },
      { name: 'year', dataType: ZVecDataType.INT32 },
      { name: 'genres', dataType: ZVecDataType.ARRAY_STRING },
    ],
    vectors: vectorsOf(native, { dimension, ...graph }, { metricType: ZVecMetricType.COSINE }),
  });
  const collection = native.ZVecCreateAndOpen(folder, schema);
  insert(collection, rows);
  collection.optimizeSync();
  return {
    search: async (vector, topk) => nearest(collection, { vector, topk }),
    close: async () => collection.closeSync(),
  };
}
