// Chooses the 7-bit codes of a segment from a seeded sample: a mean per component and one scale for
// all. The range is the one with the least squared error: clipping a few far components may buy
// finer steps for all others.

import * as F from '../hot/fields.ts';
import { uniform } from '../random.ts';
import type { Segment } from '../segment.ts';

const MAX_SAMPLE_VECTORS = 2000;
const MAX_SAMPLE_COMPONENTS = 1 << 18;
/** Shares of the sampled components that a candidate range clips. */
const CLIP_SHARES = [0, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2];
/** Codes reach 63.5 steps to either side of the mean. */
const HALF_RANGE = 63.5;
/** The augmented norm lies this much above the longest sampled vector, for those not sampled. */
const RADIUS_SLACK = 1.1;

/** Seeded sample of the nodes [0, count), ascending, each at most once. */
function sampleNodes(count: number, sampleCount: number, seed: number): number[] {
  if (sampleCount >= count) return Array.from({ length: count }, (_, node) => node);
  const step = count / sampleCount;
  return Array.from({ length: sampleCount }, (_, i) =>
    Math.min(count - 1, Math.floor((i + uniform(seed, i)) * step)),
  );
}

function squaredNorm(vectors: Float32Array, start: number, dimension: number): number {
  let sum = 0;
  for (let i = start; i < start + dimension; i++) sum += vectors[i] * vectors[i];
  return sum;
}

/** The sampled vectors with their augmented component (one stands for all) appended under dot. */
function sampleRows(
  segment: Segment,
  nodes: readonly number[],
): { rows: Float64Array; radius: number } {
  const { dimension, augmented } = segment.layout;
  const vectors = segment.vectors(0, segment.count);
  const norms = nodes.map((node) => squaredNorm(vectors, node * dimension, dimension));
  const longest = norms.reduce((a, b) => Math.max(a, b), 0);
  const radius = Math.fround(Math.sqrt(longest) * RADIUS_SLACK);
  const width = dimension + (augmented > 0 ? 1 : 0);
  const rows = new Float64Array(nodes.length * width);
  nodes.forEach((node, i) => {
    rows.set(vectors.subarray(node * dimension, (node + 1) * dimension), i * width);
    const rest = Math.max(0, radius * radius - norms[i]);
    if (augmented > 0) rows[i * width + dimension] = Math.sqrt(rest / augmented);
  });
  return { rows, radius };
}

/** Subtracts each column's mean in place; the means, as float32. */
function centre(rows: Float64Array, width: number): Float32Array {
  const means = new Float32Array(width);
  const count = rows.length / width;
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (let i = column; i < rows.length; i += width) sum += rows[i];
    means[column] = sum / count;
    for (let i = column; i < rows.length; i += width) rows[i] -= means[column];
  }
  return means;
}

/** The half range with the least expected squared error of an encoded component. */
function bestRange(deviations: Float64Array): number {
  const sorted = deviations.map(Math.abs).sort();
  const count = sorted.length;
  let best = 0;
  let leastError = Number.POSITIVE_INFINITY;
  for (const share of CLIP_SHARES) {
    const range = sorted[count - 1 - Math.floor(share * (count - 1))];
    const step = range / HALF_RANGE;
    let error = (count * step * step) / 12;
    for (let i = count - 1; i >= 0 && sorted[i] > range; i--) error += (sorted[i] - range) ** 2;
    if (error < leastError) {
      leastError = error;
      best = range;
    }
  }
  return best;
}

/** Computes and stores means, scale and radius from the segment's published vectors. */
export function chooseCodes(segment: Segment, seed: number): void {
  const { dimension, augmented, regions } = segment.layout;
  const wanted = Math.min(MAX_SAMPLE_VECTORS, Math.ceil(MAX_SAMPLE_COMPONENTS / dimension));
  const { rows, radius } = sampleRows(segment, sampleNodes(segment.count, wanted, seed));
  const width = dimension + (augmented > 0 ? 1 : 0);
  const means = centre(rows, width);
  segment.f32s.set(means.subarray(0, dimension), regions.means.word);
  for (let i = 0; i < augmented; i++)
    segment.f32s[regions.means.word + dimension + i] = means[dimension];
  const scale = Math.fround(bestRange(rows) / HALF_RANGE);
  segment.f32s[F.CODE_SCALE] = scale > 0 ? scale : 1;
  segment.f32s[F.RADIUS] = radius;
}
