import { gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { clippedShare, needsNewCodes } from '../../../src/build/clipped.ts';
import { dropGraph, linkSegment } from '../../../src/build/link-segment.ts';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  linkBare,
  linkedSegment,
  runPhase,
  sealBare,
  taskOf,
  wordOf,
} from '../../support/bare-segment.ts';
import { codesOf } from '../../support/naive.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const DIMENSION = 19;
const FIRST = 500;
const vectors = gaussian({ count: 1200, dimension: DIMENSION, seed: 8 });

/** Rows [first, end), moved and stretched. */
function rows(first: number, end: number, shift = 0, factor = 1): Float32Array {
  return vectors.slice(first * DIMENSION, end * DIMENSION).map((value) => value * factor + shift);
}

/** The vector of `node` as it is encoded. */
function encodedVector(segment: Segment, node: number): Float32Array {
  const { f32s, i32s, hot, layout } = segment;
  const buffer = segment.scratch(1) + layout.bufferWord;
  f32s.set(segment.vectors(node, 1), buffer);
  if (i32s[F.ROTATED] !== 0) hot.rotate(buffer);
  return f32s.slice(buffer, buffer + DIMENSION);
}

/** Components of the linked vectors whose codes, if there were more than 7 bits, would not fit. */
function clippedOf(segment: Segment, end: number = segment.linked): number {
  const { f32s } = segment;
  const means = f32s.subarray(wordOf(segment, 'means'));
  const scale = f32s[F.CODE_SCALE];
  let clipped = 0;
  for (let node = 0; node < end; node++) {
    encodedVector(segment, node).forEach((value, i) => {
      const code = Math.floor((value - means[i]) * (1 / scale) + 64.5);
      if (code < 0 || code > 127) clipped++;
    });
  }
  return clipped;
}

describe.each(TIER_TARGETS)('what codes clip, on the $tier tier', (target) => {
  const options = { dimension: DIMENSION, M: 4, capacity: 1200 };
  const build = (builder: 'partitions' | 'insertion'): Promise<Segment> =>
    linkedSegment(rows(0, FIRST), { ...options, builder }, target);

  test.each(['partitions', 'insertion'] as const)(
    'is counted component by component, of all linked vectors, by %s',
    async (builder) => {
      const segment = await build(builder);
      expect(segment.i32s[F.FIRST_CODED]).toBe(FIRST);
      expect(segment.i32s[F.CLIPPED]).toBe(clippedOf(segment));
      const counts: number[] = [];
      for (const [shift, factor] of [
        [0, 1],
        [0.5, 1.5],
        [-30, 1],
        [2, 40],
      ]) {
        const first = segment.count;
        appendVectors(segment, rows(first, first + 70, shift, factor));
        await linkBare(segment);
        counts.push(segment.i32s[F.CLIPPED]);
        expect(counts.at(-1)).toBe(clippedOf(segment));
        const components = segment.linked * DIMENSION;
        expect(clippedShare(segment)).toBe(segment.i32s[F.CLIPPED] / components);
      }
      // Some of them, none of them and all of them: nothing above was counted of zeros alone.
      expect(counts[2] - counts[1]).toBe(70 * DIMENSION);
      expect(counts[1] - counts[0]).toBeGreaterThan(0);
      expect(counts[1] - counts[0]).toBeLessThan(70 * DIMENSION);
    },
  );

  test('asks for new codes only when much more is clipped than at first', async () => {
    const segment = await build('partitions');
    const first = segment.i32s[F.FIRST_CLIPPED] / (FIRST * DIMENSION);
    expect(needsNewCodes(segment)).toBe(false);
    appendVectors(segment, rows(FIRST, FIRST + 100));
    await linkBare(segment);
    expect(needsNewCodes(segment)).toBe(false);
    appendVectors(segment, rows(600, 604, 100));
    await linkBare(segment);
    const share = clippedShare(segment);
    expect(needsNewCodes(segment)).toBe(share > first + 0.005);
    expect(needsNewCodes(segment)).toBe(true);
    segment.i32s[F.CLIPPED] = Math.floor((first + 0.005) * segment.linked * DIMENSION);
    expect(needsNewCodes(segment)).toBe(false);
    segment.i32s[F.CLIPPED]++;
    expect(needsNewCodes(segment)).toBe(true);
  });

  test('is known of the batches that were linked when an add is aborted', async () => {
    const segment = await build('partitions');
    appendVectors(segment, rows(FIRST, FIRST + 200, 3));
    let left = 6; // encode, grow; link, apply, mend; link
    const run = async (phase: Parameters<typeof runPhase>[1]): Promise<void> => {
      if (--left === 0) throw new Error('stopped');
      runPhase(segment, phase);
    };
    await expect(linkSegment({ ...taskOf(segment), run })).rejects.toThrow('stopped');
    expect(segment.linked).toBe(FIRST + 64);
    expect(segment.i32s[F.CLIPPED]).toBe(clippedOf(segment));
    await linkBare(segment);
    expect(segment.linked).toBe(FIRST + 200);
    expect(segment.i32s[F.CLIPPED]).toBe(clippedOf(segment));
  });

  test('is forgotten with the graph, and counted anew with new codes', async () => {
    const segment = await build('partitions');
    appendVectors(segment, rows(FIRST, FIRST + 100, 50));
    await linkBare(segment);
    expect(needsNewCodes(segment)).toBe(true);
    dropGraph(segment);
    expect(clippedShare(segment)).toBe(0);
    expect(needsNewCodes(segment)).toBe(false);
    await linkBare(segment);
    expect(segment.i32s[F.FIRST_CODED]).toBe(FIRST + 100);
    expect(segment.i32s[F.ROTATED]).toBe(1);
    expect(segment.i32s[F.CLIPPED]).toBe(clippedOf(segment));
    expect(needsNewCodes(segment)).toBe(false);
  });

  test('is assumed of codes from a file: those at the ends of the range', async () => {
    const segment = await build('partitions');
    // What a load leaves.
    for (const word of [F.CLIPPED, F.FIRST_CLIPPED, F.FIRST_CODED]) segment.i32s[word] = 0;
    expect(needsNewCodes(segment)).toBe(false);
    const atEnds = (code: number): boolean => code === 0 || code === 127;
    let saturated = 0;
    for (let slot = 0; slot < FIRST; slot++) {
      saturated += codesOf(segment, slot).slice(0, DIMENSION).filter(atEnds).length;
    }
    expect(segment.hot.countSaturated(0, FIRST)).toBe(saturated);
    appendVectors(segment, rows(FIRST, FIRST + 100, 50));
    await linkBare(segment);
    expect(segment.i32s[F.FIRST_CODED]).toBe(FIRST);
    expect(segment.i32s[F.FIRST_CLIPPED]).toBe(saturated);
    expect(segment.i32s[F.CLIPPED]).toBe(saturated + 100 * DIMENSION);
    expect(needsNewCodes(segment)).toBe(true);
  });

  test('asks nothing of a sealed segment', async () => {
    const segment = await linkedSegment(rows(0, 300), { ...options, precision: 'int8' }, target);
    appendVectors(segment, rows(300, 340, 50));
    await linkBare(segment);
    expect(needsNewCodes(segment)).toBe(true);
    expect(needsNewCodes(await sealBare(segment))).toBe(false);
  });
});
