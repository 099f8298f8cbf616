// The dense half of the partition builder (PiPNN, arXiv 2602.21247): vectors are assigned to their
// nearest leaders, and within a leaf every pair is measured. Both are one matrix of distances
// between rows and columns of packed 6-bit codes, which is exact enough to propose neighbors; who
// stays is decided on all 7 bits (stitch.ts). LIST holds the slots, OUT takes the results.

import {
  boundOf,
  findBelow,
  mirror,
  nearestThree,
  packCodes,
  quadDistances,
} from './block-kernels.ts';
import {
  CODE_WORDS,
  CODES,
  COLUMN_TERMS,
  COLUMN_WORD,
  DIMENSION,
  LEAF_NEIGHBORS,
  LIST,
  MATRIX,
  MAX_LEADERS,
  MAX_LEAF,
  METRIC,
  NONE,
  OUT,
  PACKED_ROWS,
  ROW_TERMS,
  SUMS,
} from './fields.ts';
import { i32At, setI32, truncate } from './machine.ts';

/** Half of the 6-bit range: the offset of signed rows. */
const HALF: i32 = 32;
const MAX_DISTANCE: i32 = 0x7fffffff;
const COLUMN_BITS: i32 = 255;
/** boundOf leaves at least this many. */
const STRIPES: i32 = 8;
/** Codes of at least 32 pieces are sampled down to at least 16: log2 of their words. */
const SAMPLED_BITS: i32 = 6;
/** Squares of this many 6-bit components fit into the 23 bits of a key. */
const KEY_DIMENSIONS: i32 = 2048;

/** The word of row `row` of a block of packed codes. */
export function packedRow(block: i32, row: i32, words: i32): i32 {
  return block + (row >> 2) * 4 * words + (row & 3) * 4;
}

/** Packs `slot` as row `row` and as column `column`, with what it adds to distances as either. */
export function packSlot(
  bench: i32,
  slot: i32,
  words: i32,
  step: i32,
  row: i32,
  column: i32,
): void {
  const unsigned = packedRow(bench + i32At(COLUMN_WORD), column, words);
  const signed = packedRow(bench + PACKED_ROWS, row, words);
  const sums = bench + SUMS;
  packCodes(i32At(CODES) + slot * i32At(CODE_WORDS), words, step, unsigned, signed, sums);
  // |a - b|^2 = |a|^2 + |b|^2 - 2ab; rows are less 32, so 64 times the column's sum is missing.
  // Under dot 64 times the sum stands for the square (encode.ts).
  const offset = 2 * HALF * i32At(sums);
  const dot = i32At(METRIC) === 2;
  setI32(bench + ROW_TERMS + row, dot ? offset : i32At(sums + 1));
  setI32(bench + COLUMN_TERMS + column, dot ? 0 : i32At(sums + 1) - offset);
}

/** Leaders are compared on every so many-th piece of long codes: assignment need not be exact. */
function samplingStep(): i32 {
  const step = i32At(CODE_WORDS) >> SAMPLED_BITS;
  return step < 1 ? 1 : step;
}

/** Words of a row of sampled codes. */
function sampledWords(): i32 {
  return truncate(((i32At(CODE_WORDS) >> 2) as f64) / (samplingStep() as f64)) << 2;
}

/** Slot `index` of a list of `count`, or its first to fill up a quad. */
function listed(bench: i32, index: i32, count: i32): i32 {
  return i32At(bench + LIST + (index < count ? index : 0));
}

/** Makes the `count` slots of LIST, at most MAX_LEADERS, the leaders of the next assignments. */
export function loadLeaders(bench: i32, count: i32): void {
  const words = sampledWords();
  const step = samplingStep();
  const padded = (count + 3) & ~3;
  for (let i: i32 = 0; i < padded; i++) {
    const row = i & (MAX_LEAF - 1); // nobody needs the rows yet
    packSlot(bench, listed(bench, i, count), words, step, row, i);
  }
}

/** How far distances must be shifted for 23 bits. */
function keyShift(): i32 {
  let shift: i32 = 0;
  while (KEY_DIMENSIONS << shift < i32At(DIMENSION)) shift++;
  return shift;
}

/** The nearest three of at most 256 distances without a branch: their columns, nearest first. */
function nearestThreeColumns(row: i32, count: i32, fanout: i32, out: i32): void {
  // Sampled codes are short: their distances fit into a key as they are.
  nearestThree(row, (count + 3) & ~3, 0, row);
  for (let i: i32 = 0; i < fanout; i++) setI32(out + i, i32At(row + i) & COLUMN_BITS);
}

