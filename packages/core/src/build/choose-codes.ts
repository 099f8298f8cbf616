// Chooses the 7-bit codes of a segment from a seeded sample: a mean per component (zero under dot,
// whose order a shift would change), one scale for all, and whether vectors are rotated first. The
// range is the one whose codes rank the sample most like the floats do. The least squared error
// will not do: it is ruled by a few outliers.

import * as F from '../hot/fields.ts';
import { transformLength } from '../hot/rotate.ts';
import type { Metric } from '../memory/layout.ts';
import { drawSample, uniform } from '../random.ts';
import type { Segment } from '../segments/segment.ts';
import { codingError, rankingAgreement, type Sample } from './ranking-agreement.ts';

const MAX_SAMPLE_VECTORS = 1024;
const MIN_SAMPLE_VECTORS = 128;
const MAX_SAMPLE_COMPONENTS = 1 << 17;
/** Shares of the sampled components that a candidate range clips, after the one that clips none. */
const CLIP_SHARES: readonly number[] = [1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.25];
/** Narrower ranges are tried only while codes rank worse than this. */
const GOOD_AGREEMENT = 0.9;
/** What a rotation must gain to be worth its time in every search. */
const MIN_GAIN = 0.02;
/** So that signs are drawn from other numbers than everything else. */
const ROTATION_SEED = 0x5167;
/** Below this agreement codes lead nowhere: vectors are scanned instead of linked. */
export const MIN_AGREEMENT = 0.5;
/** Codes reach 63.5 steps to either side of the mean. */
const HALF_RANGE = 63.5;

/** A seeded sample of the published vectors, one after another. */
function sampleRows(segment: Segment, wanted: number, seed: number): Float32Array {
  const { dimension } = segment.layout;
  const nodes = drawSample(segment.count, wanted, seed);
  const rows = new Float32Array(nodes.length * dimension);
  nodes.forEach((node, i) => {
    rows.set(segment.vectors(node, 1), i * dimension);
  });
  return rows;
}

/** The mean of each component. */
function meansOf(rows: Float32Array, dimension: number): Float32Array {
  const means = new Float32Array(dimension);
  for (let component = 0; component < dimension; component++) {
    let sum = 0;
    for (let i = component; i < rows.length; i += dimension) sum += rows[i];
    means[component] = (sum * dimension) / rows.length;
  }
  return means;
}

/** Rows less the mean of each component. Under dot nothing is subtracted. */
function centreSample(rows: Float32Array, dimension: number, metric: Metric): Sample {
  const means = metric === 'dot' ? new Float32Array(dimension) : meansOf(rows, dimension);
  return { rows: rows.map((value, i) => value - means[i % dimension]), means, dimension, metric };
}

/** Draws the signs of a segment's rotation, each with the scale of its transform. */
function drawRotation(segment: Segment, seed: number): void {
  const { dimension, regions } = segment.layout;
  const length = transformLength(dimension);
  for (let i = 0; i < F.ROTATION_STAGES * dimension; i++) {
    const component = i % dimension;
    const first = Math.floor(i / dimension) % 2 === 0;
    const inside = first ? component < length : component >= dimension - length;
    const sign = uniform(seed ^ ROTATION_SEED, i) < 0.5 ? -1 : 1;
    segment.f32s[regions.rotation.word + i] = inside ? sign / Math.sqrt(length) : sign;
  }
}

/** Rotates rows as a segment does, in words of its memory that are free. */
function rotateRows(segment: Segment, rows: Float32Array, word: number): Float32Array {
  const { dimension } = segment.layout;
  const rotated = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i += dimension) {
    segment.f32s.set(rows.subarray(i, i + dimension), word);
    segment.hot.rotate(word);
    rotated.set(segment.f32s.subarray(word, word + dimension), i);
  }
  return rotated;
}

/** Draws the rotation of a sealed segment and the means of its rotated vectors. */
export function centreRotated(source: Segment, target: Segment, seed: number): void {
  const { dimension, regions } = target.layout;
  drawRotation(target, seed);
  target.i32s[F.ROTATED] = 1;
  const means = meansOf(sampleRows(source, sampleSize(dimension), seed), dimension);
  // A rotation is linear: the mean of rotated vectors is the rotated mean.
  target.f32s.set(means, regions.means.word);
  target.hot.rotate(regions.means.word);
}

/** The largest magnitude; the others are sorted only when this one's scale will not do. */
function largestMagnitude(rows: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < rows.length; i++) largest = Math.max(largest, Math.abs(rows[i]));
  return largest;
}

