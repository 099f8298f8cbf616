// What codes say of a distance, held against the distance itself. A bound that is too high by a
// rounding loses a neighbor now and then and nobody would see it: all pairs of many data sets are
// tried, of any scale and as far from the origin as floats allow.

import {
  clustered,
  type DatasetOptions,
  datasetArbitrary,
  gaussian,
  type Metric,
  unequalNorms,
} from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { nodeWord } from '../../../src/memory/layout.ts';
import {
  type BareOptions,
  fillSegment,
  linkBare,
  sealBare,
  wordOf,
} from '../../support/bare-segment.ts';
import { brokenBounds, exactBySlot, searchAndRead } from '../../support/candidates.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const BOUNDED: readonly Metric[] = ['l2', 'cosine'];
/** Rounded away from it, a component of such data keeps few of its bits. */
const places = fc.constantFrom(
  { scale: 1, offset: 0 },
  { scale: 1, offset: 1e6 },
  { scale: 1e-3, offset: 100 },
  { scale: 1e9, offset: -1e10 },
  { scale: 1e-12, offset: 0 },
  { scale: 1e-20, offset: 0 },
  { scale: 1e-30, offset: 0 },
);

/** Bounds that are above the distance, of all nodes, for one query. */
async function broken(
  vectors: Float32Array,
  query: Float32Array,
  options: BareOptions,
  tier: number,
): Promise<number[]> {
  const segment = fillSegment(vectors, options, TIER_TARGETS[tier]);
  await linkBare(segment);
  if (segment.linked === 0) return [];
  searchAndRead(segment, query, { k: 1, ef: segment.linked });
  return brokenBounds(segment, exactBySlot(segment, query));
}

describe('the bound of 7-bit codes', () => {
  test('is no larger than the distance, for any data, query, place and scale', async () => {
    await fc.assert(
      fc.asyncProperty(
        datasetArbitrary({ minCount: 2, maxCount: 80, metric: 'cosine' }),
        places,
        fc.record({
          metric: fc.constantFrom(...BOUNDED),
          tier: fc.nat(TIER_TARGETS.length - 1),
          stretch: fc.constantFrom(1, 1, 1e-3, 100),
        }),
        async ({ vectors, dimension }, { scale, offset }, { metric, tier, stretch }) => {
          const largest = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
          const moved = vectors.map((value) => (value / largest) * scale + offset);
          if (metric === 'cosine' && offset === 0 && scale < 1e-19) return;
          const query = moved.slice(-dimension).map((value) => value * stretch);
          const rest = moved.slice(0, -dimension);
          expect(await broken(rest, query, { dimension, metric }, tier)).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const PRECISE = [
  { precision: 'float16' },
  { precision: 'int8', originals: 'memory', rerank: 'float16' },
  { precision: 'int8', originals: 'memory', rerank: 'float32' },
  { precision: 'int8' },
] as const;

describe.each(PRECISE)('the bound of 7-bit codes beside %o', (precision) => {
  test('is no larger than the distance by what is kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        datasetArbitrary({
          ...{ minCount: 3, maxCount: 80, metric: 'cosine' },
          kinds: ['gaussian', 'uniform', 'integers', 'twoFarClusters', 'outliers', 'grid'],
        }),
        fc.constantFrom(...BOUNDED),
        fc.constantFrom(0, 3, 100),
        async ({ vectors, dimension }, metric, offset) => {
          const moved = vectors.map((value) => Math.max(-6e4, Math.min(6e4, value + offset)));
          const options = { dimension, metric, ...precision };
          const segment = fillSegment(moved.slice(0, -dimension), options);
          await linkBare(segment);
          if (segment.linked === 0) return;
          const sealed = await sealBare(segment);
          const query = moved.slice(-dimension);
          searchAndRead(sealed, query, { k: 1, ef: segment.linked });
          expect(brokenBounds(sealed, exactBySlot(sealed, query))).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

const SHAPES = {
  gaussian,
  clustered,
  'unequal norms': unequalNorms,
  'far off': (options: DatasetOptions) => gaussian(options).map((value, i) => value + (i % 7) * 50),
  sparse: (options: DatasetOptions) =>
    gaussian(options).map((value) => (Math.abs(value) > 2 ? value : 0)),
} as const;

describe('the bound of bits', () => {
  test.each([64, 100, 256, 384, 768, 1024])(
    'holds for every pair of dimension %i',
    async (dimension) => {
      for (const [name, generate] of Object.entries(SHAPES)) {
        for (const metric of ['l2', 'cosine', 'dot'] as const) {
          const vectors = generate({ count: 330, dimension, seed: dimension });
          const options = {
            dimension,
            metric,
            precision: 'binary',
            allowLowDimension: true,
          } as const;
          const source = fillSegment(vectors.subarray(0, 300 * dimension), options);
          await linkBare(source);
          if (source.linked === 0) continue;
          const segment = await sealBare(source);
          let wrong = 0;
          for (let i = 300; i < 330; i++) {
            const query = vectors.slice(i * dimension, (i + 1) * dimension);
            searchAndRead(segment, query, { k: 1, ef: 300 });
            wrong += brokenBounds(segment, exactBySlot(segment, query)).length;
          }
          expect(wrong, `${name} ${metric}`).toBe(0);
        }
      }
    },
  );

  test.each(['l2', 'cosine', 'dot'] as const)(
    'spares vectors that lie far off, under %s',
    async (metric) => {
      const dimension = 256;
      const near = gaussian({ count: 201, dimension, seed: 1 });
      // The same again, moved by as much as a vector is long.
      const vectors = near.map((value, i) => value + (i < 100 * dimension ? -3 : 3));
      const options = { dimension, metric, precision: 'binary' } as const;
      const source = fillSegment(vectors.slice(0, 200 * dimension), options);
      await linkBare(source);
      const segment = await sealBare(source);
      const query = vectors.slice(200 * dimension);
      const { slots, exactCount } = searchAndRead(segment, query, { k: 5, ef: 200 });
      expect(slots.length).toBe(200);
      expect(exactCount).toBeGreaterThanOrEqual(5);
      expect(exactCount).toBeLessThanOrEqual(100);
    },
  );

  test('allows for what the rounded query misses, where signs are all of a vector', async () => {
    const dimension = 256;
    const random = gaussian({ count: 240, dimension, seed: 5 });
    const signs = random.subarray(0, 200 * dimension).map((value) => (value < 0 ? -1 : 1));
    const source = fillSegment(signs, { dimension, precision: 'binary' });
    await linkBare(source);
    const segment = await sealBare(source);
    const { hot, i32s, f32s, layout } = segment;
    // Encoded as they are, such vectors lose nothing.
    i32s[F.ROTATED] = 0;
    f32s.fill(0, wordOf(segment, 'means'), wordOf(segment, 'means') + dimension);
    for (let slot = 0; slot < 200; slot++) {
      const node = i32s[nodeWord(layout, slot)];
      f32s.set(source.vectors(node, 1), segment.scratch(0) + layout.bufferWord);
      hot.encodeBuffer(segment.scratch(0), slot);
    }
    for (let i = 200; i < 240; i++) {
      const query = random.slice(i * dimension, (i + 1) * dimension);
      searchAndRead(segment, query, { k: 1, ef: 200 });
      expect(brokenBounds(segment, exactBySlot(segment, query))).toEqual([]);
    }
  });
});
