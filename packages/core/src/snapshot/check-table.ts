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
import {
  asCount,
  asFlag,
  asFloat,
  asList,
  asObject,
  type Check,
  type Fields,
} from './check-fields.ts';
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
function checkOptions(check: Check, fields: Fields, overrides: Fields): ResolvedOptions {
  const { segments: _segments, nextNode: _nextNode, subspaces, ...rest } = fields;
  // An index that was saved was allowed to be what it is.
  const saved = { ...rest, ...(subspaces !== 0 && { subspaces }), allowLowDimension: true };
  try {
    // Two steps, so that a bad override is the caller's fault and a bad field the file's.
    resolveOptions(saved);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw corrupt(check.path, `its options are none: ${reason}`);
  }
  return resolveOptions({ ...saved, ...overrides });
}

function checkRegions(
  check: Check,
  fields: Fields,
  lengths: readonly number[],
  start: number,
): RegionEntry[] {
  const regions = asList(check, fields.regions, 'regions');
  let byteOffset = start;
  return SAVED_REGIONS.map((name, i) => {
    const entry = asObject(check, regions[i], `region ${name}`, REGION_FIELDS);
    const byteLength = asCount(check, entry, 'byteLength', MAX_SEGMENT_BYTES);
    const offset = asCount(check, entry, 'byteOffset', check.fileBytes);
    const crc32 = asCount(check, entry, 'crc32', 2 ** 32 - 1);
    const right = entry.name === name && offset === byteOffset && byteLength === lengths[i];
    if (!right || regions.length !== SAVED_REGIONS.length) {
      throw corrupt(check.path, `region ${name} is not where or as long as its counts say`, {
        region: name,
        expected: { byteOffset, byteLength: lengths[i] },
        got: { byteOffset: offset, byteLength },
      });
    }
    byteOffset += byteLength;
    return { name, byteOffset: offset, byteLength, crc32 };
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
function checkNodeCounts(check: Check, fields: Fields, capacity: number): NodeCounts {
  const count = asCount(check, fields, 'count', capacity);
  const linked = asCount(check, fields, 'linked', count);
  const removed = asCount(check, fields, 'removed', count);
  const firstNode = asCount(check, fields, 'firstNode', MAX_NODES - count);
  return { count, linked, removed, firstNode, numbered: asFlag(check, fields, 'numbered') };
}

function checkSegment(
  check: Check,
  fields: Fields,
  options: ResolvedOptions,
  start: number,
): SegmentEntry {
  const capacity = asCount(check, fields, 'capacity', MAX_NODES);
  const nodes = checkNodeCounts(check, fields, capacity);
  const { count, linked, numbered } = nodes;
  const sealed = asFlag(check, fields, 'sealed');
  const layout = computeLayout(fileShape(options, Math.max(1, capacity), sealed));
  if (capacity === 0 || layout.byteLength > MAX_SEGMENT_BYTES) {
    throw corrupt(check.path, `a segment of capacity ${capacity} cannot exist`, {
      field: 'capacity',
    });
  }
  const upperCount = asCount(check, fields, 'upperCount', layout.upperCapacity);
  const hubs = layout.entry === 'hubs';
  const maxLevel = asCount(check, fields, 'maxLevel', hubs ? 0 : MAX_LEVEL_LIMIT);
  const codeScale = asFloat(check, fields, 'codeScale');
  const residual = asFloat(check, fields, 'residual');
  const rotated = asFlag(check, fields, 'rotated');
  if (linked > 0 && layout.codes === 'int8' && codeScale === 0) {
    throw corrupt(check.path, 'its codes have no scale');
  }
  if (sealed && (count === 0 || linked < count || capacity !== count || !sealsSegments(options))) {
    throw corrupt(check.path, 'a segment that cannot be sealed says it is', { field: 'sealed' });
  }
  const copyCount = asCount(check, fields, 'copyCount', Math.max(0, linked - 1));
  const firstCopy = asCount(check, fields, 'firstCopy', linked - copyCount);
  const mostHubs = hubs ? hubCountOf(linked - copyCount) : 0;
  const hubCount = asCount(check, fields, 'hubCount', mostHubs);
  const hubsLinked = asCount(check, fields, 'hubsLinked', hubs ? linked : 0);
  if (hubCount === 0 && mostHubs > 0) throw corrupt(check.path, 'its graph has no hubs');
  const used = { count, linked, upperCount, copyCount, hubCount, rotated, numbered };
  const lengths = SAVED_REGIONS.map((name) => usedWords(layout, name, used) * BYTES_PER_WORD);
  const regions = checkRegions(check, fields, lengths, start);
  const curves = checkCurves(check, fields, linked);
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
  const check: Check = { path, fileBytes: place.fileBytes };
  const fields = asObject(check, table, 'the table', TABLE_FIELDS);
  const options = checkOptions(check, fields, overrides);
  const list = asList(check, fields.segments, 'segments');
  if (list.length === 0 || list.length > MAX_SEGMENTS) {
    throw corrupt(path, `an index of ${list.length} segments cannot exist`);
  }
  let offset = place.start;
  const segments = list.map((entry, i) => {
    const object = asObject(check, entry, `segment ${i}`, SEGMENT_FIELDS);
    const segment = checkSegment(check, object, options, offset);
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
  return { options, segments, nextNode: asCount(check, fields, 'nextNode', MAX_NODES) };
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
