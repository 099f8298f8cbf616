// Chooses the 7-bit codes of a segment from a seeded sample: a mean per component (zero under dot,
// whose order a shift would change) and one scale for all. The range is the one with the least
// squared error: clipping a few far components may buy finer steps for all others.

import * as F from '../hot/fields.ts';
import { uniform } from '../random.ts';
import type { Segment } from '../segment.ts';

const MAX_SAMPLE_VECTORS = 2000;
const MAX_SAMPLE_COMPONENTS = 1 << 18;
/** Shares of the sampled components that a candidate range clips. */
const CLIP_SHARES: readonly number[] = [0, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2];
/** Codes reach 63.5 steps to either side of the mean. */
const HALF_RANGE = 63.5;

/** Seeded sample of the nodes [0, count), ascending, each at most once. */
export function sampleNodes(count: number, sampleCount: number, seed: number): number[] {
  if (sampleCount >= count) return Array.from({ length: count }, (_, node) => node);
  const step = count / sampleCount;
  return Array.from({ length: sampleCount }, (_, i) => {
    const first = Math.floor(i * step);
    return first + Math.floor(uniform(seed, i) * (Math.floor((i + 1) * step) - first));
  });
}

/** The sampled vectors, one after another. */
function sampleRows(segment: Segment, nodes: readonly number[]): Float64Array {
  const { dimension } = segment.layout;
  const rows = new Float64Array(nodes.length * dimension);
  nodes.forEach((node, i) => {
    rows.set(segment.vectors(node, 1), i * dimension);
  });
  return rows;
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

/** Computes and stores means and scale from the segment's published vectors. */
export function chooseCodes(segment: Segment, seed: number): void {
  const { dimension, metric, regions } = segment.layout;
  const wanted = Math.min(MAX_SAMPLE_VECTORS, Math.ceil(MAX_SAMPLE_COMPONENTS / dimension));
  const rows = sampleRows(segment, sampleNodes(segment.count, wanted, seed));
  const means = metric === 'dot' ? new Float32Array(dimension) : centre(rows, dimension);
  segment.f32s.set(means, regions.means.word);
  const scale = Math.fround(bestRange(rows) / HALF_RANGE);
  segment.f32s[F.CODE_SCALE] = scale > 0 ? scale : 1;
}
