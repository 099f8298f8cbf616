// A collection of documents: what people open, write to and search. Checks what comes in, keeps the
// order of writes, and hands over to the parts.

import { assertBoolean, assertOptions, assertString, hasBit } from '@nigh/base';
import type { WorkOptions } from '@nigh/core';
import { type Filter, type Metadata, parseFilter } from '@nigh/filter';
import type { Store } from '@nigh/storage';
import { compactContents } from './contents/compact.ts';
import { Contents } from './contents/contents.ts';
import { readDocument } from './contents/read-row.ts';
import type { DocumentColumns, DocumentInput, MetadataUpdate, StoredDocument } from './document.ts';
import { argumentCheck, CollectionError, CollectionErrorCode } from './errors.ts';
import { Checkpoints } from './files/checkpoints.ts';
import { openStore } from './files/recovery.ts';
import { writingFrozen } from './files/snapshot.ts';
import { type CollectionProblem, verifyContents, verifyFiles } from './files/verify.ts';
import { type ImportOptions, type ImportReport, importRows, readImport } from './import/import.ts';
import { encodeKey, type Key, type KeyText } from './key.ts';
import { type OpenOptions, type OpenRequest, readOpenOptions } from './open-options.ts';
import { type Schema, schemaToSettings } from './schema.ts';
import { ContentsSearch, type Hit } from './search/search.ts';
import { readSearch, type SearchOptions } from './search/search-options.ts';
import { Slices } from './slices.ts';
import { type CollectionStats, collectStats } from './stats.ts';
import { warn } from './warn.ts';
import { readWork } from './work-options.ts';
import { deletionsRecord, documentsRecord } from './write/log-records.ts';
import { DocumentReader } from './write/read-documents.ts';
import { Updates } from './write/updates.ts';
import { NO_JOURNAL, WriteQueue } from './write/write-queue.ts';

/** The path of a collection that is in memory only. */
export const IN_MEMORY = ':memory:';

/** What `documents` lists. */
export interface ListOptions {
  /** Only those that match. */
  readonly filter?: Filter;
  /** With their vectors. Default false. */
  readonly vectors?: boolean;
  /** With their texts. Default true. */
  readonly texts?: boolean;
}

/** What `delete` deletes by: whatever matches a filter. */
export interface DeleteFilter {
  /** What the documents to be deleted match; `{}` matches all. */
  readonly filter: Filter;
}

/** From so many bytes of log on, which opening replays, closing and importing make a checkpoint. */
const CHECKPOINT_AT_END: number = 2 ** 20;
/** An import makes one at its end; only a very long one makes some before. */
const CHECKPOINT_AT_IMPORT: number = 2 ** 30;

/**
 * Documents with keys, vectors, metadata and text, in a folder or in memory.
 *
 * Writes settle when they are durable, as `durability` says, and are found from then on. Reads and
 * searches see whole documents only. One process has a folder open at a time.
 */
export class Collection<M extends object = Metadata> {
  /** Where it is; ':memory:' where it is nowhere. */
  readonly path: string;
  /** What it is made of, with every default filled in. */
  readonly schema: Schema;
  readonly #store: Store | undefined;
  readonly #request: OpenRequest;
  readonly #queue: WriteQueue;
  readonly #updates: Updates;
  readonly #reader: DocumentReader;
  #contents: Contents;
  /** Undefined where there are no files, or none that may be written. */
  readonly #checkpoints: Checkpoints | undefined;
  /** Whether it is compacted without having been asked to. */
  #compacts = false;
  #closed: Promise<void> | undefined;

  private constructor(path: string, request: OpenRequest, contents: Contents, store?: Store) {
    this.path = path;
    this.schema = contents.schema;
    this.#store = store;
    this.#request = request;
    this.#contents = contents;
    this.#queue = new WriteQueue(store ?? NO_JOURNAL);
    this.#updates = new Updates(this.#queue, () => this.#contents);
    this.#reader = new DocumentReader(contents.schema);
    if (!store || request.store.readOnly) return;
    this.#checkpoints = new Checkpoints(store, this.#queue, () => this.#contents);
  }

