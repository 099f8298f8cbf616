// Writes an index: the used part of every region as it lies in memory.

import { abortedError, type WorkOptions } from '../build/runner.ts';
import { readCurves } from '../calibrate/curve.ts';
import { yieldToEventLoop } from '../engine/runtime.ts';
import * as F from '../hot/fields.ts';
import {
  bitWords,
  levelByte,
  type RegionName,
  SAVED_REGIONS,
  upperHeadWord,
} from '../memory/layout.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Segment } from '../segments/segment.ts';
import type { WriteBytes } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { encodeTable, type RegionEntry, type SegmentEntry, type SnapshotTable } from './format.ts';
import { regionBytes } from './regions.ts';

/** Bytes worked on between two looks at the signal. */
const PIECE_BYTES = 1 << 24;

interface RegionSource {
  readonly entry: RegionEntry;
  readonly bytes: Uint8Array;
}

/** CRC-32 of much memory, letting the event loop in between. */
async function checksum(bytes: Uint8Array, work: WorkOptions): Promise<number> {
  let crc = 0;
  for (let done = 0; done < bytes.length; done += PIECE_BYTES) {
    if (work.signal?.aborted) throw abortedError(work.signal);
    crc = crc32(bytes.subarray(done, done + PIECE_BYTES), crc);
    await yieldToEventLoop();
  }
  return crc;
}

/** A segment with its counts as they were when saving began: adds may be published meanwhile. */
interface FrozenSegment {
  readonly segment: Segment;
  /** A copy: vectors may be removed meanwhile. */
  readonly tombstones: Int32Array;
  readonly counts: Omit<SegmentEntry, 'regions'>;
}

/** Upper rows of the linked nodes: an interrupted link leaves further ones drawn behind them. */
function linkedUpperCount({ i32s, u8s, layout }: Segment, linked: number): number {
  if (layout.entry === 'hubs') return 0;
  if (i32s[F.LEVELED] <= linked) return i32s[F.UPPER_COUNT];
  let used = 0;
  for (let node = 0; node < linked; node++) {
    const level = u8s[levelByte(layout, node)];
    if (level > 0) used = Math.max(used, i32s[upperHeadWord(layout, node)] + level);
  }
  return used;
}

/** What the file gets of a region. Levels are a copy, without those of nodes not linked yet. */
function savedBytes({ segment, counts, tombstones }: FrozenSegment, name: RegionName): Uint8Array {
  if (name === 'tombstones') return new Uint8Array(tombstones.buffer);
  const bytes = regionBytes(segment, name, counts);
  return name === 'levels' ? bytes.slice().fill(0, counts.linked) : bytes;
}

const NO_GRAPH = {
  ...{ upperCount: 0, maxLevel: 0, firstCopy: 0, copyCount: 0, curves: [] },
  ...{ hubCount: 0, hubsLinked: 0 },
  ...{ codeScale: 0, residual: 0, rotated: false },
};

function freeze(segment: Segment): FrozenSegment {
  const { i32s, f32s, capacity, count, linked, removed, firstNode, numbered, sealed } = segment;
  const graph =
    linked > 0
      ? {
          upperCount: linkedUpperCount(segment, linked),
          maxLevel: i32s[F.MAX_LEVEL],
          firstCopy: i32s[F.FIRST_COPY],
          copyCount: i32s[F.COPY_COUNT],
          hubCount: i32s[F.HUB_COUNT],
          hubsLinked: i32s[F.HUBS_LINKED],
          codeScale: f32s[F.CODE_SCALE],
          residual: f32s[F.RESIDUAL],
          rotated: i32s[F.ROTATED] !== 0,
          curves: readCurves(segment),
        }
      : NO_GRAPH;
  const nodes = { count, linked, removed, firstNode, numbered };
  const tombstones = segment.tombstones.slice(0, bitWords(count));
  return { segment, counts: { capacity, ...nodes, sealed, ...graph }, tombstones };
}

/** Options of a save that has no path. */
export interface SaveToOptions extends WorkOptions {
  /** What errors call the index in the place of a path. Default 'the index'. */
  readonly name?: string;
}

/** What is saved. */
export interface SavedIndex {
  readonly options: ResolvedOptions;
  readonly all: readonly Segment[];
  readonly nextNode: number;
}

