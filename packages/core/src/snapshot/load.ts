// Reads an index from a file: large reads straight into fresh segments, checksummed while the next
// piece is on its way, then walked once. Nothing is parsed and no node is built.

import { assertOptions } from '../assert.ts';
import { abortedError, type WorkOptions } from '../build/runner.ts';
import { availableMemory } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import * as F from '../hot/fields.ts';
import { componentLimit } from '../ingest.ts';
import {
  BYTES_PER_WORD,
  computeLayout,
  GROWING,
  levelByte,
  type Region,
} from '../memory/layout.ts';
import { ScratchBlocks } from '../memory/scratch-blocks.ts';
import {
  INDEX_OPTION_NAMES,
  type IndexOptions,
  keptOf,
  type ResolvedOptions,
  resolveOptions,
} from '../options.ts';
import type { Segment } from '../segment.ts';
import { largestCapacity, layoutOptions, openSegment, SegmentList } from '../segment-list.ts';
import { verifySegments } from '../verify.ts';
import { type CheckedTable, checkTable, unreadableTable } from './check-table.ts';
import { crc32 } from './crc32.ts';
import {
  corrupt,
  decodePrefix,
  PREFIX_BYTES,
  type RegionEntry,
  type SegmentEntry,
} from './format.ts';
import type { ReadableFile } from './node-file.ts';
import { regionBytes } from './regions.ts';

/** What may differ from the index that was saved. */
export interface LoadOptions
  extends Pick<IndexOptions, 'threads' | 'capacity' | 'tier' | 'memory'>,
    WorkOptions {}

const OVERRIDE_NAMES = ['threads', 'capacity', 'tier', 'memory'] as const;
const PIECE_BYTES = 1 << 23;
/** A unit vector has no larger component, however it was rounded. */
const MAX_UNIT_COMPONENT = 1.001;
/** Reads under way while a piece is checksummed. */
const READS_AHEAD = 4;

/**
 * Checks load's options before the file is opened.
 *
 * @throws {VectorIndexError} INVALID_OPTION
 */
export function readLoadOptions(raw: unknown): Record<string, unknown> {
  const given = assertOptions(raw, [...OVERRIDE_NAMES, 'onProgress', 'signal']);
  const overrides: Record<string, unknown> = {};
  for (const name of OVERRIDE_NAMES) {
    if (given[name] !== undefined) overrides[name] = given[name];
  }
  resolveOptions({ dimension: 1, ...overrides }, INDEX_OPTION_NAMES);
  return overrides;
}

async function readTable(
  path: string,
  file: ReadableFile,
  overrides: Record<string, unknown>,
): Promise<CheckedTable> {
  const prefix = new Uint8Array(Math.min(PREFIX_BYTES, file.byteLength));
  await file.read(prefix, 0);
  const place = decodePrefix(path, prefix, file.byteLength);
  const text = new Uint8Array(place.byteLength);
  await file.read(text, PREFIX_BYTES);
  if (crc32(text) !== place.crc32)
    throw corrupt(path, 'the checksum of its table is wrong', { offset: 16 });
  let table: unknown;
  try {
    table = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    throw unreadableTable(path, cause);
  }
  const start = PREFIX_BYTES + place.byteLength;
  return checkTable(path, table, { start, fileBytes: file.byteLength }, overrides);
}

/** A file being loaded. */
interface Loading {
  readonly path: string;
  readonly file: ReadableFile;
  readonly work: WorkOptions;
}

/** Reports that the file was read up to `done`, and looks at the signal. */
function step({ file, work }: Loading, done: number): void {
  work.onProgress?.({ phase: 'load', done, total: file.byteLength });
  if (work.signal?.aborted) throw abortedError(work.signal);
}

/** Reads a region into `target`, checksumming each piece while the next is read. */
async function readRegion(loading: Loading, entry: RegionEntry, target: Uint8Array): Promise<void> {
  const { path, file } = loading;
  const read = async (start: number): Promise<Uint8Array> => {
    const piece = target.subarray(start, start + PIECE_BYTES);
    const got = await file.read(piece, entry.byteOffset + start);
    if (got === piece.length) return piece;
    throw corrupt(path, `region ${entry.name} ends early`, { region: entry.name });
  };
  const starts = Array.from(
    { length: Math.max(1, Math.ceil(target.length / PIECE_BYTES)) },
    (_, piece) => piece * PIECE_BYTES,
  );
  const begin = (start: number): Promise<Uint8Array> => {
    const reading = read(start);
    reading.catch(() => undefined); // it may fail before its turn comes
    return reading;
  };
  const ahead = starts.slice(0, READS_AHEAD).map(begin);
  let crc = 0;
  try {
    for (const [i, start] of starts.entries()) {
      const piece = (await ahead[i]) as Uint8Array;
      step(loading, entry.byteOffset + start + piece.length);
      const next = starts[i + READS_AHEAD];
      if (next !== undefined) ahead.push(begin(next));
      crc = crc32(piece, crc);
    }
  } finally {
    await Promise.allSettled(ahead); // the file is closed after this, and nobody else would wait
  }
  if (crc === entry.crc32) return;
  const { name, byteOffset } = entry;
  throw corrupt(path, `the checksum of region ${name} is wrong`, {
    region: name,
    offset: byteOffset,
  });
}