/**
 * Scales to try, widest first: those whose codes reach a quantile of the sampled magnitudes. Under
 * dot only the widest: the longest vectors are the nearest ones, and clipping makes them equal.
 */
function* candidateScales({ rows, metric }: Sample): Generator<number> {
  let last = Math.fround(largestMagnitude(rows) / HALF_RANGE);
  if (last === 0) return;
  yield last;
  if (metric === 'dot') return;
  const sorted = rows.map(Math.abs).sort();
  for (const share of CLIP_SHARES) {
    const range = sorted[sorted.length - 1 - Math.floor(share * (sorted.length - 1))];
    const scale = Math.fround(range / HALF_RANGE);
    if (scale === 0 || scale === last) continue;
    yield scale;
    last = scale;
  }
}

/** The scale whose codes rank the sample best, and how well. */
interface Choice {
  readonly sample: Sample;
  readonly scale: number;
  /** How much of the exact ten nearest, within the sample, the codes alone find: 0 to 1. */
  readonly agreement: number;
  readonly rotated: boolean;
}

/** The first scale that ranks well, or the one that ranks best. */
function chooseScale(sample: Sample, rotated: boolean): Choice {
  let best: Choice | undefined;
  for (const scale of candidateScales(sample)) {
    const agreement = rankingAgreement(sample, scale);
    if (!best || agreement > best.agreement) best = { sample, scale, agreement, rotated };
    if (agreement >= GOOD_AGREEMENT) break;
  }
  // Vectors that are all equal need no scale, and any code ranks them right.
  return best ?? { sample, scale: 1, agreement: 1, rotated };
}

/** Of all scales of the samples that rank nearly as well as the best, the one that errs least. */
function chooseLeastError(samples: readonly Sample[]): Choice | undefined {
  const choices = samples.flatMap((sample, i) =>
    Array.from(candidateScales(sample), (scale): Choice => {
      return { sample, scale, agreement: rankingAgreement(sample, scale), rotated: i > 0 };
    }),
  );
  const best = Math.max(...choices.map(({ agreement }) => agreement));
  const good = choices.filter(({ agreement }) => agreement >= best - MIN_GAIN / 2);
  const errors = good.map(({ sample, scale }) => codingError(sample, scale));
  return good[errors.indexOf(Math.min(...errors))];
}

/** Vectors in a sample of this dimension. */
function sampleSize(dimension: number): number {
  const affordable = Math.ceil(MAX_SAMPLE_COMPONENTS / dimension);
  return Math.min(MAX_SAMPLE_VECTORS, Math.max(MIN_SAMPLE_VECTORS, affordable));
}

/**
 * Computes and stores means, scale and rotation from the segment's published vectors. Bench 0 is
 * overwritten. A rotation is tried where codes rank badly, and taken where they rank better by it.
 *
 * @returns how much of the exact ten nearest, within the sample, the codes alone find: 0 to 1
 */
export function chooseCodes(segment: Segment, seed: number): number {
  const { dimension, metric } = segment.layout;
  const rows = sampleRows(segment, sampleSize(dimension), seed);
  let best = chooseScale(centreSample(rows, dimension, metric), false);
  if (best.agreement < GOOD_AGREEMENT) {
    drawRotation(segment, seed);
    const turned = rotateRows(segment, rows, segment.bench(0) + F.MATRIX);
    const choice = chooseScale(centreSample(turned, dimension, metric), true);
    if (choice.agreement > best.agreement + MIN_GAIN) best = choice;
  }
  keep(segment, best);
  segment.f32s[F.RESIDUAL] = 0;
  return best.agreement;
}

/** Writes what was chosen where encoding reads it. */
function keep(segment: Segment, { sample, scale, rotated }: Choice): void {
  segment.f32s.set(sample.means, segment.layout.regions.means.word);
  segment.f32s[F.CODE_SCALE] = scale;
  segment.i32s[F.ROTATED] = rotated ? 1 : 0;
}

/**
 * Chooses the fine codes of a sealed segment that nobody uses yet, from the vectors it is made of:
 * rotated or not, what errs least of what ranks well.
 */
export function chooseFineCodes(source: Segment, target: Segment, seed: number): void {
  const { dimension, metric, bufferWord } = target.layout;
  const rows = sampleRows(source, sampleSize(dimension), seed);
  drawRotation(target, seed);
  const turned = rotateRows(target, rows, target.scratch(0) + bufferWord);
  const samples = [rows, turned].map((sample) => centreSample(sample, dimension, metric));
  keep(target, chooseLeastError(samples) ?? chooseScale(samples[0], false));
}
