// A store: a folder with a manifest, the files of a snapshot, and logs of what came after. Bytes
// in, the same bytes out after any crash; what they mean is the owner's business.
// docs/design/log-format.md has the bytes, the order of steps, and why it holds.

import { assertInteger, assertString, describe } from '@nigh/base';
import { writeBackup } from './backup.ts';
import { CommitLog, type Mark } from './commit-log.ts';
import { invalidArgument, StorageError, StorageErrorCode } from './errors.ts';
import type { FileSystem, Lock } from './file-system.ts';
import type { HeldFiles } from './held-files.ts';
import { MAX_TYPE } from './log-format.ts';
import type { StoredRecord } from './log-reader.ts';
import { LogReplay } from './log-replay.ts';
import { LogWriter } from './log-writer.ts';
import { type Manifest, readManifest, replaceManifest } from './manifest.ts';
import { MANIFEST } from './names.ts';
import { openBeside, openFolder } from './open-folder.ts';
import {
  type Durability,
  type ResolvedOptions,
  resolveOptions,
  type StoreOptions,
} from './options.ts';
import { isProducing, produceFor } from './producing.ts';
import {
  SnapshotReader,
  type SnapshotWriter,
  type WrittenSnapshot,
  writeSnapshotFiles,
} from './snapshot-files.ts';
import { assertParts, copySettings, notAStore, notReady } from './store-checks.ts';
import { type FolderContents, removeLeftovers } from './store-folder.ts';
import { takeUp } from './take-up.ts';
import { resolveFolder } from './typed-files.ts';

/** What opening found besides records. */
export interface Recovery {
  /** Bytes behind the last whole record that were cut off. */
  readonly droppedBytes: number;
  /** Records that were read from the logs. */
  readonly records: number;
  /** Damage that `recover: 'point-in-time'` ended at. */
  readonly damage:
    | { readonly path: string; readonly offset: number; readonly reason: string }
    | undefined;
}

/** Counts and bytes of a store. */
export interface StoreStats {
  /** Where it is. */
  readonly folder: string;
  /** What an acknowledged record survives. */
  readonly durability: Durability;
  /** The sequence that was given last. */
  readonly sequence: number;
  /** Records up to this sequence are in the snapshot; 0 where there is none. */
  readonly snapshotSequence: number;
  /** Bytes of the snapshot, all its files. */
  readonly snapshotBytes: number;
  /** Bytes of the logs behind the snapshot. */
  readonly logBytes: number;
  /** Records behind the snapshot. */
  readonly logRecords: number;
  /** Files of the logs behind the snapshot. */
  readonly logFiles: number;
}

/** Writes the files of a snapshot, one after another. */
export type WriteFiles = (writer: SnapshotWriter) => Promise<void>;

/** How a snapshot is written. */
export interface SnapshotOptions {
  /** Stops it: what was written of it goes, and ABORTED is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** `reading`: what was there is being read, or a new store is being made. */
type State = 'new' | 'unread' | 'reading' | 'open' | 'closed';

const NONE: Recovery = { droppedBytes: 0, records: 0, damage: undefined };

/**
 * A folder that keeps what it is given: records in a log, and snapshots that make the log short.
 */
export class Store {
  /** Where it is. */
  readonly folder: string;
  readonly #options: ResolvedOptions;
  readonly #lock: Lock | undefined;
  /** Whether there was no store before. */
  readonly isNew: boolean;
  #contents: FolderContents;
  #manifest: Manifest | undefined;
  #state: State;
  #log: CommitLog | undefined;
  #recovery: Recovery = NONE;
  /** The logs that were read, for a store that is only read. */
  #found: { readonly logs: readonly { readonly size: number }[]; readonly sequence: number } = {
    logs: [],
    sequence: 0,
  };
  #snapshotNumber: number;
  /** Snapshots and backups, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Aborts snapshots and backups when the store is closed. */
  readonly #ending = new AbortController();
  /** What is read beside a writer. */
  #held: HeldFiles | undefined;

  private constructor(
    folder: string,
    options: ResolvedOptions,
    lock: Lock | undefined,
    contents: FolderContents,
  ) {
    this.folder = folder;
    this.#options = options;
    this.#lock = lock;
    this.#contents = contents;
    this.#manifest = contents.manifest;
    this.isNew = contents.manifest === undefined;
    this.#state = this.isNew ? 'new' : 'unread';
    this.#snapshotNumber = contents.highestSnapshot;
  }

