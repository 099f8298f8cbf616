/**
 * sqlite-vec: an extension of SQLite, asked through Node's own binding. Every search looks at every
 * vector. The file of the database is mapped into memory, which spares copying pages. Vectors of
 * unit length are searched by l2, whose order is the same and whose code is the fastest it has.
 *
 * Where a vec0 table is filtered, its documentation asks for a metadata column: those are looked at
 * during the search, other conditions after it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Adapter,
  type BuildOptions,
  type Found,
  type MeasuredIndex,
  rowsOf,
  type Search,
} from '../adapter.ts';
import { installedVersion, requirePeer } from '../installed.ts';
import type {
  IndexState,
  Replacement,
  VectorsOf,
  WritableIndex,
  WritableLibrary,
  WritableOptions,
} from '../writable.ts';

const PACKAGE = 'sqlite-vec';
/** More than any file measured here: all of it is mapped. */
const MAP_BYTES = 2 ** 36;

interface Native {
  readonly open: (path: string) => DatabaseSync;
}

/** @throws where this Node has no SQLite or the extension does not load. */
function loadNative(): Native {
  const sqlite = requirePeer('node:sqlite') as typeof import('node:sqlite');
  const extension = requirePeer(PACKAGE) as { load(database: DatabaseSync): void };
  const open = (path: string): DatabaseSync => {
    const database = new sqlite.DatabaseSync(path, { allowExtension: true });
    extension.load(database);
    database.exec(`pragma mmap_size = ${MAP_BYTES}`);
    return database;
  };
  open(':memory:').close();
  return { open };
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createSqliteVec(): Adapter {
  const native = loadNative();
  return {
    ...{ name: 'sqlite-vec', from: PACKAGE, version: installedVersion(PACKAGE) },
    ...{ parameter: null, precision: 'float32', buildThreads: 'one', filter: 'SQL' },
    note: 'exact; a vec0 table in a file that is mapped into memory, asked through node:sqlite',
    prepareBuild: (vectors, options) => {
      const rows = blobsOf(vectors, options.dimension);
      return async () => build(native, rows, options);
    },
    load: async (path, options) => measured(native.open(path), path, options),
  };
}

function build(native: Native, rows: Uint8Array[], options: BuildOptions): MeasuredIndex {
  const { dimension, categories } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'nigh-sqlite-vec-'));
  const path = join(folder, 'vectors.db');
  const database = native.open(path);
  createTable(database, dimension, categories === undefined ? '' : ', category integer');
  const columns = categories === undefined ? 'rowid, vector' : 'rowid, vector, category';
  const places = columns.replaceAll(/\w+/g, '?');
  const insert = database.prepare(`insert into vectors (${columns}) values (${places})`);
  within(database, () => {
    for (const [node, row] of rows.entries()) {
      const values = [BigInt(node), row] as const;
      if (categories === undefined) insert.run(...values);
      else insert.run(...values, BigInt(categories[node] as number));
    }
  });
  const index = measured(database, path, options);
  if (options.folder !== undefined) return index;
  return { ...index, close: () => index.close().then(() => rmSync(folder, { recursive: true })) };
}

function measured(database: DatabaseSync, path: string, options: BuildOptions): MeasuredIndex {
  const prepare = (queries: Float32Array, limit?: number): Search => {
    const rows = blobsOf(queries, options.dimension);
    const nearest = prepareNearest(database, limit === undefined ? '' : `and category < ${limit}`);
    return (query, k) => nearest(rows[query] as Uint8Array, k);
  };
  return {
    path,
    prepareSearch: (queries) => prepare(queries),
    ...(options.categories !== undefined && {
      prepareFilteredSearch: (queries, { limit }) => prepare(queries, limit),
    }),
    close: async () => database.close(),
  };
}

function createTable(database: DatabaseSync, dimension: number, columns: string): void {
  database.exec(`create virtual table vectors using vec0(vector float[${dimension}]${columns})`);
}

/** @param condition further ones than that of nearness. */
function prepareNearest(
  database: DatabaseSync,
  condition: string,
): (query: Uint8Array, k: number) => number[] {
  const order = 'order by distance';
  const statement: StatementSync = database.prepare(
    `select rowid from vectors where vector match ? and k = ? ${condition} ${order}`,
  );
  statement.setReturnArrays(true);
  return (query, k) => (statement.all(query, k) as unknown as [number][]).map(([node]) => node);
}

/** All that `work` does is one transaction. */
function within(database: DatabaseSync, work: () => void): void {
  database.exec('begin');
  work();
  database.exec('commit');
}

/** Rows as SQLite takes them; nothing is copied. */
function blobsOf(flat: Float32Array, dimension: number): Uint8Array[] {
  return rowsOf(flat, dimension).map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
}

/** @throws when benchmarks/compare was not installed, or its native part does not load. */
export function createWritableSqliteVec(): WritableLibrary {
  const native = loadNative();
  return {
    name: 'sqlite-vec',
    version: installedVersion(PACKAGE),
    note: 'delete and insert in one transaction; a file that is mapped into memory',
    prepare: (options) => async (keys, vectorsOf) => {
      const index = new WritableSqliteVec(native, options);
      const all = { removed: new Int32Array(0), added: keys, updates: false };
      await index.prepareReplace(all, vectorsOf)();
      return index;
    },
  };
}

class WritableSqliteVec implements WritableIndex {
  readonly #database: DatabaseSync;
  readonly #dimension: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nigh-sqlite-vec-'));
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(native: Native, { dimension }: WritableOptions) {
    this.#dimension = dimension;
    this.#database = native.open(join(this.#folder, 'vectors.db'));
    createTable(this.#database, dimension, '');
    this.#insert = this.#database.prepare('insert into vectors (rowid, vector) values (?, ?)');
    this.#delete = this.#database.prepare('delete from vectors where rowid = ?');
  }

  prepareReplace({ removed, added }: Replacement, vectorsOf: VectorsOf): () => Promise<number> {
    const rows = blobsOf(vectorsOf(added), this.#dimension);
    return async () => {
      within(this.#database, () => {
        for (const key of removed) this.#delete.run(BigInt(key));
        for (const [i, row] of rows.entries()) this.#insert.run(BigInt(added[i] as number), row);
      });
      return 0;
    };
  }

  prepareAdds(keys: Int32Array, vectorsOf: VectorsOf): (i: number) => unknown {
    const rows = blobsOf(vectorsOf(keys), this.#dimension);
    return (i) => this.#insert.run(BigInt(keys[i] as number), rows[i] as Uint8Array);
  }

  prepareSearch(queries: Float32Array): (query: number, k: number) => Found {
    const rows = blobsOf(queries, this.#dimension);
    const nearest = prepareNearest(this.#database, '');
    return (query, k) => nearest(rows[query] as Uint8Array, k);
  }

  keysOf(found: Found): number[] {
    return Array.from(found, Number);
  }

  state(): IndexState {
    const { count } = this.#database.prepare('select count(*) as count from vectors').get() ?? {};
    return { bytes: null, count: Number(count), problems: null };
  }

  close(): Promise<void> {
    this.#database.close();
    rmSync(this.#folder, { recursive: true });
    return Promise.resolve();
  }
}
