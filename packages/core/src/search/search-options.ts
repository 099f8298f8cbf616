// What a search is asked for, checked and resolved to a plan.

import {
  argument,
  assertBoolean,
  assertInteger,
  assertNumber,
  assertOptions,
  option,
} from '../assert.ts';
import { chooseWidth, readCurves } from '../calibrate/curve.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_POOL } from '../hot/fields.ts';
import { type AcceptedBits, assertAccept, type NodeFilter } from '../node-filter.ts';
import { DEFAULT_EF_SEARCH, MAX_EF_SEARCH } from '../options.ts';
import type { Segment } from '../segments/segment.ts';
import type { SearchPlan } from './search-segment.ts';

/** How hard to look, and what to return of what is found. */
interface EffortOptions {
  /** Beam width: more finds more and takes longer. At least k is used. 1 to 4,096, default 64. */
  readonly efSearch?: number;
  /**
   * Instead of efSearch: the share of the true neighbors to find, above 0 to 1. Takes the beam
   * width that was measured to reach it (see `calibrate`); 1 measures every vector.
   */
  readonly recall?: number;
  /** Measure every vector instead of searching the graph: recall 1. */
  readonly exact?: boolean;
  /** Return the vectors too: as stored, so of unit length in a cosine index. */
  readonly vectors?: boolean;
  /**
   * Which nodes may be returned: as many of them as are asked for are found, if there are as many.
   * A filter, or its bits: bit n & 31 of word n >> 5 for node n.
   */
  readonly accept?: NodeFilter | Uint32Array;
}

/** Options of a search for the k nearest. */
export interface SearchOptions extends EffortOptions {
  /** Leave out what is farther than this, in the distances of the metric. */
  readonly maxDistance?: number;
}

/** Options of a search for all within a distance. */
export interface RangeOptions extends EffortOptions {
  /** Most results; the nearest are kept. Default 10,000. */
  readonly limit?: number;
}

export const MAX_K: number = 2 ** 31 - 1;
const DEFAULT_RANGE_LIMIT = 10_000;

const EFFORT_NAMES = ['efSearch', 'recall', 'exact', 'vectors', 'accept'] as const;

/** How hard to look, and for what, checked: one of a beam width, a recall, and everything. */
export interface Effort {
  readonly accept?: AcceptedBits;
  readonly efSearch: number;
  readonly recall?: number;
  readonly exact: boolean;
}

/** A search, checked. */
export interface SearchRequest {
  readonly plan: SearchPlan;
  readonly vectors: boolean;
}

/** A search by distance, checked. */
export interface RangeRequest extends Effort {
  readonly maxDistance: number;
  readonly limit: number;
  readonly vectors: boolean;
}

/** `value` as a recall: above 0, at most 1. */
export function assertRecall(value: unknown): number {
  return assertNumber(value, argument('recall'), {
    expected: 'a number above 0, at most 1',
    accepts: (recall) => recall > 0 && recall <= 1,
  });
}

/** `value` as a distance; infinite ones are no limit, or let nothing through. */
function assertDistance(value: unknown): number {
  return assertNumber(value, argument('maxDistance'), {
    expected: 'a number',
    accepts: (distance) => !Number.isNaN(distance),
  });
}

/** The error for a beam width and a recall at the same time. */
export function effortTwice(): VectorIndexError {
  return new VectorIndexError(
    ErrorCode.invalidOption,
    'efSearch and recall are two ways to say how hard to look; give one of them',
    { name: 'recall' },
  );
}

/** The options that say how hard to look, checked. */
export function readEffort(given: Record<string, unknown>): Effort {
  const { efSearch, recall } = given;
  if (efSearch !== undefined && recall !== undefined) {
    throw effortTwice();
  }
  const width =
    efSearch === undefined
      ? DEFAULT_EF_SEARCH
      : assertInteger(efSearch, [1, MAX_EF_SEARCH], argument('efSearch'));
  const wanted = recall === undefined ? undefined : assertRecall(recall);
  const exact = given.exact === undefined ? false : assertBoolean(given.exact, option('exact'));
  return {
    efSearch: width,
    exact: exact || wanted === 1,
    ...(wanted !== undefined && { recall: wanted }),
    ...(given.accept !== undefined && { accept: assertAccept(given.accept) }),
  };
}

function readVectors(given: Record<string, unknown>): boolean {
  return given.vectors === undefined ? false : assertBoolean(given.vectors, option('vectors'));
}

/**
 * By serial of the segment the beam width for a recall; 0 where nothing is linked, or was never
 * measured.
 */
function widthsFor(
  segments: readonly Segment[],
  k: number,
  recall: number,
): ReadonlyMap<number, number> {
  const widthFor = (segment: Segment): number =>
    segment.linked === 0 ? 0 : (chooseWidth(readCurves(segment), k, recall) ?? 0);
  return new Map(segments.map((segment) => [segment.handle.serial, widthFor(segment)]));
}

/** The plan for `k` results, of `count` vectors in all, that lie within `maxDistance`. */
export function planFor(
  effort: Effort,
  k: number,
  segments: readonly Segment[],
  maxDistance?: number,
): SearchPlan {
  const { efSearch, exact, recall, accept } = effort;
  const widths = !exact && recall !== undefined && widthsFor(segments, k, recall);
  return {
    ...{ k, efSearch, exact },
    exhaustive: k > MAX_POOL,
    ...(maxDistance !== undefined && { maxDistance }),
    ...(widths && { widths }),
    ...(accept && { accept }),
  };
}

/** The widest beam that a recall asks for; 0 where everything is scanned. */
export function widestBeam(segments: readonly Segment[], k: number, recall: number): number {
  return recall === 1 ? 0 : Math.max(0, ...widthsFor(segments, k, recall).values());
}

function countOf(segments: readonly Segment[]): number {
  return segments.reduce((count, segment) => count + segment.live, 0);
}

/**
 * The request for `k` results from these segments.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION
 */
export function readSearch(k: unknown, raw: unknown, segments: readonly Segment[]): SearchRequest {
  const given = assertOptions(raw, [...EFFORT_NAMES, 'maxDistance']);
  const wanted = Math.min(assertInteger(k, [1, MAX_K], argument('k')), countOf(segments));
  const effort = readEffort(given);
  const { maxDistance } = given;
  const within = maxDistance === undefined ? undefined : assertDistance(maxDistance);
  return { plan: planFor(effort, wanted, segments, within), vectors: readVectors(given) };
}

/**
 * The request for everything within a distance.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION
 */
export function readRange(maxDistance: unknown, raw: unknown): RangeRequest {
  const given = assertOptions(raw, [...EFFORT_NAMES, 'limit']);
  const limit =
    given.limit === undefined
      ? DEFAULT_RANGE_LIMIT
      : assertInteger(given.limit, [1, MAX_K], argument('limit'));
  const effort = readEffort(given);
  return {
    ...effort,
    maxDistance: assertDistance(maxDistance),
    limit,
    vectors: readVectors(given),
  };
}
