// The steps of a calibration and how one work item of each is done. Queries are the caller's, or
// stored vectors that hide from the search while they are searched for: then the graph is as if
// they had never been added. What an item does depends on its number alone, and may be done twice.

import * as F from '../hot/fields.ts';
import { copyWord, nodeWord, vectorWord } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';

/** Queries and what is found out about them; the arrays lie where all threads see them. */
export interface CalibrationWork {
  readonly k: number;
  /** Queries there are. */
  readonly count: number;
  /** The hidden slots that are the queries; empty when they are given. */
  readonly slots: Int32Array;
  /** The given queries, one after another, prepared for the metric. */
  readonly floats: Float32Array;
  /** Per query: slots from this distance on, by 6-bit codes, are not among its nearest. */
  readonly limits: Int32Array;
  /** The beam of a trial. */
  readonly efSearch: number;
  /** Slots per item of a screening. */
  readonly stretch: number;
  /** Per item of the screening and query the k least distances, filled up with Infinity. */
  readonly nearest: Float32Array;
  /** Per query the distance of its k-th nearest, and how many it has up to that one. */
  readonly radii: Float32Array;
  readonly expected: Int32Array;
  /** Per query how many of those the last trial found, and how many distances that took. */
  readonly hits: Int32Array;
  readonly spent: Int32Array;
}

export interface CalibrationPhase {
  readonly kind: 'seek' | 'screen' | 'scan' | 'trial';
  readonly work: CalibrationWork;
}

/** Where one thread works: its scratch block and its bench. */
interface Place {
  readonly scratch: number;
  readonly bench: number;
}

/** Beam of the search that bounds where the k nearest are, and the least. */
const SEEK_FACTOR = 2;
const MIN_SEEK_WIDTH = 64;
/** Standard deviations between a distance and what codes make of it that are allowed for. */
const DEVIATIONS = 4;
const NO_LIMIT = 0x7fffffff;

/** Slots of the graph that are no copies: the copies lie together. */
export function graphSlotCount({ i32s, linked }: Segment): number {
  return linked - i32s[F.COPY_COUNT];
}

/** Slot number `index` of those. */
export function graphSlot({ i32s }: Segment, index: number): number {
  return index < i32s[F.FIRST_COPY] ? index : index + i32s[F.COPY_COUNT];
}

/** The distance of two slots as a search would report it. */
function exactDistance(segment: Segment, a: number, b: number): number {
  const { layout, hot, i32s } = segment;
  const first = vectorWord(layout, i32s[nodeWord(layout, a)]);
  const second = vectorWord(layout, i32s[nodeWord(layout, b)]);
  if (layout.metric === 'l2') return hot.l2Floats(first, second, layout.dimension);
  const dot = hot.dotFloats(first, second, layout.dimension);
  if (layout.metric === 'dot') return -dot;
  return Math.min(2, Math.max(0, Math.fround(1 - dot)));
}

/** What a step of one in distance is on 6-bit codes. */
function codeSlope({ layout, f32s }: Segment): number {
  const step = 2 * f32s[F.CODE_SCALE];
  return (layout.metric === 'l2' ? 1 : 2) / (step * step);
}

/** Puts query `query` where a search reads it. */
function placeQuery(segment: Segment, scratch: number, work: CalibrationWork, query: number): void {
  const { layout, f32s, i32s } = segment;
  const { dimension } = layout;
  const to = scratch + F.QUERY;
  if (work.slots.length === 0) {
    f32s.set(work.floats.subarray(query * dimension, (query + 1) * dimension), to);
    return;
  }
  const from = vectorWord(layout, i32s[nodeWord(layout, work.slots[query])]);
  f32s.copyWithin(to, from, from + dimension);
}

/**
 * The distance on codes below which all slots lie that are as near to `slot` as `radius`, from how
 * codes differ from floats for the slots that a search found. Their number is bounded by the bench.
 */
