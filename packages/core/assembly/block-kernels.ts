// The block kernels of the WebAssembly targets, twin of src/hot/block-kernels.ts: the same
// functions over the imported memory, in 128-bit SIMD.

// @ts-nocheck: AssemblyScript, not TypeScript.

import { sumLanes, transposeAdd } from './machine.ts';

/** Bytes between two pieces of one row: four rows of a quad take turns. */
const STRIDE: usize = 64;
/** Pieces whose products fit in 16 bits when added: 8 * 2 * 32 * 63 = 32,256. */
const PANEL: usize = 8 * STRIDE;

export function packCodes(
  code: i32,
  words: i32,
  step: i32,
  unsigned: i32,
  signed: i32,
  sums: i32,
): void {
  const next = <usize>step << 4;
  const half = i8x16.splat(32);
  const ahead = (<usize>signed << 2) - (<usize>unsigned << 2);
  let from = <usize>code << 2;
  let at = <usize>unsigned << 2;
  const end = at + (<usize>words << 4);
  let sum = i32x4.splat(0);
  let squares = i32x4.splat(0);
  while (at < end) {
    const codes = i8x16.shr_u(v128.load(from), 1);
    v128.store(at, codes);
    v128.store(at + ahead, i8x16.sub(codes, half));
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(codes)));
    squares = i32x4.add(squares, i32x4.extadd_pairwise_i16x8_s(multiply(codes, codes)));
    from += next;
    at += STRIDE;
  }
  const to = <usize>sums << 2;
  store<i32>(to, sumLanes(sum));
  store<i32>(to, sumLanes(squares), 4);
}

/** Eight sums of two products each. Which two differs between tiers; their total does not. */
@inline
function multiply(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_dot_i8x16_i7x16_s(a, b);
  return i16x8.add(i16x8.extmul_low_i8x16_s(a, b), i16x8.extmul_high_i8x16_s(a, b));
}

/** Four sums of eight lanes become one vector of four sums. */
@inline
function sumQuad(a: v128, b: v128, c: v128, d: v128): v128 {
  return transposeAdd(
    i32x4.extadd_pairwise_i16x8_s(a),
    i32x4.extadd_pairwise_i16x8_s(b),
    i32x4.extadd_pairwise_i16x8_s(c),
    i32x4.extadd_pairwise_i16x8_s(d),
  );
}

/** Distances of two signed rows to a quad of unsigned ones, to `out` and `out + stride`. */
@inline
function tile(
  a: usize,
  b: usize,
  bytes: usize,
  terms: v128,
  rows: usize,
  out: usize,
  stride: usize,
): void {
  const end = a + bytes;
  let first = i32x4.splat(0);
  let second = i32x4.splat(0);
  while (a < end) {
    let panel = a + PANEL;
    if (panel > end) panel = end;
    let s00 = i16x8.splat(0);
    let s01 = i16x8.splat(0);
    let s02 = i16x8.splat(0);
    let s03 = i16x8.splat(0);
    let s10 = i16x8.splat(0);
    let s11 = i16x8.splat(0);
    let s12 = i16x8.splat(0);
    let s13 = i16x8.splat(0);
    while (a < panel) {
      const a0 = v128.load(a);
      const a1 = v128.load(a, 16);
      const b0 = v128.load(b);
      s00 = i16x8.add(s00, multiply(a0, b0));
      s10 = i16x8.add(s10, multiply(a1, b0));
      const b1 = v128.load(b, 16);
      s01 = i16x8.add(s01, multiply(a0, b1));
      s11 = i16x8.add(s11, multiply(a1, b1));
      const b2 = v128.load(b, 32);
      s02 = i16x8.add(s02, multiply(a0, b2));
      s12 = i16x8.add(s12, multiply(a1, b2));
      const b3 = v128.load(b, 48);
      s03 = i16x8.add(s03, multiply(a0, b3));
      s13 = i16x8.add(s13, multiply(a1, b3));
      a += STRIDE;
      b += STRIDE;
    }
    first = i32x4.add(first, sumQuad(s00, s01, s02, s03));
    second = i32x4.add(second, sumQuad(s10, s11, s12, s13));
  }
  const r0 = i32x4.add(v128.load32_splat(rows), terms);
  const r1 = i32x4.add(v128.load32_splat(rows, 4), terms);
  v128.store(out, i32x4.sub(r0, i32x4.shl(first, 1)));
  v128.store(out + stride, i32x4.sub(r1, i32x4.shl(second, 1)));
}

