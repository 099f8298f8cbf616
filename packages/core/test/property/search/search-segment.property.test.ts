import { searchCaseArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerQuery } from '../../../src/search/batch-queries.ts';
import type { SearchPlan } from '../../../src/search/search-segment.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  type BareOptions,
  fillSegment,
  linkBare,
} from '../../support/bare-segment.ts';

const cases = searchCaseArbitrary({ maxCount: 90, dimensions: [1, 2, 3, 5, 17] });
/** Sizes of the segments: how many vectors, and how many of them are linked. */
const cuts = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 4 });

/** The vectors in several segments, of which a part is linked. */
async function cut(
  vectors: Float32Array,
  options: BareOptions,
  sizes: readonly (readonly [number, number])[],
): Promise<Segment[]> {
  const { dimension } = options;
  const count = vectors.length / dimension;
  const segments: Segment[] = [];
  let firstNode = 0;
  for (const [size, linked] of [...sizes, [count, 0] as const]) {
    const end = Math.min(count, firstNode + size);
    const middle = Math.min(end, firstNode + linked);
    const capacity = Math.max(1, end - firstNode);
    const own = vectors.slice(firstNode * dimension, middle * dimension);
    const segment = fillSegment(own, { ...options, firstNode, capacity });
    await linkBare(segment);
    appendVectors(segment, vectors.slice(middle * dimension, end * dimension));
    segments.push(segment);
    firstNode = end;
  }
  return segments;
}

function answer(segments: readonly Segment[], floats: Float32Array, plan: SearchPlan) {
  // A place in the middle: what lies before and behind it must stay.
  const nodes = new Uint32Array(plan.k + 4).fill(77);
  const distances = new Float32Array(plan.k + 4).fill(77);
  const work = { distanceCount: 0, exactCount: 0, hopCount: 0 };
  const reader = { segments, block: 3 };
  const found = answerQuery(reader, { floats, plan }, { nodes, distances, offset: 2 }, work);
  return { found, nodes: Array.from(nodes), distances: Array.from(distances), work };
}

describe('a search of several segments', () => {
  test('that is exact answers with the bits of a search of one', async () => {
    await fc.assert(
      fc.asyncProperty(cases, cuts, async ({ dataset, options, query, k }, sizes) => {
        const { vectors, dimension, count } = dataset;
        const shape = { ...options, dimension };
        const whole = fillSegment(vectors, shape);
        const parts = await cut(vectors, shape, sizes);
        const wanted = Math.min(k, count);
        const exact = { k: wanted, efSearch: 1, exact: true, exhaustive: false };
        const expected = answer([whole], query, exact);
        expect(answer(parts, query, exact)).toEqual(expected);
        expect(expected.found).toBe(wanted);
        const strategy = count > 0 ? { strategy: 'scan' } : {};
        const work = { distanceCount: count, exactCount: count, hopCount: 0, ...strategy };
        expect(expected.work).toEqual(work);
        const exhaustive = { ...exact, exhaustive: true };
        expect(answer(parts, query, exhaustive)).toEqual(expected);
        const around = (list: readonly number[]): number[] => [
          ...list.slice(0, 2),
          ...list.slice(wanted + 2),
        ];
        expect(around(expected.nodes)).toEqual([77, 77, 77, 77]);
        expect(around(expected.distances)).toEqual([77, 77, 77, 77]);
      }),
      { numRuns: 150 },
    );
  });

  test.each(['levels', 'hubs'] as const)(
    'with a beam as wide as they are is exact, bit for bit, by %s',
    async (entry) => {
      await fc.assert(
        fc.asyncProperty(cases, cuts, async ({ dataset, options, query, k }, sizes) => {
          const { vectors, dimension, count } = dataset;
          const parts = await cut(vectors, { ...options, dimension, entry }, sizes);
          const plan = { k: Math.min(k, count), efSearch: 1000, exact: false, exhaustive: false };
          const found = answer(parts, query, plan);
          const exact = answer(parts, query, { ...plan, exact: true });
          expect(found.nodes).toEqual(exact.nodes);
          expect(found.distances).toEqual(exact.distances);
        }),
        { numRuns: 100 },
      );
    },
  );
});
