// Whatever is kept of vectors, a search returns the nearest of its candidates by the best that is
// kept, in order of (distance, node): bounds spare work and change nothing.

import {
  clustered,
  datasetArbitrary,
  gaussian,
  type Metric,
  metricArbitrary,
  unequalNorms,
} from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IndexOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  type BareOptions,
  copyCountOf,
  fillSegment,
  linkBare,
  problemsOf,
  sealBare,
} from '../../support/bare-segment.ts';
import { exactBySlot, rankAll, type SearchShape, searchAndRead } from '../../support/candidates.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

type Precise = Pick<IndexOptions, 'precision' | 'originals' | 'rerank'>;

const GROWN: Precise = { precision: 'float32' };
const SEALED: readonly Precise[] = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'int8', originals: 'memory' },
  { precision: 'int8', originals: 'memory', rerank: 'float16' },
  { precision: 'binary', originals: 'none' },
];
/** Bounds of bits hold with high probability only: for these, data are seeded. */
const BITS: readonly Precise[] = [
  { precision: 'binary' },
  { precision: 'binary', rerank: 'float16' },
];

async function kept(
  vectors: Float32Array,
  options: BareOptions,
  target?: Target,
): Promise<Segment | undefined> {
  const source = fillSegment(vectors, { ...options, allowLowDimension: true }, target);
  await linkBare(source);
  if (source.linked === 0) return undefined;
  return options.precision === 'float32' ? source : sealBare(source);
}

function expectBest(segment: Segment, query: Float32Array, shape: SearchShape): number {
  const { k, ef, width = ef } = shape;
  const { slots, results, exactCount } = searchAndRead(segment, query, shape);
  const exact = exactBySlot(segment, query);
  expect(results).toEqual(rankAll(segment, slots.slice(0, width), exact, k));
  return exactCount;
}

/** Data with ties of every kind: many equal vectors, and others whose codes are those of one. */
const tied = fc
  .record({
    count: fc.integer({ min: 3, max: 120 }),
    dimension: fc.constantFrom(1, 2, 5, 17),
    values: fc.constantFrom(2, 3, 5),
    nudge: fc.constantFrom(0, 1e-4),
    seed: fc.nat(1000),
  })
  .map(({ count, dimension, values, nudge, seed }) => {
    const vectors = Float32Array.from({ length: count * dimension }, (_, i) => {
      const value = (((i + seed) * 2654435761) >>> 7) % values;
      return value + 1 + nudge * ((i >> 3) % 3);
    });
    return { vectors, dimension };
  });

describe.each([GROWN, ...SEALED])('a search of %o', (precise) => {
  test('returns the best of its candidates, for any data on any tier', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(datasetArbitrary({ minCount: 3, maxCount: 120, metric: 'cosine' }), tied),
        metricArbitrary(),
        fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 80 }), fc.nat(2)),
        async ({ vectors, dimension }, metric, [k, ef, tier]) => {
          const own = vectors.map((value) => Math.max(-65504, Math.min(65504, value)));
          const query = own.slice(-dimension);
          const target = TIER_TARGETS[tier % TIER_TARGETS.length];
          const segment = await kept(
            own.slice(0, -dimension),
            { dimension, metric, ...precise },
            target,
          );
          if (!segment) return;
          expect(problemsOf(segment)).toEqual([]);
          expectBest(segment, query, { k, ef: Math.max(k, ef) });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe.each([GROWN, ...SEALED, ...BITS])('a search of %o', (precise) => {
  test.each<Metric>(['l2', 'cosine', 'dot'])(
    'is the best of many candidates under %s',
    async (metric) => {
      for (const dimension of [64, 300]) {
        const vectors = clustered({ count: 1160, dimension, seed: 3 });
        const segment = await kept(vectors.slice(0, 1100 * dimension), {
          ...{ dimension, metric },
          ...precise,
        });
        if (!segment) throw new Error('these codes rank');
        let exact = 0;
        for (let i = 1100; i < 1160; i++) {
          const query = vectors.slice(i * dimension, (i + 1) * dimension);
          exact += expectBest(segment, query, { k: 10, ef: 100 });
          expectBest(segment, query, { k: 10, ef: 100, width: 40 });
        }
        // Inner products of 7-bit codes bound nothing, and bits tell too little of what is near.
        const spares = precise.precision !== 'binary' && metric !== 'dot';
        if (spares) expect(exact).toBeLessThan(60 * 80);
        else expect(exact).toBeLessThanOrEqual(60 * 100);
      }
    },
  );

  test('ranks copies, of the same vector or only of the same codes, by what is kept', async () => {
    // Two far ends make steps so wide that most vectors have the codes of others.
    const dimension = 4;
    const vectors = Float32Array.from({ length: 400 * dimension }, (_, i) => {
      const row = Math.floor(i / dimension);
      if (row < 2) return row === 0 ? 1000 : -1000;
      return ((row * 7) % 5) * 300 - 600 + ((row * 13) % 4) * 0.5 + (i % dimension);
    });
    for (const metric of ['l2', 'dot'] as const) {
      const segment = await kept(vectors, { dimension, metric, ...precise });
      if (!segment) continue;
      expect(problemsOf(segment)).toEqual([]);
      expect(copyCountOf(segment)).toBeGreaterThan(300);
      for (let row = 0; row < 400; row += 23) {
        const query = vectors.slice(row * dimension, (row + 1) * dimension);
        for (const k of [1, 7, 150]) expectBest(segment, query, { k, ef: Math.max(k, 20) });
      }
    }
  });
});

describe('vectors whose squared distances are no float32 but zero', () => {
  test.each<Metric>(['l2', 'dot'])('come in order of node, under %s', async (metric) => {
    const dimension = 5;
    const vectors = gaussian({ count: 240, dimension }).map((value) => value * 1e-26);
    for (const width of [57, 80]) {
      const segment = await kept(vectors, { dimension, metric, precision: 'float32' });
      if (!segment) throw new Error('these codes rank');
      for (let row = 0; row < 240; row += 9) {
        const query = vectors.slice(row * dimension, (row + 1) * dimension);
        expectBest(segment, query, { k: 10, ef: 80, width });
      }
    }
  });
});

describe('bits of vectors of unequal lengths, whose errors differ', () => {
  test.each<Metric>(['l2', 'dot'])(
    'end no search at the first too far, under %s',
    async (metric) => {
      const dimension = 128;
      const count = 1500;
      const vectors = unequalNorms({ count: count + 40, dimension, sigma: 1.5, seed: 2 });
      const own = vectors.slice(0, count * dimension);
      const segment = await kept(own, { dimension, metric, precision: 'binary' });
      if (!segment) throw new Error('these codes rank');
      for (let row = count; row < count + 40; row++) {
        const query = vectors.slice(row * dimension, (row + 1) * dimension);
        expectBest(segment, query, { k: 5, ef: 1500 });
      }
    },
  );
});