  /**
   * Takes the lock of a folder and reads what is in it. Nothing is changed before the records have
   * been read to their end.
   *
   * @throws {StorageError} `LOCKED`, `NOT_A_STORE`, `MANIFEST_CORRUPT`, `SNAPSHOT_CORRUPT`,
   *   `FORMAT_UNSUPPORTED`, `FILE_FAILED`
   */
  static async open(folder: string, options: StoreOptions = {}): Promise<Store> {
    assertString(folder, { name: 'folder', error: invalidArgument });
    const resolved = resolveOptions(options);
    const { files, readOnly } = resolved;
    const whole = resolveFolder(files, folder);
    const mayCreate = resolved.create && !readOnly;
    if (mayCreate) await files.makeFolder(whole);
    else if (!(await files.exists(`${whole}/${MANIFEST}`))) throw notAStore(whole);
    if (readOnly) {
      const { contents, held } = await openBeside(files, whole);
      if (contents.manifest === undefined) throw notAStore(whole); // and so nothing is held
      const store = new Store(whole, { ...resolved, files: held.files }, undefined, contents);
      store.#held = held;
      return store;
    }
    const lock = await files.lock(whole);
    try {
      const contents = await openFolder(files, whole);
      if (contents.manifest === undefined && !mayCreate) throw notAStore(whole);
      return new Store(whole, resolved, lock, contents);
    } catch (error) {
      await lock?.release().catch(() => undefined);
      throw error;
    }
  }

