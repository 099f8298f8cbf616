// The log as the owner appends to it. Group commit: what is appended while a write and its sync are
// under way goes out together with the next write. Everything happens in the order it was asked
// for.

import { StorageError, StorageErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { encodeRecord, MAX_UNSYNCED } from './log-format.ts';
import { LogWriter, type OpenRecord } from './log-writer.ts';
import { logName } from './names.ts';
import type { Durability } from './options.ts';

/** A place between two records: everything up to `sequence` lies before log `log`. */
export interface Mark {
  /** Of the last record before the place; 0 where there is none. */
  readonly sequence: number;
  /** The number of the log after the place. */
  readonly log: number;
}

/** A log that is not written any more. */
export interface OldLog {
  readonly number: number;
  readonly first: number;
  readonly size: number;
  readonly count: number;
}

export interface CommitLogOptions {
  readonly files: FileSystem;
  readonly folder: string;
  readonly durability: Durability;
  readonly intervalMs: number;
  /** Records that are written without a sync, whatever the mode. */
  readonly maxUnsynced?: number;
}

/** Where a log is taken up. */
export interface CommitLogStart {
  readonly writer: LogWriter;
  readonly older: readonly OldLog[];
  /** The sequence of the last record; all up to it are durable. */
  readonly sequence: number;
  /** The highest number of a log that was ever there. */
  readonly highest: number;
}

interface Appended extends OpenRecord {
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: Error) => void;
}

interface Step {
  readonly run: () => Promise<void>;
}

/** What is written with one call at most, unless one record alone is larger. */
const MAX_BATCH_BYTES: number = 8 * 2 ** 20;

const isStep = (item: Appended | Step): item is Step => 'run' in item;

export class CommitLog {
  readonly #options: CommitLogOptions;
  #writer: LogWriter;
  #older: OldLog[];
  #queue: (Appended | Step)[] = [];
  #running: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #highest: number;
  /** The last sequence that was given, acknowledged, written, made durable. */
  #given: number;
  #acknowledged: number;
  #written: number;
  #synced: number;
  failure: StorageError | undefined;

  constructor(options: CommitLogOptions, start: CommitLogStart) {
    this.#options = options;
    this.#writer = start.writer;
    this.#older = [...start.older];
    this.#highest = start.highest;
    this.#given = start.sequence;
    this.#acknowledged = start.sequence;
    this.#written = start.sequence;
    this.#synced = start.sequence;
  }

  get sequence(): number {
    return this.#given;
  }

  /** All logs there are, the one that is written last. */
  get logs(): readonly OldLog[] {
    return [...this.#older, this.#writer];
  }

  /** Copies the parts and gives their record a sequence before it returns. */
  append(type: number, parts: readonly Uint8Array[]): Promise<number> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const bytes = encodeRecord(type, this.#given + 1, parts);
    const sequence = ++this.#given;
    return new Promise((resolve, reject) => {
      this.#queue.push({ sequence, bytes, resolve, reject });
      this.#start();
    });
  }

  /** Begins another log. When that fails without harm, the one before goes on. */
  rotate(): Promise<Mark> {
    const sequence = this.#given;
    return this.#inOrder(async () => {
      await this.#sync();
      const { files, folder } = this.#options;
      const number = ++this.#highest;
      let writer: LogWriter;
      try {
        writer = await LogWriter.create(files, folder, { number, first: sequence + 1 });
      } catch (error) {
        await files.remove(`${folder}/${logName(number)}`).catch(() => undefined);
        throw error;
      }
      try {
        await this.#guard(() => files.syncFolder(folder));
      } catch (error) {
        await writer.close().catch(() => undefined);
        throw error;
      }
      const old = this.#writer;
      this.#older.push({ number: old.number, first: old.first, size: old.size, count: old.count });
      this.#writer = writer;
      await old.close().catch(() => undefined);
      return { sequence, log: number };
    });
  }

  /** Resolves when everything that was appended before is durable, whatever the mode. */
  flush(): Promise<void> {
    return this.#inOrder(() => this.#sync());
  }

  /** Forgets logs that lie before `number`. */
  drop(number: number): void {
    this.#older = this.#older.filter((log) => log.number >= number);
  }

  /** Throws why nothing is acknowledged any more. */
  assertSound(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** Whatever it says, nothing is acknowledged any more. */
  fail(cause: unknown): void {
    this.failure ??= new StorageError(
      StorageErrorCode.storageFailed,
      `writing to ${this.#options.folder} failed, and what the disk holds of the last records is ` +
        'not known; nothing more is written. Close the store, see to the disk and open it again',
      { folder: this.#options.folder },
      cause,
    );
    clearTimeout(this.#timer);
  }

  /**
   * Waits for what was appended, makes it durable and closes the file. Rejects where something that
   * was acknowledged may not survive a power cut.
   */
  async close(): Promise<void> {
    const closed = this.#inOrder(async () => {
      if (this.failure !== undefined && this.#acknowledged <= this.#synced) return;
      await this.#sync();
      // Only so that damage is told from a torn end; without it nothing is lost.
      await this.#writer.mark(this.#written).catch(() => undefined);
    });
    await closed.finally(async () => {
      clearTimeout(this.#timer);
      await this.#writer.close().catch(() => undefined);
    });
  }

  /** Runs `work` after everything that was asked for before. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ run: () => work().then(resolve, reject) });
      this.#start();
    });
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    await undefined; // what is appended in the same turn goes along
    while (this.#queue.length > 0) {
      const [item] = this.#queue;
      if (item !== undefined && isStep(item)) {
        this.#queue.shift();
        await item.run();
      } else {
        await this.#commit(this.#takeBatch());
      }
    }
  }

  #takeBatch(): Appended[] {
    const batch: Appended[] = [];
    let size = 0;
    for (const item of this.#queue) {
      if (isStep(item)) break;
      size += item.bytes.length;
      if (batch.length > 0 && size > MAX_BATCH_BYTES) break;
      batch.push(item);
    }
    this.#queue.splice(0, batch.length);
    return batch;
  }

  async #commit(batch: readonly Appended[]): Promise<void> {
    const last = batch[batch.length - 1]?.sequence ?? this.#written;
    const { maxUnsynced = MAX_UNSYNCED } = this.#options;
    try {
      if (last - this.#synced > maxUnsynced) await this.#sync();
      await this.#guard(() => this.#writer.write(batch, this.#synced));
      this.#written = last;
      if (this.#options.durability === 'sync') await this.#sync();
    } catch {
      for (const { reject } of batch) reject(this.failure as StorageError);
      return;
    }
    if (this.#options.durability === 'interval') this.#syncSoon();
    this.#acknowledged = last;
    for (const { resolve, sequence } of batch) resolve(sequence);
  }

  async #sync(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.#synced === this.#written) return;
    await this.#guard(() => this.#writer.sync());
    this.#synced = this.#written;
  }

  #syncSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(() => undefined); // the next append tells
    }, this.#options.intervalMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** A write or sync that fails is never tried again: the system may have dropped the data. */
  async #guard(work: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    try {
      await work();
    } catch (cause) {
      this.fail(cause);
      throw this.failure;
    }
  }
}
