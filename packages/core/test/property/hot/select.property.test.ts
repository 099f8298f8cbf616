import { datasetArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseCodes } from '../../../src/build/choose-codes.ts';
import * as F from '../../../src/hot/fields.ts';
import { fillSegment } from '../../support/bare-segment.ts';
import { codesOf, naiveCodeDistance, naiveSelect, rank } from '../../support/naive.ts';
import { fillPool } from '../../support/pool-words.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const cases = fc.record({
  dataset: datasetArbitrary({ minCount: 1, maxCount: 60, dimensions: [1, 2, 3, 17, 32] }),
  metric: fc.constantFrom('l2', 'dot' as const),
  limit: fc.integer({ min: 1, max: 40 }),
  // 1/1024 steps: what the header holds.
  alpha: fc.constantFrom(1024, 1229, 1536),
});

describe.each(TIER_TARGETS)('selectNeighbors on the $tier tier', (target) => {
  test('selects what the naive model does, for any data', () => {
    fc.assert(
      fc.property(cases, ({ dataset, metric, limit, alpha }) => {
        const segment = fillSegment(
          dataset.vectors,
          { dimension: dataset.dimension, metric },
          target,
        );
        // Inner products have no zero, so no multiple of one means anything: alpha is 1 there.
        segment.i32s[F.ALPHA] = metric === 'dot' ? F.ALPHA_ONE : alpha;
        const factor = segment.i32s[F.ALPHA] / F.ALPHA_ONE;
        chooseCodes(segment, 1);
        segment.hot.encodeSlots(0, segment.count, segment.scratch(0));
        const codes = Array.from({ length: segment.count }, (_, node) => codesOf(segment, node));
        const between = (a: number, b: number): number =>
          naiveCodeDistance(metric, codes[a], codes[b]);
        const others = codes.map((_, node) => node).slice(1);
        const candidates = rank(others, (node) => between(0, node));
        const scratch = segment.scratch(0);
        fillPool(segment, scratch, candidates);
        const count = segment.hot.selectNeighbors(scratch, limit, segment.i32s[F.ALPHA]);
        const start = scratch + F.SELECTED;
        const selected = Array.from(segment.i32s.subarray(start, start + count));

        const isCopy = (a: number, b: number): boolean => String(codes[a]) === String(codes[b]);
        const naive = { between, isCopy, limit, alpha: factor };
        expect(selected).toEqual(naiveSelect(candidates, naive));
        expect(count).toBeLessThanOrEqual(limit);
        expect(new Set(selected).size).toBe(count);
        expect(selected.slice(0, 1)).toEqual(candidates.slice(0, 1).map(({ node }) => node));
        const shielded = selected.filter((node, i) =>
          selected.slice(0, i).some((kept) => between(node, kept) * factor <= between(0, node)),
        );
        expect(shielded).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
