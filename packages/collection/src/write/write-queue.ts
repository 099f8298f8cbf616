// The order of writes. Each is logged, and changes the contents when the log has it for good: what
// a search finds is never lost. Many may wait for the log at once, which syncs them together. Some
// must know what is there before they can be logged (a change of metadata, a deletion by filter),
// or must meet the contents standing still (a checkpoint): they have their turn alone.

import { CollectionError, CollectionErrorCode } from '../errors.ts';
import type { LogRecord } from './log-records.ts';

/** Where writes are logged. */
export interface Journal {
  /** Settles when the record is durable, in the order of the calls. */
  append(type: number, parts: readonly Uint8Array[]): Promise<number>;
}

/** The journal of a collection that is in memory only. */
export const NO_JOURNAL: Journal = { append: () => Promise.resolve(0) };

/** Logs a write and applies it, within a turn alone. */
export type Begin = WriteQueue['write'];

export class WriteQueue {
  readonly #journal: Journal;
  /** Settles when the last turn of those who want one alone has ended. */
  #turns: Promise<unknown> = Promise.resolve();
  /** Turns that have not ended, and writes that wait for one and have not begun. */
  #waiting = 0;
  #asked = 0;
  /** Settles when the last write that was begun is in the contents, or has failed. */
  #applied: Promise<unknown> = Promise.resolve();
  #failure: CollectionError | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** How many writes and turns were asked for. */
  get asked(): number {
    return this.#asked;
  }

  /** Why nothing can be written any more. */
  get failure(): CollectionError | undefined {
    return this.#failure;
  }

  /** Contents that have parted from their log are never kept. */
  assertSound(): void {
    if (this.#failure) throw this.#failure;
  }

  /**
   * Logs a write, then applies it; in the order of the calls.
   *
   * @throws {StorageError} STORAGE_FAILED and others: it was not applied
   * @throws {CollectionError} COLLECTION_FAILED
   */
  write<T>(record: LogRecord, apply: () => T | Promise<T>): Promise<T> {
    this.#asked++;
    if (this.#waiting === 0) return this.#begin(record, apply);
    this.#waiting++;
    return this.#turns.then(() => {
      this.#waiting--;
      return this.#begin(record, apply);
    });
  }

  /** Runs `work` when all that was asked for before is in, and nothing else until it has ended. */
  alone<T>(work: (begin: Begin) => Promise<T>): Promise<T> {
    this.#asked++;
    this.#waiting++;
    const turn = this.#turns
      .then(() => this.#applied)
      .then(() => work((record, apply) => this.#begin(record, apply)))
      .finally(() => {
        this.#waiting--;
      });
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  /** Settles when all that was asked for is in. */
  async idle(): Promise<void> {
    await this.#turns;
    await this.#applied;
  }

  #begin<T>({ type, parts }: LogRecord, apply: () => T | Promise<T>): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    const logged = this.#journal.append(type, parts);
    logged.catch(() => undefined); // it may fail before its turn comes
    // The write before has its turn to the end, whether this one can be logged or not.
    const applied = this.#applied.then(() => logged).then(() => this.#apply(apply));
    this.#applied = applied.catch(() => undefined);
    return applied;
  }

  /** Applies what is in the log. Where that fails, log and contents have parted. */
  async #apply<T>(apply: () => T | Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    try {
      return await apply();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#failure = new CollectionError(
        CollectionErrorCode.collectionFailed,
        `a write was logged and could not be applied (${reason}); close the collection and open ` +
          'it again, which applies it once more',
        {},
        cause,
      );
      throw this.#failure;
    }
  }
}
