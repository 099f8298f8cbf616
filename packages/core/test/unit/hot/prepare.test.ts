import { describe, expect, test } from 'vitest';
import { fillSegment } from '../../support/bare-segment.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import { bareMemory, TIER_TARGETS } from '../../support/targets.ts';

const DENORMAL = 2 ** -149;
const MAX = 3.4028234663852886e38;

describe.each(TIER_TARGETS)('vectors at the door on the $tier tier', (target) => {
  /** A segment of dimension 5 holding one vector per row, padded with zeros. */
  function segmentOf(rows: readonly (readonly number[])[]) {
    const vectors = new Float32Array(5 * rows.length);
    rows.forEach((row, i) => {
      vectors.set(row, 5 * i);
    });
    return fillSegment(vectors, { dimension: 5, metric: 'l2', capacity: rows.length + 3 }, target);
  }

  test.each([0, 1, 2, 3, 4])('a bad component at place %i is found', (place) => {
    for (const bad of [Number.NaN, Infinity, -Infinity, 1001, -1001]) {
      const row = [1, 2, 3, 4, 5];
      row[place] = bad;
      const { hot } = segmentOf([[1, 2, 3, 4, 5], row, row]);
      expect(hot.findInvalid(0, 3, 1000, -1)).toBe(1);
      expect(hot.findInvalid(2, 3, 1000, -1)).toBe(2);
      expect(hot.findInvalid(0, 1, 1000, -1)).toBe(-1);
    }
  });

  test('a NaN is found beside an infinity and beside larger components', () => {
    const { hot } = segmentOf([
      [Infinity, Number.NaN],
      [9, Number.NaN, 1],
    ]);
    expect([hot.findInvalid(0, 2, Infinity, -1), hot.findInvalid(1, 2, 1000, -1)]).toEqual([0, 1]);
  });

  test('components up to the limit are sound, whatever their size', () => {
    const { hot } = segmentOf([[MAX, -MAX], [DENORMAL, 1e-38, -1e-38], [-0, 0], [1000]]);
    expect(hot.findInvalid(0, 4, MAX, -1)).toBe(-1);
    expect(hot.findInvalid(1, 4, 1000, -1)).toBe(-1);
    expect(hot.findInvalid(0, 0, 0, -1)).toBe(-1);
  });

  test('only vectors of nothing but zeros, of either sign, have no direction', () => {
    const { hot } = segmentOf([[0, DENORMAL], [0, 0, 0, 0, -DENORMAL], [1e-38], [-0, 0, -0], [0]]);
    expect([0, 4].map((first) => hot.findInvalid(first, 5, MAX, 0))).toEqual([3, 4]);
    expect(hot.findInvalid(0, 3, MAX, 0)).toBe(-1);
  });

  test('vectors that are not of unit length are found, also those that are no numbers', () => {
    const { hot } = segmentOf([[0.6, 0.8], [0, 0, 1.0004], [0, -0.9996], [1.001], [0, 0.6, 0.8]]);
    expect([hot.findNonUnit(0, 5), hot.findNonUnit(0, 3), hot.findNonUnit(4, 5)]).toEqual([
      3, -1, -1,
    ]);
    const others = [[0], [0.9], [MAX, MAX], [Number.NaN], [1, Infinity], [1, DENORMAL, 0.5]];
    for (const other of others) {
      expect(segmentOf([[1], other, [1]]).hot.findNonUnit(0, 3)).toBe(1);
    }
  });

  test('vectors of any size get unit length', () => {
    const { hot, f32s } = bareMemory(target, 65536);
    const rows = [
      [3, 4],
      [1e-38, -1e-38, 1e-38],
      [DENORMAL],
      [3 * DENORMAL, 4 * DENORMAL],
      [1e38, 1e38, -1e38, 1e38, 1e38],
      [MAX, MAX, MAX, MAX, MAX, MAX, MAX],
      [1e-20, 1e20],
      [-0, 5, 0],
    ];
    for (const row of rows) {
      f32s.set(row, 100);
      expect(Boolean(hot.normalize(100, row.length))).toBe(true);
      const norm = Math.hypot(...f32s.subarray(100, 100 + row.length));
      expect(Math.abs(norm - 1)).toBeLessThan(1e-6);
    }
    f32s.set([3, 4], 100);
    hot.normalize(100, 2);
    expect(Array.from(f32s.subarray(100, 102))).toEqual([0.6, 0.8].map(Math.fround));
  });

  test('a zero vector stays as it is and is refused', () => {
    const { hot, f32s } = bareMemory(target, 65536);
    f32s.set([0, -0, 0], 100);
    expect(Boolean(hot.normalize(100, 3))).toBe(false);
    expect(bitsOf(f32s.slice(100, 103))).toEqual([0, 0x80000000, 0]);
  });

  test('only the nodes asked for are brought to unit length', () => {
    const segment = segmentOf([[2], [0, 2], [0, 0, 2], [2]]);
    segment.hot.normalizeNodes(1, 3);
    const largest = [0, 1, 2, 3].map((node) => Math.max(...segment.vectors(node, 1)));
    expect(largest).toEqual([2, 1, 1, 2]);
  });
});
