// Changes of metadata. Each must know the documents that it is for before it is logged, and so has
// its turn alone; but changes that are asked for one right after the other share a turn, and with
// it a sync.

import type { Contents } from '../contents/contents.ts';
import type { Patches } from '../document.ts';
import { assertPatches } from './check-patches.ts';
import { type LogRecord, metadataRecord } from './log-records.ts';
import type { Begin, WriteQueue } from './write-queue.ts';

/** Bytes of the changes of a turn, unless one alone has more: nobody waits long for the others. */
const MAX_TURN_BYTES: number = 2 ** 20;

interface Change {
  readonly patches: Patches;
  readonly record: LogRecord;
  readonly settle: (done: Promise<void>) => void;
}

/** Changes that wait for a turn. */
interface Turn {
  readonly changes: Change[];
  bytes: number;
  /** What the queue had been asked for when it was asked for this turn. */
  readonly asked: number;
}

const bytesOf = ({ parts }: LogRecord): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

export class Updates {
  readonly #queue: WriteQueue;
  readonly #contents: () => Contents;
  /** The turn that was asked for last, until it begins. */
  #next: Turn | undefined;

  /** @param contents what is changed: those of the moment */
  constructor(queue: WriteQueue, contents: () => Contents) {
    this.#queue = queue;
    this.#contents = contents;
  }

  /**
   * Changes the metadata of documents, when all that was asked for before is in.
   *
   * @throws {CollectionError} KEY_NOT_FOUND, INVALID_DOCUMENT, COLLECTION_FAILED
   * @throws {StorageError} STORAGE_FAILED, FILE_FAILED, RECORD_TOO_LARGE
   */
  change(patches: Patches): Promise<void> {
    const record = metadataRecord(patches);
    return new Promise((settle) => {
      const turn = this.#turnFor(bytesOf(record));
      turn.changes.push({ patches, record, settle });
      turn.bytes += bytesOf(record);
    });
  }

  /** The turn that waits, if nothing was asked for since and it has room; else another one. */
  #turnFor(bytes: number): Turn {
    const { asked } = this.#queue;
    const next = this.#next;
    if (next?.asked === asked && next.bytes + bytes <= MAX_TURN_BYTES) return next;
    const turn: Turn = { changes: [], bytes: 0, asked: asked + 1 };
    this.#next = turn;
    void this.#queue.alone((begin) => this.#take(turn, begin));
    return turn;
  }

  /** Logs and applies the changes of a turn, in the order in which they were asked for. */
  async #take(turn: Turn, begin: Begin): Promise<void> {
    if (this.#next === turn) this.#next = undefined;
    const contents = this.#contents();
    const earlier: Patches[] = [];
    let size = 0;
    const log = async ({ patches, record }: Change): Promise<void> => {
      size += bytesOf(record);
      assertPatches(contents, patches, { earlier, size });
      earlier.push(patches);
      await begin(record, () => contents.patch(patches));
    };
    const all = turn.changes.map((change) => {
      const done = log(change);
      change.settle(done);
      return done;
    });
    await Promise.allSettled(all);
  }
}
