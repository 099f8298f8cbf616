// What codes stand for, against the vectors they were made of: 7-bit codes, halves and bits, each
// within what it states, for data of any scale and place.

import { clustered, datasetArbitrary, gaussian, type Metric } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseCodes } from '../../../src/build/choose-codes.ts';
import * as F from '../../../src/hot/fields.ts';
import { codeWord } from '../../../src/memory/layout.ts';
import { readVector } from '../../../src/search/read-vector.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  type BareOptions,
  fillSegment,
  linkBare,
  sealBare,
  wordOf,
} from '../../support/bare-segment.ts';
import { codesOf } from '../../support/naive.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const places = fc.constantFrom(
  ...[1, 1e-3, 1e3, 1e9, 1e-18, 1e-30].map((scale) => ({ scale, offset: 0 })),
  { scale: 1, offset: 1e6 },
  { scale: 1e-3, offset: -100 },
  { scale: 1e5, offset: 1e9 },
);

/** Data of every kind with the largest component 1, moved. */
const moved = fc
  .tuple(datasetArbitrary({ minCount: 1, maxCount: 40 }), places)
  .map(([{ vectors, dimension }, { scale, offset }]) => {
    const largest = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    return { dimension, vectors: vectors.map((value) => (value / largest) * scale + offset) };
  });

/** What the 7-bit codes of a slot stand for in float64, as vectors were encoded. */
function exactlyDecoded(segment: Segment, slot: number): number[] {
  const { f32s } = segment;
  const means = wordOf(segment, 'means');
  return codesOf(segment, slot).map(
    (code, i) => f32s[means + i] + (code - 64) * f32s[F.CODE_SCALE],
  );
}

