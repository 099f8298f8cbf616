// A rotation must leave lengths and distances alone, can be undone, and gives the same bits on
// every tier: codes are made from it.

import { datasetArbitrary, gaussian } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { centreRotated } from '../../../src/build/choose-codes.ts';
import { transformLength } from '../../../src/hot/rotate.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { fillSegment, wordOf } from '../../support/bare-segment.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

/** A segment that rotates vectors of this dimension. */
function rotating(dimension: number, seed: number, target: Target): Segment {
  const segment = fillSegment(gaussian({ count: 2, dimension, seed }), { dimension }, target);
  centreRotated(segment, segment, seed);
  return segment;
}

/** What `turn` makes of a vector of the segment. */
function turned(segment: Segment, vector: Float32Array, turn: 'rotate' | 'rotateBack') {
  const word = segment.scratch(0) + segment.layout.bufferWord;
  const { f32s, hot, layout } = segment;
  const beyond = word + layout.dimension;
  f32s.set(vector, word);
  f32s[beyond] = 77;
  f32s[word - 1] = 78;
  hot[turn](word);
  expect([f32s[word - 1], f32s[beyond]]).toEqual([78, 77]);
  return f32s.slice(word, beyond);
}

function lengthOf(vector: Float32Array, other?: Float32Array): number {
  let sum = 0;
  vector.forEach((value, i) => {
    sum += (value - (other?.[i] ?? 0)) ** 2;
  });
  return Math.sqrt(sum);
}

const pairs = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(2 ** 31), fc.nat(2 ** 31));

describe.each(TIER_TARGETS)('a rotation on the $tier tier', (target) => {
  test('preserves lengths and distances in any dimension, and can be undone', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(1, 1e12, 1e-12), ([dimension, seed, other], scale) => {
        const segment = rotating(dimension, seed, target);
        const data = gaussian({ count: 2, dimension, seed: other });
        const scaled = data.map((value) => value * scale);
        const [a, b] = [scaled.slice(0, dimension), scaled.slice(dimension)];
        const [ra, rb] = [a, b].map((vector) => turned(segment, vector, 'rotate'));
        const near = (found: number, exact: number): void => {
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(1e-5 * exact);
        };
        near(lengthOf(ra), lengthOf(a));
        near(lengthOf(rb), lengthOf(b));
        near(lengthOf(ra, rb), lengthOf(a, b));
        const back = turned(segment, ra, 'rotateBack');
        expect(lengthOf(back, a)).toBeLessThanOrEqual(1e-5 * lengthOf(a));
      }),
      { numRuns: 150 },
    );
  });

  test('spreads a single component over all others', () => {
    for (const dimension of [64, 100, 300, 384, 768]) {
      const segment = rotating(dimension, 7, target);
      for (const component of [0, dimension >> 1, dimension - 1]) {
        const vector = new Float32Array(dimension);
        vector[component] = 1;
        const spread = turned(segment, vector, 'rotate');
        expect(Math.max(...spread.map(Math.abs))).toBeLessThan(8 / Math.sqrt(dimension));
        expect(spread.filter((value) => value !== 0).length).toBeGreaterThan(dimension / 2);
      }
    }
  });

  test('is drawn anew for each seed, and once for each', () => {
    const words = (seed: number): number[] => {
      const segment = rotating(100, seed, target);
      return Array.from(segment.f32s.subarray(wordOf(segment, 'rotation')).subarray(0, 400));
    };
    expect(words(3)).toEqual(words(3));
    expect(words(3)).not.toEqual(words(4));
    const signs = words(3).map(Math.sign);
    const plus = signs.filter((sign) => sign > 0).length;
    expect(plus).toBeGreaterThan(150);
    expect(plus).toBeLessThan(250);
    expect(signs.slice(0, 100)).not.toEqual(signs.slice(100, 200));
    expect(signs.slice(0, 100)).not.toEqual(signs.slice(200, 300));
  });
});

describe('all tiers', () => {
  test('rotate any vectors to the same bits, and back', () => {
    const dimensions = [1, 2, 3, 5, 16, 17, 100, 128, 255, 300];
    fc.assert(
      fc.property(datasetArbitrary({ minCount: 1, maxCount: 1, dimensions }), ({ vectors }) => {
        const found = TIER_TARGETS.map((target) => {
          const segment = rotating(vectors.length, 5, target);
          const there = turned(segment, vectors, 'rotate');
          return [...bitsOf(there), ...bitsOf(turned(segment, there, 'rotateBack'))];
        });
        for (const bits of found) expect(bits).toEqual(found[0]);
      }),
      { numRuns: 200 },
    );
  });
});

test('a transform is as long as the largest power of two that fits', () => {
  const lengths = [1, 2, 3, 4, 7, 8, 300, 511, 512, 32768].map(transformLength);
  expect(lengths).toEqual([1, 2, 2, 4, 4, 8, 256, 256, 512, 32768]);
});
