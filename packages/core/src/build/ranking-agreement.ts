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

/** Codes less 64, as signed numbers: what encode.ts writes, but for the rounding of the means. */
function encode(rows: Float32Array, scale: number): Int8Array {
  const codes = new Int8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const code = Math.floor(rows[i] / scale + 64.5);
    codes[i] = Math.min(127, Math.max(0, code)) - 64;
  }
  return codes;
}

// One function per kind of array: shared by both, the loops would be several times slower.

/** Squares of the distances of row `query` to all rows. */
function squareFloats(rows: Float32Array, query: number, dimension: number): Float64Array {
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

/** The same on codes. */
function squareCodes(rows: Int8Array, query: number, dimension: number): Float64Array {
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

const exactNearest = new WeakMap<Sample, readonly (readonly number[])[]>();

/** The exact answers of a sample; the same for every scale that is tried. */
function exactAnswers(sample: Sample, queries: readonly number[]): readonly (readonly number[])[] {
  const known = exactNearest.get(sample);
  if (known) return known;
  const { rows, dimension, metric } = sample;
  const answers = queries.map((query) => {
    const distances =
      metric === 'dot'
        ? negativeDots(rows, query, rows, dimension)
        : squareFloats(rows, query, dimension);
    return nearest(distances, query);
  });
  exactNearest.set(sample, answers);
  return answers;
}

/** The answers that codes of `scale` give. */
function codedAnswers(sample: Sample, queries: readonly number[], scale: number): number[][] {
  const { rows, dimension, metric } = sample;
  const codes = encode(rows, scale);
  if (metric !== 'dot') {
    return queries.map((query) => nearest(squareCodes(codes, query, dimension), query));
  }
  const floats = Float32Array.from(codes);
  return queries.map((query) => nearest(negativeDots(rows, query, floats, dimension), query));
}

/**
 * The share of exact neighbors that codes of `scale` find, 0 to 1; 1 when there is nothing to find.
 */
export function rankingAgreement(sample: Sample, scale: number): number {
  const count = sample.rows.length / sample.dimension;
  const step = Math.max(1, count / QUERIES);
  const queries = Array.from({ length: Math.min(QUERIES, count) }, (_, i) => Math.floor(i * step));
  const coded = codedAnswers(sample, queries, scale);
  let found = 0;
  let total = 0;
  exactAnswers(sample, queries).forEach((exact, i) => {
    const ranked = new Set(coded[i]);
    total += exact.length;
    for (const row of exact) if (ranked.has(row)) found++;
  });
  return total > 0 ? found / total : 1;
}
