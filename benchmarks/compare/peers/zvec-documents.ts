/**
 * zvec as a store of documents: `insertSync` in batches as large as it takes, then `optimizeSync`,
 * which builds the graph. Both block the thread.
 */
import type {
  Documents,
  DocumentsAdapter,
  ImportedDocuments,
  ImportSettings,
} from '../documents.ts';
import { installedVersion, requirePeer } from '../installed.ts';

interface Status {
  readonly ok: boolean;
  readonly message: string;
}

interface Collection {
  insertSync(documents: readonly object[]): readonly Status[];
  optimizeSync(): void;
  querySync(query: object): readonly { readonly id: string }[];
  closeSync(): void;
}

interface NativeModule {
  readonly ZVecIndexType: { readonly HNSW: number };
  readonly ZVecMetricType: { readonly COSINE: number };
  readonly ZVecDataType: {
    readonly VECTOR_FP32: number;
    readonly STRING: number;
    readonly INT32: number;
    readonly ARRAY_STRING: number;
  };
  readonly ZVecCollectionSchema: new (schema: object) => object;
  ZVecCreateAndOpen(path: string, schema: object): Collection;
}

/** Documents in one call; it has a limit. */
const DOCUMENTS_PER_CALL = 1_000;

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createZvecDocuments(): DocumentsAdapter {
  const native = requirePeer('@zvec/zvec') as NativeModule;
  return {
    name: 'zvec',
    version: installedVersion('@zvec/zvec'),
    note: `insertSync of ${DOCUMENTS_PER_CALL} at a time, then optimizeSync; HNSW, float32`,
    prepareImport: (documents, settings) => {
      const rows = rowsOf(documents);
      return async () => importRows(native, rows, { ...settings, ...documents });
    },
  };
}

function rowsOf({ count, dimension, vectors, titles, years, genres }: Documents): object[] {
  return Array.from({ length: count }, (_, i) => ({
    id: String(i),
    vectors: { vector: vectors.subarray(i * dimension, (i + 1) * dimension) },
    fields: { title: titles[i], year: years[i], genres: genres[i] },
  }));
}

function importRows(
  native: NativeModule,
  rows: readonly object[],
  settings: ImportSettings & { readonly dimension: number },
): ImportedDocuments {
  const collection = native.ZVecCreateAndOpen(settings.folder, schemaOf(native, settings));
  for (let at = 0; at < rows.length; at += DOCUMENTS_PER_CALL) {
    const states = collection.insertSync(rows.slice(at, at + DOCUMENTS_PER_CALL));
    const failed = states.find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(`zvec refused a document: ${failed.message}`);
  }
  collection.optimizeSync();
  return {
    search: async (vector, topk) => {
      const found = collection.querySync({ fieldName: 'vector', vector, topk, outputFields: [] });
      return found.map(({ id }) => Number(id));
    },
    close: async () => collection.closeSync(),
  };
}

function schemaOf(
  { ZVecCollectionSchema, ZVecDataType, ZVecIndexType, ZVecMetricType }: NativeModule,
  { dimension, graph }: ImportSettings & { readonly dimension: number },
): object {
  return new ZVecCollectionSchema({
    name: 'documents',
    fields: [
      { name: 'title', dataType: ZVecDataType.STRING },
      { name: 'year', dataType: ZVecDataType.INT32 },
      { name: 'genres', dataType: ZVecDataType.ARRAY_STRING },
    ],
    vectors: {
      name: 'vector',
      dataType: ZVecDataType.VECTOR_FP32,
      dimension,
      indexParams: {
        indexType: ZVecIndexType.HNSW,
        metricType: ZVecMetricType.COSINE,
        ...(graph && { m: graph.M, efConstruction: graph.efConstruction }),
      },
    },
  });
}
