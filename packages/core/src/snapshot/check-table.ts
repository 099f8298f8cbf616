// Every number of a snapshot's table against what it must be. After this the counts may be used:
// they fit the layout, the regions fill the file exactly, and nothing larger than the file is read.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_NODES } from '../hot/fields.ts';
import {
  BYTES_PER_WORD,
  computeLayout,
  hubCountOf,
  type LayoutOptions,
  MAX_LEVEL_LIMIT,
  MAX_SEGMENT_BYTES,
  SAVED_REGIONS,
  usedWords,
} from '../memory/layout.ts';
import { keptIf, type ResolvedOptions, resolveOptions, sealsSegments } from '../options.ts';
import { checkCurves } from './check-curves.ts';
import { asCount, asFlag, asFloat, asList, asObject, type Fields } from './check-fields.ts';
import {
  corrupt,
  REGION_FIELDS,
  type RegionEntry,
  SEGMENT_FIELDS,
  type SegmentEntry,
  type SnapshotTable,
  TABLE_FIELDS,
} from './format.ts';

const MAX_SEGMENTS = 4096;

/** The index options of the table, by the rules of the options themselves. */
function checkOptions(path: string, fields: Fields, overrides: Fields): ResolvedOptions {
  const { segments: _segments, nextNode: _nextNode, subspaces, ...rest } = fields;
  // An index that was saved was allowed to be what it is.
  const saved = { ...rest, ...(subspaces !== 0 && { subspaces }), allowLowDimension: true };
  try {
    // Two steps, so that a bad override is the caller's fault and a bad field the file's.
    resolveOptions(saved);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw corrupt(path, `its options are none: ${reason}`);
  }
  return resolveOptions({ ...saved, ...overrides });
}

function checkRegions(
  path: string,
  fields: Fields,
  lengths: readonly number[],
  start: number,
): RegionEntry[] {
  const regions = asList(path, fields.regions, 'regions');
  let byteOffset = start;
  return SAVED_REGIONS.map((name, i) => {
    const entry = asObject(path, regions[i], `region ${name}`, REGION_FIELDS);
    const crc32 = asCount(path, entry, 'crc32', 2 ** 32 - 1);
    const expected = { byteOffset, byteLength: lengths[i] };
    const got = { byteOffset: entry.byteOffset, byteLength: entry.byteLength };
    const isThere = got.byteOffset === byteOffset && got.byteLength === lengths[i];
    if (!isThere || entry.name !== name || regions.length !== SAVED_REGIONS.length) {
      const message = `region ${name} is not where or as long as its counts say`;
      throw corrupt(path, message, { region: name, expected, got });
    }
    byteOffset += expected.byteLength;
    return { name, ...expected, crc32 };
  });
}

/** The layout of a segment in the file, with as little to work in as there can be. */
function fileShape(options: ResolvedOptions, capacity: number, sealed: boolean): LayoutOptions {
  const { dimension, metric, M, entry } = options;
  const kept = keptIf(sealed, options);
  const subspaces = kept.codes === 'pq' ? options.subspaces : 0;
  const sizes = { dimension, metric, M, entry, capacity, scratchCount: 1, benchCount: 1 };
  return { ...sizes, ...kept, subspaces, sealed };
}

type NodeCounts = Pick<SegmentEntry, 'count' | 'linked' | 'removed' | 'firstNode' | 'numbered'>;

/** How many vectors there are, and which numbers they have. */
function checkNodeCounts(path: string, fields: Fields, capacity: number): NodeCounts {
  const count = asCount(path, fields, 'count', capacity);
  const linked = asCount(path, fields, 'linked', count);
  const removed = asCount(path, fields, 'removed', count);
  const firstNode = asCount(path, fields, 'firstNode', MAX_NODES - count);
  return { count, linked, removed, firstNode, numbered: asFlag(path, fields, 'numbered') };
}

