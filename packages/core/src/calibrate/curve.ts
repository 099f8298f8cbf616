// How much of the k nearest a beam of which width finds in a segment's graph, as measured: a curve
// for each of a few k, kept in the header, so that every thread, reader and snapshot has it. A
// search that is asked for a recall gets its width from here.

import * as F from '../hot/fields.ts';
import type { Segment } from '../segments/segment.ts';

/** One beam width. */
export interface CurvePoint {
  readonly efSearch: number;
  /** Mean recall of the queries. */
  readonly recall: number;
  /** The recall to count on: the mean less its standard error. */
  readonly assured: number;
}

export interface Curve {
  readonly k: number;
  /** Nodes in the graph when it was measured. */
  readonly linked: number;
  /** Queries it was measured with. */
  readonly sample: number;
  /** Whether they were the caller's. */
  readonly given: boolean;
  /** Ascending by efSearch, and by both recalls; at least one. */
  readonly points: readonly CurvePoint[];
}

/** Most points of a curve. */
export const MAX_CURVE_POINTS = 12;
/** Words of a curve: these, then per point its width and two floats. */
const K = 0;
const LINKED = 1;
const SAMPLE = 2;
const GIVEN = 3;
const POINT_COUNT = 4;
const POINTS = 5;
const POINT_WORDS = 3;

function readCurve({ i32s, f32s }: Segment, word: number): Curve | undefined {
  const k = Atomics.load(i32s, word + K);
  if (k === 0) return undefined;
  const points: CurvePoint[] = [];
  const end = word + POINTS + i32s[word + POINT_COUNT] * POINT_WORDS;
  for (let at = word + POINTS; at < end; at += POINT_WORDS) {
    points.push({ efSearch: i32s[at], recall: f32s[at + 1], assured: f32s[at + 2] });
  }
  const [linked, sample] = [i32s[word + LINKED], i32s[word + SAMPLE]];
  return { k, linked, sample, given: i32s[word + GIVEN] === 1, points };
}

/** The curves of a segment, the latest first. */
export function readCurves(segment: Segment): readonly Curve[] {
  const { frozen } = segment.handle;
  if (frozen) return frozen.curves;
  const places = Array.from({ length: F.MAX_CURVES }, (_, i) => F.CURVES + i * F.CURVE_WORDS);
  const curves = places.map((word) => readCurve(segment, word));
  return curves.filter((curve) => curve !== undefined);
}

/**
 * Replaces the curves of a segment. Other threads may read them at any moment: each is published by
 * its k. One that reads all the while may mix two curves, all of whose widths are possible ones.
 */
export function writeCurves({ i32s, f32s }: Segment, curves: readonly Curve[]): void {
  for (let i = 0; i < F.MAX_CURVES; i++) {
    const word = F.CURVES + i * F.CURVE_WORDS;
    const curve = curves[i];
    Atomics.store(i32s, word + K, 0);
    if (!curve) continue;
    i32s[word + LINKED] = curve.linked;
    i32s[word + SAMPLE] = curve.sample;
    i32s[word + GIVEN] = curve.given ? 1 : 0;
    i32s[word + POINT_COUNT] = curve.points.length;
    for (const [j, { efSearch, recall, assured }] of curve.points.entries()) {
      const at = word + POINTS + j * POINT_WORDS;
      i32s[at] = efSearch;
      f32s[at + 1] = recall;
      f32s[at + 2] = assured;
    }
    Atomics.store(i32s, word + K, curve.k);
  }
}

/** Adds a curve, in the place of the one for its k or of the oldest. */
export function addCurve(segment: Segment, curve: Curve): void {
  const others = readCurves(segment).filter(({ k }) => k !== curve.k);
  writeCurves(segment, [curve, ...others].slice(0, F.MAX_CURVES));
}

/** The width of a curve that reaches `recall`, between points by a straight line. */
function widthOn({ points }: Curve, recall: number): number {
  const above = points.findIndex(({ assured }) => assured >= recall);
  if (above === -1) return 2 * points[points.length - 1].efSearch;
  const upper = points[above];
  if (above === 0) return upper.efSearch;
  // Curves bend downwards, so that a line between two points promises less than there is.
  const lower = points[above - 1];
  const share = (recall - lower.assured) / (upper.assured - lower.assured);
  return lower.efSearch + Math.ceil(share * (upper.efSearch - lower.efSearch));
}

/** The mean recall at `width`; outside of the curve that of its nearest point. */
export function recallAt({ points }: Curve, width: number): number {
  const above = points.findIndex(({ efSearch }) => efSearch >= width);
  if (above === 0) return points[0].recall;
  if (above === -1) return points[points.length - 1].recall;
  const [lower, upper] = [points[above - 1], points[above]];
  const share = (width - lower.efSearch) / (upper.efSearch - lower.efSearch);
  return lower.recall + share * (upper.recall - lower.recall);
}

/** The curve to go by for `k`: of the next larger k there is, else of the largest. */
export function curveFor(curves: readonly Curve[], k: number): Curve | undefined {
  const ascending = curves.toSorted((a, b) => a.k - b.k);
  return ascending.find((curve) => curve.k >= k) ?? ascending.at(-1);
}

/**
 * The beam width that reaches `recall` of the `k` nearest; undefined where nothing was measured.
 * Without a curve for this k: the nearer ones of more are found more easily than those, so a larger
 * k's width will do; a smaller k's grows by as much as the k.
 */
export function chooseWidth(
  curves: readonly Curve[],
  k: number,
  recall: number,
): number | undefined {
  const curve = curveFor(curves, k);
  if (!curve) return undefined;
  const width = widthOn(curve, recall) * Math.max(1, k / curve.k);
  return Math.min(F.MAX_POOL, Math.ceil(width));
}
