// The candidates of one search with the keys their codes gave them, and their distances by the best
// that is kept: what a search must make of them, worked out without its bounds.

import * as F from '../../src/hot/fields.ts';
import { copyWord, nodeWord } from '../../src/memory/layout.ts';
import { setQuery } from '../../src/search/set-query.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { byDistance, type Candidate } from './naive.ts';

const BLOCK = 0;
/** Measures while the search's pool is still to be read. */
const OTHER_BLOCK = 1;

/** One search of a linked segment: its pool, its results, and how many vectors it read. */
export interface Searched {
  readonly slots: number[];
  readonly results: Candidate[];
  readonly exactCount: number;
}

export interface SearchShape {
  readonly k: number;
  readonly ef: number;
  readonly width?: number;
}

/** Searches the graph for `query` as an index does, and reads all that is left. */
export function searchAndRead(
  segment: Segment,
  query: Float32Array,
  { k, ef, width = ef }: SearchShape,
): Searched {
  const { hot, i32s, f32s } = segment;
  const scratch = segment.scratch(BLOCK);
  setQuery(segment, BLOCK, query);
  i32s[scratch + F.EXACT_COUNT] = 0;
  hot.resultsReset(scratch, k);
  hot.searchGraph(scratch, ef, width, segment.linked);
  const found = hot.finishResults(scratch);
  const results = Array.from({ length: found }, (_, i) => {
    const word = scratch + F.RESULTS + 2 + 2 * i;
    return { node: i32s[word + 1], distance: f32s[word] };
  });
  const size = i32s[scratch + F.POOL];
  const slots = Array.from({ length: size }, (_, i) => slotAt(segment, i));
  return { slots, results, exactCount: i32s[scratch + F.EXACT_COUNT] };
}

/** The slot of pair `i` of the pool: its flag of being expanded is no part of it. */
function slotAt(segment: Segment, i: number): number {
  return segment.i32s[segment.scratch(BLOCK) + F.POOL + 3 + 2 * i] & 0x7fffffff;
}

/** Distance of the query to every slot by the best that is kept of it. */
export function exactBySlot(segment: Segment, query: Float32Array): Float32Array {
  const { hot, i32s, f32s, layout, count } = segment;
  const scratch = segment.scratch(OTHER_BLOCK);
  setQuery(segment, OTHER_BLOCK, query);
  if (segment.sealed) hot.bindQuery(scratch);
  return Float32Array.from({ length: count }, (_, slot) => {
    const at = layout.vectors === 'none' ? slot : i32s[nodeWord(layout, slot)];
    hot.measureRange(scratch, at, at + 1, scratch + F.POOL);
    return f32s[scratch + F.POOL];
  });
}

/** The copies of a slot: they are candidates whenever it is. */
function copiesOf(segment: Segment, slot: number): number[] {
  const copies: number[] = [];
  if (segment.i32s[F.COPY_COUNT] === 0) return copies;
  for (let at = slot; ; ) {
    const next = segment.i32s[copyWord(segment.layout, at)] & ~F.SAME_VECTOR;
    if (next === 0) return copies;
    at = next - 1;
    copies.push(at);
  }
}

/** The k nearest of the candidates and their copies, every one of them measured. */
export function rankAll(
  segment: Segment,
  slots: readonly number[],
  exact: Float32Array,
  k: number,
): Candidate[] {
  return slots
    .flatMap((slot) => [slot, ...copiesOf(segment, slot)])
    .map((slot) => ({
      node: segment.i32s[nodeWord(segment.layout, slot)],
      distance: exact[slot],
    }))
    .sort(byDistance)
    .slice(0, k);
}

/**
 * Pairs of the pool of the last search whose bound is above their distance: with that distance as
 * the farthest result they would not be measured, though they belong there.
 */
export function brokenBounds(segment: Segment, exact: Float32Array): number[] {
  const { hot, i32s, f32s } = segment;
  const scratch = segment.scratch(BLOCK);
  const results = scratch + F.RESULTS;
  const broken: number[] = [];
  for (let i = 0; i < i32s[scratch + F.POOL]; i++) {
    const slot = slotAt(segment, i);
    hot.resultsReset(scratch, 1);
    i32s[results] = 1;
    f32s[results + 2] = exact[slot];
    const bits = i32s[results + 2];
    i32s[results + 2] = bits ^ ((bits >> 31) & 0x7fffffff);
    if (!hot.mayEnter(scratch, i)) broken.push(slot);
  }
  return broken;
}
