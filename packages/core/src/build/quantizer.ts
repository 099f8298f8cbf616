// Chooses the 7-bit codes of a segment from a seeded sample: a mean per component (zero under dot,
// whose order a shift would change) and one scale for all. The range is the one whose codes rank
// the sample most like the floats do. The least squared error will not do: it is ruled by a few
// outliers.

import * as F from '../hot/fields.ts';
import type { Metric } from '../memory/layout.ts';
import { uniform } from '../random.ts';
import type { Segment } from '../segment.ts';
import { rankingAgreement, type Sample } from './ranking-agreement.ts';

const MAX_SAMPLE_VECTORS = 1024;
const MIN_SAMPLE_VECTORS = 128;
const MAX_SAMPLE_COMPONENTS = 1 << 17;
/** Shares of the sampled components that a candidate range clips, after the one that clips none. */
const CLIP_SHARES: readonly number[] = [1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.25];
/** Narrower ranges are tried only while codes rank worse than this. */
const GOOD_AGREEMENT = 0.9;
/** Below this agreement codes lead nowhere: vectors are scanned instead of linked. */
export const MIN_AGREEMENT = 0.5;
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

/** The sampled vectors, one after another, less the mean of each component. */
function centreSample(segment: Segment, nodes: readonly number[], metric: Metric): Sample {
  const { dimension } = segment.layout;
  const rows = new Float32Array(nodes.length * dimension);
  nodes.forEach((node, i) => {
    rows.set(segment.vectors(node, 1), i * dimension);
  });
  const means = new Float32Array(dimension);
  for (let component = 0; metric !== 'dot' && component < dimension; component++) {
    let sum = 0;
    for (let i = component; i < rows.length; i += dimension) sum += rows[i];
    means[component] = sum / nodes.length;
    const mean = means[component];
    for (let i = component; i < rows.length; i += dimension) rows[i] -= mean;
  }
  return { rows, means, dimension, metric };
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

/**
 * Computes and stores means and scale from the segment's published vectors.
 *
 * @returns how much of the exact ten nearest, within the sample, the codes alone find: 0 to 1
 */
export function chooseCodes(segment: Segment, seed: number): number {
  const { dimension, metric, regions } = segment.layout;
  const affordable = Math.ceil(MAX_SAMPLE_COMPONENTS / dimension);
  const wanted = Math.min(MAX_SAMPLE_VECTORS, Math.max(MIN_SAMPLE_VECTORS, affordable));
  const sample = centreSample(segment, sampleNodes(segment.count, wanted, seed), metric);
  let best: { readonly scale: number; readonly agreement: number } | undefined;
  for (const scale of candidateScales(sample)) {
    const agreement = rankingAgreement(sample, scale);
    if (!best || agreement > best.agreement) best = { scale, agreement };
    if (agreement >= GOOD_AGREEMENT) break;
  }
  // Vectors that are all equal need no scale, and any code ranks them right.
  best ??= { scale: 1, agreement: 1 };
  segment.f32s.set(sample.means, regions.means.word);
  segment.f32s[F.CODE_SCALE] = best.scale;
  return best.agreement;
}