/** Writes a segment's counts to its header; linked last, so that nothing is used half-loaded. */
function fillHeader(segment: Segment, entry: SegmentEntry): void {
  const { i32s, f32s } = segment;
  i32s[F.UPPER_COUNT] = entry.upperCount;
  i32s[F.MAX_LEVEL] = entry.maxLevel;
  i32s[F.FIRST_COPY] = entry.firstCopy;
  i32s[F.COPY_COUNT] = entry.copyCount;
  i32s[F.ENTRY_COUNT] = entry.linked > 0 ? 1 : 0;
  i32s[F.LEVELED] = entry.linked;
  f32s[F.CODE_SCALE] = entry.codeScale;
  f32s[F.RESIDUAL] = entry.residual;
  i32s[F.ROTATED] = entry.rotated ? 1 : 0;
  segment.publishCount(entry.count);
  segment.publishLinked(entry.linked);
}

/** Bytes of levels beyond the linked nodes belong to nobody yet. */
function clearLooseLevels(segment: Segment): void {
  const { layout, linked, u8s } = segment;
  const end = Math.ceil(linked / BYTES_PER_WORD) * BYTES_PER_WORD;
  u8s.fill(0, levelByte(layout, linked), levelByte(layout, end));
}

function badVector(path: string, segment: Segment, local: number, what: string): VectorIndexError {
  const node = segment.firstNode + local;
  return corrupt(path, `vector ${node} ${what}`, { node });
}

function floatsOf({ f32s }: Segment, { word, words }: Region): Float32Array {
  return f32s.subarray(word, word + words);
}

/** Vectors that are kept as floats could all have been added. */
function checkVectors(path: string, segment: Segment): void {
  const { dimension, metric, vectors } = segment.layout;
  if (vectors !== 'float32') return;
  const limit = componentLimit(dimension, metric);
  const node = segment.hot.findInvalid(0, segment.count, limit, -1);
  if (node >= 0) throw badVector(path, segment, node, 'is not finite');
  const other = metric === 'cosine' ? segment.hot.findNonUnit(0, segment.count) : -1;
  if (other >= 0) throw badVector(path, segment, other, 'has no unit length');
}

/** Means and centroids could all have been computed of vectors. */
function checkCodes(path: string, segment: Segment): void {
  const { dimension, metric, regions } = segment.layout;
  const means = floatsOf(segment, regions.means);
  if (!means.every(Number.isFinite)) throw corrupt(path, 'a mean of its codes is not finite');
  const limit = metric === 'cosine' ? MAX_UNIT_COMPONENT : componentLimit(dimension, metric);
  if (!floatsOf(segment, regions.centroids).every((value) => Math.abs(value) <= limit)) {
    throw corrupt(path, 'a centroid of its products is not finite, or beyond all vectors');
  }
}

/** What checksums cannot see: a file made to mislead. */
function checkContents(path: string, segments: readonly Segment[]): void {
  for (const segment of segments) {
    checkVectors(path, segment);
    checkCodes(path, segment);
  }
  const [problem] = verifySegments(segments, new ScratchBlocks(segments[0].i32s));
  if (problem) throw corrupt(path, problem.message, { problem: problem.kind, node: problem.node });
}

/** How many vectors each segment gets room for: as many as it had; the last what is asked for. */
function planCapacities({ options, segments }: CheckedTable, wanted: unknown): number[] {
  return segments.map(({ capacity, count, sealed }, i) => {
    if (i < segments.length - 1 || sealed) return capacity;
    const usual = wanted === undefined ? capacity : options.capacity;
    return Math.max(count, largestCapacity(options, Math.max(count, usual)));
  });
}

/**
 * Refuses a table whose segments, each small enough, reserve more than there is together. Nothing
 * is reserved yet: a file of a few kilobytes could claim terabytes.
 */
function assertRoom(path: string, options: ResolvedOptions, capacities: readonly number[]): void {
  const bytes = capacities.reduce(
    (sum, capacity) => sum + computeLayout(layoutOptions(options, capacity)).byteLength,
    0,
  );
  const available = availableMemory();
  if (bytes <= available) return;
  throw new VectorIndexError(
    ErrorCode.outOfMemory,
    `${path} has ${capacities.length} segments that reserve ${bytes} bytes together, of ` +
      `${available} there are; load it where there is more memory`,
    { path, bytes, available },
  );
}

/**
 * Loads what saveSegments wrote.
 *
 * @throws {VectorIndexError} SNAPSHOT_CORRUPT, SNAPSHOT_UNSUPPORTED, FILE_FAILED,
 *   OUT_OF_MEMORY, ABORTED
 */
export async function loadSegments(
  path: string,
  overrides: Record<string, unknown>,
  work: WorkOptions,
): Promise<SegmentList> {
  const { withReadableFile } = await import('./node-file.ts');
  return withReadableFile(path, async (file) => {
    if (work.signal?.aborted) throw abortedError(work.signal);
    const table = await readTable(path, file, overrides);
    const { options, segments: entries } = table;
    const capacities = planCapacities(table, overrides.capacity);
    assertRoom(path, options, capacities);
    const loading: Loading = { path, file, work };
    const segments: Segment[] = [];
    let firstNode = 0;
    for (const [i, entry] of entries.entries()) {
      const kept = entry.sealed ? keptOf(options) : GROWING;
      const segment = openSegment(options, capacities[i], firstNode, kept);
      segments.push(segment);
      firstNode += entry.count;
      fillHeader(segment, entry);
      for (const region of entry.regions) {
        await readRegion(loading, region, regionBytes(segment, region.name, entry));
      }
      clearLooseLevels(segment);
    }
    checkContents(path, segments);
    return new SegmentList(options, segments);
  });
}
