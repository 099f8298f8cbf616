// One log that is being written: every record is linked to the one before it, and knows what was
// durable when it was written.

import { crc32, crc32InPieces, PIECE_BYTES } from './crc32.ts';
import type { File, FileSystem } from './file-system.ts';
import {
  chainRecord,
  coveredBytes,
  encodeRecord,
  LOG_HEADER_BYTES,
  logHeader,
  MARK_TYPE,
  saltOf,
  setCrc,
} from './log-format.ts';
import { logName } from './names.ts';

/** A record on its way: the bytes are ours, and not linked yet. */
export interface OpenRecord {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** Where a log that exists goes on. */
export interface LogEnd {
  readonly number: number;
  /** The checksum of its header. */
  readonly salt: number;
  /** The sequence of its first record. */
  readonly first: number;
  readonly size: number;
  /** Up to where its bytes are known to be durable. */
  readonly proven: number;
  /** Checksum of the last record, or of the header. */
  readonly previous: number;
  /** Whether the last record is a mark. */
  readonly isMarked: boolean;
  /** Records of the owner in it. */
  readonly count: number;
}

function joined(records: readonly OpenRecord[]): Uint8Array {
  const [first] = records;
  if (records.length === 1 && first !== undefined) return first.bytes;
  const bytes = new Uint8Array(records.reduce((sum, record) => sum + record.bytes.length, 0));
  let at = 0;
  for (const record of records) {
    bytes.set(record.bytes, at);
    at += record.bytes.length;
  }
  return bytes;
}

/**
 * Writes bytes over themselves, so that the next sync has to do with them. Without it a sync that
 * failed in a process before this one would go unnoticed: the system reads such bytes from memory,
 * counts them as written, and loses them with the power.
 */
async function writeAgain(file: File, start: number, end: number): Promise<void> {
  for (let at = start; at < end; at += PIECE_BYTES) {
    const bytes = new Uint8Array(Math.min(PIECE_BYTES, end - at));
    const count = await file.read(bytes, at);
    await file.write(bytes.subarray(0, count), at);
  }
}

export class LogWriter {
  readonly #file: File;
  readonly #salt: number;
  readonly number: number;
  readonly first: number;
  size: number;
  count: number;
  #previous: number;
  #isMarked: boolean;

  constructor(file: File, end: LogEnd) {
    this.#file = file;
    this.#salt = end.salt;
    this.number = end.number;
    this.first = end.first;
    this.size = end.size;
    this.count = end.count;
    this.#previous = end.previous;
    this.#isMarked = end.isMarked;
  }

  /** Makes log `number` with its header, durably up to its name, which the folder's sync keeps. */
  static async create(
    files: FileSystem,
    folder: string,
    log: { readonly number: number; readonly first: number },
  ): Promise<LogWriter> {
    const file = await files.open(`${folder}/${logName(log.number)}`, 'create');
    try {
      const header = logHeader(log.number, log.first);
      const salt = saltOf(header);
      await file.write(header, 0);
      await file.sync();
      return new LogWriter(file, {
        ...log,
        size: LOG_HEADER_BYTES,
        proven: LOG_HEADER_BYTES,
        salt,
        previous: salt,
        isMarked: false,
        count: 0,
      });
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** Takes up a log that was read: cuts what lies behind its end, and makes the rest durable. */
  static async takeUp(files: FileSystem, folder: string, end: LogEnd): Promise<LogWriter> {
    const file = await files.open(`${folder}/${logName(end.number)}`, 'write');
    try {
      if ((await file.size()) > end.size) await file.truncate(end.size);
      await writeAgain(file, end.proven, end.size);
      await file.sync();
      return new LogWriter(file, end);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Writes records with one call.
   *
   * @param synced everything up to this sequence is durable
   */
  async write(records: readonly OpenRecord[], synced: number): Promise<void> {
    for (const { bytes, sequence } of records) {
      chainRecord(bytes, this.#previous, sequence - synced);
      const covered = coveredBytes(bytes);
      const isSmall = covered.length <= PIECE_BYTES;
      const crc = isSmall ? crc32(covered, this.#salt) : await crc32InPieces(covered, this.#salt);
      setCrc(bytes, crc);
      this.#previous = crc;
    }
    const bytes = joined(records);
    await this.#file.write(bytes, this.size);
    this.size += bytes.length;
    this.count += records.length;
    this.#isMarked = false;
  }

  /**
   * Writes behind the last record that all up to it, `sequence`, are durable, if nothing says so.
   */
  async mark(sequence: number): Promise<void> {
    if (this.#isMarked) return;
    await this.write([{ sequence, bytes: encodeRecord(MARK_TYPE, sequence, []) }], sequence);
    this.count--;
    this.#isMarked = true;
    await this.#file.sync();
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