export function quadDistances(
  a: i32,
  rowTerms: i32,
  b: i32,
  columnTerms: i32,
  quads: i32,
  words: i32,
  out: i32,
  stride: i32,
): void {
  const bytes = <usize>words << 4;
  const step = <usize>stride << 2;
  const row = <usize>a << 2;
  const rows = <usize>rowTerms << 2;
  let column = <usize>b << 2;
  let columns = <usize>columnTerms << 2;
  let to = <usize>out << 2;
  for (let i = 0; i < quads; i++) {
    const terms = v128.load(columns);
    tile(row, column, bytes, terms, rows, to, step);
    tile(row + 32, column, bytes, terms, rows + 8, to + 2 * step, step);
    column += bytes;
    columns += 16;
    to += 16;
  }
}

/** Copies the 4 x 4 numbers at `from` to `to`, rows becoming columns. */
@inline
function transpose(from: usize, to: usize, stride: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + stride);
  const c = v128.load(from + 2 * stride);
  const d = v128.load(from + 3 * stride);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + stride, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * stride, v128.shuffle<i32>(AB, CD, 0, 1, 4, 5));
  v128.store(to + 3 * stride, v128.shuffle<i32>(AB, CD, 2, 3, 6, 7));
}

export function mirror(matrix: i32, quads: i32, stride: i32): void {
  const step = <usize>stride << 2;
  const origin = <usize>matrix << 2;
  for (let i = 1; i < quads; i++) {
    for (let j = 0; j < i; j++) {
      transpose(
        origin + <usize>i * 4 * step + <usize>j * 16,
        origin + <usize>j * 4 * step + <usize>i * 16,
        step,
      );
    }
  }
}

@inline
function smallest(v: v128): v128 {
  const halves = i32x4.min_s(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return i32x4.min_s(halves, v128.shuffle<i32>(halves, halves, 1, 0, 3, 2));
}

export function nearestThree(row: i32, count: i32, shift: i32, out: i32): void {
  const largest = i32x4.splat(0x7fffff);
  const none = i32x4.splat(0x7fffffff);
  const four = i32x4.splat(4);
  let indexes = i32x4(0, 1, 2, 3);
  let first = none;
  let second = none;
  let third = none;
  let at = <usize>row << 2;
  const end = at + (<usize>count << 2);
  while (at < end) {
    const distance = i32x4.min_s(i32x4.shr_u(v128.load(at), shift), largest);
    const key = v128.or(i32x4.shl(distance, 8), indexes);
    const above = i32x4.max_s(first, key);
    first = i32x4.min_s(first, key);
    const last = i32x4.max_s(second, above);
    second = i32x4.min_s(second, above);
    third = i32x4.min_s(third, last);
    indexes = i32x4.add(indexes, four);
    at += 16;
  }
  let to = <usize>out << 2;
  for (let i = 0; i < 3; i++) {
    const least = smallest(first);
    store<i32>(to, i32x4.extract_lane(least, 0));
    const taken = i32x4.eq(first, least);
    first = v128.bitselect(second, first, taken);
    second = v128.bitselect(third, second, taken);
    third = v128.bitselect(none, third, taken);
    to += 4;
  }
}

export function findBelow(word: i32, end: i32, limit: i32): i32 {
  const limits = i32x4.splat(limit);
  let at = <usize>word << 2;
  const last = <usize>end << 2;
  while (at < last && !v128.any_true(i32x4.lt_s(v128.load(at), limits))) at += 16;
  while (at < last && load<i32>(at) >= limit) at += 4;
  return at < last ? <i32>(at >> 2) : end;
}

export function boundOf(word: i32, count: i32): i32 {
  let a = i32x4.splat(0x7fffffff);
  let b = a;
  let at = <usize>word << 2;
  const end = at + (<usize>(count & ~7) << 2);
  while (at < end) {
    a = i32x4.min_s(a, v128.load(at));
    b = i32x4.min_s(b, v128.load(at, 16));
    at += 32;
  }
  const c = i32x4.max_s(a, b);
  const d = i32x4.max_s(c, v128.shuffle<i32>(c, c, 2, 3, 0, 1));
  return max(i32x4.extract_lane(d, 0), i32x4.extract_lane(d, 1));
}
