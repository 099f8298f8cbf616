// How to search a segment of which a filter lets only some through. What each way costs is
// estimated from what was measured (docs/decisions/0015); whichever is least is taken. A search of
// the graph may cost more than that, so it gets a budget: with the scan that follows when it is
// spent, no search takes longer than 1.2 times measuring all that the filter lets through.

import { MAX_POOL } from '../hot/fields.ts';
import { BYTES_PER_WORD } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';

/**
 * The ways to search a graph under a filter, and to measure all that it lets through: by codes
 * first, or by vectors only.
 */
export type Way = 'sweep' | 'two-hop' | Scan;
export type Scan = 'codes' | 'vectors';

/** A segment under a filter. */
export interface FilteredShape {
  /** Slots of the graph, and the nodes of these that may be returned. */
  readonly linked: number;
  readonly accepted: number;
  /** The beam a search without a filter would have, and the results that are wanted. */
  readonly ef: number;
  readonly k: number;
}

/** Nanoseconds, on the machine of docs/decisions/0015: only their ratios count. */
const COST = {
  /** Of a distance on floats: the first part and that of a component. */
  vector: 5,
  vectorComponent: 0.2,
  /** Of comparing codes slot after slot: the first part and that of a byte. */
  code: 3.5,
  codeByte: 0.065,
  /** Of the same in a hop, with all that it takes. */
  hop: 9,
  hopByte: 0.06,
  /** Of looking whether a slot may be returned. */
  slot: 1.5,
  /** Of reading a vector from a file. */
  read: 2500,
  /** Of a neighbor in a row that is read for what it leads to. */
  neighbor: 4.5,
} as const;

/** Vectors of more bytes do not stay in a cache, and cost this many times as much, or more. */
const CACHED_BYTES = 4 * 2 ** 20;
const UNCACHED = 1.7;
/** The part of a scan's cost that a search may add to it. */
const MOST = 1.2;
/** Distances that a beam computes for each of its places: this part of a row. */
const FRESH = 0.45;
/** Slots that a scan by codes finishes, in beams. */
const SCANNED_BEAMS = 4;
/** Where less than this part may be returned, a plain beam is not swept. */
const SWEEP_FROM = 0.25;
/** Room of a swept beam, in deviations of how many of its places may be returned. */
const DEVIATIONS = 3;
/** Places of a plain beam that may be returned if the filter does not go with the vectors. */
const SCOUTED = 6;
const LEAST_SCOUTED = 16;
const MOST_SCOUTED = 64;
/** How much wider the next scout looks, as long as it costs less than this part of a scan. */
const SCOUT_GROWTH = 4;
const SCOUT_PART = 0.25;

/** What a segment's work costs. */
export interface Costs {
  /** Of a distance on codes: of many in a scan, and in a hop. */
  readonly code: number;
  readonly distance: number;
  readonly row: number;
  readonly vector: number;
  readonly vectorBytes: number;
}

export function costsOf({ layout, stored }: Segment): Costs {
  const { dimension, codeWords } = layout;
  const floats = COST.vector + COST.vectorComponent * dimension;
  return {
    code: COST.code + COST.codeByte * BYTES_PER_WORD * codeWords,
    distance: COST.hop + COST.hopByte * BYTES_PER_WORD * codeWords,
    row: COST.neighbor * layout.M0,
    vector: stored ? COST.read + floats : floats,
    vectorBytes: BYTES_PER_WORD * layout.vectorWords,
  };
}

/**
 * Slots that a scan by codes keeps to be finished. The query may be far from all of them, where
 * codes tell less: 64 of 2,000 at 16 components held 0.92 of the nearest, 256 nearly all.
 */
export function scannedWidth({ linked, ef }: FilteredShape): number {
  return Math.min(MAX_POOL, linked, SCANNED_BEAMS * ef);
}

/** What measuring all that may be returned costs on vectors, and on codes first. */
function scanCosts(
  { code, vector, vectorBytes }: Costs,
  shape: FilteredShape,
): { readonly vectors: number; readonly codes: number } {
  const { linked, accepted } = shape;
  const finished = Math.min(scannedWidth(shape), accepted) * vector;
  return {
    vectors: accepted * vector * (accepted * vectorBytes > CACHED_BYTES ? UNCACHED : 1),
    codes: linked * COST.slot + accepted * code + finished,
  };
}

/**
 * A beam in which on average as many may be returned as in one of `ef` where all may be, and `k`
 * nearly always.
 */
export function sweptWidth({ linked, accepted, ef, k }: FilteredShape): number {
  const rejected = 1 - accepted / linked;
  const wanted = Math.max(ef, k + DEVIATIONS * Math.sqrt(k * rejected));
  return Math.min(MAX_POOL, linked, Math.ceil(wanted / (1 - rejected)));
}

/** Widths of the plain beams that look for a place to begin, where a scan costs `scan`. */
function planScouts({ linked, accepted }: FilteredShape, place: number, scan: number): number[] {
  const first = Math.ceil((SCOUTED * linked) / accepted);
  const widths = [Math.min(linked, MOST_SCOUTED, Math.max(LEAST_SCOUTED, first))];
  for (let next = widths[0] * SCOUT_GROWTH; next <= MAX_POOL; next *= SCOUT_GROWTH) {
    if (next > linked || next * place > SCOUT_PART * scan) break;
    widths.push(next);
  }
  return widths;
}

/** What to try, in this order, the scan when that fails, and what all before it may cost. */
export interface Course {
  readonly ways: readonly Exclude<Way, Scan>[];
  readonly scan: Scan;
  readonly budget: number;
  readonly scoutWidths: readonly number[];
}

/** The cheapest way, and those that follow when it fails. */
export function planCourse(segment: Segment, shape: FilteredShape): Course {
  const { linked, accepted, ef } = shape;
  const costs = costsOf(segment);
  const scans = scanCosts(costs, shape);
  const least = Math.min(scans.codes, scans.vectors);
  const budget = MOST * scans.vectors - least;
  const share = accepted / linked;
  const place = FRESH * segment.layout.M0 * costs.distance;
  const scoutWidths = planScouts(shape, place, least);
  const finish = Math.min(ef, accepted) * costs.vector;
  const sweep = sweptWidth(shape) * place + finish;
  const scout = scoutWidths[0] * (place + costs.row);
  const twoHop = scout + ef * (place + costs.row * (1 + 1 / share)) + finish;
  const most = Math.min(least, budget);
  const estimates: [Exclude<Way, Scan>, number][] = [['two-hop', twoHop]];
  if (share >= SWEEP_FROM) estimates.push(['sweep', sweep]);
  const affordable = estimates.filter(([, cost]) => cost < most);
  const ways = affordable.sort(([, a], [, b]) => a - b).map(([way]) => way);
  const scan = scans.codes < scans.vectors ? 'codes' : 'vectors';
  return { ways, scan, budget, scoutWidths };
}
