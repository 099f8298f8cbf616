// Calibration on demand, and what is known of the recall of a whole index. Segments are measured
// one by one, each with its own curve: a neighbor found in its segment is found in the index.

import { argument, assertInteger, assertOptions } from '../assert.ts';
import { runPhases } from '../build/run-phases.ts';
import type { Crew, WorkOptions } from '../build/runner.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_POOL } from '../hot/fields.ts';
import { checkQuery } from '../input/ingest.ts';
import { copyVectors, countVectors, type Vectors } from '../input/vectors.ts';
import type { ResolvedOptions } from '../options.ts';
import { assertRecall, widestBeam } from '../search/search-options.ts';
import { normalizeQueries } from '../search/set-query.ts';
import type { Segment } from '../segments/segment.ts';
import { checkWorkOptions } from '../work-options.ts';
import { calibrateSealed } from './calibrate-sealed.ts';
import { calibrateSegment, DEFAULT_CALIBRATED_K } from './calibrate-segment.ts';
import { addCurve, type Curve, readCurves, recallAt } from './curve.ts';

/** What recall to measure, and with what. */
export interface CalibrateOptions extends WorkOptions {
  /** The recall to find the beam width for, above 0 to 1. Default 0.95. */
  readonly recall?: number;
  /** Results per query, 1 to 4,096. Default 10. */
  readonly k?: number;
  /** Stored vectors to draw when no queries are given. Default 256. */
  readonly sample?: number;
  /** Queries like those that will be asked. */
  readonly queries?: Vectors;
}

/** Where the queries of a calibration came from. */
export type CalibrationQueries = 'given' | 'hidden';

/** One beam width and the mean recall measured with it. */
export interface CalibrationPoint {
  /** The beam width. */
  readonly efSearch: number;
  /** The mean recall measured with it. */
  readonly recall: number;
}

/** What an index knows about its recall of the k nearest. */
export interface CalibratedRecall {
  /** Results of the searches that were measured. */
  readonly k: number;
  /** Given, or stored vectors that were hidden from the graph while it was searched for them. */
  readonly queries: CalibrationQueries;
  /** Queries measured with, per segment. */
  readonly sample: number;
  /** Ascending; none while everything is scanned. */
  readonly points: readonly CalibrationPoint[];
}

/** The width that a recall takes. */
export interface Calibration extends CalibratedRecall {
  /** The recall asked for. */
  readonly recall: number;
  /** The cheapest beam width that reaches it; 0 when everything is scanned. */
  readonly efSearch: number;
  /** The mean recall measured at that width: above what was asked, by a margin for chance. */
  readonly expected: number;
}

/** A calibration, checked; nobody else can change the queries. */
export interface CalibrationRequest {
  readonly recall: number;
  readonly k: number;
  readonly sample: number;
  readonly floats?: Float32Array;
  readonly work: WorkOptions;
}

const DEFAULT_RECALL = 0.95;
const DEFAULT_SAMPLE = 256;

/** Copies given queries and checks and prepares them for the metric. */
function readQueries(queries: unknown, options: ResolvedOptions): Float32Array {
  const { dimension, metric } = options;
  const count = countVectors(queries, dimension);
  if (count === 0) {
    throw new VectorIndexError(
      ErrorCode.invalidArgument,
      'queries must hold at least one; leave them out to draw stored vectors',
      { name: 'queries', got: 0 },
    );
  }
  const floats = new Float32Array(count * dimension);
  copyVectors(queries as Vectors, dimension, { first: 0, count }, floats);
  for (let row = 0; row < count; row++) {
    checkQuery(floats.subarray(row * dimension, (row + 1) * dimension), metric, row);
  }
  return floats;
}

/**
 * Checks the options of a calibration.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION, and as a search about its queries
 */
export function readCalibration(raw: unknown, options: ResolvedOptions): CalibrationRequest {
  const names = ['recall', 'k', 'sample', 'queries', 'onProgress', 'signal'];
  const given = assertOptions(raw, names);
  const { recall, k, sample, queries } = given;
  const work = checkWorkOptions(given);
  return {
    recall: recall === undefined ? DEFAULT_RECALL : assertRecall(recall),
    k: assertInteger(k ?? DEFAULT_CALIBRATED_K, [1, MAX_POOL], argument('k')),
    sample: assertInteger(sample ?? DEFAULT_SAMPLE, [1, 2 ** 31 - 1], argument('sample')),
    ...(queries !== undefined && { floats: readQueries(queries, options) }),
    work,
  };
}

/** The curves of one k that segments with a graph have, if all of them have one. */
function curvesOf(segments: readonly Segment[], k: number): Curve[] | undefined {
  const linked = segments.filter((segment) => segment.linked > 0);
  const curves = linked.map((segment) => readCurves(segment).find((curve) => curve.k === k));
  return curves.every((curve) => curve !== undefined) ? curves : undefined;
}

/** The mean recall of several segments at a width. */
function meanRecall(curves: readonly Curve[], width: number): number {
  const total = curves.reduce((sum, { linked }) => sum + linked, 0);
  const found = curves.reduce((sum, curve) => sum + curve.linked * recallAt(curve, width), 0);
  return total > 0 ? found / total : 1;
}

/** What curves of one k say together. */
function combine(k: number, curves: readonly Curve[]): CalibratedRecall {
  const widths = new Set(curves.flatMap(({ points }) => points.map(({ efSearch }) => efSearch)));
  return {
    k,
    queries: curves.some(({ given }) => given) ? 'given' : 'hidden',
    sample: Math.max(0, ...curves.map(({ sample }) => sample)),
    points: [...widths]
      .toSorted((a, b) => a - b)
      .map((efSearch) => ({ efSearch, recall: meanRecall(curves, efSearch) })),
  };
}

/** What is calibrated, by k: what every segment with a graph knows. */
export function calibratedRecalls(segments: readonly Segment[]): CalibratedRecall[] {
  const all = new Set(segments.flatMap((segment) => readCurves(segment).map(({ k }) => k)));
  const ascending = [...all].toSorted((a, b) => a - b);
  return ascending.flatMap((k) => {
    const curves = curvesOf(segments, k);
    return curves ? [combine(k, curves)] : [];
  });
}

function prepareQueries({ segments, blocks }: Crew, floats: Float32Array): void {
  const claimed = blocks.claim(1);
  try {
    normalizeQueries(segments[0], claimed[0], floats);
  } finally {
    blocks.release(claimed);
  }
}

/**
 * Measures every segment of the crew that has a graph, keeps the curves and reads them.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED: segments measured so far stay so
 */
export async function calibrateIndex(
  crew: Crew,
  seed: number,
  request: CalibrationRequest,
): Promise<Calibration> {
  const { recall, k, sample, work } = request;
  const { segments } = crew;
  const { floats } = request;
  const settings = { k, sample, budget: Number.POSITIVE_INFINITY, ...(floats && { floats }) };
  if (floats) prepareQueries(crew, floats);
  for (let index = 0; index < segments.length; index++) {
    if (segments[index].linked === 0) continue;
    const searched = segments[index];
    const curve = searched.sealed
      ? await calibrateSealed(crew, { truth: searched, searched, seed, ...settings }, work)
      : await runPhases(crew, index, work, (tools) =>
          calibrateSegment({ ...tools, seed }, settings),
        );
    if (curve) addCurve(segments[index], curve);
  }
  const curves = curvesOf(segments, k) ?? [];
  const efSearch = widestBeam(segments, k, recall);
  const expected = efSearch === 0 ? 1 : meanRecall(curves, efSearch);
  return { ...combine(k, curves), recall, efSearch, expected };
}
