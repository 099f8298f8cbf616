// Reading one log: records one after the other, as long as they are whole, in sequence and linked
// to the one before. Nothing larger than the file is ever allocated, whatever lengths it claims.

import { nextTurn } from '@nigh/base';
import { crc32InPieces, PIECE_BYTES } from './crc32.ts';
import type { File } from './file-system.ts';
import {
  coveredBytes,
  LOG_HEADER_BYTES,
  MARK_TYPE,
  MAX_PAYLOAD_BYTES,
  mayProve,
  parseRecordHeader,
  RECORD_HEADER_BYTES,
  type RecordHeader,
} from './log-format.ts';

/** Bytes read by one call. */
const WINDOW_BYTES: number = 2 ** 20;
/** Checksums a search may compute, in sizes of the file: honest bytes hardly ever need one. */
const MAX_SEARCHED = 8;

/**
 * A record as the owner wrote it. The payload is the receiver's, and a view of all that was read
 * with it: who keeps a few for long should copy them.
 */
export interface StoredRecord {
  /** Its number: 1, 2, 3, ... in the order of appending. */
  readonly sequence: number;
  /** What its owner said it is, 0 to `MAX_TYPE`. */
  readonly type: number;
  /** The bytes. */
  readonly payload: Uint8Array;
}

/** Bytes of a file, read ahead. What it has handed out is never written to again. */
class Window {
  readonly #file: File;
  readonly size: number;
  #bytes = new Uint8Array(0);
  #start = 0;

  constructor(file: File, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** `length` bytes from `offset`, if they are here already. */
  held(offset: number, length: number): Uint8Array | undefined {
    const at = offset - this.#start;
    if (at < 0 || at + length > this.#bytes.length) return undefined;
    return this.#bytes.subarray(at, at + length);
  }

  /** The same from the file; undefined where it has fewer. */
  async load(offset: number, length: number): Promise<Uint8Array | undefined> {
    const count = Math.min(this.size - offset, Math.max(length, WINDOW_BYTES));
    if (count < length) return undefined;
    const bytes = new Uint8Array(count);
    const found = await this.#file.read(bytes, offset);
    this.#bytes = bytes.subarray(0, found);
    this.#start = offset;
    return this.held(offset, length);
  }
}

interface Found {
  readonly header: RecordHeader;
  readonly bytes: Uint8Array;
}

export class LogReader {
  readonly #window: Window;
  readonly #salt: number;
  readonly size: number;
  /** Where the records read so far end. */
  offset: number = LOG_HEADER_BYTES;
  /** The sequence of the last of them, or the one before the log's first. */
  sequence: number;
  /** The checksum of the last of them, or of the header. */
  previous: number;
  /** Records of the owner among them. */
  count = 0;
  /** Whether the last one is a mark: the log was closed in order. */
  isMarked = false;
  /**
   * Up to where a later record says that the bytes are durable; 0 when none does. What lies behind
   * may be known to the system's memory only, also when it was synced without an error since.
   */
  proven = 0;
  /**
   * Where records end; from number `#unproven` on nothing proves them yet, and `#firstEnd` is the
   * sequence of the first of those.
   */
  #ends: number[] = [];
  #unproven = 0;
  #firstEnd: number;

  /**
   * @param before the sequence of the last record before this log
   * @param salt what the header's checksum is, or must be
   */
  constructor(file: File, size: number, before: number, salt: number) {
    this.#window = new Window(file, size);
    this.#salt = salt;
    this.size = size;
    this.sequence = before;
    this.previous = salt;
    this.#firstEnd = before + 1;
  }

  /** The next record of the owner; undefined at the end, and where something is wrong. */
  async next(): Promise<StoredRecord | undefined> {
    for (;;) {
      const found = await this.#recordAt(this.offset);
      if (found === undefined) return undefined;
      const { header, bytes } = found;
      const isMark = header.type === MARK_TYPE;
      const expected = isMark ? this.sequence : this.sequence + 1;
      if (header.sequence !== expected || header.previous !== this.previous) return undefined;
      this.offset += bytes.length;
      this.previous = header.crc;
      this.isMarked = isMark;
      this.#prove(header.synced);
      if (isMark) continue;
      this.#ends.push(this.offset);
      this.sequence = header.sequence;
      this.count++;
      const payload = bytes.subarray(RECORD_HEADER_BYTES);
      return { sequence: header.sequence, type: header.type, payload };
    }
  }

  /** Everything up to this sequence is durable. */
  #prove(synced: number): void {
    const count = Math.min(this.#ends.length - this.#unproven, synced - this.#firstEnd + 1);
    if (!(count > 0)) return;
    this.#unproven += count;
    this.#firstEnd += count;
    this.proven = this.#ends[this.#unproven - 1] as number;
    // At half, so that every end is moved once.
    if (this.#unproven * 2 < this.#ends.length) return;
    this.#ends = this.#ends.slice(this.#unproven);
    this.#unproven = 0;
  }

  /** Whether there are bytes behind the last record that was read. */
  get hasTail(): boolean {
    return this.offset < this.size;
  }

  /**
   * Where behind `offset` a whole record says that the one missing here was durable; undefined when
   * none does. Records that were under way together may reach the disk in any order, so a whole one
   * behind a broken one proves nothing by itself. What is forged so that all of it would have to be
   * checked again and again proves nothing either: the search ends, and takes the end for torn.
   */
  async findProof(): Promise<number | undefined> {
    const missing = this.sequence + 1;
    const largest = missing + Math.floor((this.size - this.offset) / RECORD_HEADER_BYTES);
    const range = { missing, largest };
    let budget = MAX_SEARCHED * this.size;
    let work = 0;
    for (let at = this.offset; at + RECORD_HEADER_BYTES <= this.size; at += WINDOW_BYTES) {
      const count = Math.min(WINDOW_BYTES + RECORD_HEADER_BYTES - 1, this.size - at);
      const bytes = this.#window.held(at, count) ?? (await this.#window.load(at, count));
      if (bytes === undefined) return undefined;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let i = 0; i + RECORD_HEADER_BYTES <= bytes.length && i < WINDOW_BYTES; i++) {
        if (!mayProve(view, i, range)) continue;
        const { length } = parseRecordHeader(bytes, i);
        if (length > this.size - at - i - RECORD_HEADER_BYTES) continue;
        if (length + RECORD_HEADER_BYTES > budget) continue;
        budget -= length + RECORD_HEADER_BYTES;
        if ((await this.#recordAt(at + i)) !== undefined) return at + i;
        work += length + RECORD_HEADER_BYTES;
        if (work < PIECE_BYTES) continue;
        work = 0;
        await nextTurn();
      }
      if (at + count < this.size) await nextTurn();
    }
    return undefined;
  }

  /** The record at an offset, if its length fits into the file and its checksum is right. */
  async #recordAt(offset: number): Promise<Found | undefined> {
    const window = this.#window;
    const head =
      window.held(offset, RECORD_HEADER_BYTES) ?? (await window.load(offset, RECORD_HEADER_BYTES));
    if (head === undefined) return undefined;
    const header = parseRecordHeader(head, 0);
    const length = RECORD_HEADER_BYTES + header.length;
    if (header.length > MAX_PAYLOAD_BYTES || length > window.size - offset) return undefined;
    const bytes = window.held(offset, length) ?? (await window.load(offset, length));
    if (bytes === undefined) return undefined;
    const crc = await crc32InPieces(coveredBytes(bytes), this.#salt);
    return crc === header.crc ? { header, bytes } : undefined;
  }
}
