/**
 * LanceDB as a store of documents: an Arrow table, made before the clock starts, becomes a table in
 * one call, and `createIndex` builds the graph. Of graphs it has those over 8-bit codes (hnswSq)
 * and over products; one partition, as its documentation advises.
 */
import type {
  Documents,
  DocumentsAdapter,
  ImportedDocuments,
  ImportSettings,
} from '../documents.ts';
import { installedVersion, requirePeer } from '../installed.ts';

interface Query {
  nearestTo(vector: Float32Array): Query;
  select(columns: readonly string[]): Query;
  limit(count: number): Query;
  toArray(): Promise<readonly { readonly id: number }[]>;
}

interface Table {
  createIndex(column: string, options: object): Promise<void>;
  query(): Query;
  close(): void;
}

interface NativeModule {
  readonly Index: { hnswSq(options: object): object };
  connect(path: string): Promise<{
    createTable(name: string, table: object): Promise<Table>;
    close(): void;
  }>;
}

/** The classes of apache-arrow that are needed; all of them make types or data. */
type Arrow = Readonly<
  Record<
    'Float32' | 'Int32' | 'Utf8' | 'List' | 'FixedSizeList' | 'Field' | 'Table',
    new (
      ...options: unknown[]
    ) => object
  >
> & {
  makeData(options: object): object;
  makeVector(data: object): object;
  vectorFromArray(values: readonly unknown[], type: object): object;
};

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createLancedbDocuments(): DocumentsAdapter {
  const native = requirePeer('@lancedb/lancedb') as NativeModule;
  const arrow = requirePeer('apache-arrow') as Arrow;
  return {
    name: 'LanceDB',
    version: installedVersion('@lancedb/lancedb'),
    note: 'createTable of an Arrow table, then createIndex: hnswSq, one partition',
    prepareImport: (documents, settings) => {
      const table = tableOf(arrow, documents);
      return () => importTable(native, table, settings);
    },
  };
}

function tableOf(arrow: Arrow, documents: Documents): object {
  const { count, dimension, vectors, titles, years, genres } = documents;
  const numbers = arrow.makeData({
    type: new arrow.Float32(),
    length: count * dimension,
    nullCount: 0,
    data: vectors,
  });
  const item = new arrow.Field('item', new arrow.Float32(), true);
  const rows = arrow.makeData({
    type: new arrow.FixedSizeList(dimension, item),
    length: count,
    nullCount: 0,
    child: numbers,
  });
  const ids = Array.from({ length: count }, (_, i) => i);
  const lists = new arrow.List(new arrow.Field('item', new arrow.Utf8(), true));
  return new arrow.Table({
    id: arrow.vectorFromArray(ids, new arrow.Int32()),
    title: arrow.vectorFromArray(titles, new arrow.Utf8()),
    year: arrow.vectorFromArray(years, new arrow.Int32()),
    genres: arrow.vectorFromArray(genres, lists),
    vector: arrow.makeVector(rows),
  });
}

async function importTable(
  { connect, Index }: NativeModule,
  content: object,
  { folder, graph }: ImportSettings,
): Promise<ImportedDocuments> {
  const database = await connect(folder);
  const table = await database.createTable('documents', content);
  const config = Index.hnswSq({
    distanceType: 'cosine',
    numPartitions: 1,
    ...(graph && { m: graph.M, efConstruction: graph.efConstruction }),
  });
  await table.createIndex('vector', { config });
  return {
    search: async (query, k) => {
      const columns = ['id', '_distance'];
      const found = await table.query().nearestTo(query).select(columns).limit(k).toArray();
      return found.map(({ id }) => id);
    },
    close: async () => {
      table.close();
      database.close();
    },
  };
}
