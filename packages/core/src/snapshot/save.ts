// Writes an index to a file: the used part of every region as it lies in memory.

import { abortedError, type WorkOptions } from '../build/runner.ts';
import { yieldToEventLoop } from '../engine/runtime.ts';
import * as F from '../hot/fields.ts';
import { SAVED_REGIONS } from '../memory/layout.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Segment } from '../segment.ts';
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

/** One segment's counts; the regions come with offsets from 0, shifted once the table is known. */
function segmentEntry(segment: Segment, regions: readonly RegionEntry[]): SegmentEntry {
  const { i32s, f32s, count, linked } = segment;
  return {
    capacity: segment.capacity,
    count,
    linked,
    upperCount: linked > 0 ? i32s[F.UPPER_COUNT] : 0,
    maxLevel: linked > 0 ? i32s[F.MAX_LEVEL] : 0,
    codeScale: linked > 0 ? f32s[F.CODE_SCALE] : 0,
    regions,
  };
}

function describeIndex(options: ResolvedOptions, segments: readonly SegmentEntry[]): SnapshotTable {
  const { dimension, metric, M, efConstruction, seed } = options;
  const { capacity, flatThreshold, segmentByteLimit } = options;
  return {
    ...{ dimension, metric, M, efConstruction, seed },
    ...{ capacity, flatThreshold, segmentByteLimit },
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
function placeTable(options: ResolvedOptions, segments: readonly SegmentEntry[]): Uint8Array {
  let length = 0;
  for (;;) {
    const bytes = encodeTable(describeIndex(options, shift(segments, length)));
    if (bytes.length === length) return bytes;
    length = bytes.length;
  }
}

async function collectRegions(
  segment: Segment,
  offset: number,
  work: WorkOptions,
): Promise<RegionSource[]> {
  const sources: RegionSource[] = [];
  let byteOffset = offset;
  for (const name of SAVED_REGIONS) {
    const bytes = regionBytes(segment, name);
    const byteLength = bytes.length;
    const entry = { name, byteOffset, byteLength, crc32: await checksum(bytes, work) };
    sources.push({ entry, bytes });
    byteOffset += byteLength;
  }
  return sources;
}

/**
 * Saves the segments; nobody writes to them meanwhile.
 *
 * @throws {VectorIndexError} FILE_FAILED, ABORTED
 */
export async function saveSegments(
  path: string,
  options: ResolvedOptions,
  segments: readonly Segment[],
  work: WorkOptions,
): Promise<void> {
  const sources: RegionSource[] = [];
  const entries: SegmentEntry[] = [];
  let total = 0;
  for (const segment of segments) {
    const regions = await collectRegions(segment, total, work);
    entries.push(
      segmentEntry(
        segment,
        regions.map((region) => region.entry),
      ),
    );
    sources.push(...regions);
    total += regions.reduce((sum, region) => sum + region.bytes.length, 0);
  }
  const table = placeTable(options, entries);
  const { replaceFile } = await import('./node-file.ts');
  await replaceFile(path, async (write) => {
    await write(table, 0);
    for (const { entry, bytes } of sources) {
      for (let done = 0; done < bytes.length; done += PIECE_BYTES) {
        if (work.signal?.aborted) throw abortedError(work.signal);
        const piece = bytes.subarray(done, done + PIECE_BYTES);
        await write(piece, table.length + entry.byteOffset + done);
        const written = entry.byteOffset + done + piece.length;
        work.onProgress?.({ phase: 'save', done: written, total });
      }
    }
  });
}
