// Reads an index: large reads straight into fresh segments. What has come is checked
// while the next pieces are on their way. Nothing is parsed and no node is built.

import { assertChoice, assertOptions, option } from '../assert.ts';
import { fillHubs } from '../build/hubs.ts';
import { abortedError, type WorkOptions } from '../build/runner.ts';
import { writeCurves } from '../calibrate/curve.ts';
import { availableMemory } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import * as F from '../hot/fields.ts';
import { BYTES_PER_WORD, computeLayout, levelByte } from '../memory/layout.ts';
import {
  INDEX_OPTION_NAMES,
  type IndexOptions,
  type Kept,
  keptIf,
  type ResolvedOptions,
  resolveOptions,
} from '../options.ts';
import type { Segment } from '../segments/segment.ts';
import {
  largestCapacity,
  layoutOptions,
  openSegment,
  ownerBlocks,
  SegmentList,
} from '../segments/segment-list.ts';
import { findBadNodes } from '../verify/verify-nodes.ts';
import { WORK_OPTION_NAMES } from '../work-options.ts';
import { type ReadableBytes, readName } from './bytes.ts';
import { ContentCheck } from './check-contents.ts';
import { type CheckedTable, checkTable, unreadableTable } from './check-table.ts';
import { crc32 } from './crc32.ts';
import {
  corrupt,
  decodePrefix,
  PREFIX_BYTES,
  type RegionEntry,
  type SegmentEntry,
} from './format.ts';
import { regionBytes } from './regions.ts';
import type { StoredPlace } from './stored-vectors.ts';

/** What may differ from the index that was saved. */
export interface LoadOptions
  extends Pick<IndexOptions, 'threads' | 'capacity' | 'consolidateAt' | 'tier' | 'memory'>,
    WorkOptions {
  /**
   * Where vectors that the file keeps go: to memory (default), nowhere ('none': searches finish by
   * codes), or they stay in the file ('file'), which must stay where it is. An index whose vectors
   * are in a file is read-only.
   */
  readonly originals?: LoadedOriginals;
}

const LOADED_ORIGINALS = ['memory', 'file', 'none'] as const;
export type LoadedOriginals = (typeof LOADED_ORIGINALS)[number];

/** The same where there is no file that vectors could stay in. */
export interface LoadFromOptions extends Omit<LoadOptions, 'originals'> {
  /** What errors call the index in the place of a path. Default 'the index'. */
  readonly name?: string;
  /** Where vectors that were kept go: to memory (default), or nowhere ('none'). */
  readonly originals?: Exclude<LoadedOriginals, 'file'>;
}

/** Checked options of a load. */
export type LoadOverrides = Record<string, unknown> & { readonly originals: LoadedOriginals };

const OVERRIDE_NAMES = ['threads', 'capacity', 'consolidateAt', 'tier', 'memory'] as const;
/** Small enough to be in the cache when it is checked. */
const PIECE_BYTES = 1 << 20;
/** Reads under way. More only take processors from the checks, and keep the disk from others. */
const READS_AHEAD = 3;

/**
 * Checks load's options before the file is opened. `keys` names further options the caller handles.
 *
 * @throws {VectorIndexError} INVALID_OPTION
 */
export function readLoadOptions(raw: unknown, keys: readonly string[] = []): LoadOverrides {
  const known = [...OVERRIDE_NAMES, 'originals', ...WORK_OPTION_NAMES, ...keys];
  const given = assertOptions(raw, known);
  const wanted = given.originals ?? 'memory';
  const originals = assertChoice(wanted, LOADED_ORIGINALS, option('originals'));
  const overrides: Record<string, unknown> = {};
  for (const name of OVERRIDE_NAMES) {
    if (given[name] !== undefined) overrides[name] = given[name];
  }
  resolveOptions({ dimension: 1, ...overrides }, INDEX_OPTION_NAMES);
  return { ...overrides, originals };
}

/**
 * The same where there is no file, so that no vectors can stay in one; and the name of the index.
 *
 * @throws {VectorIndexError} INVALID_OPTION
 */
export function readLoadFromOptions(raw: unknown): {
  readonly name: string;
  readonly overrides: LoadOverrides;
} {
  const overrides = readLoadOptions(raw, ['name']);
  if (overrides.originals === 'file') {
    throw new VectorIndexError(
      ErrorCode.invalidOption,
      "originals 'file' needs a file to leave them in; load(path) has one, or choose 'memory'",
      { name: 'originals', got: 'file' },
    );
  }
  return { name: readName((raw as LoadFromOptions | undefined)?.name), overrides };
}

