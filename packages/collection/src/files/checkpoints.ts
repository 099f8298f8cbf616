// When the contents are written into a snapshot, and that one after the other. Asked for, or by
// itself when the log has become long: all that a checkpoint does is in the log already, so one
// that nobody asked for may fail.

import type { WorkOptions } from '@nigh/core';
import type { Store } from '@nigh/storage';
import type { Contents } from '../contents/contents.ts';
import { schemaToSettings } from '../schema.ts';
import { warn } from '../warn.ts';
import type { WriteQueue } from '../write/write-queue.ts';
import { writingFrozen } from './snapshot.ts';

export class Checkpoints {
  readonly #store: Store;
  readonly #queue: WriteQueue;
  readonly #contents: () => Contents;
  /** Settles when those that were asked for have ended. */
  #last: Promise<void> = Promise.resolve();
  #unfinished = 0;
  /** Bytes of the log when one failed that nobody asked for. */
  #failedAt = 0;

  /** @param contents what is written: those of the moment */
  constructor(store: Store, queue: WriteQueue, contents: () => Contents) {
    this.#store = store;
    this.#queue = queue;
    this.#contents = contents;
  }

  /** Settles when none runs or waits. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** One when those before it have ended. */
  async make(work: WorkOptions = {}): Promise<void> {
    this.#unfinished++;
    const made = this.#last.then(() => this.#write(work));
    this.#last = made
      .catch(() => undefined)
      .finally(() => {
        this.#unfinished--;
      });
    await made;
  }

  /**
   * Whether the log has become long: `least` bytes, and half of the snapshot, so that all snapshots
   * together take a few times the bytes that were logged. Behind one that failed, twice the bytes
   * that it had.
   */
  isDue(least: number): boolean {
    if (this.#queue.failure || this.#store.failure) return false;
    const { logBytes, snapshotBytes } = this.#store.stats();
    return logBytes >= Math.max(least, snapshotBytes / 2, 2 * this.#failedAt);
  }

  /** True while one runs or waits. */
  get busy(): boolean {
    return this.#unfinished > 0;
  }

  /** One that nobody asked for, where it is due: it may fail, and tells of it. */
  async makeIfDue(least: number, work: WorkOptions = {}): Promise<void> {
    if (!this.isDue(least)) return;
    const { logBytes } = this.#store.stats();
    try {
      await this.make(work);
      this.#failedAt = 0;
    } catch (error) {
      if (work.signal?.aborted) throw error;
      this.#failedAt = logBytes;
      warn(`no checkpoint could be made, the log grows: ${String(error)}`, 'NOT_CHECKPOINTED');
    }
  }

  async #write(work: WorkOptions): Promise<void> {
    const store = this.#store;
    const contents = this.#contents;
    const { mark, frozen, schema } = await this.#queue.alone(async () => {
      this.#queue.assertSound();
      const mark = await store.rotate(); // first: what is frozen must be let go again
      return { mark, frozen: await contents().freeze(), schema: contents().schema };
    });
    const { signal } = work;
    await writingFrozen(frozen, work, (write) =>
      store.writeSnapshot(mark, schemaToSettings(schema), write, { signal }),
    );
  }
}
