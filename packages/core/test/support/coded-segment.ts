// Segments whose codes are given, not encoded: every kernel can be fed the codes that try it most.
// A newcomer would choose floats that become those codes; the means and the scale would be in the
// way.

import { Random } from '@nigh/testkit';
import * as F from '../../src/hot/fields.ts';
import { copyWord, type Metric, nodeWord } from '../../src/memory/layout.ts';
import { resolveOptions } from '../../src/options.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { openSegment } from '../../src/segments/segment-list.ts';
import { neighborsAt, rowWord, setRow, wordOf } from './bare-segment.ts';
import type { Target } from './targets.ts';

/** Codes 0..127, one row per slot. */
export type CodeRows = readonly Uint8Array[];

export interface CodedOptions {
  readonly dimension: number;
  readonly metric?: Metric;
  readonly M?: number;
}

/** What the distance formula takes as the norm of a row. */
function normOf(row: Uint8Array, metric: Metric): number {
  return row.reduce((sum, code) => sum + (metric === 'dot' ? 128 * code : code * code), 0);
}

/** A segment of slots with these codes on level 0, without rows; its vectors are zero. */
export function codedSegment(rows: CodeRows, options: CodedOptions, target: Target): Segment {
  const segment = openSegment(
    resolveOptions({ ...options, ...target, threads: 1 }),
    rows.length,
    0,
  );
  const { i32s, layout } = segment;
  rows.forEach((row, slot) => {
    segment.u8s.set(row, 4 * (wordOf(segment, 'codes') + slot * layout.codeWords));
    i32s[wordOf(segment, 'norms') + slot] = normOf(row, layout.metric);
    i32s[nodeWord(layout, slot)] = slot;
  });
  i32s[wordOf(segment, 'entryPoints')] = 0;
  i32s[F.ENTRY_COUNT] = 1;
  segment.publishCount(rows.length);
  segment.publishLinked(rows.length);
  return segment;
}

/** Rows of codes from `low` to 127, or to `high`. */
export function randomRows(
  seed: number,
  { count, dimension }: { readonly count: number; readonly dimension: number },
  [low, high]: readonly [number, number] = [0, 127],
): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: dimension }, () => random.integer(low, high + 1)),
  );
}

/**
 * Rows that try the kernels most: all 0, all 127, both by turns, and random ones between them, a
 * few of which are the same.
 */
export function extremeRows(seed: number, count: number, dimension: number): Uint8Array[] {
  const random = randomRows(seed, { count, dimension });
  return random.map((row, i) => {
    if (i % 7 === 1) return new Uint8Array(dimension).fill(127);
    if (i % 7 === 3) return new Uint8Array(dimension);
    if (i % 7 === 4) return Uint8Array.from(row, (_, j) => (j % 2 === 0 ? 127 : 0));
    return i % 7 === 6 ? random[i - 1] : row;
  });
}

/** Makes `words` the first of LIST. */
export function writeList(segment: Segment, words: readonly number[]): void {
  segment.i32s.set(words, segment.bench(0) + F.LIST);
}

/** `count` words from `word` on. */
export function wordsAt(segment: Segment, word: number, count: number): number[] {
  return Array.from(segment.i32s.subarray(word, word + count));
}

/** Makes `neighbors` the row of `slot` on level 0. */
export function linkTo(segment: Segment, slot: number, neighbors: readonly number[]): void {
  setRow(segment, rowWord(segment, slot), neighbors);
}

/** The neighbors of `slot` on level 0. */
export function neighborsOf(segment: Segment, slot: number): number[] {
  return neighborsAt(segment, rowWord(segment, slot));
}

/** Says that `copy` is the next slot with the codes of `slot`, and whether it has its floats. */
export function linkCopy(segment: Segment, slot: number, copy: number, same: boolean): void {
  segment.i32s[copyWord(segment.layout, slot)] = (copy + 1) | (same ? F.SAME_VECTOR : 0);
}
