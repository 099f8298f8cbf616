import { gaussian, withOutliers } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { centreRotated, chooseCodes } from '../../../src/build/choose-codes.ts';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { fillSegment, wordOf } from '../../support/bare-segment.ts';
import { codesOf } from '../../support/naive.ts';

/** A segment with chosen codes, all nodes encoded. */
function encoded(vectors: Float32Array, dimension: number, metric: 'l2' | 'dot' = 'l2'): Segment {
  const segment = fillSegment(vectors, { dimension, metric });
  chooseCodes(segment, 1);
  segment.hot.encodeSlots(0, segment.count, segment.scratch(0));
  return segment;
}

/** The errors of decoding every component, in steps. */
function errorsInSteps(segment: Segment): number[] {
  const { dimension } = segment.layout;
  const means = segment.f32s.subarray(wordOf(segment, 'means'));
  const scale = segment.f32s[F.CODE_SCALE];
  return Array.from({ length: segment.count }, (_, node) =>
    Array.from(segment.vectors(node, 1), (value, i) => {
      const decoded = means[i] + (codesOf(segment, node)[i] - 64) * scale;
      return Math.abs(value - decoded) / scale;
    }),
  )
    .flat()
    .slice(0, segment.count * dimension);
}

describe('the chosen codes', () => {
  test('have a step that is one for all components and no wider than the data needs', () => {
    const vectors = gaussian({ count: 500, dimension: 8 });
    const segment = encoded(vectors, 8);
    const largest = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = segment.f32s[F.CODE_SCALE];
    expect(scale).toBeLessThanOrEqual((1.1 * largest) / 63.5);
    expect(scale).toBeGreaterThan(largest / 63.5 / 3);
  });

  test('have means of the data under l2 and zeros under dot', () => {
    const vectors = gaussian({ count: 400, dimension: 3 }).map((value, i) => value + (i % 3));
    const means = (metric: 'l2' | 'dot'): number[] => {
      const segment = encoded(vectors, 3, metric);
      const word = wordOf(segment, 'means');
      return Array.from(segment.f32s.subarray(word, word + 3));
    };
    means('l2').forEach((mean, i) => {
      expect(Math.abs(mean - i)).toBeLessThan(0.2);
    });
    expect(means('dot')).toEqual([0, 0, 0]);
  });

  test('decode constant data exactly', () => {
    const segment = encoded(new Float32Array(60).fill(-7.25), 6);
    expect(new Set(errorsInSteps(segment))).toEqual(new Set([0]));
    expect(segment.f32s[F.CODE_SCALE]).toBe(1);
    expect(codesOf(segment, 3)).toEqual([64, 64, 64, 64, 64, 64]);
  });

  test('decode a single vector exactly', () => {
    const segment = encoded(Float32Array.of(1e-30, 5, -1e18), 3);
    expect(errorsInSteps(segment)).toEqual([0, 0, 0]);
  });

  test('clip a few outliers rather than make every step coarse', () => {
    const vectors = withOutliers({ count: 2000, dimension: 16, fraction: 0.001, scale: 8 });
    const segment = encoded(vectors, 16);
    const largest = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(segment.f32s[F.CODE_SCALE]).toBeLessThan((0.8 * largest) / 63.5);
  });

  test('stay in range beside one huge outlier', () => {
    const vectors = gaussian({ count: 300, dimension: 4 });
    vectors[17] = 1e18;
    vectors[18] = -1e18;
    const segment = encoded(vectors, 4);
    expect(Number.isFinite(segment.f32s[F.CODE_SCALE])).toBe(true);
    const codes = Array.from({ length: 300 }, (_, node) => codesOf(segment, node)).flat();
    expect(codes.every((code) => code >= 0 && code <= 127)).toBe(true);
  });

  test('leave the bytes behind the last component zero', () => {
    const { u8s, layout, ...segment } = encoded(gaussian({ count: 9, dimension: 17 }), 17);
    const start = 4 * layout.regions.codes.word;
    const padding = Array.from({ length: 9 }, (_, node) =>
      Array.from(u8s.subarray(start + node * 32 + 17, start + node * 32 + 32)),
    ).flat();
    expect(segment.handle.layout.dimension).toBe(17);
    expect(new Set(padding)).toEqual(new Set([0]));
  });
});

describe('what was chosen before', () => {
  test('is forgotten: a residual of other codes bounds nothing', () => {
    const segment = encoded(gaussian({ count: 200, dimension: 8 }), 8);
    segment.widenResidual(1000);
    chooseCodes(segment, 1);
    expect(segment.f32s[F.RESIDUAL]).toBe(0);
  });
});

describe('a rotated centre', () => {
  test('is the mean of the rotated vectors', () => {
    const dimension = 48;
    const count = 300;
    const vectors = gaussian({ count, dimension }).map((value, i) => value + (i % dimension));
    const segment = fillSegment(vectors, { dimension });
    centreRotated(segment, segment, 3);
    const { hot, f32s } = segment;
    const means = f32s.slice(wordOf(segment, 'means')).subarray(0, dimension);
    const sums = new Float64Array(dimension);
    for (let node = 0; node < count; node++) {
      const buffer = segment.scratch(0) + segment.layout.bufferWord;
      f32s.set(segment.vectors(node, 1), buffer);
      hot.rotate(buffer);
      for (let i = 0; i < dimension; i++) sums[i] += f32s[buffer + i] / count;
    }
    const off = Array.from(sums).filter((sum, i) => !(Math.abs(sum - means[i]) < 1e-3));
    expect(off).toEqual([]);
    expect(Math.max(...means.map(Math.abs))).toBeGreaterThan(10);
  });
});
