// How well 7-bit codes of a given scale rank vectors: the share of the exact ten nearest neighbors,
// within a sample, that are also the ten nearest by codes. Plain JavaScript in float64 and
// integers: it runs once per graph on a bounded sample.

import type { Metric } from '../memory/layout.ts';

/** Vectors less their means, one after another. */
export interface Sample {
  readonly rows: Float32Array;
  readonly means: Float32Array;
  readonly dimension: number;
  readonly metric: Metric;
}

const QUERIES = 32;
const NEAREST = 10;

type Components = Float32Array | Int8Array;

/** Codes less 64: what encode.ts would write, as signed numbers. */
function encode(rows: Float32Array, scale: number): Int8Array {
  return Int8Array.from(rows, (value) => {
    const code = Math.floor(value / scale + 64.5);
    return Math.min(127, Math.max(0, code)) - 64;
  });
}

/**
 * Who is compared: row `query` of `queries` with all `rows`. Under dot a query keeps full
 * precision.
 */
interface Comparison {
  readonly queries: Components;
  readonly rows: Components;
  readonly sample: Sample;
}

/** Distance of a query to a row by the metric's order: -dot, or the square. */
function distance({ queries, rows, sample }: Comparison, query: number, row: number): number {
  const { dimension, metric } = sample;
  const a = query * dimension;
  const b = row * dimension;
  let sum = 0;
  if (metric === 'dot') {
    for (let i = 0; i < dimension; i++) sum -= queries[a + i] * rows[b + i];
    return sum;
  }
  for (let i = 0; i < dimension; i++) sum += (queries[a + i] - rows[b + i]) ** 2;
  return sum;
}

/** The nearest rows to row `query`, itself left out. */
function nearest(comparison: Comparison, query: number): number[] {
  const count = comparison.rows.length / comparison.sample.dimension;
  const distances = Float64Array.from({ length: count }, (_, row) =>
    distance(comparison, query, row),
  );
  const others = Array.from({ length: count }, (_, row) => row).filter((row) => row !== query);
  others.sort((a, b) => distances[a] - distances[b] || a - b);
  return others.slice(0, NEAREST);
}

const exactNearest = new WeakMap<Sample, readonly (readonly number[])[]>();

/** The exact answers of a sample; the same for every scale that is tried. */
function exactAnswers(sample: Sample, queries: readonly number[]): readonly (readonly number[])[] {
  const known = exactNearest.get(sample);
  if (known) return known;
  const exact = { queries: sample.rows, rows: sample.rows, sample };
  const answers = queries.map((query) => nearest(exact, query));
  exactNearest.set(sample, answers);
  return answers;
}

/**
 * The share of exact neighbors that codes of `scale` find, 0 to 1; 1 when there is nothing to find.
 */
export function rankingAgreement(sample: Sample, scale: number): number {
  const count = sample.rows.length / sample.dimension;
  const step = Math.max(1, count / QUERIES);
  const queries = Array.from({ length: Math.min(QUERIES, count) }, (_, i) => Math.floor(i * step));
  const rows = encode(sample.rows, scale);
  const coded = { queries: sample.metric === 'dot' ? sample.rows : rows, rows, sample };
  let found = 0;
  let total = 0;
  exactAnswers(sample, queries).forEach((exact, i) => {
    const ranked = new Set(nearest(coded, queries[i]));
    total += exact.length;
    for (const row of exact) if (ranked.has(row)) found++;
  });
  return total > 0 ? found / total : 1;
}