function checkSegment(
  path: string,
  fields: Fields,
  options: ResolvedOptions,
  start: number,
): SegmentEntry {
  const capacity = asCount(path, fields, 'capacity', MAX_NODES);
  const nodes = checkNodeCounts(path, fields, capacity);
  const { count, linked, numbered } = nodes;
  const sealed = asFlag(path, fields, 'sealed');
  const layout = computeLayout(fileShape(options, Math.max(1, capacity), sealed));
  if (capacity === 0 || layout.byteLength > MAX_SEGMENT_BYTES) {
    throw corrupt(path, `a segment of capacity ${capacity} cannot exist`, {
      field: 'capacity',
    });
  }
  const upperCount = asCount(path, fields, 'upperCount', layout.upperCapacity);
  const hubs = layout.entry === 'hubs';
  const maxLevel = asCount(path, fields, 'maxLevel', hubs ? 0 : MAX_LEVEL_LIMIT);
  const codeScale = asFloat(path, fields, 'codeScale');
  const residual = asFloat(path, fields, 'residual');
  const rotated = asFlag(path, fields, 'rotated');
  if (linked > 0 && layout.codes === 'int8' && codeScale === 0) {
    throw corrupt(path, 'its codes have no scale');
  }
  if (sealed && (count === 0 || linked < count || capacity !== count || !sealsSegments(options))) {
    throw corrupt(path, 'a segment that cannot be sealed says it is', { field: 'sealed' });
  }
  const copyCount = asCount(path, fields, 'copyCount', Math.max(0, linked - 1));
  const firstCopy = asCount(path, fields, 'firstCopy', linked - copyCount);
  const mostHubs = hubs ? hubCountOf(linked - copyCount) : 0;
  const hubCount = asCount(path, fields, 'hubCount', mostHubs);
  const hubsLinked = asCount(path, fields, 'hubsLinked', hubs ? linked : 0);
  if (hubCount === 0 && mostHubs > 0) throw corrupt(path, 'its graph has no hubs');
  const used = { count, linked, upperCount, copyCount, hubCount, rotated, numbered };
  const lengths = SAVED_REGIONS.map((name) => usedWords(layout, name, used) * BYTES_PER_WORD);
  const regions = checkRegions(path, fields, lengths, start);
  const curves = checkCurves(path, fields, linked);
  const graph = { upperCount, maxLevel, firstCopy, copyCount, hubCount, hubsLinked, curves };
  return { capacity, ...nodes, sealed, ...graph, codeScale, residual, rotated, regions };
}

export interface CheckedTable {
  readonly nextNode: number;
  readonly options: ResolvedOptions;
  readonly segments: readonly SegmentEntry[];
}

/**
 * Checks a parsed table. `start` is where the first region begins, `fileBytes` where the last ends.
 *
 * @throws {VectorIndexError} SNAPSHOT_CORRUPT; INVALID_OPTION for a bad override
 */
export function checkTable(
  path: string,
  table: SnapshotTable | unknown,
  place: { readonly start: number; readonly fileBytes: number },
  overrides: Fields,
): CheckedTable {
  const fields = asObject(path, table, 'the table', TABLE_FIELDS);
  const options = checkOptions(path, fields, overrides);
  const list = asList(path, fields.segments, 'segments');
  if (list.length === 0 || list.length > MAX_SEGMENTS) {
    throw corrupt(path, `an index of ${list.length} segments cannot exist`);
  }
  let offset = place.start;
  const segments = list.map((entry, i) => {
    const object = asObject(path, entry, `segment ${i}`, SEGMENT_FIELDS);
    const segment = checkSegment(path, object, options, offset);
    offset = segment.regions.reduce((sum, region) => sum + region.byteLength, offset);
    return segment;
  });
  if (offset !== place.fileBytes) {
    throw corrupt(path, `it has ${place.fileBytes} bytes and should have ${offset}`, {
      expected: offset,
      got: place.fileBytes,
    });
  }
  if (segments.slice(0, -1).some((segment) => segment.count === 0)) {
    throw corrupt(path, 'a segment before the last is empty');
  }
  return { options, segments, nextNode: asCount(path, fields, 'nextNode', MAX_NODES) };
}

/** The error for a table that is no JSON. */
export function unreadableTable(path: string, cause: unknown): VectorIndexError {
  return new VectorIndexError(
    ErrorCode.snapshotCorrupt,
    `${path} is damaged: its table cannot be read; restore it from a copy or build the index anew`,
    { path, offset: 24 },
    cause,
  );
}
