// The steps of a bulk build and how one work item of each is done. Items are numbered and depend on
// the work alone; they read what earlier steps left and write what no other item writes. A second
// run of an item writes the same again, so that what a dead thread left may be done anew.

import * as F from '../../hot/fields.ts';
import { HOSTS } from '../../hot/find.ts';
import type { Segment } from '../../segments/segment.ts';
import { assignToLeaders } from './assign.ts';
import { linkCluster } from './clusters.ts';
import { MAX_FANOUT } from './quality.ts';
import { type Assignment, candidateWidth, slotOf, type Workspace } from './workspace.ts';

export type LevelStep = 'leaves' | 'compare' | 'select' | 'refine' | 'rows';

/** Which slots are searched for, and where it is noted who could take in those that are missed. */
export interface ProbeWork {
  readonly level: number;
  readonly count: number;
  readonly members: Int32Array;
  /** HOSTS slots for each point; the first is NONE for what was found. */
  readonly hosts: Int32Array;
}

export type BulkPhase =
  | {
      readonly kind: 'encode';
      readonly first: number;
      readonly end: number;
      /** Hashes of the codes, by slot, where copies are looked for. */
      readonly hashes?: Int32Array;
      /** How many components each slot's codes clip, where that is counted. */
      readonly clipped?: Int32Array;
    }
  | { readonly kind: 'assign'; readonly work: Assignment }
  | { readonly kind: LevelStep; readonly work: Workspace }
  | { readonly kind: 'probe'; readonly work: ProbeWork };

/** Where one thread works: its scratch block and its bench. */
export interface Place {
  readonly scratch: number;
  readonly bench: number;
}

/** Clusters or points [first, end). */
export interface Range {
  readonly first: number;
  readonly end: number;
}

/** Assigns points to their nearest leaders. */
function assign(segment: Segment, { bench }: Place, work: Assignment, range: Range): void {
  const { leaders, nearest } = work;
  assignToLeaders(
    segment,
    bench,
    { count: leaders.length, slotAt: (index) => slotOf(work, leaders[index]) },
    { ...range, slotAt: (point) => slotOf(work, point), nearest, fanout: MAX_FANOUT },
  );
}

function linkClusters(segment: Segment, { bench }: Place, work: Workspace, range: Range): void {
  for (let cluster = range.first; cluster < range.end; cluster++) {
    linkCluster(segment, bench, work, cluster);
  }
}

/** Writes a point's slot, the number of its candidates, and those to `at`; how many words. */
function listCandidates(i32s: Int32Array, work: Workspace, point: number, at: number): number {
  const { candidates, parameters } = work;
  const width = parameters.fanout * candidateWidth(parameters);
  const from = point * width;
  i32s[at] = slotOf(work, point);
  i32s[at + 1] = width;
  for (let i = 0; i < width; i++) i32s[at + 2 + i] = candidates[from + i];
  return 2 + width;
}

/** Selects forward neighbors from what the leaves propose. */
function select(segment: Segment, place: Place, work: Workspace, range: Range): void {
  const { hot, i32s } = segment;
  const { fanout, forwardLimit } = work.parameters;
  const stride = 1 + forwardLimit;
  const width = 2 + fanout * candidateWidth(work.parameters);
  const chunk = Math.floor(F.LIST_WORDS / Math.max(width, stride));
  const out = place.bench + F.OUT;
  for (let first = range.first; first < range.end; first += chunk) {
    const end = Math.min(first + chunk, range.end);
    let at = place.bench + F.LIST;
    for (let point = first; point < end; point++) at += listCandidates(i32s, work, point, at);
    hot.selectForward(place.scratch, place.bench, end - first, forwardLimit, out);
    work.forward.set(i32s.subarray(out, out + (end - first) * stride), first * stride);
  }
}

/** Selects forward neighbors among all points: for levels too small to be partitioned. */
function compare(segment: Segment, place: Place, work: Workspace, range: Range): void {
  const { hot, i32s } = segment;
  const { forward, parameters, count } = work;
  const stride = 1 + parameters.forwardLimit;
  const list = place.bench + F.LIST;
  const out = place.bench + F.OUT;
  i32s[list + 1] = count;
  for (let i = 0; i < count; i++) i32s[list + 2 + i] = slotOf(work, i);
  for (let point = range.first; point < range.end; point++) {
    i32s[list] = slotOf(work, point);
    hot.selectForward(place.scratch, place.bench, 1, parameters.forwardLimit, out);
    forward.set(i32s.subarray(out, out + stride), point * stride);
  }
}