  /**
   * The collection in the folder `path`, made there if there is none and `vector`, `fields` or
   * `text` say what it is made of; ':memory:' for one that is in no folder.
   *
   * @throws {CollectionError} INVALID_ARGUMENT, INVALID_OPTION, NO_SCHEMA, SCHEMA_MISMATCH,
   *   COLLECTION_CORRUPT
   * @throws {StorageError} LOCKED, NOT_A_STORE, LOG_CORRUPT, SNAPSHOT_CORRUPT, MANIFEST_CORRUPT,
   *   FORMAT_UNSUPPORTED, FILE_FAILED
   */
  static async open<M extends object = Metadata>(
    path: string,
    options: OpenOptions = {},
  ): Promise<Collection<M>> {
    const folder = assertString(path, argumentCheck('path'));
    const request = readOpenOptions(options);
    if (folder !== IN_MEMORY) {
      const { store, contents } = await openStore(folder, request);
      return new Collection<M>(folder, request, contents, store);
    }
    const { schema, run } = request;
    if (schema) return new Collection<M>(folder, request, await Contents.create(schema, run));
    throw new CollectionError(
      CollectionErrorCode.noSchema,
      'a collection in memory is always new; say what it is made of: vector, fields, text',
    );
  }

  /**
   * Writes documents, those whose key is there in the place of the old ones. All or none of a batch
   * survive a crash; of several with one key the last counts. How many were written.
   *
   * @throws {CollectionError} INVALID_DOCUMENT, INVALID_KEY, INVALID_ARGUMENT, NO_VECTORS,
   *   COLLECTION_FAILED, CLOSED
   * @throws {FilterError} WRONG_TYPE
   * @throws {VectorIndexError} DIMENSION_MISMATCH, NOT_FINITE, ZERO_VECTOR, ...
   * @throws {StorageError} STORAGE_FAILED, FILE_FAILED, RECORD_TOO_LARGE
   */
  async upsert(
    documents: DocumentInput<M> | readonly DocumentInput<M>[] | DocumentColumns<M>,
  ): Promise<number> {
    this.#assertWritable();
    const batch = this.#reader.read(documents);
    if (batch.keys.length === 0) return 0;
    // The next write need not wait until the vectors of this one are in the graph.
    const { linked } = await this.#queue.write(documentsRecord(batch), async () => {
      await this.#contents.write(batch);
      return { linked: this.#contents.link() };
    });
    await linked;
    this.#tidySoon();
    return batch.keys.length;
  }

  /**
   * Changes the metadata of documents, and nothing else of them: fields that are given replace,
   * null takes a field away, others stay.
   *
   * @throws {CollectionError} KEY_NOT_FOUND (nothing has changed), and as `upsert` does
   */
  async update(updates: MetadataUpdate<M> | readonly MetadataUpdate<M>[]): Promise<number> {
    this.#assertWritable();
    const patches = this.#reader.readPatches(updates);
    if (patches.length === 0) return 0;
    await this.#updates.change(patches);
    this.#tidySoon();
    return patches.length;
  }

  /**
   * Deletes documents by key, or whatever matches a filter. How many there were.
   *
   * @throws {CollectionError} INVALID_KEY, CLOSED @throws {FilterError} INVALID_FILTER, ...
   * @throws {StorageError} STORAGE_FAILED, FILE_FAILED
   */
  async delete(which: Key | readonly Key[] | DeleteFilter): Promise<number> {
    this.#assertWritable();
    const count = await this.#delete(which);
    this.#tidySoon();
    return count;
  }

  #delete(which: Key | readonly Key[] | DeleteFilter): Promise<number> {
    const remove = (keys: readonly KeyText[]): Promise<number> => this.#contents.remove(keys);
    if (typeof which === 'object' && which !== null && !Array.isArray(which)) {
      const { filter } = assertOptions(which, ['filter'], argumentCheck('what to delete'));
      const predicate = parseFilter(filter, this.schema.fields);
      return this.#queue.alone(async (begin) => {
        const { bits } = this.#contents.columns.evaluate(predicate);
        const keys = this.#contents.keysOf(bits);
        return keys.length === 0 ? 0 : begin(deletionsRecord(keys), () => remove(keys));
      });
    }
    const list: readonly unknown[] = Array.isArray(which) ? which : [which];
    const keys = list.map((key, row) => encodeKey(key, row));
    if (keys.length === 0) return Promise.resolve(0);
    return this.#queue.write(deletionsRecord(keys), () => remove(keys));
  }

  /**
   * The document of a key, with its vector and text; undefined where there is none.
   *
   * @throws {CollectionError} INVALID_KEY, CLOSED
   */
  get(key: Key): StoredDocument<M> | undefined {
    this.#assertOpen();
    const row = this.#contents.keys.rowOf(encodeKey(key));
    if (row === -1) return undefined;
    return readDocument(this.#contents, row, { vectors: true, texts: true }) as StoredDocument<M>;
  }

  /**
   * Whether there is a document of a key.
   *
   * @throws {CollectionError} INVALID_KEY, CLOSED
   */
  has(key: Key): boolean {
    this.#assertOpen();
    return this.#contents.keys.rowOf(encodeKey(key)) !== -1;
  }

  /**
   * How many documents there are, or match a filter.
   *
   * @throws {FilterError} INVALID_FILTER, UNKNOWN_FIELD, ... @throws {CollectionError} CLOSED
   */
  count(filter?: Filter): number {
    this.#assertOpen();
    const { columns, count } = this.#contents;
    if (filter === undefined) return count;
    return columns.evaluate(parseFilter(filter, this.schema.fields)).count;
  }

  /**
   * The documents, or those that match a filter, in the order in which they came, each as it is
   * when it comes. Which ones is decided at the first: those that are deleted meanwhile do not come
   * any more, new ones and those that match since do not come.
   *
   * @throws {CollectionError} INVALID_ARGUMENT, CLOSED @throws {FilterError} INVALID_FILTER, ...
   */
  async *documents(options: ListOptions = {}): AsyncGenerator<StoredDocument<M>> {
    this.#assertOpen();
    const given = assertOptions(
      options,
      ['filter', 'vectors', 'texts'],
      argumentCheck('list options'),
    );
    const vectors = assertBoolean(given.vectors ?? false, argumentCheck('vectors'));
    const texts = assertBoolean(given.texts ?? true, argumentCheck('texts'));
    const { filter } = given;
    const contents = this.#contents;
    const { columns, keys } = contents;
    const { bits } =
      filter === undefined
        ? { bits: columns.live.slice() }
        : columns.evaluate(parseFilter(filter, this.schema.fields));
    const slices = new Slices();
    for (const row of keys.rows()) {
      await slices.rest();
      this.#assertOpen();
      if (!hasBit(bits, row) || !keys.has(row)) continue;
      const now = this.#contents;
      // Compacting numbers the rows anew, and leaves the old keys as they were then.
      const at = now === contents ? row : now.keys.rowOf(keys.keyOf(row));
      if (at !== -1) yield readDocument(now, at, { vectors, texts }) as StoredDocument<M>;
    }
  }

  /** All documents, as `documents()` lists them. */
  [Symbol.asyncIterator](): AsyncGenerator<StoredDocument<M>> {
    return this.documents();
  }

  /**
   * The documents nearest to a vector, that speak of a text, or both, the best first.
   *
   * @throws {CollectionError} INVALID_OPTION, NO_VECTORS, NO_TEXT, KEY_NOT_FOUND, CLOSED
   * @throws {FilterError} INVALID_FILTER, UNKNOWN_FIELD, UNKNOWN_OPERATOR, WRONG_TYPE, ...
   * @throws {VectorIndexError} DIMENSION_MISMATCH, NOT_FINITE, ZERO_VECTOR
   */
  async search(options: SearchOptions): Promise<Hit<M>[]> {
    this.#assertOpen();
    const request = readSearch(options, this.schema);
    return new ContentsSearch(this.#contents, request).hits() as Hit<M>[];
  }

  /**
   * Imports files of rows, and a file of vectors beside them: JSONL, parquet or arrow, and npy and
   * others. Written block by block, each as durable as any write; linked at the end, and written to
   * a checkpoint where the log has become long. When it is stopped, what was imported stays.
   *
   * @throws {CollectionError} ABORTED, and as `upsert` does @throws {FormatError} of the files
   */
  async import(options: ImportOptions): Promise<ImportReport> {
    this.#assertWritable();
    const { plan, work } = readImport(options, this.schema);
    try {
      const report = await importRows(plan, work, {
        schema: this.schema,
        makeRoom: (count) =>
          this.#queue.alone(() => this.#contents.makeRoom(count, this.#request.run)),
        write: async (columns) => {
          this.#assertOpen();
          const batch = this.#reader.read(columns);
          await this.#queue.write(documentsRecord(batch), () => this.#contents.write(batch));
          this.#tidySoon(CHECKPOINT_AT_IMPORT);
        },
        link: () => this.#contents.link(work),
      });
      await this.#checkpoints?.makeIfDue(CHECKPOINT_AT_END, work);
      return report;
    } catch (error) {
      void this.#contents.link(); // what was imported stays, and is linked behind this
      throw error;
    }
  }

  /**
   * Writes everything into a snapshot, so that opening need not replay the log; writing goes on
   * meanwhile. Happens by itself when the log has become long (`checkpointAt`), and at close.
   *
   * @throws {CollectionError} IN_MEMORY, CLOSED, ABORTED
   * @throws {StorageError} FILE_FAILED: the snapshot before stays in force
   */
  async checkpoint(options: WorkOptions = {}): Promise<void> {
    this.#assertWritable();
    const work = readWork(options);
    this.#assertStored();
    await this.#checkpoints?.make(work);
  }

  /**
   * Copies the collection into another folder, as it is when the writes that were asked for before
   * are in; writing goes on meanwhile. The copy is a collection of its own.
   *
   * @throws {CollectionError} IN_MEMORY, CLOSED @throws {StorageError} NOT_EMPTY, FILE_FAILED
   */
  async backup(path: string, options: WorkOptions = {}): Promise<void> {
    this.#assertWritable();
    const folder = assertString(path, argumentCheck('path'));
    const work = readWork(options);
    const store = this.#assertStored();
    const { frozen, sequence } = await this.#queue.alone(async () => {
      this.#queue.assertSound();
      const frozen = await this.#contents.freeze();
      return { frozen, sequence: store.stats().sequence };
    });
    const point = { sequence, signal: work.signal };
    await writingFrozen(frozen, work, (write) =>
      store.backup(folder, point, schemaToSettings(this.schema), write),
    );
  }

  /**
   * Gives back what deleted and replaced documents take, in memory and in the files. Searches go on
   * meanwhile, writes wait.
   *
   * @throws {CollectionError} ABORTED, CLOSED @throws {VectorIndexError} OUT_OF_MEMORY, ...
   */
  async compact(options: WorkOptions = {}): Promise<void> {
    this.#assertWritable();
    const work = readWork(options);
    await this.#compact(work);
    await this.#checkpoints?.make(work);
  }

  async #compact(work: WorkOptions): Promise<void> {
    await this.#queue.alone(async () => {
      this.#queue.assertSound();
      const old = this.#contents;
      this.#contents = await compactContents(old, this.#request.run, work);
      await old.close();
    });
  }

  /** Counts and bytes. */
  stats(): CollectionStats {
    this.#assertOpen();
    return collectStats(this.#contents, this.#store);
  }

  /** What is broken, in memory and in the files; empty when the collection is sound. */
  async verify(): Promise<CollectionProblem[]> {
    this.#assertOpen();
    await this.#checkpoints?.idle();
    return this.#queue.alone(async () => {
      await this.#contents.link();
      const problems = await verifyContents(this.#contents);
      if (!this.#store) return problems;
      const { files } = this.#request.store;
      return [...problems, ...(await verifyFiles(this.#store, this.schema, files))];
    });
  }

  /** Waits for what was asked for, makes a checkpoint where that is worth it, and lets go. */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  /** Closes: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#queue.idle();
    await this.#checkpoints?.idle();
    await this.#queue.idle(); // what those asked for
    try {
      await this.#checkpoints?.makeIfDue(CHECKPOINT_AT_END);
    } finally {
      await this.#contents.close();
      await this.#store?.close();
    }
  }

  /**
   * In the background: a checkpoint when the log has become long, which first gives back what
   * deleted and replaced documents take, when that is most of all.
   */
  #tidySoon(least: number = this.#request.checkpointAt): void {
    const checkpoints = this.#checkpoints;
    if (!checkpoints || this.#closed || checkpoints.busy || !checkpoints.isDue(least)) return;
    if (!this.#contents.isMostlyGarbage) void checkpoints.makeIfDue(least);
    else if (!this.#compacts) void this.#compactSoon(least);
  }

  async #compactSoon(least: number): Promise<void> {
    this.#compacts = true;
    try {
      await this.#compact({});
    } catch (error) {
      warn(`deleted documents still take memory: ${String(error)}`, 'NOT_COMPACTED');
    }
    this.#compacts = false;
    if (!this.#closed) await this.#checkpoints?.makeIfDue(least);
  }

  #assertOpen(): void {
    if (!this.#closed) return;
    throw new CollectionError(
      CollectionErrorCode.closed,
      'the collection is closed; open it again',
    );
  }

  #assertWritable(): void {
    this.#assertOpen();
    if (!this.#request.store.readOnly) return;
    throw new CollectionError(
      CollectionErrorCode.readOnly,
      'the collection was opened to be read; open it without readOnly to write',
    );
  }

  #assertStored(): Store {
    if (this.#store) return this.#store;
    throw new CollectionError(
      CollectionErrorCode.inMemory,
      'a collection in memory has no files; open one in a folder',
    );
  }
}