function limitOf(segment: Segment, bench: number, slot: number, found: Found): number {
  const { hot, i32s } = segment;
  const { slots, distances, radius } = found;
  const list = bench + F.LIST;
  i32s[list] = slot;
  hot.loadQueries(bench, 1);
  const count = Math.min(F.MAX_SCREENED, slots.length);
  const picked = Array.from({ length: count }, (_, i) => Math.floor((i * slots.length) / count));
  for (const [i, place] of picked.entries()) i32s[list + i] = slots[place];
  hot.measureQueries(bench, 1, count);
  const slope = codeSlope(segment);
  const gaps = picked.map((place, i) => i32s[bench + F.MATRIX + i] - slope * distances[place]);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / count;
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) * (gap - mean), 0);
  const slack = DEVIATIONS * Math.sqrt(squares / count);
  return Math.min(NO_LIMIT, Math.floor(slope * radius + mean + slack) + 2);
}

/** Slots near a query and their distances, and one that at least k of them do not exceed. */
interface Found {
  readonly slots: readonly number[];
  readonly distances: readonly number[];
  readonly radius: number;
}

/** Searches for a hidden slot, and bounds by what is found where its k nearest can be. */
function seek(segment: Segment, place: Place, work: CalibrationWork, query: number): void {
  const { hot, i32s, linked } = segment;
  const { scratch, bench } = place;
  const { k, limits } = work;
  const slot = work.slots[query];
  const wanted = Math.max(MIN_SEEK_WIDTH, SEEK_FACTOR * k);
  placeQuery(segment, scratch, work, query);
  hot.searchWithout(scratch, Math.min(F.MAX_POOL, linked, wanted), 0, linked, slot);
  const pool = scratch + F.POOL;
  const size = i32s[pool];
  if (size < k) {
    limits[query] = NO_LIMIT;
    return;
  }
  const slots = Array.from({ length: size }, (_, i) => i32s[pool + 3 + 2 * i] & F.MAX_NODES);
  const distances = slots.map((other) => exactDistance(segment, slot, other));
  const radius = distances.toSorted((a, b) => a - b)[k - 1];
  limits[query] = limitOf(segment, bench, slot, { slots, distances, radius });
}

/** Takes a distance into an ascending list of a fixed length. */
function keepNearest(list: Float32Array, distance: number): void {
  if (!(distance < list[list.length - 1])) return;
  let place = list.length - 1;
  for (; place > 0 && list[place - 1] > distance; place--) list[place] = list[place - 1];
  list[place] = distance;
}

/** Takes the distances of `query` to a slot and to its copies. */
function keepSlot(segment: Segment, query: number, slot: number, list: Float32Array): void {
  keepNearest(list, exactDistance(segment, query, slot));
  const { i32s, layout } = segment;
  if (i32s[F.COPY_COUNT] === 0) return;
  let next = i32s[copyWord(layout, slot)];
  while (next !== 0) {
    const copy = (next & ~F.SAME_VECTOR) - 1;
    keepNearest(list, exactDistance(segment, query, copy));
    next = i32s[copyWord(layout, copy)];
  }
}

/** The pairs of a query and a slot of LIST that pass the query's limit, in any order. */
function* screenPairs(
  { hot, i32s }: Segment,
  bench: number,
  queryCount: number,
  slotCount: number,
): Generator<readonly [query: number, slot: number]> {
  const list = bench + F.LIST;
  const found = hot.screen(bench, queryCount, slotCount);
  const pairs = bench + F.OUT;
  for (let i = 0; i < found; i++) yield [i32s[pairs + 2 * i], i32s[pairs + 2 * i + 1]];
  if (found !== F.NONE) return;
  for (let query = 0; query < queryCount; query++) {
    for (let i = 0; i < slotCount; i++) yield [query, i32s[list + i]];
  }
}

