// Curves in a header, and how a search gets its width from them.

import { describe, expect, test } from 'vitest';
import {
  addCurve,
  type Curve,
  chooseWidth,
  curveFor,
  MAX_CURVE_POINTS,
  readCurves,
  recallAt,
  writeCurves,
} from '../../../src/calibrate/curve.ts';
import * as F from '../../../src/hot/fields.ts';
import { fillSegment } from '../../support/bare-segment.ts';

const at = (efSearch: number, recall: number, assured: number) => ({ efSearch, recall, assured });

function curve(k: number, points = [at(10, 0.875, 0.75), at(20, 1, 0.9375)]): Curve {
  return { k, linked: 1000, sample: 64, given: false, points };
}

const segment = () => fillSegment(new Float32Array(8), { dimension: 2 });

describe('curves of a segment', () => {
  test('are none at first, and read as they were written', () => {
    const own = segment();
    expect(readCurves(own)).toEqual([]);
    const points = Array.from({ length: MAX_CURVE_POINTS }, (_, i) => at(i + 1, 0.5, i / 64));
    const curves = [{ ...curve(10, points), given: true }, curve(7), curve(4096)];
    writeCurves(own, curves);
    expect(readCurves(own)).toEqual(curves);
    writeCurves(own, [curve(3)]);
    expect(readCurves(own)).toEqual([curve(3)]);
  });

  test('keep to their place in the header', () => {
    const own = segment();
    const before = own.i32s.slice(0, F.HEADER_WORDS);
    const points = Array.from({ length: MAX_CURVE_POINTS }, () => at(4096, 1, 1));
    writeCurves(own, [curve(1, points), curve(2, points), curve(3, points)]);
    const after = own.i32s.slice(0, F.HEADER_WORDS);
    const end = F.CURVES + F.MAX_CURVES * F.CURVE_WORDS;
    expect(after.slice(0, F.CURVES)).toEqual(before.slice(0, F.CURVES));
    expect(after.slice(end)).toEqual(before.slice(end));
    expect(end).toBeLessThanOrEqual(F.HEADER_WORDS);
  });

  test('replace the one for the same k, else the oldest', () => {
    const own = segment();
    for (const k of [1, 2, 3]) addCurve(own, curve(k));
    addCurve(own, { ...curve(2), sample: 99 });
    expect(readCurves(own).map(({ k, sample }) => [k, sample])).toEqual([
      ...[
        [2, 99],
        [3, 64],
        [1, 64],
      ],
    ]);
    addCurve(own, curve(4));
    expect(readCurves(own).map(({ k }) => k)).toEqual([4, 2, 3]);
  });
});

describe('the width for a recall', () => {
  const curves = [curve(10)];

  test('is the least measured one where that is enough', () => {
    for (const recall of [0.001, 0.5, 0.75]) expect(chooseWidth(curves, 10, recall)).toBe(10);
  });

  test('lies on a line between points, by the recall that is assured', () => {
    expect(chooseWidth(curves, 10, 0.84375)).toBe(15);
    expect(chooseWidth(curves, 10, 0.9375)).toBe(20);
    expect(chooseWidth(curves, 10, 0.76)).toBe(11);
  });

  test('is twice the largest measured for what was never reached, at most what there is', () => {
    expect(chooseWidth(curves, 10, 0.99)).toBe(40);
    expect(chooseWidth([curve(10, [at(4000, 0.5, 0.4)])], 10, 0.9)).toBe(4096);
  });

  test('for a smaller k is that of the next larger one', () => {
    const two = [curve(100, [at(100, 1, 1)]), curve(10)];
    expect(chooseWidth(two, 9, 0.9375)).toBe(20);
    expect(chooseWidth(two, 1, 0.9375)).toBe(20);
    expect(chooseWidth(two, 11, 0.9375)).toBe(100);
    expect(curveFor(two, 10)?.k).toBe(10);
  });

  test('for a larger k grows as the k does', () => {
    expect(chooseWidth(curves, 50, 0.9375)).toBe(100);
    expect(chooseWidth(curves, 15, 0.76)).toBe(17);
    expect(chooseWidth(curves, 4000, 0.9375)).toBe(4096);
  });

  test('is undefined where nothing was measured', () => {
    expect(chooseWidth([], 10, 0.5)).toBeUndefined();
  });
});

test('the mean recall at a width lies between its points, and never beyond them', () => {
  expect([1, 10, 15, 20, 500].map((width) => recallAt(curve(10), width))).toEqual([
    ...[0.875, 0.875, 0.9375, 1, 1],
  ]);
});
