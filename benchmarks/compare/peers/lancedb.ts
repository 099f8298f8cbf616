/**
 * LanceDB: a database in the process, in a folder, that answers later. Arrow tables, made before
 * the clock starts, become a table in one call, and `createIndex` builds the graph. Of graphs it
 * has those over 8-bit codes (hnswSq) and over products; one partition, as its documentation
 * advises.
 *
 * - Codes alone do not get beyond some recall, so searches are finished with the vectors
 *   (`refineFactor` 2) where efSearch allows: it has to be k times that at least.
 * - `where` is applied before the search, helped by an index on the column.
 * - An Arrow table of two columns over the same memory is refused when it is added.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  type BuildOptions,
  type Found,
  type LaterSearch,
  type MeasuredIndex,
  rowsOf,
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
  LaterOwnSearch,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

const PACKAGE = '@lancedb/lancedb';
const REFINE_FACTOR = 2;

interface Query {
  nearestTo(vector: Float32Array): Query;
  select(columns: readonly string[]): Query;
  limit(count: number): Query;
  ef(efSearch: number): Query;
  refineFactor(factor: number): Query;
  where(condition: string): Query;
  toArrow(): Promise<{ getChild(column: string): { toArray(): Int32Array } | null }>;
}

interface Table {
  add(rows: object): Promise<unknown>;
  delete(condition: string): Promise<unknown>;
  optimize(): Promise<unknown>;
  countRows(): Promise<number>;
  createIndex(column: string, options: object): Promise<void>;
  query(): Query;
  close(): void;
}

interface Database {
  createTable(name: string, table: object): Promise<Table>;
  openTable(name: string): Promise<Table>;
  close(): void;
}

interface NativeModule {
  readonly Index: { hnswSq(options: object): object; bitmap(): object };
  connect(path: string): Promise<Database>;
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

interface Loaded {
  readonly native: NativeModule;
  readonly arrow: Arrow;
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
function load(): Loaded {
  const native = requirePeer(PACKAGE) as NativeModule;
  return { native, arrow: requirePeer('apache-arrow') as Arrow };
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createLancedb(): Adapter<LaterSearch> {
  const { native, arrow } = load();
  return {
    ...{ name: 'lancedb (hnswSq)', from: PACKAGE, version: installedVersion(PACKAGE) },
    ...{ parameter: 'ef', precision: 'int8', buildThreads: 'any', filter: 'SQL' },
    note: `a whole database query, id only; refineFactor ${REFINE_FACTOR} where ef allows`,
    prepareBuild: (vectors, options) => {
      const { dimension, categories } = options;
      const ids = Int32Array.from({ length: vectors.length / dimension }, (_, node) => node);
      const content = new arrow.Table({
        id: numbersOf(arrow, ids),
        ...(categories && { category: numbersOf(arrow, Int32Array.from(categories)) }),
        vector: vectorsOf(arrow, vectors, dimension),
      });
      return async () => {
        const folder = options.folder ?? temporary();
        const opened = await open(native, folder, options.threads, content);
        await createGraph(native, opened.table, options);
        if (categories) {
          await opened.table.createIndex('category', { config: native.Index.bitmap() });
        }
        return measured(opened, { ...options, path: folder });
      };
    },
    load: async (path, options) => {
      const opened = await open(native, path, options.threads);
      return measured(opened, { ...options, path, folder: path });
    },
  };
}

interface Opened {
  readonly database: Database;
  readonly table: Table;
}

/** @param content makes a new table of it. */
async function open(
  { connect }: NativeModule,
  folder: string,
  threads: number,
  content?: object,
): Promise<Opened> {
  // Read once, when they are needed first. It has no other setting for threads.
  Object.assign(process.env, { LANCE_CPU_THREADS: threads, RAYON_NUM_THREADS: threads });
  const database = await connect(folder);
  const table = await (content === undefined
    ? database.openTable('vectors')
    : database.createTable('vectors', content));
  return { database, table };
}

function createGraph({ Index }: NativeModule, table: Table, graph: Graph): Promise<void> {
  const { metric = 'l2', M, efConstruction } = graph;
  const config = Index.hnswSq({
    ...{ distanceType: metric, numPartitions: 1 },
    ...(M !== undefined && { m: M }),
    ...(efConstruction !== undefined && { efConstruction }),
  });
  return table.createIndex('vector', { config });
}

type Graph = Partial<Pick<BuildOptions, 'metric' | 'M' | 'efConstruction'>>;

function measured(
  { database, table }: Opened,
  options: BuildOptions & { readonly path: string },
): MeasuredIndex<LaterSearch> {
  const { dimension, path, folder, categories } = options;
  const prepare = (queries: Float32Array, where?: string): LaterSearch => {
    const rows = rowsOf(queries, dimension);
    return (query, k, ef) => nearest(table, rows[query] as Float32Array, { k, ef, where });
  };
  return {
    path,
    prepareSearch: (queries) => prepare(queries),
    ...(categories !== undefined && {
      prepareFilteredSearch: (queries, { limit }) => prepare(queries, `category < ${limit}`),
    }),
    close: async () => {
      table.close();
      database.close();
      if (folder === undefined) removeFolder(path);
    },
  };
}

interface Asked {
  readonly k: number;
  readonly ef?: number | undefined;
  readonly where?: string | undefined;
}

