// Naive models of the partition builder's matrices: distances of 6-bit codes pair by pair, and
// plain sorting.

import type { Metric } from '../../src/memory/layout.ts';
import type { CodeRows } from './coded-segment.ts';

const CODES_PER_PIECE = 16;
/** Codes of this many pieces and more are sampled: to 16 pieces or a few more. */
const SAMPLED_PIECES = 16;

/** Which pieces of long codes leaders are compared on: every so many-th, and how many in all. */
export function samplingOf(dimension: number): { readonly step: number; readonly pieces: number } {
  const all = Math.ceil(dimension / CODES_PER_PIECE);
  const step = Math.max(1, Math.floor(all / SAMPLED_PIECES));
  return { step, pieces: Math.floor(all / step) };
}

/** How far distances of leaves are shifted for 23 bits: 2,048 components need no shift. */
export function keyShiftOf(dimension: number): number {
  return Math.max(0, Math.ceil(Math.log2(dimension / 2048)));
}

/** The codes of a row on the pieces that are compared, halved. */
function halved(row: Uint8Array, step: number, pieces: number): number[] {
  const halves: number[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const first = piece * step * CODES_PER_PIECE;
    for (const code of row.subarray(first, first + CODES_PER_PIECE)) halves.push(code >> 1);
  }
  return halves;
}

function between(metric: Metric, a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += metric === 'dot' ? 2048 - 2 * (a[i] - 32) * (b[i] - 32) : (a[i] - b[i]) ** 2;
  }
  return sum;
}

/** Distances of every row to every column, on all pieces. */
export function blockDistances(metric: Metric, rows: CodeRows, columns: CodeRows): number[][] {
  const all = rows.map((row) => halved(row, 1, row.length));
  const others = columns.map((row) => halved(row, 1, row.length));
  return all.map((row) => others.map((other) => between(metric, row, other)));
}

/** Distances of every row to every column, on the pieces that assignment looks at. */
export function sampledDistances(metric: Metric, rows: CodeRows, columns: CodeRows): number[][] {
  const { step, pieces } = samplingOf(rows[0].length);
  const all = rows.map((row) => halved(row, step, pieces));
  const others = columns.map((row) => halved(row, step, pieces));
  return all.map((row) => others.map((other) => between(metric, row, other)));
}

/** The indexes of the `count` smallest numbers, smallest first, ties by index. */
export function smallest(numbers: readonly number[], count: number): number[] {
  const indexes = numbers.map((_, i) => i);
  return indexes.sort((a, b) => numbers[a] - numbers[b] || a - b).slice(0, count);
}

/** For each member its nearest three others by shifted distance, ties by index. */
export function nearestInLeaf(metric: Metric, rows: CodeRows): number[][] {
  const shift = keyShiftOf(rows[0].length);
  return blockDistances(metric, rows, rows).map((distances, row) => {
    const keys = distances.map((distance, i) =>
      i === row ? Number.POSITIVE_INFINITY : Math.floor(distance / 2 ** shift),
    );
    return smallest(keys, 3).filter((i) => i !== row);
  });
}