async function readTable(
  path: string,
  file: ReadableBytes,
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

/** A file being loaded, or other bytes: `path` is what errors call them. */
export interface Loading {
  readonly path: string;
  readonly file: ReadableBytes;
  readonly work: WorkOptions;
}

/** Reports that the file was read up to `done`, and looks at the signal. */
function step({ file, work }: Loading, done: number): void {
  work.onProgress?.({ phase: 'load', done, total: file.byteLength });
  if (work.signal?.aborted) throw abortedError(work.signal);
}

/** A region and the memory it is read into; none where it is only looked at. */
interface Target {
  readonly segment: Segment;
  readonly entry: RegionEntry;
  readonly bytes?: Uint8Array;
  readonly check: ContentCheck;
}

/** A part of a region that is read at once: [start, end) of its bytes. */
interface Piece {
  readonly target: Target;
  readonly start: number;
  readonly end: number;
}

/** All regions as pieces, in the order of the file. An empty region is one empty piece. */
function cut(targets: readonly Target[]): Piece[] {
  return targets.flatMap((target) => {
    const length = target.entry.byteLength;
    return Array.from({ length: Math.max(1, Math.ceil(length / PIECE_BYTES)) }, (_, i) => {
      const start = i * PIECE_BYTES;
      return { target, start, end: Math.min(length, start + PIECE_BYTES) };
    });
  });
}

async function readPiece(
  { path, file }: Loading,
  { target, start, end }: Piece,
): Promise<Uint8Array> {
  const { name, byteOffset } = target.entry;
  const bytes = target.bytes?.subarray(start, end) ?? new Uint8Array(end - start);
  const got = await file.read(bytes, byteOffset + start);
  if (got === end - start) return bytes;
  throw corrupt(path, `region ${name} ends early`, { region: name });
}

/** Checksums and checks a piece that was read; `crc` is the checksum of its region before it. */
function takePiece(path: string, { target, end }: Piece, bytes: Uint8Array, crc: number): number {
  const { entry, check, segment } = target;
  const { name, byteOffset } = entry;
  const sum = crc32(bytes, crc);
  if (target.bytes) check.take(name, end);
  else check.look(bytes);
  if (end < entry.byteLength) return sum;
  if (sum !== entry.crc32) {
    throw corrupt(path, `the checksum of region ${name} is wrong`, {
      region: name,
      offset: byteOffset,
    });
  }
  if (name === 'codes') fillHubs(segment); // what hubs copy is in no file
  check.close(name);
  return 0;
}

/** Reads all regions; while pieces are checked here, the system's threads read the next ones. */
async function readRegions(loading: Loading, targets: readonly Target[]): Promise<void> {
  const pieces = cut(targets);
  const begin = (piece: Piece): Promise<Uint8Array> => {
    const reading = readPiece(loading, piece);
    reading.catch(() => undefined); // it may fail before its turn comes
    return reading;
  };
  const ahead = pieces.slice(0, READS_AHEAD).map(begin);
  let crc = 0;
  try {
    for (const [i, piece] of pieces.entries()) {
      const bytes = (await ahead.shift()) as Uint8Array;
      step(loading, piece.target.entry.byteOffset + piece.end);
      const next = pieces[i + READS_AHEAD];
      if (next !== undefined) ahead.push(begin(next));
      crc = takePiece(loading.path, piece, bytes, crc);
    }
  } finally {
    await Promise.allSettled(ahead); // the file is closed after this, and nobody else would wait
  }
}

/** Writes a segment's counts to its header; linked last, so that nothing is used half-loaded. */
function fillHeader(segment: Segment, entry: SegmentEntry): void {
  const { i32s, f32s } = segment;
  i32s[F.REMOVED] = entry.removed;
  i32s[F.NUMBERED] = entry.numbered ? 1 : 0;
  i32s[F.UPPER_COUNT] = entry.upperCount;
  i32s[F.MAX_LEVEL] = entry.maxLevel;
  i32s[F.FIRST_COPY] = entry.firstCopy;
  i32s[F.COPY_COUNT] = entry.copyCount;
  i32s[F.ENTRY_COUNT] = entry.linked > 0 ? 1 : 0;
  i32s[F.HUB_COUNT] = entry.hubCount;
  i32s[F.HUBS_LINKED] = entry.hubsLinked;
  i32s[F.LEVELED] = entry.linked;
  f32s[F.CODE_SCALE] = entry.codeScale;
  f32s[F.RESIDUAL] = entry.residual;
  i32s[F.ROTATED] = entry.rotated ? 1 : 0;
  writeCurves(segment, entry.curves);
  segment.publishCount(entry.count);
  segment.publishLinked(entry.linked);
}

/** Bytes of levels beyond the linked nodes belong to nobody yet. */
function clearLooseLevels(segment: Segment): void {
  const { layout, linked, u8s } = segment;
  if (layout.entry === 'hubs') return;
  const end = Math.ceil(linked / BYTES_PER_WORD) * BYTES_PER_WORD;
  u8s.fill(0, levelByte(layout, linked), levelByte(layout, end));
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
function assertRoom(
  path: string,
  { options, segments }: CheckedTable,
  capacities: readonly number[],
  wanted: LoadedOriginals,
): void {
  const bytes = capacities.reduce((sum, capacity, i) => {
    const kept = keptAtLoad(path, options, segments[i], wanted);
    return sum + computeLayout(layoutOptions(options, capacity, kept)).byteLength;
  }, 0);
  const available = availableMemory();
  if (bytes <= available) return;
  throw new VectorIndexError(
    ErrorCode.outOfMemory,
    `${path} has ${capacities.length} segments that reserve ${bytes} bytes together, of ` +
      `${available} there are; load it where there is more memory`,
    { path, bytes, available },
  );
}

/** What a segment keeps in memory, given where its vectors are wanted. */
function keptAtLoad(
  path: string,
  options: ResolvedOptions,
  entry: SegmentEntry,
  wanted: LoadedOriginals,
): Kept & { readonly stored?: StoredPlace } {
  const kept = keptIf(entry.sealed, options);
  const isLinked = entry.linked === entry.count && entry.count > 0;
  if (wanted === 'memory' || !isLinked || kept.vectors === 'none') return kept;
  const { codes, vectors: kind } = kept;
  const region = entry.regions.find(({ name }) => name === 'vectors');
  if (wanted === 'none' || !region) return { codes, vectors: 'none' };
  return { codes, vectors: 'none', stored: { path, byteOffset: region.byteOffset, kind } };
}

/** Empty segments with the counts of the table. */
function openSegments(
  path: string,
  { options, segments }: CheckedTable,
  capacities: readonly number[],
  wanted: LoadedOriginals,
): Segment[] {
  return segments.map((entry, i) => {
    const kept = keptAtLoad(path, options, entry, wanted);
    const segment = openSegment(options, capacities[i], entry.firstNode, kept);
    if (entry.upperCount > segment.layout.upperCapacity) {
      throw corrupt(path, `${entry.upperCount} upper rows are more than there can be`);
    }
    // What was measured with vectors does not hold without.
    const lost =
      segment.layout.vectors === 'none' && keptIf(entry.sealed, options).vectors !== 'none';
    fillHeader(segment, lost && !segment.stored ? { ...entry, curves: [] } : entry);
    return segment;
  });
}

/** The options of an index whose vectors were left behind. */
function optionsAtLoad(options: ResolvedOptions, wanted: LoadedOriginals): ResolvedOptions {
  if (wanted === 'memory' || options.originals === 'none') return options;
  const isFloat = options.precision === 'float32' || options.precision === 'float16';
  const precision = isFloat ? 'int8' : options.precision;
  return { ...options, precision, originals: 'none' };
}

/** Refuses nodes that do not exist, or are two vectors at once. */
function checkNodes(path: string, segments: readonly Segment[], nextNode: number): void {
  const [problem] = findBadNodes(segments, nextNode);
  if (!problem) return;
  throw corrupt(path, problem.message, { problem: problem.kind, node: problem.node });
}

/**
 * Loads what saveSegments wrote; errors call it `path`.
 *
 * @throws {VectorIndexError} SNAPSHOT_CORRUPT, SNAPSHOT_UNSUPPORTED, FILE_FAILED,
 *   OUT_OF_MEMORY, ABORTED
 */
export async function loadSegmentsFrom(
  { path, file, work }: Loading,
  overrides: LoadOverrides,
): Promise<SegmentList> {
  const { originals, ...settings } = overrides;
  if (work.signal?.aborted) throw abortedError(work.signal);
  const table = await readTable(path, file, settings);
  const { options, segments: entries } = table;
  const capacities = planCapacities(table, settings.capacity);
  assertRoom(path, table, capacities, originals);
  const segments = openSegments(path, table, capacities, originals);
  // Those that the index will search with: their pages are there for the first search.
  const own = ownerBlocks(options.threads);
  const targets = segments.flatMap((segment, i) => {
    const check = new ContentCheck(path, segment, [own - 2, own - 1]);
    return entries[i].regions.map((entry): Target => {
      const bytes = regionBytes(segment, entry.name, entries[i]);
      const target = { segment, entry, check };
      return bytes.length === entry.byteLength ? { ...target, bytes } : target;
    });
  });
  await readRegions({ path, file, work }, targets);
  segments.forEach(clearLooseLevels);
  checkNodes(path, segments, table.nextNode);
  const list = new SegmentList(optionsAtLoad(options, originals), segments);
  list.skipNodes(table.nextNode);
  return list;
}

/**
 * The same from a file.
 *
 * @throws {VectorIndexError} as loadSegmentsFrom does
 */
export async function loadSegments(
  path: string,
  overrides: LoadOverrides,
  work: WorkOptions,
): Promise<SegmentList> {
  const { withReadableFile } = await import('./node-file.ts');
  return withReadableFile(path, (file) => loadSegmentsFrom({ path, file, work }, overrides));
}