function describeIndex(
  options: ResolvedOptions,
  segments: readonly SegmentEntry[],
  nextNode: number,
): SnapshotTable {
  const { dimension, metric, M, efConstruction, quality, builder, entry, seed } = options;
  const { capacity, flatThreshold, segmentByteLimit } = options;
  const { precision, originals, rerank, subspaces } = options;
  return {
    ...{ dimension, metric, M, efConstruction, quality, builder, entry },
    ...{ precision, originals, rerank, subspaces, seed },
    ...{ capacity, flatThreshold, segmentByteLimit, nextNode },
    segments,
  };
}

function shift(segments: readonly SegmentEntry[], by: number): SegmentEntry[] {
  return segments.map((segment) => ({
    ...segment,
    regions: segment.regions.map((region) => ({ ...region, byteOffset: region.byteOffset + by })),
  }));
}

/** The table with true offsets. They make it longer, which moves them: repeat until it stands. */
function placeTable(
  { options, nextNode }: Pick<SavedIndex, 'options' | 'nextNode'>,
  segments: readonly SegmentEntry[],
): Uint8Array {
  let length = 0;
  for (;;) {
    const bytes = encodeTable(describeIndex(options, shift(segments, length), nextNode));
    if (bytes.length === length) return bytes;
    length = bytes.length;
  }
}

/** The regions of one segment; their offsets count from the first region of the file. */
async function collectRegions(
  frozen: FrozenSegment,
  offset: number,
  work: WorkOptions,
): Promise<RegionSource[]> {
  const sources: RegionSource[] = [];
  let byteOffset = offset;
  for (const name of SAVED_REGIONS) {
    const bytes = savedBytes(frozen, name);
    const byteLength = bytes.length;
    const entry = { name, byteOffset, byteLength, crc32: await checksum(bytes, work) };
    sources.push({ entry, bytes });
    byteOffset += byteLength;
  }
  return sources;
}

/** What a file gets: its table, then the regions. */
interface FileContents {
  readonly table: Uint8Array;
  readonly sources: readonly RegionSource[];
  readonly byteLength: number;
}

/** The contents of a file of the segments as they are now; their graphs do not change meanwhile. */
async function collectContents(index: SavedIndex, work: WorkOptions): Promise<FileContents> {
  const { options, nextNode } = index;
  const sources: RegionSource[] = [];
  const entries: SegmentEntry[] = [];
  let total = 0;
  for (const frozen of index.all.map(freeze)) {
    const regions = await collectRegions(frozen, total, work);
    entries.push({ ...frozen.counts, regions: regions.map((region) => region.entry) });
    sources.push(...regions);
    total += regions.reduce((sum, region) => sum + region.bytes.length, 0);
  }
  const table = placeTable({ options, nextNode }, entries);
  return { table, sources, byteLength: table.length + total };
}

async function writeContents(
  { table, sources, byteLength }: FileContents,
  write: WriteBytes,
  work: WorkOptions,
): Promise<void> {
  await write(table, 0);
  for (const { entry, bytes } of sources) {
    for (let done = 0; done < bytes.length; done += PIECE_BYTES) {
      if (work.signal?.aborted) throw abortedError(work.signal);
      const piece = bytes.subarray(done, done + PIECE_BYTES);
      const position = table.length + entry.byteOffset + done;
      await write(piece, position);
      work.onProgress?.({ phase: 'save', done: position + piece.length, total: byteLength });
    }
  }
}

/**
 * Writes the segments as they are now by `write`, which throws errors of ours only.
 *
 * @throws {VectorIndexError} FILE_FAILED, ABORTED
 */
export async function saveSegmentsTo(
  write: WriteBytes,
  index: SavedIndex,
  work: WorkOptions,
): Promise<void> {
  await writeContents(await collectContents(index, work), write, work);
}

/**
 * The same to a file, which takes its name when it is whole.
 *
 * @throws {VectorIndexError} FILE_FAILED, ABORTED
 */
export async function saveSegments(
  path: string,
  index: SavedIndex,
  work: WorkOptions,
): Promise<void> {
  const contents = await collectContents(index, work);
  const { replaceFile } = await import('./node-file.ts');
  await replaceFile(path, (write) => writeContents(contents, write, work));
}