/** The nearest `fanout` of the `count` distances from `row` on: their columns, nearest first. */
function nearestColumns(row: i32, count: i32, fanout: i32, out: i32): void {
  let found: i32 = 0;
  const bound = fanout <= STRIPES ? boundOf(row, count) : MAX_DISTANCE;
  let limit: i32 = bound < MAX_DISTANCE ? bound + 1 : MAX_DISTANCE;
  let at = findBelow(row, row + count, limit);
  while (at < row + count) {
    const distance = i32At(at);
    let place = found < fanout ? found : fanout - 1;
    while (place > 0 && i32At(row + i32At(out + place - 1)) > distance) {
      setI32(out + place, i32At(out + place - 1));
      place--;
    }
    setI32(out + place, at - row);
    if (found < fanout) found++;
    if (found === fanout) limit = i32At(row + i32At(out + fanout - 1));
    at = findBelow(at + 1, row + count, limit);
  }
}

/**
 * Assigns the `count` slots of LIST, at most MAX_POINTS, to the nearest `fanout` of the `leaders`
 * loaded, which must be as many: OUT gets their indexes, nearest first, ties by the smaller index.
 */
export function assignPoints(bench: i32, count: i32, leaders: i32, fanout: i32): void {
  const words = sampledWords();
  const step = samplingStep();
  const quads = (leaders + 3) >> 2;
  const stride = quads * 4;
  const padded = (count + 3) & ~3;
  for (let i: i32 = 0; i < padded; i++) {
    // As columns they go where nobody needs them: behind the leaders.
    packSlot(bench, listed(bench, i, count), words, step, i, MAX_LEADERS + i);
  }
  for (let row: i32 = 0; row < count; row += 4) {
    quadDistances(
      packedRow(bench + PACKED_ROWS, row, words),
      bench + ROW_TERMS + row,
      bench + i32At(COLUMN_WORD),
      bench + COLUMN_TERMS,
      quads,
      words,
      bench + MATRIX + row * stride,
      stride,
    );
  }
  const few = leaders <= MAX_LEAF && fanout <= LEAF_NEIGHBORS;
  for (let row: i32 = 0; row < count; row++) {
    const distances = bench + MATRIX + row * stride;
    const out = bench + OUT + row * fanout;
    if (few) {
      for (let i = leaders; i < stride; i++) setI32(distances + i, MAX_DISTANCE);
      nearestThreeColumns(distances, leaders, fanout, out);
    } else {
      nearestColumns(distances, leaders, fanout, out);
    }
  }
}

/** Turns the keys of row `row` into slots; columns that are none become NONE. */
function resolveKeys(bench: i32, row: i32, count: i32): void {
  const out = bench + OUT + row * LEAF_NEIGHBORS;
  for (let i: i32 = 0; i < LEAF_NEIGHBORS; i++) {
    const column = i32At(out + i) & COLUMN_BITS;
    const none = column >= count || column === row;
    setI32(out + i, none ? NONE : i32At(bench + LIST + column));
  }
}

/**
 * Measures all pairs of the `count` slots of LIST, at most MAX_LEAF: OUT gets LEAF_NEIGHBORS slots
 * for each, its nearest in the leaf, NONE where there are fewer.
 */
export function linkLeaf(bench: i32, count: i32): void {
  const words = i32At(CODE_WORDS);
  const shift = keyShift();
  const quads = (count + 3) >> 2;
  const columns = bench + i32At(COLUMN_WORD);
  const matrix = bench + MATRIX;
  for (let i: i32 = 0; i < 4 * quads; i++) packSlot(bench, listed(bench, i, count), words, 1, i, i);
  for (let quad: i32 = 0; quad < quads; quad++) {
    quadDistances(
      bench + PACKED_ROWS + quad * 4 * words,
      bench + ROW_TERMS + quad * 4,
      columns,
      bench + COLUMN_TERMS,
      quad + 1,
      words,
      matrix + quad * 4 * MAX_LEAF,
      MAX_LEAF,
    );
  }
  mirror(matrix, quads, MAX_LEAF);
  for (let row: i32 = 0; row < count; row++) {
    const distances = matrix + row * MAX_LEAF;
    setI32(distances + row, MAX_DISTANCE);
    for (let column = count; column < 4 * quads; column++) setI32(distances + column, MAX_DISTANCE);
    nearestThree(distances, 4 * quads, shift, bench + OUT + row * LEAF_NEIGHBORS);
    resolveKeys(bench, row, count);
  }
}
