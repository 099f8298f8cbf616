import { datasetArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  copyCountOf,
  isUnrankable,
  linkedSegment,
  neighborsAt,
  problemsOf,
  rowWord,
  setRow,
} from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const cases = fc.record({
  dataset: datasetArbitrary({ minCount: 4, maxCount: 80, dimensions: [2, 3, 17] }),
  M: fc.integer({ min: 2, max: 6 }),
  // Per node 32 bits: which of its neighbors it loses.
  losses: fc.array(fc.nat(0xffffffff), { minLength: 80, maxLength: 80 }),
  full: fc.boolean(),
});

describe.each(TIER_TARGETS)('repair on the $tier tier', (target) => {
  test('makes every node reachable and breaks nothing, whatever links were lost', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ dataset, M, losses, full }) => {
        const { vectors, dimension, count } = dataset;
        const segment = await linkedSegment(vectors, { dimension, M }, target);
        fc.pre(!isUnrankable(segment));
        // Copies are no part of the graph, and come last.
        const unique = count - copyCountOf(segment);
        for (let node = 0; node < unique; node++) {
          const row = rowWord(segment, node);
          const kept = neighborsAt(segment, row).filter((_, i) => ((losses[node] >> i) & 1) === 0);
          // A node without neighbors does not come out of a build: the nearest one always stays.
          const left = kept.length > 0 ? kept : neighborsAt(segment, row).slice(0, 1);
          for (let i = 1; full && left.length < Math.min(2 * M, unique - 1); i++) {
            // The lower nodes link among themselves, so that the upper ones are lost.
            const other = (node + i * (node < unique / 2 ? 2 : 1)) % unique;
            if (i > 2 * unique) break;
            if (other !== node && !left.includes(other)) left.push(other);
          }
          setRow(segment, row, left);
        }
        const [own, marker] = [segment.scratch(0), segment.scratch(1)];
        const reached = segment.hot.markReachable(own, marker);
        const repaired = segment.hot.repair(own, marker, count);
        expect(problemsOf(segment)).toEqual([]);
        expect(repaired).toBeLessThanOrEqual(unique - reached);
        expect(segment.hot.markReachable(own, marker)).toBe(unique);
      }),
      { numRuns: 150 },
    );
  });
});
