// Reading all logs of a store in order, without changing anything: which records there are, where
// the last log goes on, and what has to be cut. The rules are those of docs/design/log-format.md.

import { otherVersion, StorageError, StorageErrorCode } from './errors.ts';
import type { File, FileSystem } from './file-system.ts';
import { LOG_HEADER_BYTES, LOG_VERSION, type LogHeader, parseLogHeader } from './log-format.ts';
import { LogReader, type StoredRecord } from './log-reader.ts';
import type { LogEnd } from './log-writer.ts';
import type { Manifest } from './manifest.ts';
import { logName } from './names.ts';
import { withFile } from './typed-files.ts';

export interface ReplayPlan {
  readonly files: FileSystem;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Numbers of the logs in the folder. */
  readonly numbers: readonly number[];
  readonly isPointInTime: boolean;
}

/** Where a log stops making sense. */
export interface Damage {
  readonly path: string;
  readonly offset: number;
  readonly reason: string;
}

interface SizedLog {
  readonly number: number;
  readonly size: number;
}

function corrupt({ path, offset, reason }: Damage): StorageError {
  return new StorageError(
    StorageErrorCode.logCorrupt,
    `${path}, byte ${offset}: ${reason}. Restore the folder from a backup, or open it with ` +
      "recover: 'point-in-time' to keep what lies before",
    { path, offset },
  );
}

export class LogReplay {
  readonly #plan: ReplayPlan;
  /**
   * The logs that have records, or may get some; the last one goes on. None when a point-in-time
   * recovery has found none to go on with.
   */
  readonly logs: LogEnd[] = [];
  /** Logs without records that belong to nothing, or that lie behind damage. */
  readonly stray: number[] = [];
  /** The sequence of the last record. */
  sequence: number;
  /** Bytes behind the end of the last log, and in logs behind damage. */
  droppedBytes = 0;
  /** Where the first of them are. */
  tail: { readonly path: string; readonly offset: number } | undefined;
  /** Damage that a point-in-time recovery passed over. */
  damage: Damage | undefined;

  constructor(plan: ReplayPlan) {
    this.#plan = plan;
    this.sequence = plan.manifest.log.first - 1;
  }

  /** Every record after the snapshot. What is found besides is known when it has ended. */
  async *records(): AsyncGenerator<StoredRecord> {
    const { manifest, numbers } = this.#plan;
    const after = manifest.snapshot?.sequence ?? 0;
    const sized = await this.#sizes(
      numbers.filter((number) => number >= manifest.log.number).sort((a, b) => a - b),
    );
    if (this.sequence > after) this.#stop(this.#gap(manifest.log.number, after));
    else if (sized[0]?.number !== manifest.log.number) {
      const path = this.#path(manifest.log.number);
      const reason = 'the manifest names this log, and it is not there';
      this.#stop({ path, offset: 0, reason });
    }
    let lastUsed = 0;
    for (const [i, { size }] of sized.entries()) if (size > LOG_HEADER_BYTES) lastUsed = i;
    for (const [i, log] of sized.entries()) {
      if (this.damage !== undefined) {
        this.#drop(log);
        continue;
      }
      for await (const record of this.#recordsOf(log, {
        isFirst: i === 0,
        isLast: i >= lastUsed,
      })) {
        if (record.sequence > after) yield record;
      }
    }
    if (this.damage === undefined && this.sequence < after) {
      const last = this.logs[this.logs.length - 1]?.number ?? manifest.log.number;
      this.#stop(this.#gap(last, after));
    }
    // Only behind damage: what comes next could not follow these logs.
    if (this.sequence < after) for (const log of this.logs.splice(0)) this.#drop(log);
    if (this.logs.length === 0) this.sequence = after;
  }

  #path(number: number): string {
    return `${this.#plan.folder}/${logName(number)}`;
  }

  async #sizes(numbers: readonly number[]): Promise<SizedLog[]> {
    const { files } = this.#plan;
    const sized: SizedLog[] = [];
    for (const number of numbers) {
      const size = await withFile(files, this.#path(number), (file) => file.size());
      sized.push({ number, size });
    }
    return sized;
  }

  #gap(number: number, after: number): Damage {
    const reason = `records up to ${this.sequence} and a snapshot of ${after} leave a gap`;
    return { path: this.#path(number), offset: 0, reason };
  }

  #drop({ number, size }: SizedLog): void {
    this.stray.push(number);
    this.droppedBytes += size;
    if (size > 0) this.tail ??= { path: this.#path(number), offset: 0 };
  }

  /** Refuses, or ends the replay here where a point in time is enough. */
  #stop(damage: Damage): void {
    if (!this.#plan.isPointInTime) throw corrupt(damage);
    this.damage = damage;
  }

  async *#recordsOf(
    log: SizedLog,
    place: { readonly isFirst: boolean; readonly isLast: boolean },
  ): AsyncGenerator<StoredRecord> {
    const { files } = this.#plan;
    const file = await files.open(this.#path(log.number), 'read');
    try {
      const first = this.sequence + 1;
      const header = await this.#headerOf(file, log, place.isFirst);
      if (header === undefined) return;
      const { salt } = header;
      const reader = new LogReader(file, log.size, this.sequence, salt);
      for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
        this.sequence = record.sequence;
        yield record;
      }
      await this.#endOf(reader, log.number, place.isLast);
      this.logs.push({
        number: log.number,
        salt,
        first,
        size: reader.offset,
        proven: reader.proven,
        previous: reader.previous,
        isMarked: reader.isMarked,
        count: reader.count,
      });
    } finally {
      await file.close();
    }
  }

  /** The header of a log that is the one that comes next; undefined where it is not. */
  async #headerOf(file: File, log: SizedLog, isFirst: boolean): Promise<LogHeader | undefined> {
    const path = this.#path(log.number);
    const bytes = new Uint8Array(Math.min(log.size, LOG_HEADER_BYTES));
    await file.read(bytes, 0);
    const header = parseLogHeader(bytes);
    if (header !== undefined && header.version !== LOG_VERSION) {
      throw otherVersion(path, header.version, LOG_VERSION);
    }
    const next = this.sequence + 1;
    if (header?.number === log.number && header.first === next) return header;
    // A log is made durable before anything is written to it, so one with nothing in it may be the
    // rest of an attempt. That its first record would lie ahead cannot be: what came before is
    // lost.
    const isEmpty = log.size <= LOG_HEADER_BYTES && !isFirst;
    const isAttempt = isEmpty && (header === undefined || header.first < next);
    const reason =
      header === undefined
        ? 'the header of the log is damaged'
        : `the log begins with record ${header.first} where ${next} comes next`;
    if (!isAttempt) this.#stop({ path, offset: 0, reason });
    this.#drop(log);
    return undefined;
  }

  async #endOf(reader: LogReader, number: number, isLast: boolean): Promise<void> {
    if (!reader.hasTail) return;
    const path = this.#path(number);
    const { offset } = reader;
    const missing = reader.sequence + 1;
    if (!isLast) {
      // The next log was begun when this one was durable to its end.
      this.#stop({ path, offset, reason: `record ${missing} is damaged, and a log follows` });
    } else if (!this.#plan.isPointInTime) {
      const proof = await reader.findProof();
      if (proof !== undefined) {
        const reason = `record ${missing} is damaged, and byte ${proof} shows that it was written`;
        this.#stop({ path, offset, reason });
      }
    } else {
      const reason = `record ${missing} is damaged, or was never written to its end`;
      this.damage = { path, offset, reason };
    }
    this.droppedBytes += reader.size - offset;
    this.tail ??= { path, offset };
  }
}
