// When it pays to write a segment anew.

import type { Segment } from '../segments/segment.ts';
import { largestCapacity, type SegmentList } from '../segments/segment-list.ts';
import type { Rebuild } from './write-options.ts';

/** Fewer removed vectors are not worth a new memory. */
const MIN_REMOVED = 64;
/**
 * Of all vectors, those not linked from which on building a graph of all takes less time than
 * inserting them: a build takes a fifth of the time that as many insertions take
 * (docs/decisions/0016).
 */
const REBUILD_SHARE = 0.25;
/** 8 MB: some 10,000 vectors of 128 components. */
const SMALL_WORDS = 1 << 21;
/** Segments that are not due are written anew with others up to so many times as large. */
const MERGE_FACTOR = 2;

/**
 * True when so much of a segment was removed that it should be rewritten; any of it at 0, nothing
 * at 1.
 */
export function isWorthConsolidating({ removed, count }: Segment, share: number): boolean {
  if (share === 0) return removed > 0;
  return share < 1 && removed >= Math.max(MIN_REMOVED, share * count);
}

/**
 * The growing segments that are written anew into one: those that are due, and others that are not
 * much larger than they, because every segment is searched for itself.
 */
export function segmentsToMerge(due: readonly Segment[], all: readonly Segment[]): Segment[] {
  const merged = due.filter(({ sealed }) => !sealed);
  if (merged.length === 0) return [];
  let live = merged.reduce((sum, segment) => sum + segment.live, 0);
  const others = all.filter((segment) => !segment.sealed && !merged.includes(segment));
  for (const segment of others.sort((a, b) => a.live - b.live)) {
    if (segment.live > MERGE_FACTOR * live) break;
    live += segment.live;
    merged.push(segment);
  }
  return all.filter((segment) => merged.includes(segment));
}

/** True when what is to be linked should not be inserted, but all of the graph built anew. */
export function isWorthRebuilding(segment: Segment, rebuild: Rebuild): boolean {
  const { linked, count, sealed } = segment;
  const pending = count - linked;
  if (sealed || linked === 0 || rebuild === 'never') return false;
  if (rebuild === 'now') return true;
  return pending >= REBUILD_SHARE * count;
}

/** True when segments take so little memory that threads may hold them for a while. */
export function isSmall(segments: readonly Segment[]): boolean {
  const words = segments.reduce((sum, { count, layout }) => {
    return sum + count * (layout.vectorWords + layout.codeWords + layout.rowWords);
  }, 0);
  return words <= SMALL_WORDS;
}

/**
 * Room for the vectors of segments of a list in one, and for what may be added to it; undefined
 * when they do not fit into one.
 */
export function capacityFor(
  segments: readonly Segment[],
  { options, last }: SegmentList,
): number | undefined {
  const live = segments.reduce((sum, segment) => sum + segment.live, 0);
  const takesMore = segments.includes(last) && !last.sealed;
  const least = Math.max(1, takesMore ? live + last.capacity - last.count : live);
  if (segments.length === 1) {
    return takesMore ? Math.max(least, Math.min(options.capacity, last.capacity)) : least;
  }
  const wanted = takesMore ? Math.max(least, options.capacity) : least;
  const capacity = largestCapacity(options, wanted);
  return capacity < least ? undefined : capacity;
}
