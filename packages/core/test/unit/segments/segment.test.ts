// What a segment knows of its nodes: numbers that are written down, and what was removed.

import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { resolveOptions } from '../../../src/options.ts';
import { Segment } from '../../../src/segments/segment.ts';
import { openSegment } from '../../../src/segments/segment-list.ts';
import { fillSegment } from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const options = resolveOptions({ dimension: 2, threads: 1 });

function opened(firstNode: number, count: number): Segment {
  const segment = openSegment(options, 100, firstNode);
  segment.publishCount(count);
  return segment;
}

const numbersOf = (segment: Segment): number[] =>
  Array.from({ length: segment.count }, (_, local) => segment.numberOf(local));

describe('numbers', () => {
  test('go through from the first node until others are written down', () => {
    const segment = opened(7, 3);
    expect([segment.numbered, numbersOf(segment)]).toEqual([false, [7, 8, 9]]);
    segment.writeNumbers(3, [2, 30]);
    expect([segment.numbered, numbersOf(segment)]).toEqual([true, [7, 8, 9]]);
    segment.publishCount(5);
    expect(numbersOf(segment)).toEqual([7, 8, 9, 2, 30]);
    segment.writeNumbers(5, Int32Array.of(31));
    segment.publishCount(6);
    expect(numbersOf(segment)).toEqual([7, 8, 9, 2, 30, 31]);
    expect([2, 7, 31, 10].map((node) => segment.find(node))).toEqual([3, 0, 5, F.NONE]);
  });

  test('are seen by another thread over the same memory', () => {
    const segment = opened(0, 2);
    const other = new Segment(segment.handle);
    expect(other.find(1)).toBe(1);
    segment.writeNumbers(2, [9]);
    segment.publishCount(3);
    segment.removeLocal([1]);
    expect([other.numberOf(2), other.find(9), other.find(1)]).toEqual([9, 2, F.NONE]);
    expect([other.count, other.live, other.removed]).toEqual([3, 2, 1]);
  });

  test('of an empty segment are those that are written', () => {
    const segment = opened(4, 0);
    segment.writeNumbers(0, [40, 41]);
    segment.publishCount(2);
    expect(numbersOf(segment)).toEqual([40, 41]);
    expect(segment.find(4)).toBe(F.NONE);
  });
});

describe('removing', () => {
  test('hides vectors and counts them, at the borders of words too', () => {
    const segment = opened(0, 70);
    segment.removeLocal([0, 31, 32, 63, 64, 69]);
    segment.removeLocal([]);
    const gone = Array.from({ length: 70 }, (_, i) => i).filter((local) =>
      segment.isRemoved(local),
    );
    expect(gone).toEqual([0, 31, 32, 63, 64, 69]);
    expect([segment.count, segment.removed, segment.live]).toEqual([70, 6, 64]);
    expect([31, 30].map((node) => segment.find(node))).toEqual([F.NONE, 30]);
    expect(segment.findLast(31)).toBe(31);
  });

  test('an updated node is where it was written last', () => {
    const segment = opened(0, 3);
    segment.writeNumbers(3, [1]);
    segment.publishCount(4);
    segment.removeLocal([1]);
    expect([segment.find(1), segment.findLast(1)]).toEqual([3, 3]);
    segment.removeLocal([3]);
    expect([segment.find(1), segment.findLast(1)]).toEqual([F.NONE, 3]);
  });
});

describe.each(TIER_TARGETS)('a scan on the $tier tier', (target) => {
  test('names nodes by their numbers, ties by the smaller, and leaves out what was removed', () => {
    const vectors = new Float32Array(2 * 11).fill(1);
    const segment = fillSegment(vectors, { dimension: 2, capacity: 20 }, target);
    segment.publishCount(0);
    segment.writeNumbers(0, [9, 3, 12, 1, 40, 2, 0, 8, 7, 6, 5]);
    segment.publishCount(11);
    segment.removeLocal([3, 10]);
    const { hot, i32s, layout } = segment;
    const scratch = segment.scratch(0);
    segment.f32s.set([1, 1], scratch + F.QUERY);
    i32s.fill(-1, scratch + layout.acceptWord, scratch + layout.acceptWord + 1);
    expect(hot.sieve(scratch, 11, 0, layout.regions.tombstones.word)).toBe(9);
    hot.resultsReset(scratch, 5);
    hot.scanExact(scratch, 0, 11);
    expect(hot.finishResults(scratch)).toBe(5);
    const found = Array.from({ length: 5 }, (_, i) => i32s[scratch + F.RESULTS + 3 + 2 * i]);
    expect(found).toEqual([0, 2, 3, 6, 7]);
  });
});