/** Ids; without `ef` the library's own, and nothing is refined. */
async function nearest(table: Table, vector: Float32Array, asked: Asked): Promise<Int32Array> {
  const { k, ef, where } = asked;
  // It warns at every search that names its columns without the distance.
  let query = table.query().nearestTo(vector).select(['id', '_distance']).limit(k);
  if (ef !== undefined) query = query.ef(Math.max(k, ef));
  if (ef !== undefined && ef >= k * REFINE_FACTOR) query = query.refineFactor(REFINE_FACTOR);
  if (where !== undefined) query = query.where(where);
  const found = await query.toArrow();
  return found.getChild('id')?.toArray() ?? new Int32Array(0);
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'nigh-lancedb-'));
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function numbersOf(arrow: Arrow, data: Int32Array): object {
  const type = new arrow.Int32();
  return arrow.makeVector(arrow.makeData({ type, length: data.length, nullCount: 0, data }));
}

function vectorsOf(arrow: Arrow, data: Float32Array, dimension: number): object {
  const type = new arrow.Float32();
  const child = arrow.makeData({ type, length: data.length, nullCount: 0, data });
  const item = new arrow.Field('item', type, true);
  const rows = arrow.makeData({
    type: new arrow.FixedSizeList(dimension, item),
    ...{ length: data.length / dimension, nullCount: 0, child },
  });
  return arrow.makeVector(rows);
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableLancedb(): WritableLibrary<LaterOwnSearch> {
  const { native, arrow } = load();
  return {
    name: 'lancedb (hnswSq)',
    version: installedVersion(PACKAGE),
    note: 'delete by a list of ids, add, then optimize',
    prepare: (options) => async (keys, vectorsOf) => {
      const folder = temporary();
      const content = rowsTable(arrow, keys, vectorsOf(keys));
      const opened = await open(native, folder, options.threads, content);
      await createGraph(native, opened.table, options);
      return new WritableLancedb(arrow, { ...opened, folder }, options, keys.length);
    },
  };
}

function rowsTable(arrow: Arrow, keys: Int32Array, vectors: Float32Array): object {
  const vector = vectorsOf(arrow, vectors, vectors.length / keys.length);
  return new arrow.Table({ id: numbersOf(arrow, keys.slice()), vector });
}

class WritableLancedb implements WritableIndex<LaterOwnSearch> {
  readonly #arrow: Arrow;
  readonly #opened: Opened & { readonly folder: string };
  readonly #options: WritableOptions;
  #count: number;

  constructor(
    arrow: Arrow,
    opened: Opened & { readonly folder: string },
    options: WritableOptions,
    count: number,
  ) {
    this.#arrow = arrow;
    this.#opened = opened;
    this.#options = options;
    this.#count = count;
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const { table } = this.#opened;
    const rows = added.length > 0 ? rowsTable(this.#arrow, added, vectorsOf(added)) : undefined;
    return async () => {
      if (removed.length > 0) await table.delete(`id in (${removed.join()})`);
      if (rows !== undefined) await table.add(rows);
      await table.optimize();
      const expected = this.#count - removed.length + added.length;
      this.#count = await table.countRows();
      return Math.abs(expected - this.#count);
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = rowsOf(vectorsOf(keys), this.#options.dimension);
    const tables = rows.map((row, i) => rowsTable(this.#arrow, keys.subarray(i, i + 1), row));
    return async (i) => {
      await this.#opened.table.add(tables[i] as object);
      this.#count++;
    };
  }

  prepareSearch(queries: Float32Array): LaterOwnSearch {
    const { dimension, efSearch: ef } = this.#options;
    const rows = rowsOf(queries, dimension);
    return (query, k) => nearest(this.#opened.table, rows[query] as Float32Array, { k, ef });
  }

  keysOf(found: Found): number[] {
    return Array.from(found, Number);
  }

  /** As counted after the last replacement: it only tells later. */
  state(): IndexState {
    return { bytes: null, count: this.#count, problems: null };
  }

  async close(): Promise<void> {
    const { table, database, folder } = this.#opened;
    table.close();
    database.close();
    removeFolder(folder);
  }
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createLancedbDocuments(): DocumentsAdapter {
  const { native, arrow } = load();
  return {
    name: 'LanceDB',
    version: installedVersion(PACKAGE),
    note: 'createTable of an Arrow table, then createIndex: hnswSq, one partition',
    prepareImport: (documents, settings) => {
      const table = documentsTable(arrow, documents);
      return () => importTable(native, table, settings);
    },
  };
}

function documentsTable(arrow: Arrow, documents: Documents): object {
  const { count, dimension, vectors, titles, years, genres } = documents;
  const lists = new arrow.List(new arrow.Field('item', new arrow.Utf8(), true));
  return new arrow.Table({
    id: numbersOf(
      arrow,
      Int32Array.from({ length: count }, (_, i) => i),
    ),
    title: arrow.vectorFromArray(titles, new arrow.Utf8()),
    year: numbersOf(arrow, Int32Array.from(years)),
    genres: arrow.vectorFromArray(genres, lists),
    vector: vectorsOf(arrow, vectors, dimension),
  });
}

async function importTable(
  native: NativeModule,
  content: object,
  { folder, graph }: ImportSettings,
): Promise<ImportedDocuments> {
  const database = await native.connect(folder);
  const table = await database.createTable('documents', content);
  await createGraph(native, table, { metric: 'cosine', ...graph });
  return {
    search: async (query, k) => Array.from(await nearest(table, query, { k })),
    close: async () => {
      table.close();
      database.close();
    },
  };
}