/** Finds the k nearest to every query in a stretch of the slots: by codes first, then by floats. */
function screen(segment: Segment, { bench }: Place, work: CalibrationWork, item: number): void {
  const { hot, i32s } = segment;
  const { k, count, slots, limits, nearest, stretch } = work;
  const end = Math.min((item + 1) * stretch, graphSlotCount(segment));
  nearest.fill(Number.POSITIVE_INFINITY, item * count * k, (item + 1) * count * k);
  for (let first = 0; first < count; first += F.MAX_SCREENED) {
    const group = slots.subarray(first, first + F.MAX_SCREENED);
    i32s.set(group, bench + F.LIST);
    hot.loadQueries(bench, group.length);
    i32s.set(limits.subarray(first, first + group.length), bench + F.LIMITS);
    for (let at = item * stretch; at < end; at += F.MAX_SCREENED) {
      const length = Math.min(F.MAX_SCREENED, end - at);
      for (let i = 0; i < length; i++) i32s[bench + F.LIST + i] = graphSlot(segment, at + i);
      for (const [query, slot] of screenPairs(segment, bench, group.length, length)) {
        if (slot === group[query]) continue;
        const list = (item * count + first + query) * k;
        keepSlot(segment, group[query], slot, nearest.subarray(list, list + k));
      }
    }
  }
}

/** Finds the k nearest to a given query on the floats. */
function scan(segment: Segment, { scratch }: Place, work: CalibrationWork, query: number): void {
  const { hot, i32s, f32s, linked } = segment;
  placeQuery(segment, scratch, work, query);
  i32s[scratch + F.ACCEPT] = 0; // the graph is measured as it is, with what was removed
  hot.resultsReset(scratch, work.k);
  hot.scanExact(scratch, 0, linked);
  const found = hot.finishResults(scratch);
  work.expected[query] = found;
  work.radii[query] = f32s[scratch + F.RESULTS + 2 * found];
}

/** Counts how many of a query's nearest a beam finds, unless it has found all before. */
function attempt(segment: Segment, { scratch }: Place, work: CalibrationWork, query: number): void {
  const { hot, i32s, f32s, linked } = segment;
  const { k, slots, expected, hits, radii, spent } = work;
  if (hits[query] === expected[query]) return;
  placeQuery(segment, scratch, work, query);
  const ef = Math.min(work.efSearch, linked);
  i32s[scratch + F.DISTANCE_COUNT] = 0;
  i32s[scratch + F.ACCEPT] = 0;
  hot.resultsReset(scratch, k);
  if (slots.length > 0) hot.searchWithout(scratch, ef, ef, linked, slots[query]);
  else hot.searchGraph(scratch, ef, ef, linked);
  const found = hot.finishResults(scratch);
  const results = scratch + F.RESULTS + 2;
  let within = 0;
  while (within < found && f32s[results + 2 * within] <= radii[query]) within++;
  hits[query] = Math.min(within, expected[query]);
  spent[query] = i32s[scratch + F.DISTANCE_COUNT];
}

const QUERY_ITEM = 4;

/** What a phase works through: queries, or stretches of slots. */
export function calibrationTotal({ kind, work }: CalibrationPhase): number {
  return kind === 'screen' ? work.nearest.length / (work.count * work.k) : work.count;
}

export function calibrationItemSize({ kind }: CalibrationPhase): number {
  return kind === 'screen' || kind === 'scan' ? 1 : QUERY_ITEM;
}

/** Does one item of a phase: queries, or a stretch, [first, end). */
export function runCalibrationItem(
  segment: Segment,
  place: Place,
  phase: CalibrationPhase,
  { first, end }: { readonly first: number; readonly end: number },
): void {
  const { work } = phase;
  segment.i32s[place.bench + F.BENCH_USED] = 1;
  for (let i = first; i < end; i++) {
    if (phase.kind === 'seek') seek(segment, place, work, i);
    else if (phase.kind === 'screen') screen(segment, place, work, i);
    else if (phase.kind === 'scan') scan(segment, place, work, i);
    else attempt(segment, place, work, i);
  }
}
