// The bytes of a log: a header, then records. Offsets are computed here only. All numbers are
// little-endian. The picture and the reasons: docs/design/log-format.md.

import { unpredictable } from '@nigh/base';
import { crc32 } from './crc32.ts';

export const LOG_VERSION = 1;
export const LOG_HEADER_BYTES = 40;
export const RECORD_HEADER_BYTES = 28;
/** The largest payload of a record. */
export const MAX_PAYLOAD_BYTES: number = 2 ** 30;
/** The type of a record of ours, which says only that everything before it is durable. */
export const MARK_TYPE = 0xffffffff;
/** The largest type of an owner's record. */
export const MAX_TYPE: number = MARK_TYPE - 1;

const WORD: number = 2 ** 32;
/** How many records that are not durable one of them can tell of. */
export const MAX_UNSYNCED: number = WORD - 1;
const MAGIC_BYTES: Uint8Array = new TextEncoder().encode('NIGHWLOG');

const AT = {
  version: 8,
  number: 12,
  first: 20,
  random: 28,
  headerCrc: 36,
  crc: 0,
  length: 4,
  previous: 8,
  type: 12,
  sequence: 16,
  unsynced: 24,
} as const;

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An integer of 53 bits in 8 bytes; NaN when the bytes hold a larger one. */
function getSafe(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  return high < 2 ** 21 ? high * WORD + view.getUint32(at, true) : Number.NaN;
}

function setSafe(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % WORD, true);
  view.setUint32(at + 4, Math.floor(value / WORD), true);
}

/**
 * A header of log `number`, whose first record will have sequence `first`. No two are the same: the
 * salt follows from 8 bytes that nobody knows who may choose payloads, so that no payload holds
 * what passes for a record.
 */
export function logHeader(number: number, first: number): Uint8Array {
  const bytes = new Uint8Array(LOG_HEADER_BYTES);
  bytes.set(MAGIC_BYTES);
  const view = dataView(bytes);
  view.setUint32(AT.version, LOG_VERSION, true);
  setSafe(view, AT.number, number);
  setSafe(view, AT.first, first);
  view.setUint32(AT.random, unpredictable(), true);
  view.setUint32(AT.random + 4, unpredictable(), true);
  view.setUint32(AT.headerCrc, crc32(bytes.subarray(0, AT.headerCrc)), true);
  return bytes;
}

/** The checksum of a header: the salt of its log's records, and what the first of them follows. */
export function saltOf(header: Uint8Array): number {
  return dataView(header).getUint32(AT.headerCrc, true);
}

export interface LogHeader {
  readonly version: number;
  readonly number: number;
  readonly first: number;
  readonly salt: number;
}

/** What a header says; undefined when it is not whole. */
export function parseLogHeader(bytes: Uint8Array): LogHeader | undefined {
  if (bytes.length < LOG_HEADER_BYTES) return undefined;
  if (!MAGIC_BYTES.every((byte, i) => byte === bytes[i])) return undefined;
  const view = dataView(bytes);
  const crc = view.getUint32(AT.headerCrc, true);
  if (crc !== crc32(bytes.subarray(0, AT.headerCrc))) return undefined;
  return {
    version: view.getUint32(AT.version, true),
    number: getSafe(view, AT.number),
    first: getSafe(view, AT.first),
    salt: crc,
  };
}

/** Bytes of a record of these parts, with room for what `sealRecord` adds. */
export function encodeRecord(
  type: number,
  sequence: number,
  parts: readonly Uint8Array[],
): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + length);
  let at = RECORD_HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const view = dataView(bytes);
  view.setUint32(AT.length, length, true);
  view.setUint32(AT.type, type, true);
  setSafe(view, AT.sequence, sequence);
  return bytes;
}

/**
 * Fills in what is known when a record is written: the checksum of the record before it, and how
 * many records up to it were not durable then, at most `MAX_UNSYNCED`. `setCrc` comes last.
 */
export function chainRecord(bytes: Uint8Array, previous: number, unsynced: number): void {
  const view = dataView(bytes);
  view.setUint32(AT.previous, previous, true);
  view.setUint32(AT.unsynced, unsynced, true);
}

export function setCrc(bytes: Uint8Array, crc: number): void {
  dataView(bytes).setUint32(AT.crc, crc, true);
}

/** The part of a record that its checksum covers. */
export function coveredBytes(record: Uint8Array): Uint8Array {
  return record.subarray(AT.length);
}

export interface RecordHeader {
  readonly crc: number;
  /** Bytes of the payload. */
  readonly length: number;
  /** The checksum of the record before this one, or of the header. */
  readonly previous: number;
  readonly type: number;
  readonly sequence: number;
  /** Everything up to this sequence was durable when the record was written. */
  readonly synced: number;
}

/** The header of a record at `offset` of `bytes`, which hold at least that much. */
export function parseRecordHeader(bytes: Uint8Array, offset: number): RecordHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, RECORD_HEADER_BYTES);
  const sequence = getSafe(view, AT.sequence);
  return {
    crc: view.getUint32(AT.crc, true),
    length: view.getUint32(AT.length, true),
    previous: view.getUint32(AT.previous, true),
    type: view.getUint32(AT.type, true),
    sequence,
    synced: sequence - view.getUint32(AT.unsynced, true),
  };
}

/** Whether bytes at `offset` may begin a record that says that `missing` was durable; cheap. */
export function mayProve(
  bytes: DataView,
  offset: number,
  range: { readonly missing: number; readonly largest: number },
): boolean {
  const sequence = getSafe(bytes, offset + AT.sequence);
  if (!(sequence >= range.missing && sequence <= range.largest)) return false;
  return sequence - bytes.getUint32(offset + AT.unsynced, true) >= range.missing;
}