  /** A copy of what the owner kept in the manifest; undefined in a new store. */
  get settings(): unknown {
    return structuredClone(this.#manifest?.settings);
  }

  /** The snapshot in force; undefined when there is none yet. */
  get snapshot(): SnapshotReader | undefined {
    const entry = this.#manifest?.snapshot;
    return entry && new SnapshotReader(this.#options.files, this.folder, entry);
  }

  /** What was found by `records()`. */
  get recovery(): Recovery {
    return this.#recovery;
  }

  /** Why nothing is acknowledged any more, or undefined. */
  get failure(): Error | undefined {
    return this.#log?.failure;
  }

  /**
   * The records after the snapshot, in order. To be read to its end once, before anything is
   * appended; a torn end is cut off there.
   *
   * @throws {StorageError} `LOG_CORRUPT` with path and offset, `FORMAT_UNSUPPORTED`, `FILE_FAILED`
   */
  async *records(): AsyncGenerator<StoredRecord> {
    this.#assertUsable();
    if (this.#state === 'new') return;
    if (this.#state !== 'unread') throw notReady('records are read once, after opening');
    this.#state = 'reading';
    const { files, isPointInTime } = this.#options;
    const manifest = this.#manifest as Manifest;
    const numbers = this.#contents.logs;
    const replay = new LogReplay({ files, folder: this.folder, manifest, numbers, isPointInTime });
    let records = 0;
    for await (const record of replay.records()) {
      records++;
      yield record;
    }
    await this.#alone(async () => {
      this.#assertUsable();
      if (!this.#options.readOnly) await this.#takeUp(replay, manifest);
    });
    const { droppedBytes, damage, logs, sequence } = replay;
    this.#recovery = { droppedBytes, records, damage };
    this.#found = { logs, sequence };
    if (this.#state === 'reading') this.#state = 'open';
  }

  async #takeUp(replay: LogReplay, manifest: Manifest): Promise<void> {
    const { files } = this.#options;
    const { folder } = this;
    const switchTo = (next: Manifest): Promise<void> => this.#switch(next);
    const plan = { files, folder, manifest, numbers: this.#contents.logs, switchTo };
    this.#log = new CommitLog(this.#logOptions(), await takeUp(replay, plan));
  }

  /**
   * Makes a new store: its first log and manifest.
   *
   * @param settings JSON that is kept in the manifest, of less than 64 MiB; copied at once
   */
  async initialize(settings: unknown): Promise<void> {
    this.#assertUsable();
    if (this.#state !== 'new') throw notReady('a store is initialized once, when it is new');
    const copy = copySettings(settings);
    this.#state = 'reading'; // once only
    await this.#alone(() => this.#make(copy));
  }

  async #make(settings: unknown): Promise<void> {
    const { files } = this.#options;
    const { folder } = this;
    const number = Math.max(0, ...this.#contents.logs) + 1;
    const manifest = { settings, snapshot: undefined, log: { number, first: 1 } };
    let writer: LogWriter | undefined;
    try {
      writer = await LogWriter.create(files, folder, manifest.log);
      // The name of the log first: a manifest must never name what is not there.
      await files.syncFolder(folder);
      await this.#switch(manifest);
    } catch (error) {
      await writer?.close().catch(() => undefined);
      this.#state = 'closed';
      await this.#lock?.release().catch(() => undefined);
      throw error;
    }
    await removeLeftovers(files, folder, { manifest, stray: [] });
    const start = { writer, older: [], sequence: 0, highest: number };
    this.#log = new CommitLog(this.#logOptions(), start);
    if (this.#state === 'reading') this.#state = 'open';
  }

  /**
   * Appends a record. Its parts are copied before this returns, and sequences are given in the
   * order of calls.
   *
   * @param type 0 to 2^32 - 2, the owner's
   * @returns its sequence, when it is as durable as the mode says; promises resolve in order
   * @throws {StorageError} `STORAGE_FAILED` when writing has failed: open the store again
   */
  append(type: number, parts: readonly Uint8Array[]): Promise<number> {
    try {
      const log = this.#openLog();
      assertInteger(type, [0, MAX_TYPE], { name: 'type', error: invalidArgument });
      assertParts(parts);
      return log.append(type, parts);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Begins a new log: all records appended before are up to the mark's sequence. */
  async rotate(): Promise<Mark> {
    return await this.#openLog().rotate();
  }

  /** Resolves when everything appended before is durable, whatever the mode. */
  async flush(): Promise<void> {
    await this.#openLog().flush();
  }

  /**
   * Writes a snapshot of everything up to a mark, and forgets the snapshot and the logs before.
   * When something fails, the state before stays in force.
   *
   * @throws {StorageError} `ABORTED`, `FILE_FAILED`, `STORAGE_FAILED`; and what `write` throws
   */
  async writeSnapshot(
    mark: Mark,
    settings: unknown,
    write: WriteFiles,
    options: SnapshotOptions = {},
  ): Promise<void> {
    this.#assertOutside('writeSnapshot');
    const signal = this.#signal(options.signal);
    const log = this.#openLog();
    const copy = copySettings(settings);
    this.#assertMark(mark, log);
    await this.#alone(async () => {
      this.#assertMark(mark, log);
      log.assertSound();
      const { files } = this.#options;
      const number = ++this.#snapshotNumber;
      const place = { files, folder: this.folder, number };
      const written = await writeSnapshotFiles(place, this.#producer(write), signal);
      const manifest: Manifest = {
        settings: copy,
        snapshot: { number, sequence: mark.sequence, files: written.files },
        log: { number: mark.log, first: mark.sequence + 1 },
      };
      try {
        log.assertSound();
        await this.#syncFolder(log);
        await this.#switch(manifest, log);
      } catch (error) {
        await this.#takeBack(written, { number, log, error });
        throw error;
      }
      // After a sync that failed, the manifest before may be the one that is kept.
      log.assertSound();
      log.drop(mark.log);
      await removeLeftovers(files, this.folder, { manifest, stray: [] });
    });
  }

  /**
   * Writes a snapshot into another folder, new or empty, which then is a store of its own.
   *
   * @param point records up to its sequence are in what is written; a mark, for instance
   * @throws {StorageError} `NOT_EMPTY`, `LOCKED`, `ABORTED`, `FILE_FAILED`; and what `write` throws
   */
  async backup(
    folder: string,
    point: { readonly sequence: number; readonly signal?: AbortSignal | undefined },
    settings: unknown,
    write: WriteFiles,
  ): Promise<void> {
    this.#assertOutside('backup');
    this.#openLog();
    assertString(folder, { name: 'folder', error: invalidArgument });
    const copy = copySettings(settings);
    const range = [0, Number.MAX_SAFE_INTEGER - 1] as const;
    const check = { name: 'point.sequence', error: invalidArgument };
    const sequence = assertInteger(point.sequence, range, check);
    const { files } = this.#options;
    const target = { files, folder: resolveFolder(files, folder), sequence, settings: copy };
    const signal = this.#signal(point.signal);
    await this.#alone(() => writeBackup(target, this.#producer(write), signal));
  }

  /** Counts and bytes. */
  stats(): StoreStats {
    const snapshot = this.#manifest?.snapshot;
    const logs = this.#log?.logs ?? this.#found.logs;
    const sequence = this.#log?.sequence ?? Math.max(this.#found.sequence, snapshot?.sequence ?? 0);
    const counts = this.#log?.logs.map(({ count }) => count) ?? [this.#recovery.records];
    return {
      folder: this.folder,
      durability: this.#options.durability,
      sequence,
      snapshotSequence: snapshot?.sequence ?? 0,
      snapshotBytes: (snapshot?.files ?? []).reduce((sum, { size }) => sum + size, 0),
      logBytes: logs.reduce((sum, { size }) => sum + size, 0),
      logRecords: counts.reduce((sum, count) => sum + count, 0),
      logFiles: logs.length,
    };
  }

  /**
   * Aborts snapshots and backups, waits for what else was asked for, makes it durable and frees the
   * lock, also when it rejects. When the lock cannot be freed, closing again tries again.
   *
   * @throws {StorageError} `STORAGE_FAILED` where acknowledged records may not survive a power cut
   */
  async close(): Promise<void> {
    this.#assertOutside('close');
    this.#closing ??= this.#close();
    try {
      await this.#closing;
    } finally {
      await this.#lock?.release();
    }
  }

  async #close(): Promise<void> {
    this.#state = 'closed';
    this.#ending.abort(new Error('the store was closed'));
    await this.#work;
    await this.#log?.close();
    await this.#held?.letGo();
  }

  /** Says when to stop: when the caller does, or when the store is closed. */
  #signal(given: AbortSignal | undefined): AbortSignal {
    const { signal } = this.#ending;
    return given === undefined ? signal : AbortSignal.any([given, signal]);
  }

  #producer(write: WriteFiles): WriteFiles {
    return (writer) => produceFor(this, () => write(writer));
  }

  #assertOutside(call: string): void {
    if (!isProducing(this)) return;
    throw notReady(`${call}() waits for the snapshot that is being written: call it afterwards`);
  }

  #logOptions(): { files: FileSystem; folder: string; durability: Durability; intervalMs: number } {
    const { files, durability, intervalMs } = this.#options;
    return { files, folder: this.folder, durability, intervalMs };
  }

  /** The manifest takes its place, durably. Until then the one before is in force. */
  async #switch(manifest: Manifest, log?: CommitLog): Promise<void> {
    const number = ++this.#snapshotNumber;
    await replaceManifest(this.#options.files, this.folder, { manifest, number });
    await this.#syncFolder(log);
    this.#manifest = manifest;
  }

  /** Removes the files of a snapshot, unless the manifest that has its place names them. */
  async #takeBack(
    written: WrittenSnapshot,
    { number, log, error }: { number: number; log: CommitLog; error: unknown },
  ): Promise<void> {
    try {
      const inForce = await readManifest(this.#options.files, this.folder);
      if (inForce?.snapshot?.number === number) log.fail(error);
      else await written.undo();
    } catch {
      // They stay until the next opening: nothing depends on them.
    }
  }

  /** When names may be lost without anybody noticing, nothing is acknowledged any more. */
  async #syncFolder(log: CommitLog | undefined): Promise<void> {
    try {
      await this.#options.files.syncFolder(this.folder);
    } catch (error) {
      log?.fail(error);
      throw error;
    }
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    await done;
  }

  #assertMark(mark: Mark, log: CommitLog): void {
    const known = log.logs.some(
      ({ number, first }) => number === mark?.log && first === mark?.sequence + 1,
    );
    if (known) return;
    throw invalidArgument(
      'mark must be one that rotate() gave, and no snapshot of a later one may have been written',
      { name: 'mark', got: describe(mark) },
    );
  }

  #assertUsable(): void {
    if (this.#state === 'closed') {
      const message = `the store of ${this.folder} is closed; open it again`;
      throw new StorageError(StorageErrorCode.closed, message, { folder: this.folder });
    }
  }

  #openLog(): CommitLog {
    this.#assertUsable();
    if (this.#options.readOnly) {
      const message = `the store of ${this.folder} was opened to be read; open it without readOnly`;
      throw new StorageError(StorageErrorCode.readOnly, message, { folder: this.folder });
    }
    if (this.#log !== undefined && this.#state === 'open') return this.#log;
    throw notReady(this.isNew ? 'call initialize() first' : 'read records() to its end first');
  }
}
