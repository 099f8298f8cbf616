import { exactDistance, searchCaseArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import {
  copyCountOf,
  isUnrankable,
  linkedSegment,
  searchBare,
} from '../../support/bare-segment.ts';
import {
  byDistance,
  codesOf,
  naiveQueryDistance,
  queryCodesOf,
  rank,
} from '../../support/naive.ts';
import { readPool } from '../../support/pool-words.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const cases = searchCaseArbitrary({
  minCount: 1,
  maxCount: 150,
  dimensions: [1, 2, 3, 8, 17, 33],
});

describe.each(TIER_TARGETS)('a search on the $tier tier', (target) => {
  test('with a beam as wide as the graph is the brute-force order of codes', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ dataset, options, query }) => {
        const { count, dimension } = dataset;
        const segment = await linkedSegment(dataset.vectors, { ...options, dimension }, target);
        fc.pre(!isUnrankable(segment));
        searchBare(segment, query, 1, count);
        const scratch = segment.scratch(0);
        const codes = queryCodesOf(segment, scratch);
        const distance = (slot: number): number =>
          naiveQueryDistance(options.metric, codes, codesOf(segment, slot));
        // Copies are no part of the graph, and come last.
        const unique = count - copyCountOf(segment);
        const slots = Array.from({ length: unique }, (_, slot) => slot);
        expect(readPool(segment, scratch)).toEqual(rank(slots, distance));
      }),
      { numRuns: 60 },
    );
  });

  test('gives k results, each once, ascending by (distance, node), truly measured', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ dataset, options, query, k }) => {
        const { count, dimension } = dataset;
        const segment = await linkedSegment(dataset.vectors, { ...options, dimension }, target);
        fc.pre(!isUnrankable(segment));
        const { nodes, distances } = searchBare(segment, query, k, 20);
        expect(nodes.length).toBe(Math.min(k, count));
        expect(new Set(nodes).size).toBe(nodes.length);
        const found = nodes.map((node, i) => ({ node, distance: distances[i] }));
        expect(found).toEqual([...found].sort(byDistance));
        const shape = { dimension, metric: options.metric };
        // Rounding is relative to the terms of the sum, of which there are few and at most these.
        const size = dataset.vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const reach = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const scale = options.metric === 'cosine' ? 1 : dimension * (size + reach) ** 2;
        const wrong = found.filter(({ node, distance }) => {
          const exact = exactDistance(dataset.vectors, query, node, shape);
          return !(Math.abs(distance - exact) <= 4e-6 * scale + 1e-40);
        });
        expect(wrong).toEqual([]);
        if (options.metric === 'cosine') {
          expect(found.filter(({ distance }) => distance < 0 || distance > 2)).toEqual([]);
        }
        expect(segment.i32s[segment.scratch(0) + F.POOL]).toBeLessThanOrEqual(Math.max(20, k));
      }),
      { numRuns: 60 },
    );
  });
});
