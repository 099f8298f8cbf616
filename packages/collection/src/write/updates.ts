// Changes of metadata. Each must know the documents that it is for before it is logged, and so has
// its turn alone; but changes that are asked for one right after the other share a turn, and with
// it a sync.

import type { Contents } from '../contents/contents.ts';
import type { Patches } from '../document.ts';
import { assertPatches, mayOverflow } from './check-patches.ts';
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
    let begun: Promise<void>[] = [];
    let bytes = 0; // of what was begun
    for (const { patches, record, settle } of turn.changes) {
      // Where a document may become too large, it is looked at as it is by then.
      if (mayOverflow(contents, patches, bytes + bytesOf(record))) {
        await Promise.allSettled(begun);
        begun = [];
        bytes = 0;
      }
      bytes += bytesOf(record);
      const done = changeOne(contents, begin, { patches, record, bytes });
      settle(done);
      begun.push(done);
    }
    await Promise.allSettled(begun);
  }
}

/** One change: checked, logged, applied. */
async function changeOne(
  contents: Contents,
  begin: Begin,
  { patches, record, bytes }: Pick<Change, 'patches' | 'record'> & { readonly bytes: number },
): Promise<void> {
  assertPatches(contents, patches, bytes);
  await begin(record, () => contents.patch(patches));
}
