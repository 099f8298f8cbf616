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

/** Codes less 64: what encode.ts writes, but for the rounding of the means. */
function encode(rows: Float32Array, scale: number): Float32Array {
  const codes = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const code = Math.floor(rows[i] / scale + 64.5);
    codes[i] = Math.min(127, Math.max(0, code)) - 64;
  }
  return codes;
}

/** The sum of the squares of what fine codes (hot/fine.ts) of this scale get wrong. */
export function codingError({ rows }: Sample, scale: number): number {
  const half = scale / 2;
  let sum = 0;
  for (const value of rows) {
    const code = Math.min(127, Math.max(-127, Math.floor(value / half + 0.5)));
    sum += (value - code * half) ** 2;
  }
  return sum;
}

/** Squares of the distances of row `query` to all rows. */
function squares(rows: Float32Array, query: number, dimension: number): Float64Array {
  const distances = new Float64Array(rows.length / dimension);
  for (let row = 0, b = 0; row < distances.length; row++) {
    let sum = 0;
    for (let a = query * dimension; a < (query + 1) * dimension; a++, b++) {
      const difference = rows[a] - rows[b];
      sum += difference * difference;
    }
    distances[row] = sum;
  }
  return distances;
}

/** Negative inner products of row `query` of `queries`, in full precision, with all rows. */
function negativeDots(
  queries: Float32Array,
  query: number,
  rows: Float32Array,
  dimension: number,
): Float64Array {
  const distances = new Float64Array(rows.length / dimension);
  for (let row = 0, b = 0; row < distances.length; row++) {
    let sum = 0;
    for (let a = query * dimension; a < (query + 1) * dimension; a++, b++) {
      sum -= queries[a] * rows[b];
    }
    distances[row] = sum;
  }
  return distances;
}

/** The nearest of `distances`, nearest first, other than `query` itself; ties by row. */
function nearest(distances: Float64Array, query: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < distances.length; row++) {
    const distance = distances[row];
    if (row === query) continue;
    if (rows.length === NEAREST && !(distance < distances[rows[NEAREST - 1]])) continue;
    let place = rows.length;
    while (place > 0 && distances[rows[place - 1]] > distance) place--;
    rows.splice(place, 0, row);
    if (rows.length > NEAREST) rows.pop();
  }
  return rows;
}

/** The nearest rows to each query among `rows`: the sample itself, or its codes. */
function answers(sample: Sample, queries: readonly number[], rows: Float32Array): number[][] {
  const { dimension, metric } = sample;
  return queries.map((query) => {
    const distances =
      metric === 'dot'
        ? negativeDots(sample.rows, query, rows, dimension)
        : squares(rows, query, dimension);
    return nearest(distances, query);
  });
}

const exactAnswers = new WeakMap<Sample, readonly (readonly number[])[]>();

/**
 * The share of exact neighbors that codes of `scale` find, 0 to 1; 1 when there is nothing to find.
 */
export function rankingAgreement(sample: Sample, scale: number): number {
  const count = sample.rows.length / sample.dimension;
  const step = Math.max(1, count / QUERIES);
  const queries = Array.from({ length: Math.min(QUERIES, count) }, (_, i) => Math.floor(i * step));
  // The same for every scale that is tried.
  const known = exactAnswers.get(sample) ?? answers(sample, queries, sample.rows);
  exactAnswers.set(sample, known);
  const coded = answers(sample, queries, encode(sample.rows, scale));
  let found = 0;
  let total = 0;
  known.forEach((exact, i) => {
    const ranked = new Set(coded[i]);
    total += exact.length;
    for (const row of exact) if (ranked.has(row)) found++;
  });
  return total > 0 ? found / total : 1;
}
