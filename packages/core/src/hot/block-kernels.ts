// The kernels of the partition builder, in scalar form: many rows against many at once, on codes
// halved to 6 bits. assembly/block-kernels.ts is the WebAssembly twin; both give the same integers.
//
// A block keeps four rows together, a quad: piece (16 codes) s of its row r begins 16 s + 4 r words
// after the quad. One side of a product is signed, codes less 32, so that eight products fit into
// 16 bits; the terms of the distances make up for it (partition.ts).

import { i32At, setI32, setU8, u8At } from './machine.ts';

const CODES_PER_WORD: i32 = 4;
const CODES_PER_PIECE: i32 = 16;
const WORDS_PER_PIECE: i32 = 4;
const PIECE_STRIDE: i32 = 16;
const HALF: i32 = 32;

/**
 * Packs `words` words of the codes at `code`, every `step`-th piece of them, as a row of a quad:
 * halved to `unsigned`, and less 32 to `signed`. Their sum and the sum of their squares go to the
 * two words at `sums`.
 */
export function packCodes(
  code: i32,
  words: i32,
  step: i32,
  unsigned: i32,
  signed: i32,
  sums: i32,
): void {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < words * CODES_PER_WORD; i++) {
    const piece = Math.trunc(i / CODES_PER_PIECE);
    const index = i % CODES_PER_PIECE;
    const half = u8At(code + piece * step * WORDS_PER_PIECE, index) >> 1;
    setU8(unsigned + piece * PIECE_STRIDE, index, half);
    setU8(signed + piece * PIECE_STRIDE, index, (half - HALF) & 255);
    sum += half;
    squares += half * half;
  }
  setI32(sums, sum);
  setI32(sums + 1, squares);
}

function packedDot(signed: i32, unsigned: i32, words: i32): i32 {
  let sum = 0;
  for (let at = 0; at < words * 4; at += PIECE_STRIDE) {
    for (let i = 0; i < CODES_PER_PIECE; i++) {
      sum += ((u8At(signed + at, i) << 24) >> 24) * u8At(unsigned + at, i);
    }
  }
  return sum;
}

/**
 * Row term + column term - 2 * dot of the signed quad `a` with each of the `quads` quads from `b`
 * on: four rows of `out`, `stride` words apart.
 */
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
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4 * quads; column++) {
      const other = b + (column >> 2) * 4 * words + (column & 3) * 4;
      const dot = packedDot(a + row * 4, other, words);
      const distance = i32At(rowTerms + row) + i32At(columnTerms + column) - 2 * dot;
      setI32(out + row * stride + column, distance);
    }
  }
}

/** Fills the upper triangle of a matrix of `quads` times four rows from the lower one. */
export function mirror(matrix: i32, quads: i32, stride: i32): void {
  for (let row = 0; row < 4 * quads; row++) {
    const end = row & ~3; // within a diagonal quad both triangles are there
    for (let column = 0; column < end; column++) {
      setI32(matrix + column * stride + row, i32At(matrix + row * stride + column));
    }
  }
}

const LARGEST: i32 = 0x7fffff;
const NO_KEY: i32 = 0x7fffffff;

/**
 * The three smallest keys of a row of `count` distances, a multiple of four, to `out`. A key is the
 * distance shifted right, at most 23 bits, then the 8 bits of the column.
 */
export function nearestThree(row: i32, count: i32, shift: i32, out: i32): void {
  let first = NO_KEY;
  let second = NO_KEY;
  let third = NO_KEY;
  for (let i = 0; i < count; i++) {
    const key = (Math.min(i32At(row + i) >>> shift, LARGEST) << 8) | i;
    if (key >= third) continue;
    third = Math.min(third, Math.max(second, key));
    second = Math.min(second, Math.max(first, key));
    first = Math.min(first, key);
  }
  setI32(out, first);
  setI32(out + 1, second);
  setI32(out + 2, third);
}

/** The first word from `word` on whose number is below `limit`; `end` when there is none. */
export function findBelow(word: i32, end: i32, limit: i32): i32 {
  let at = word;
  while (at < end && i32At(at) >= limit) at++;
  return at;
}

/**
 * A number that at least eight of `count` numbers do not exceed: the largest of the minima of eight
 * stripes. The largest number there is when there are fewer than eight.
 */
export function boundOf(word: i32, count: i32): i32 {
  if (count < 8) return NO_KEY;
  let bound = ~NO_KEY;
  for (let stripe = 0; stripe < 8; stripe++) {
    let least = NO_KEY;
    for (let i = stripe; i < (count & ~7); i += 8) least = Math.min(least, i32At(word + i));
    bound = Math.max(bound, least);
  }
  return bound;
}
