// The snapshot file, little-endian, without gaps:
//
//   0   magic "NIGHINDX"      8 bytes
//   8   format version        u32
//   12  length of the table   u32
//   16  CRC-32 of the table   u32
//   20  CRC-32 of bytes 0-19  u32
//   24  table                 JSON: options, counts, and per region its offset, length and CRC-32
//   ..  regions               by segment, in the order of SAVED_REGIONS, as in memory
//
// Every byte is covered by a checksum or by a comparison. Checksums guard against damage, not
// against somebody who computes them anew: every number of the table is checked against what it
// must be.

import type { Curve, CurvePoint } from '../calibrate/curve.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import type { EntryKind, Metric, RegionName } from '../memory/layout.ts';
import { crc32 } from './crc32.ts';

export const FORMAT_VERSION = 4;
export const PREFIX_BYTES = 24;
const MAGIC = 'NIGHINDX';
const MAX_TABLE_BYTES = 1 << 24;

export interface RegionEntry {
  readonly name: RegionName;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly crc32: number;
}

export interface SegmentEntry {
  readonly capacity: number;
  readonly count: number;
  readonly linked: number;
  /** Vectors whose tombstone is set. */
  readonly removed: number;
  /** The node of the first vector, and whether the numbers of all are written down instead. */
  readonly firstNode: number;
  readonly numbered: boolean;
  readonly upperCount: number;
  readonly maxLevel: number;
  readonly firstCopy: number;
  readonly copyCount: number;
  readonly hubCount: number;
  readonly hubsLinked: number;
  readonly codeScale: number;
  readonly residual: number;
  readonly sealed: boolean;
  readonly rotated: boolean;
  /** What was measured of the graph's recall. */
  readonly curves: readonly Curve[];
  readonly regions: readonly RegionEntry[];
}

export interface SnapshotTable {
  readonly dimension: number;
  readonly metric: Metric;
  readonly M: number;
  readonly efConstruction: number;
  readonly quality: string;
  readonly builder: string;
  readonly precision: string;
  readonly originals: string;
  readonly rerank: string;
  readonly subspaces: number;
  readonly entry: EntryKind;
  readonly seed: number;
  readonly capacity: number;
  readonly flatThreshold: number;
  readonly segmentByteLimit: number;
  /** One more than the largest number that a node was ever given. */
  readonly nextNode: number;
  readonly segments: readonly SegmentEntry[];
}

// What a table has at each of its three levels: exactly these fields, as save writes them.
export const TABLE_FIELDS: readonly (keyof SnapshotTable)[] = [
  'dimension',
  'metric',
  'M',
  'efConstruction',
  'quality',
  'builder',
  'precision',
  'originals',
  'rerank',
  'subspaces',
  'entry',
  'seed',
  'capacity',
  'flatThreshold',
  'segmentByteLimit',
  'nextNode',
  'segments',
];
export const SEGMENT_FIELDS: readonly (keyof SegmentEntry)[] = [
  'capacity',
  'count',
  'linked',
  'removed',
  'firstNode',
  'numbered',
  'upperCount',
  'maxLevel',
  'firstCopy',
  'copyCount',
  'hubCount',
  'hubsLinked',
  'codeScale',
  'residual',
  'sealed',
  'rotated',
  'curves',
  'regions',
];
export const CURVE_FIELDS: readonly (keyof Curve)[] = ['k', 'linked', 'sample', 'given', 'points'];
export const POINT_FIELDS: readonly (keyof CurvePoint)[] = ['efSearch', 'recall', 'assured'];
export const REGION_FIELDS: readonly (keyof RegionEntry)[] = [
  'name',
  'byteOffset',
  'byteLength',
  'crc32',
];

/** The error for a file that is not what was written. */
export function corrupt(
  path: string,
  what: string,
  details: Record<string, unknown> = {},
): VectorIndexError {
  return new VectorIndexError(
    ErrorCode.snapshotCorrupt,
    `${path} is damaged: ${what}; restore it from a copy or build the index anew`,
    { path, ...details },
  );
}

/**
 * The prefix and the table as bytes; region offsets in `table` count from the start of the file.
 */
export function encodeTable(table: SnapshotTable): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(table));
  const bytes = new Uint8Array(PREFIX_BYTES + text.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, text.length, true);
  view.setUint32(16, crc32(text), true);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  bytes.set(text, PREFIX_BYTES);
  return bytes;
}

/** What the prefix says of the table. */
export interface TablePlace {
  readonly byteLength: number;
  readonly crc32: number;
}

/**
 * Reads the first bytes of a file of `fileBytes` bytes.
 *
 * @throws {VectorIndexError} SNAPSHOT_CORRUPT, SNAPSHOT_UNSUPPORTED
 */
export function decodePrefix(path: string, bytes: Uint8Array, fileBytes: number): TablePlace {
  if (bytes.length < PREFIX_BYTES) {
    throw corrupt(path, `${bytes.length} bytes are too few for an index`, { offset: 0 });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  const magic = new TextDecoder('latin1').decode(bytes.subarray(0, 8));
  if (magic !== MAGIC) throw corrupt(path, 'it does not begin as an index does', { offset: 0 });
  if (view.getUint32(20, true) !== crc32(bytes.subarray(0, 20))) {
    throw corrupt(path, 'the checksum of its first bytes is wrong', { offset: 20 });
  }
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) {
    throw new VectorIndexError(
      ErrorCode.snapshotUnsupported,
      `${path} has format version ${version}; this release reads version ${FORMAT_VERSION}`,
      { path, expected: FORMAT_VERSION, got: version },
    );
  }
  const byteLength = view.getUint32(12, true);
  if (byteLength > Math.min(MAX_TABLE_BYTES, fileBytes - PREFIX_BYTES)) {
    throw corrupt(path, `its table of ${byteLength} bytes does not fit into it`, { offset: 12 });
  }
  return { byteLength, crc32: view.getUint32(16, true) };
}