/** A vector as it is encoded: rotated by the hot code if this segment rotates. */
function asEncoded(segment: Segment, vector: Float32Array): Float32Array {
  const { hot, f32s, i32s, layout } = segment;
  if (i32s[F.ROTATED] === 0) return vector;
  const buffer = segment.scratch(0) + layout.bufferWord;
  f32s.set(vector, buffer);
  hot.rotate(buffer);
  return f32s.slice(buffer, buffer + layout.dimension);
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

function encoded(vectors: Float32Array, options: BareOptions, target?: Target): Segment {
  const segment = fillSegment(vectors, options, target);
  chooseCodes(segment, 1);
  segment.widenResidual(segment.hot.encodeSlots(0, segment.count, segment.scratch(0)));
  return segment;
}

describe.each(TIER_TARGETS)('the residual of 7-bit codes on the $tier tier', (target) => {
  test('is no smaller than that of any vector, and not much larger', () => {
    fc.assert(
      fc.property(moved, fc.constantFrom<Metric>('l2', 'dot'), ({ vectors, dimension }, metric) => {
        const segment = encoded(vectors, { dimension, metric }, target);
        const residual = segment.f32s[F.RESIDUAL];
        let largest = 0;
        for (let node = 0; node < segment.count; node++) {
          const vector = asEncoded(segment, segment.vectors(node, 1));
          const own = distance(vector, exactlyDecoded(segment, node));
          expect(residual).toBeGreaterThanOrEqual(own);
          largest = Math.max(largest, own);
        }
        const size = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const rounding = (1e-6 * size + 1e-22) * Math.sqrt(dimension) * 4;
        expect(residual).toBeLessThanOrEqual(1.01 * largest + rounding);
      }),
      { numRuns: 250 },
    );
  });
});

describe('what decodes', () => {
  test('from 7-bit codes is within half a step a component, unless it was clipped', () => {
    fc.assert(
      fc.property(moved, ({ vectors, dimension }) => {
        const segment = encoded(vectors, { dimension });
        const scratch = segment.scratch(0);
        const step = segment.f32s[F.CODE_SCALE];
        const rotated = segment.i32s[F.ROTATED] !== 0;
        for (let slot = 0; slot < segment.count; slot++) {
          const codes = codesOf(segment, slot);
          const vector = segment.vectors(slot, 1).slice();
          const clipped = codes.some((code) => code === 0 || code === 127);
          segment.hot.decodeSlot(scratch, slot);
          const buffer = scratch + segment.layout.bufferWord;
          const decoded = segment.f32s.slice(buffer, buffer + dimension);
          const size = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          const rounding = 2e-6 * size * (rotated ? Math.sqrt(dimension) : 1) + 1e-44;
          if (clipped) {
            const allowed = segment.f32s[F.RESIDUAL] + rounding * Math.sqrt(dimension);
            expect(distance(decoded, vector)).toBeLessThanOrEqual(allowed);
          } else if (rotated) {
            const allowed = (0.5 * step + rounding) * Math.sqrt(dimension);
            expect(distance(decoded, vector)).toBeLessThanOrEqual(allowed);
          } else {
            decoded.forEach((value, i) => {
              expect(Math.abs(value - vector[i])).toBeLessThanOrEqual(0.5001 * step + rounding);
            });
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

const METRICS: readonly Metric[] = ['l2', 'cosine', 'dot'];

/** The three words behind the bits of a slot, from their definitions. */
function expectFactors(segment: Segment, slot: number, centred: readonly number[]): void {
  const { f32s, i32s, layout } = segment;
  const word = codeWord(layout, slot) + layout.codeWords - F.BINARY_FACTORS;
  const weight = layout.metric === 'l2' ? 2 : 1;
  const square = centred.reduce((sum, value) => sum + value * value, 0);
  const sum = centred.reduce((total, value) => total + Math.abs(value), 0);
  const near = (found: number, exact: number): void => {
    expect(Math.abs(found - exact)).toBeLessThanOrEqual(2e-4 * exact + 1e-12);
  };
  near(f32s[word], (weight * square) / 2);
  near(f32s[word + 1], (weight * square) / sum);
  expect(i32s[word + 2] & 0xffff).toBe(centred.filter((value) => value > 0).length);
  const upper = new Float32Array(Int32Array.of(i32s[word + 2] & ~0xffff).buffer)[0];
  const spread = (square * square * centred.length) / (sum * sum) - square;
  const error = weight * Math.sqrt(Math.max(0, spread) / Math.max(1, centred.length - 1));
  // Seven bits of its fraction are kept, rounded up. Few components may differ by nothing at all.
  const rounding = centred.length < 8 ? 1e-3 : 0;
  expect(upper).toBeGreaterThanOrEqual(error * (1 - 1e-4) - rounding);
  expect(upper).toBeLessThanOrEqual(error * (1 + 2 ** -7 + 1e-4) + rounding);
}

describe.each(TIER_TARGETS)('bits on the $tier tier', (target) => {
  test('decode to the projection of a vector on its signs', async () => {
    for (const metric of METRICS) {
      for (const dimension of [1, 2, 5, 64, 100, 128, 129, 300]) {
        const vectors = gaussian({ count: 40, dimension, seed: dimension }).map((v) => v + 0.3);
        const options = { dimension, metric, precision: 'binary', originals: 'none' } as const;
        const source = fillSegment(vectors, { ...options, allowLowDimension: true }, target);
        await linkBare(source);
        if (source.linked === 0) continue;
        const segment = await sealBare(source);
        const means = segment.f32s.slice(wordOf(segment, 'means')).subarray(0, dimension);
        for (let slot = 0; slot < 40; slot++) {
          const node = segment.i32s[wordOf(segment, 'nodes') + slot];
          const rotated = asEncoded(segment, source.vectors(node, 1).slice());
          const centred = Array.from(rotated, (value, i) => value - means[i]);
          const mean = centred.reduce((sum, value) => sum + Math.abs(value), 0) / dimension;
          const projected = centred.map((value, i) => means[i] + (value > 0 ? mean : -mean));
          const found = asEncoded(segment, readVector(segment, 0, node));
          expect(distance(found, projected)).toBeLessThan(2e-5 * Math.sqrt(dimension));
          const code = codeWord(segment.layout, slot);
          centred.forEach((value, i) => {
            const bit = (segment.i32s[code + (i >> 5)] >>> (i & 31)) & 1;
            expect(bit).toBe(value > 0 ? 1 : 0);
          });
          expectFactors(segment, slot, centred);
        }
      }
    }
  });
});

describe.each(TIER_TARGETS)('a query of bits on the $tier tier', (target) => {
  test('has the nearest of 16 levels for each component, rotated and centred', async () => {
    for (const metric of METRICS) {
      for (const dimension of [64, 100, 300]) {
        const data = gaussian({ count: 61, dimension, seed: dimension }).map((v) => v + 0.3);
        const options = {
          dimension,
          metric,
          precision: 'binary',
          allowLowDimension: true,
        } as const;
        const source = fillSegment(data.slice(0, 60 * dimension), options, target);
        await linkBare(source);
        const segment = await sealBare(source);
        const scratch = segment.scratch(0);
        segment.f32s.set(data.slice(60 * dimension), scratch + F.QUERY);
        segment.hot.bindQuery(scratch);
        const { encodedWord, queryCodeWord } = segment.layout;
        const query = segment.f32s.slice(scratch + encodedWord, scratch + encodedWord + dimension);
        const rotated = asEncoded(segment, data.slice(60 * dimension));
        const means = segment.f32s.slice(wordOf(segment, 'means'));
        const low = Math.min(...query);
        const step = (Math.max(...query) - low) / 15;
        query.forEach((value, i) => {
          const centred = metric === 'dot' ? rotated[i] : Math.fround(rotated[i] - means[i]);
          expect(value).toBe(centred);
          const word = scratch + queryCodeWord + 16 * (i >> 7) + ((i >> 5) & 3);
          const bits = [0, 1, 2, 3].map((j) => (segment.i32s[word + 4 * j] >>> (i & 31)) & 1);
          const level = bits.reduce((sum, bit, j) => sum + bit * 2 ** j, 0);
          expect(Math.abs(low + level * step - value)).toBeLessThanOrEqual(0.50001 * step);
        });
      }
    }
  });
});

describe('estimates by bits', () => {
  /** Estimate less distance of 40 queries and all vectors. */
  async function errorsOf(vectors: Float32Array, dimension: number, metric: Metric) {
    const count = vectors.length / dimension - 40;
    const options = { dimension, metric, precision: 'binary', originals: 'none' } as const;
    const source = fillSegment(vectors.slice(0, count * dimension), options);
    await linkBare(source);
    const segment = await sealBare(source);
    const scratch = segment.scratch(0);
    const errors: number[] = [];
    for (let i = count; i < count + 40; i++) {
      const query = vectors.slice(i * dimension, (i + 1) * dimension);
      segment.f32s.set(query, scratch + F.QUERY);
      segment.hot.bindQuery(scratch);
      segment.hot.measureRange(scratch, 0, count, scratch + F.POOL);
      const found = segment.f32s.slice(scratch + F.POOL, scratch + F.POOL + count);
      for (let slot = 0; slot < count; slot++) {
        const node = segment.i32s[wordOf(segment, 'nodes') + slot];
        const vector = source.vectors(node, 1);
        const exact =
          metric === 'l2'
            ? distance(query, vector) ** 2
            : -vector.reduce((sum, value, j) => sum + value * query[j], 0);
        errors.push(found[slot] - exact);
      }
    }
    return errors;
  }

  /** Means of the errors and of their squares. */
  function momentsOf(errors: readonly number[]): { mean: number; deviation: number } {
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const square = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    return { mean, deviation: Math.sqrt(square) };
  }

  test.each(['l2', 'dot'] as const)('are without bias under %s', async (metric) => {
    for (const dimension of [256, 384]) {
      for (const generate of [gaussian, clustered]) {
        const data = generate({ count: 540, dimension, seed: 8 });
        const { mean, deviation } = momentsOf(await errorsOf(data, dimension, metric));
        // Errors of one query, and of one vector, have signs in common: hence not sqrt(20,000).
        expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(540));
      }
    }
  });

  test.each(['l2', 'dot'] as const)('err as RaBitQ says they do under %s', async (metric) => {
    for (const dimension of [256, 384]) {
      const data = gaussian({ count: 540, dimension, seed: 8 });
      const { deviation } = momentsOf(await errorsOf(data, dimension, metric));
      // The share of a vector that its signs leave out is pi / 2 - 1 of what they tell.
      const expected = (metric === 'l2' ? 2 : 1) * Math.sqrt(dimension * (Math.PI / 2 - 1));
      expect(deviation).toBeGreaterThan(0.8 * expected);
      expect(deviation).toBeLessThan(1.25 * expected);
    }
  });
});
