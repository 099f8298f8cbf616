// Measures the recall of a segment's graph at growing beam widths. The true neighbors come from a
// look at all codes, in the kernel of the partition builder; widths are tried in turn, each with
// the queries that have not found everything yet. Figures: docs/decisions/0009.

import type { Phase } from '../build/phases.ts';
import * as F from '../hot/fields.ts';
import { allocateWords } from '../memory/words.ts';
import { drawSample } from '../random.ts';
import type { Segment } from '../segments/segment.ts';
import { type Curve, type CurvePoint, MAX_CURVE_POINTS, readCurves } from './curve.ts';
import { type CalibrationWork, graphSlot, graphSlotCount } from './items.ts';

export interface CalibrationTask {
  readonly segment: Segment;
  readonly seed: number;
  /** Whether threads other than this one work on it. */
  readonly shared: boolean;
  readonly run: (phase: Phase) => Promise<void>;
  /** Progress in queries and trials, of all there may be. */
  readonly report: (phase: 'calibrate', done: number, total: number) => void;
}

export interface CalibrationSettings {
  readonly k: number;
  /** Hidden slots to draw when no queries are given. */
  readonly sample: number;
  /** Given queries, one after another, prepared for the metric. */
  readonly floats?: Float32Array;
  /** Distances after which no wider beam is tried. */
  readonly budget: number;
}

/** The k that is measured at the end of a build. */
export const DEFAULT_CALIBRATED_K = 10;
/** Queries of that: a standard error of .004 where recall is .99. */
export const BUILD_SAMPLE = 64;
/** Distances its trials may compute per linked node, and at least in all: 1 % of a build's. */
const BUDGET_PER_NODE = 16;
const MIN_BUDGET = 400_000;
/** The narrowest beam tried, and how much wider the next is. */
const MIN_WIDTH = 8;
const WIDTH_FACTOR = 1.5;
/** Stretches of a screening, and the distances that all of them may keep: k each per query. */
const MAX_STRETCHES = 64;
const STRETCH_RESULTS = 1 << 18;
const MIN_STRETCH = 1024;
/** A query that misses a fifth is assumed besides those asked: nothing is perfect for sure. */
const PRIOR_SQUARE = 0.04;

/** What a build measures at its end. */
export function buildSettings({ linked }: Segment): CalibrationSettings {
  const budget = Math.max(MIN_BUDGET, BUDGET_PER_NODE * linked);
  return { k: DEFAULT_CALIBRATED_K, sample: BUILD_SAMPLE, budget };
}

/** True when a graph was never measured, or has at least doubled since. */
export function needsCalibration(segment: Segment): boolean {
  const { linked, sealed } = segment;
  if (sealed) return false; // measured when it was sealed
  if (linked === 0 || graphSlotCount(segment) < 2) return false;
  const curve = readCurves(segment).find(({ k }) => k === DEFAULT_CALIBRATED_K);
  return !curve || linked >= 2 * curve.linked;
}

function allocateFloats(length: number, shared: boolean): Float32Array {
  return new Float32Array(allocateWords(length, shared).buffer);
}

/** Slots to hide, spread over the graph; the entry point cannot hide. */
function drawSlots({ segment, seed, shared }: CalibrationTask, sample: number): Int32Array {
  const { i32s, layout } = segment;
  const entry = i32s[layout.regions.entryPoints.word];
  const drawn = drawSample(graphSlotCount(segment), sample, seed)
    .map((index) => graphSlot(segment, index))
    .filter((slot) => slot !== entry);
  const slots = allocateWords(drawn.length, shared);
  slots.set(drawn);
  return slots;
}

function allocateWork(task: CalibrationTask, settings: CalibrationSettings): CalibrationWork {
  const { segment, shared } = task;
  const { k, sample, floats } = settings;
  const slots = floats ? new Int32Array(0) : drawSlots(task, sample);
  const count = floats ? floats.length / segment.layout.dimension : slots.length;
  const affordable = Math.max(1, Math.floor(STRETCH_RESULTS / (k * Math.max(1, count))));
  const stretches = Math.min(MAX_STRETCHES, affordable);
  const graphSlots = graphSlotCount(segment);
  const stretch = Math.max(MIN_STRETCH, Math.ceil(graphSlots / stretches));
  const items = floats ? 0 : Math.ceil(graphSlots / stretch);
  const given = allocateFloats(floats?.length ?? 0, shared);
  if (floats) given.set(floats);
  return {
    ...{ k, count, slots, stretch, floats: given, efSearch: 0 },
    limits: allocateWords(count, shared),
    nearest: allocateFloats(items * count * k, shared),
    radii: allocateFloats(count, shared),
    expected: allocateWords(count, shared),
    hits: allocateWords(count, shared).fill(-1),
    spent: allocateWords(count, shared),
  };
}

