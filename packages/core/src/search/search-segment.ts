// One query over one segment, and over all of an index: a search of the linked nodes, exact scan of
// the others, results merged by (distance, node).

import * as F from '../hot/fields.ts';
import type { SearchWork, Strategy } from '../results.ts';
import type { Segment } from '../segments/segment.ts';
import { finishFromFile } from './finish-from-file.ts';
import { type FilteredTask, scanAccepted, searchFiltered } from './search-filtered.ts';
import type { Way } from './strategy.ts';
import { type Admission, writeAccepted } from './write-accepted.ts';

/** How to search; resolved and checked. */
export interface SearchPlan extends Admission {
  readonly k: number;
  readonly efSearch: number;
  readonly exact: boolean;
  /** k is beyond the pool: every vector is measured and sorted. */
  readonly exhaustive: boolean;
  /** A slot that is passed by as if it were not there. */
  readonly hidden?: number;
  /** Results beyond this distance are left out, if given. */
  readonly maxDistance?: number;
  /** By segment the beam width in place of efSearch; 0 where everything is measured. */
  readonly widths?: ReadonlyMap<number, number>;
  /** The way to search under a filter, in place of the one that is cheapest. */
  readonly way?: Way | undefined;
}

/** Where results of one query go, and from which position. */
export interface ResultTarget {
  readonly nodes: Uint32Array;
  readonly distances: Float32Array;
  readonly offset: number;
}

/** Who searches: all segments of an index with one scratch block. */
export interface Reader {
  readonly segments: readonly Segment[];
  readonly block: number;
}

/** Work done by a search: distances computed, of those on vectors, rows read, and how. */
export interface WorkCounts {
  /** Undefined until something was searched. */
  strategy?: Strategy;
  distanceCount: number;
  exactCount: number;
  hopCount: number;
}

/** Words of a search's work that are counted in its block. */
const COUNTERS = [F.DISTANCE_COUNT, F.EXACT_COUNT, F.HOP_COUNT] as const;

/** Measures the nodes [first, end), by the best that is kept of them. */
function scan(segment: Segment, scratch: number, first: number, end: number): void {
  if (first === end) return;
  const { hot, i32s, stored } = segment;
  if (stored || i32s[scratch + F.ACCEPT] !== 0) {
    scanAccepted(segment, scratch, first, end);
    return;
  }
  if (segment.sealed) hot.bindQuery(scratch);
  hot.scanExact(scratch, first, end);
  i32s[scratch + F.EXACT_COUNT] += end - first;
}

/** How many may be returned of the nodes that are not in the graph. */
function countTail(
  { hot, i32s }: Segment,
  scratch: number,
  { first, count }: { readonly first: number; readonly count: number },
): number {
  const all = i32s[scratch + F.ACCEPT] === 0;
  return all ? count : hot.countAccepted(scratch, first, first + count);
}

/** The part of a segment that is in the graph, and how to search it. */
interface GraphTask extends FilteredTask {
  readonly hidden?: number | undefined;
}

/** Leaves what the graph finds in RESULTS; how it found it. */
function searchLinked(segment: Segment, scratch: number, task: GraphTask): Strategy {
  const { hot, stored } = segment;
  const { ef, linked, hidden } = task;
  // Only calibrations hide a slot, and they search what was removed too.
  if (task.accepted < linked) return searchFiltered(segment, scratch, task);
  const finished = stored ? 0 : ef;
  if (hidden === undefined) hot.searchGraph(scratch, ef, finished, linked);
  else hot.searchWithout(scratch, ef, finished, linked, hidden);
  if (stored) finishFromFile(segment, stored, scratch);
  return 'graph';
}

/** The counts of a search as its results have them; what needed no searching was scanned. */
export function workOf(work: WorkCounts): SearchWork {
  return { ...work, strategy: work.strategy ?? 'scan' };
}

/** Notes that some of a search, or of several, was done in this way. */
export function noteStrategy(work: WorkCounts, strategy: Strategy): void {
  work.strategy = work.strategy && work.strategy !== strategy ? 'mixed' : strategy;
}

