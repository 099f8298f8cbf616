// One query over one segment, and over all of an index: graph search of the linked nodes, exact
// scan of the others, results merged by (distance, node).

import * as F from '../hot/fields.ts';
import type { Segment } from '../segment.ts';
import { finishFromFile, measureStored } from './finish-from-file.ts';

/** How to search; resolved and checked. */
export interface SearchPlan {
  readonly k: number;
  readonly efSearch: number;
  readonly exact: boolean;
  /** k is beyond the pool: every vector is measured and sorted. */
  readonly exhaustive: boolean;
  /** A slot that is passed by as if it were not there. */
  readonly hidden?: number;
  /** Results beyond this distance are left out, if given. */
  readonly maxDistance?: number;
  /** Per segment the beam width in place of efSearch; 0 where everything is measured. */
  readonly widths?: readonly number[];
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

/** Work done by a search: distances computed, of those on vectors, and rows read. */
export interface WorkCounts {
  distanceCount: number;
  exactCount: number;
  hopCount: number;
}

/** Says which vectors of the segment the search may return: those that were not removed. */
function leaveOutRemoved(segment: Segment, scratch: number): void {
  const { i32s, layout, removed, tombstones, handle } = segment;
  const own = scratch + layout.acceptWord;
  // Those of a snapshot are not in the memory.
  if (removed > 0 && handle.frozen) i32s.set(tombstones, own);
  const bits = handle.frozen ? own : layout.regions.tombstones.word;
  i32s[scratch + F.ACCEPT] = removed > 0 ? bits : 0;
  i32s[scratch + F.ACCEPT_FLIP] = -1;
}

/** A beam with as much room for what may be returned as one of `width` has where all may be. */
function widened({ count, live }: Segment, width: number): number {
  if (live === count || live === 0) return width;
  const dead = 1 - live / count;
  return Math.min(F.MAX_POOL, Math.ceil((width + 3 * Math.sqrt(width * dead)) / (1 - dead)));
}

/** Measures the nodes [first, end), by the best that is kept of them. */
function scan(segment: Segment, scratch: number, first: number, end: number): void {
  const { hot, stored } = segment;
  if (stored) {
    for (let node = first; node < end; node++) measureStored(segment, stored, scratch, node);
    return;
  }
  if (segment.sealed) hot.bindQuery(scratch);
  hot.scanExact(scratch, first, end);
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
  const width = plan.widths ? (plan.widths[index] ?? 0) : plan.efSearch;
  const linked = plan.exact || width === 0 ? 0 : segment.linked;
  i32s[scratch + F.DISTANCE_COUNT] = 0;
  i32s[scratch + F.EXACT_COUNT] = 0;
  i32s[scratch + F.HOP_COUNT] = 0;
  hot.resultsReset(scratch, plan.k);
  leaveOutRemoved(segment, scratch);
  if (linked > 0) {
    const ef = Math.min(widened(segment, Math.max(width, plan.k)), linked);
    const finished = segment.stored ? 0 : ef;
    if (plan.hidden === undefined) hot.searchGraph(scratch, ef, finished, linked);
    else hot.searchWithout(scratch, ef, finished, linked, plan.hidden);
    if (segment.stored) finishFromFile(segment, segment.stored, scratch);
  }
  // Only now: what was added and linked meanwhile has taken others' places in the beam.
  const { count } = segment;
  if (linked < count) scan(segment, scratch, linked, count);
  const exact = i32s[scratch + F.EXACT_COUNT] + (segment.stored ? 0 : count - linked);
  work.exactCount += exact;
  work.distanceCount += i32s[scratch + F.DISTANCE_COUNT] + exact;
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