/** The radius of the k nearest of each query, from those of all stretches. */
function mergeStretches({ k, count, nearest, radii, expected }: CalibrationWork): void {
  for (let query = 0; query < count; query++) {
    const all: number[] = [];
    for (let list = query * k; list < nearest.length; list += count * k) {
      for (let i = list; i < list + k && nearest[i] < Number.POSITIVE_INFINITY; i++) {
        all.push(nearest[i]);
      }
    }
    all.sort((a, b) => a - b);
    expected[query] = Math.min(k, all.length);
    radii[query] = all[expected[query] - 1] ?? 0;
  }
}

/** Finds out what the true neighbors of the queries are. */
async function findTruth(task: CalibrationTask, work: CalibrationWork): Promise<void> {
  if (work.slots.length === 0) {
    await task.run({ kind: 'scan', work });
    return;
  }
  await task.run({ kind: 'seek', work });
  await task.run({ kind: 'screen', work });
  mergeStretches(work);
}

/**
 * The mean recall of a trial, and the mean less its standard error. A wider beam than the `last`
 * finds no less, give or take a few ties: the curve never falls.
 */
export function summarize(
  efSearch: number,
  { count, hits, expected }: Pick<CalibrationWork, 'count' | 'hits' | 'expected'>,
  last: Omit<CurvePoint, 'efSearch'> = { recall: 0, assured: 0 },
): CurvePoint {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += expected[i] > 0 ? hits[i] / expected[i] : 1;
  const mean = sum / count;
  let squares = PRIOR_SQUARE;
  for (let i = 0; i < count; i++) {
    const gap = (expected[i] > 0 ? hits[i] / expected[i] : 1) - mean;
    squares += gap * gap;
  }
  const assured = Math.fround(Math.max(0, mean - Math.sqrt(squares) / count));
  return {
    efSearch,
    recall: Math.max(last.recall, Math.fround(mean)),
    assured: Math.max(last.assured, assured),
  };
}

/** The beam widths for `k`, ascending. */
export function widthsFor(k: number): number[] {
  const widths: number[] = [];
  let width = Math.max(MIN_WIDTH, k);
  while (widths.length < MAX_CURVE_POINTS && width < F.MAX_POOL) {
    widths.push(width);
    width = Math.ceil(width * WIDTH_FACTOR);
  }
  if (widths.length < MAX_CURVE_POINTS) widths.push(F.MAX_POOL);
  return widths;
}

/** Tries beams until all queries find everything, or a beam holds all, or the budget is spent. */
async function tryWidths(
  task: CalibrationTask,
  work: CalibrationWork,
  budget: number,
): Promise<CurvePoint[]> {
  const { segment, run, report } = task;
  const widths = widthsFor(work.k);
  const points: CurvePoint[] = [];
  let spent = 0;
  for (const [i, efSearch] of widths.entries()) {
    work.spent.fill(0);
    await run({ kind: 'trial', work: { ...work, efSearch } });
    spent += work.spent.reduce((sum, distances) => sum + distances, 0);
    points.push(summarize(efSearch, work, points.at(-1)));
    report('calibrate', i + 2, widths.length + 1);
    const done = work.hits.every((hits, query) => hits === work.expected[query]);
    if (done || efSearch >= segment.linked || spent > budget) break;
  }
  return points;
}

/**
 * Measures the recall of the k nearest at growing widths; undefined when there is nothing to ask.
 * The graph stands still meanwhile.
 */
export async function calibrateSegment(
  task: CalibrationTask,
  settings: CalibrationSettings,
): Promise<Curve | undefined> {
  const { segment, report } = task;
  const { linked } = segment;
  const work = allocateWork(task, settings);
  if (work.count === 0) return undefined;
  const total = widthsFor(work.k).length + 1;
  report('calibrate', 0, total);
  await findTruth(task, work);
  report('calibrate', 1, total);
  const points = await tryWidths(task, work, settings.budget);
  report('calibrate', total, total);
  return {
    ...{ k: work.k, linked, sample: work.count, points },
    given: settings.floats !== undefined,
  };
}