/** The beam for a segment; one that came after the plan was made is searched as widely as any. */
function widthOf({ handle }: Segment, { widths, efSearch }: SearchPlan): number {
  if (!widths) return efSearch;
  return widths.get(handle.serial) ?? Math.max(0, ...widths.values());
}

/** Leaves the nearest nodes of the segment in RESULTS of the block, finished; how many. */
function searchSegment(
  { segments, block }: Reader,
  index: number,
  plan: SearchPlan,
  work: WorkCounts,
): number {
  const segment = segments[index];
  const { hot, i32s } = segment;
  const scratch = segment.scratch(block);
  const width = widthOf(segment, plan);
  const linked = plan.exact || width === 0 ? 0 : segment.linked;
  const { count } = segment;
  for (const counter of COUNTERS) i32s[scratch + counter] = 0;
  hot.resultsReset(scratch, plan.k);
  const accepted = writeAccepted(segment, block, count, plan);
  if (accepted === 0) return 0;
  if (accepted === count) i32s[scratch + F.ACCEPT] = 0;
  const tail = { first: linked, count: count - linked };
  const inGraph = linked > 0 ? accepted - countTail(segment, scratch, tail) : 0;
  const ef = Math.min(Math.max(width, plan.k), linked);
  const task = { ...plan, ef, linked, accepted: inGraph };
  const strategy = inGraph > 0 ? searchLinked(segment, scratch, task) : 'scan';
  const end = segment.count;
  // What was added and linked meanwhile has taken others' places in the beam.
  if (end > count) writeAccepted(segment, block, end, plan);
  scan(segment, scratch, linked, end);
  // Where nothing but removed nodes is left out, a sweep is the usual search.
  noteStrategy(work, strategy === 'sweep' && !plan.accept ? 'graph' : strategy);
  work.exactCount += i32s[scratch + F.EXACT_COUNT];
  work.distanceCount += i32s[scratch + F.DISTANCE_COUNT] + i32s[scratch + F.EXACT_COUNT];
  work.hopCount += i32s[scratch + F.HOP_COUNT];
  return hot.finishResults(scratch);
}

/**
 * Merges `count` finished results of a segment into the `filled` that are there; the new number.
 */
function mergeResults(
  segment: Segment,
  block: number,
  counts: { readonly filled: number; readonly found: number; readonly k: number },
  target: ResultTarget,
): number {
  const { nodes, distances, offset } = target;
  const { f32s, i32s } = segment;
  const first = segment.scratch(block) + F.RESULTS + 2;
  const total = Math.min(counts.k, counts.filled + counts.found);
  let old = counts.filled - 1;
  let found = counts.found - 1;
  const isNewLast = (): boolean => {
    if (found < 0 || old < 0) return found >= 0;
    const gap = f32s[first + 2 * found] - distances[offset + old];
    return gap > 0 || (gap === 0 && i32s[first + 2 * found + 1] > nodes[offset + old]);
  };
  // From the back, by (distance, node): the results that are there are moved, none is overwritten.
  for (let i = counts.filled + counts.found - 1; i >= 0; i--) {
    const fromNew = isNewLast();
    const distance = fromNew ? f32s[first + 2 * found] : distances[offset + old];
    const node = fromNew ? i32s[first + 2 * found + 1] : nodes[offset + old];
    if (fromNew) found--;
    else old--;
    if (i >= total) continue;
    nodes[offset + i] = node;
    distances[offset + i] = distance;
  }
  return total;
}

/**
 * Searches all segments for the query already written to the reader's block of each; how many
 * results were written to `target`.
 */
export function searchSegments(
  reader: Reader,
  plan: SearchPlan,
  target: ResultTarget,
  work: WorkCounts,
): number {
  const { segments, block } = reader;
  let filled = 0;
  for (const [index, segment] of segments.entries()) {
    const found = searchSegment(reader, index, plan, work);
    filled = mergeResults(segment, block, { filled, found, k: plan.k }, target);
  }
  return filled;
}