/** Selects the forward neighbors of level 0 anew by searching the graph, which stands still. */
function refine(segment: Segment, place: Place, work: Workspace, range: Range): void {
  const { hot, i32s } = segment;
  const { forwardLimit } = work.parameters;
  const stride = 1 + forwardLimit;
  const ef = Math.min(i32s[F.EF_CONSTRUCTION], F.MAX_POOL - F.MAX_DEGREE);
  const out = place.bench + F.OUT;
  for (let point = range.first; point < range.end; point++) {
    hot.refineForward(place.scratch, slotOf(work, point), ef, forwardLimit, out);
    work.forward.set(i32s.subarray(out, out + stride), point * stride);
  }
}

/** Lists the ends of a point's forward and reverse edges at `list`; how many. */
function listEdges(i32s: Int32Array, work: Workspace, point: number, list: number): number {
  const { forward, reverse, reverseStarts, parameters } = work;
  const from = point * (1 + parameters.forwardLimit);
  const degree = forward[from];
  for (let i = 1; i <= degree; i++) i32s[list + i - 1] = forward[from + i];
  const first = reverseStarts[point];
  const total = reverseStarts[point + 1] - first;
  // More than LIST holds is more than any row can use: an even share of them will do.
  const taken = Math.min(F.LIST_WORDS - degree, total);
  for (let i = 0; i < taken; i++) {
    i32s[list + degree + i] = reverse[first + Math.floor((i * total) / taken)];
  }
  return degree + taken;
}

/** Writes rows from forward and reverse edges. */
function writeRows(segment: Segment, place: Place, work: Workspace, range: Range): void {
  const { hot, i32s } = segment;
  for (let point = range.first; point < range.end; point++) {
    const count = listEdges(i32s, work, point, place.bench + F.LIST);
    hot.writeRow(place.scratch, place.bench, slotOf(work, point), count, work.level);
  }
}

const STEPS = { leaves: linkClusters, compare, select, refine, rows: writeRows };

/** A search that finds most slots quickly, and the one that decides on the others. */
const QUICK_PROBE = { width: 4, ef: 16 };
const PROBE = { width: 16, ef: 48 };
/** On upper levels searches are narrower than a user's ever are. */
const UPPER_PROBE = { width: 8, ef: 8 };

/** Searches for slots and notes who could take in those that are missed. */
function probe(segment: Segment, place: Place, work: ProbeWork, range: Range): void {
  const { hot, i32s } = segment;
  const { level, hosts } = work;
  const out = place.bench + F.OUT;
  const attempts = level === 0 ? [QUICK_PROBE, PROBE] : [UPPER_PROBE];
  for (let point = range.first; point < range.end; point++) {
    const slot = slotOf(work, point);
    for (const { width, ef } of attempts) {
      hot.probe(place.scratch, slot, level, ef, width, out);
      if (i32s[out] === F.NONE) break;
    }
    hosts.set(i32s.subarray(out, out + HOSTS), point * HOSTS);
  }
}

function encode(
  segment: Segment,
  { scratch, bench }: Place,
  { first: start, hashes, clipped }: BulkPhase & { readonly kind: 'encode' },
  { first, end }: Range,
): void {
  const { hot, i32s } = segment;
  // Counted vector by vector, so that whatever part of them is linked, its sum is known.
  const step = clipped ? 1 : end - first;
  let residual = 0;
  for (let i = first; i < end; i += step) {
    residual = Math.max(residual, hot.encodeSlots(start + i, start + i + step, scratch));
    if (clipped) clipped[i] = i32s[scratch + F.CLIPPED_COUNT];
  }
  segment.widenResidual(residual);
  if (!hashes) return;
  const out = bench + F.OUT;
  hot.hashCodes(start + first, start + end, out);
  hashes.set(i32s.subarray(out, out + end - first), first);
}

/** What a phase works through: clusters or points. */
export function bulkTotal(phase: BulkPhase): number {
  if (phase.kind === 'encode') return phase.end - phase.first;
  return phase.kind === 'leaves' ? phase.work.leaders.length : phase.work.count;
}

const ITEM_SIZES: Readonly<Record<BulkPhase['kind'], number>> = {
  encode: 512,
  assign: 512,
  leaves: 1,
  compare: 32,
  select: 256,
  refine: 64,
  rows: 256,
  probe: 64,
};

export function bulkItemSize({ kind }: BulkPhase): number {
  return ITEM_SIZES[kind];
}

/** Does one item of a phase. */
export function runBulkItem(segment: Segment, place: Place, phase: BulkPhase, range: Range): void {
  segment.i32s[place.bench + F.BENCH_USED] = 1;
  if (phase.kind === 'encode') encode(segment, place, phase, range);
  else if (phase.kind === 'assign') assign(segment, place, phase.work, range);
  else if (phase.kind === 'probe') probe(segment, place, phase.work, range);
  else STEPS[phase.kind](segment, place, phase.work, range);
}
