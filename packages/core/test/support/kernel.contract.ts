// What every target's kernels must do, whatever computes them: exact integers, and floats with the
// rounding of four running sums. A newcomer would allow a tolerance between tiers: there is none.

import { expect } from 'vitest';
import type { BareMemory } from './targets.ts';

/** Words between the operands of `placeAll`; one more than a multiple of any alignment. */
const GAP = 1;

/** Room for five operands of `words` words and four results, from `first` on. */
interface Places {
  readonly query: number;
  readonly rows: readonly [number, number, number, number];
  readonly out: number;
}

function placeAll(first: number, words: number): Places {
  const at = (i: number): number => first + i * (words + GAP);
  return { query: at(0), rows: [at(1), at(2), at(3), at(4)], out: at(5) };
}

/** The float64 truth, and the magnitude its rounding errors are relative to. */
export function exactFloats(
  kind: FloatKernel,
  a: Float32Array,
  b: Float32Array,
): { readonly value: number; readonly magnitude: number } {
  let value = 0;
  let magnitude = 0;
  for (let i = 0; i < a.length; i++) {
    const term = kind === 'l2' ? (a[i] - b[i]) ** 2 : a[i] * b[i];
    value += term;
    magnitude += Math.abs(term);
  }
  return { value, magnitude };
}

/** The exact dot product of signed codes. */
export function exactCodes(a: Int8Array, b: Int8Array): number {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += BigInt(a[i]) * BigInt(b[i]);
  return Number(sum);
}

export type FloatKernel = 'l2' | 'dot';

/** Runs the code kernels on a query and four rows from word `first` on; five results. */
export function runCodes(
  memory: BareMemory,
  query: Int8Array,
  rows: readonly Int8Array[],
  first = 64,
): { readonly singles: number[]; readonly quad: number[] } {
  const { hot, i8s, i32s } = memory;
  const words = query.length / 4;
  const places = placeAll(first, words);
  i8s.set(query, 4 * places.query);
  rows.forEach((row, i) => {
    i8s.set(row, 4 * places.rows[i]);
  });
  const singles = places.rows.map((row) => hot.dotCodes(places.query, row, words));
  hot.dotCodesQuad(places.query, ...places.rows, words, places.out);
  return { singles, quad: Array.from(i32s.subarray(places.out, places.out + 4)) };
}

/** Runs a float kernel on a query and four rows, which lie from word `first` on. */
export function runFloats(
  memory: BareMemory,
  kind: FloatKernel,
  [query, ...rows]: readonly Float32Array[],
  first = 64,
): { readonly singles: Float32Array; readonly quad: Float32Array; readonly swapped: Float32Array } {
  const { hot, f32s } = memory;
  const dimension = query.length;
  const places = placeAll(first, dimension);
  const single = kind === 'l2' ? hot.l2Floats : hot.dotFloats;
  const quad = kind === 'l2' ? hot.l2FloatsQuad : hot.dotFloatsQuad;
  f32s.set(query, places.query);
  rows.forEach((row, i) => {
    f32s.set(row, places.rows[i]);
  });
  const singles = places.rows.map((row) => single(places.query, row, dimension));
  const swapped = places.rows.map((row) => single(row, places.query, dimension));
  quad(places.query, ...places.rows, dimension, places.out);
  return {
    singles: Float32Array.from(singles),
    quad: f32s.slice(places.out, places.out + 4),
    swapped: Float32Array.from(swapped),
  };
}

/** The bits of floats, so that -0 and NaN compare as what they are. */
export function bitsOf(floats: Float32Array): number[] {
  return Array.from(new Uint32Array(floats.buffer, floats.byteOffset, floats.length));
}

/** Expects the exact dot products, singly and four at a time. */
export function expectExactCodes(
  memory: BareMemory,
  query: Int8Array,
  rows: readonly Int8Array[],
): void {
  const exact = rows.map((row) => exactCodes(query, row));
  expect(runCodes(memory, query, rows)).toEqual({ singles: exact, quad: exact });
}

/**
 * Expects each result within n / 4 + 9 roundings of the float64 truth: a running sum has n / 4
 * terms, each of which carries up to three roundings, two join the four sums and three the tail.
 */
export function expectNearFloats(
  memory: BareMemory,
  kind: FloatKernel,
  query: Float32Array,
  rows: readonly Float32Array[],
): void {
  const { singles, quad, swapped } = runFloats(memory, kind, [query, ...rows]);
  const bound = (query.length / 4 + 9) * 2 ** -24;
  const far = rows.filter((row, i) => {
    const { value, magnitude } = exactFloats(kind, query, row);
    return !(Math.abs(singles[i] - value) <= bound * magnitude + 2 ** -149 * (row.length + 1));
  });
  expect(far).toEqual([]);
  expect(bitsOf(quad)).toEqual(bitsOf(singles));
  expect(bitsOf(swapped)).toEqual(bitsOf(singles));
}
