import { searchCaseArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeFilter } from '../../../src/node-filter.ts';
import type { Way } from '../../../src/search/strategy.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  fillSegment,
  isUnrankable,
  linkBare,
  sealBare,
} from '../../support/bare-segment.ts';
import {
  acceptOf,
  answerFrom,
  expectedFrom,
  liveNodes,
  randomFilter,
  removeSome,
} from '../../support/filtered.ts';
import { byDistance } from '../../support/naive.ts';
import { ALL_TARGETS, type Target, TIER_TARGETS } from '../../support/targets.ts';

const WAYS: readonly (Way | undefined)[] = [undefined, 'sweep', 'two-hop', 'codes', 'vectors'];
const cases = searchCaseArbitrary({ minCount: 1, maxCount: 150, dimensions: [1, 2, 3, 8, 33] });
const shares = fc.constantFrom(0, 0.02, 0.1, 0.3, 0.5, 0.9, 1);
const layouts = fc.record({
  /** Of the vectors, those that are linked. */
  linked: fc.constantFrom(0, 0.5, 1, 1),
  removed: fc.constantFrom(0, 0, 0.1, 0.6, 1),
  /** Whether the last vectors take the numbers of the first. */
  updated: fc.boolean(),
  firstNode: fc.constantFrom<number>(0, 1, 31, 64, 1000),
  seed: fc.nat(1e6),
});
type LayoutCase = typeof layouts extends fc.Arbitrary<infer Case> ? Case : never;

/** Publishes vectors, the last of them as updates of the first, whose old places are removed. */
function appendUpdates(segment: Segment, vectors: Float32Array): void {
  const count = vectors.length / segment.layout.dimension;
  const known = Math.min(count, segment.count);
  const { firstNode } = segment;
  const fresh = firstNode + segment.count;
  const numbers = Array.from({ length: count }, (_, i) => (i < known ? firstNode + i : fresh + i));
  segment.writeNumbers(segment.count, numbers);
  appendVectors(segment, vectors);
  segment.removeLocal(Array.from({ length: known }, (_, i) => i));
}

async function segmentOf(
  { dataset, options }: typeof cases extends fc.Arbitrary<infer Case> ? Case : never,
  drawn: LayoutCase,
  target?: Target,
): Promise<Segment> {
  const { vectors, count, dimension } = dataset;
  const middle = Math.ceil(drawn.linked * count);
  const own = vectors.slice(0, middle * dimension);
  const { firstNode } = drawn;
  const shape = { ...options, dimension, firstNode, capacity: count };
  const segment = fillSegment(own, shape, target);
  if (middle > 0) await linkBare(segment);
  const rest = vectors.slice(middle * dimension);
  if (rest.length > 0 && drawn.updated) appendUpdates(segment, rest);
  else appendVectors(segment, rest);
  if (segment.removed === 0) removeSome(segment, drawn.removed, drawn.seed);
  return segment;
}

describe.each(TIER_TARGETS)('a filtered search on the $tier tier', (target) => {
  test('gives min(k, accepted) true results, in order, whatever the way', async () => {
    const strategies = new Set<string>();
    await fc.assert(
      fc.asyncProperty(cases, layouts, shares, async (drawn, layout, share) => {
        const segment = await segmentOf(drawn, layout, target);
        const { query, k } = drawn;
        const filter = randomFilter(liveNodes([segment]), share, layout.seed);
        const all = expectedFrom([segment], query, segment.count, filter);
        const distanceOf = new Map(all.nodes.map((node, i) => [node, all.distances[i]]));
        for (const way of WAYS) {
          const plan = { ...acceptOf(filter), k, efSearch: 8, way };
          const { nodes, distances, work } = answerFrom([segment], query, plan);
          strategies.add(`${way} ${work.strategy}`);
          expect(nodes.length, way).toBe(Math.min(k, all.nodes.length));
          expect(new Set(nodes).size, way).toBe(nodes.length);
          expect(nodes.map((node) => distanceOf.get(node))).toEqual(distances);
          const found = nodes.map((node, i) => ({ node, distance: distances[i] }));
          expect(found).toEqual([...found].sort(byDistance));
        }
      }),
      { numRuns: 60 },
    );
    // Without a filter a sweep is the usual search.
    const ended = ['sweep sweep', 'two-hop two-hop', 'codes scan', 'vectors scan'];
    expect([...strategies]).toEqual(expect.arrayContaining(ended));
    expect([...strategies]).toEqual(expect.arrayContaining(['two-hop fallback']));
  });

  test('is right when it is exact, and when the beam holds all', async () => {
    await fc.assert(
      fc.asyncProperty(cases, layouts, shares, async (drawn, layout, share) => {
        const segment = await segmentOf(drawn, layout, target);
        const { query, k } = drawn;
        const filter = randomFilter(liveNodes([segment]), share, layout.seed);
        const expected = expectedFrom([segment], query, k, filter);
        const accept = acceptOf(filter);
        expect(answerFrom([segment], query, { ...accept, k, exact: true })).toMatchObject(expected);
        const exhaustive = { ...accept, k, exhaustive: true };
        expect(answerFrom([segment], query, exhaustive)).toMatchObject(expected);
        for (const way of WAYS) {
          const plan = { ...accept, k, efSearch: 4096, way };
          expect(answerFrom([segment], query, plan), way).toMatchObject(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('filtered searches', () => {
  test('do the same work and find the same on every tier and memory', async () => {
    await fc.assert(
      fc.asyncProperty(cases, layouts, shares, async (drawn, layout, share) => {
        const found: unknown[] = [];
        for (const target of ALL_TARGETS) {
          const segment = await segmentOf(drawn, layout, target);
          const accept = acceptOf(randomFilter(liveNodes([segment]), share, layout.seed));
          found.push(
            WAYS.map((way) =>
              answerFrom([segment], drawn.query, { ...accept, k: drawn.k, efSearch: 8, way }),
            ),
          );
        }
        for (const other of found.slice(1)) expect(other).toEqual(found[0]);
      }),
      { numRuns: 40 },
    );
  });

  test('of several segments give what one would', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.array(layouts, { minLength: 1, maxLength: 3 }),
        shares,
        async (drawn, drawnLayouts, share) => {
          const { dataset, query, k } = drawn;
          const segments: Segment[] = [];
          let firstNode = 0;
          for (const layout of drawnLayouts) {
            segments.push(await segmentOf(drawn, { ...layout, firstNode }));
            firstNode += dataset.count;
          }
          const filter = randomFilter(liveNodes(segments), share, drawnLayouts[0].seed);
          const expected = expectedFrom(segments, query, k, filter);
          const plan = { ...acceptOf(filter), k, efSearch: 4096 };
          expect(answerFrom(segments, query, plan)).toMatchObject(expected);
          const narrow = answerFrom(segments, query, { ...plan, efSearch: 4 });
          expect(narrow.nodes.length).toBe(expected.nodes.length);
          expect(narrow.nodes.every((node) => filter.has(node))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('see filters, removals and new vectors at once in a block that others use too', async () => {
    const steps = fc.array(fc.constantFrom('add', 'remove', 'ask', 'ask', 'other'), {
      minLength: 4,
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(
        cases,
        steps,
        fc.nat(1e6),
        async ({ dataset, options, query }, todo, seed) => {
          const { vectors, count, dimension } = dataset;
          const shape = { ...options, dimension, capacity: count * (1 + todo.length) };
          const segment = fillSegment(vectors, shape);
          await linkBare(segment);
          const filter = randomFilter(
            Array.from({ length: shape.capacity }, (_, node) => node),
            0.5,
            seed,
          );
          const other = NodeFilter.range(0, 3);
          for (const step of todo) {
            if (step === 'add') appendVectors(segment, vectors);
            const [first] = liveNodes([segment]);
            if (step === 'remove' && first !== undefined) segment.removeLocal([first]);
            for (const asked of step === 'other' ? [filter, other, filter] : [filter]) {
              const plan = { ...acceptOf(asked), k: 5, efSearch: 4096 };
              const expected = expectedFrom([segment], query, 5, asked);
              expect(answerFrom([segment], query, plan)).toMatchObject(expected);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

const KEPT = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'int8', originals: 'memory' },
  { precision: 'pq' },
  { precision: 'pq', originals: 'memory', rerank: 'float16' },
  { precision: 'binary', allowLowDimension: true },
  { precision: 'binary', allowLowDimension: true, originals: 'memory' },
] as const;

describe.each(KEPT)('a filtered search of a sealed segment: $precision, $originals', (kept) => {
  test('gives min(k, accepted) true results whatever the way', async () => {
    const sealed = searchCaseArbitrary({ minCount: 20, maxCount: 150, dimensions: [8, 16, 33] });
    await fc.assert(
      fc.asyncProperty(sealed, shares, fc.nat(1e6), async (drawn, share, seed) => {
        const { dataset, options, query, k } = drawn;
        const shape = { ...options, ...kept, dimension: dataset.dimension };
        const segment = fillSegment(dataset.vectors, shape);
        await linkBare(segment);
        fc.pre(!isUnrankable(segment));
        const form = await sealBare(segment);
        removeSome(form, 0.2, seed + 1);
        const filter = randomFilter(liveNodes([form]), share, seed);
        const all = expectedFrom([form], query, form.count, filter);
        const distanceOf = new Map(all.nodes.map((node, i) => [node, all.distances[i]]));
        for (const way of WAYS) {
          const plan = { ...acceptOf(filter), k, efSearch: 8, way };
          const { nodes, distances } = answerFrom([form], query, plan);
          expect(nodes.length, way).toBe(Math.min(k, all.nodes.length));
          expect(new Set(nodes).size, way).toBe(nodes.length);
          expect(nodes.map((node) => distanceOf.get(node))).toEqual(distances);
        }
        const exact = answerFrom([form], query, { ...acceptOf(filter), k, exact: true });
        expect(exact).toMatchObject(expectedFrom([form], query, k, filter));
      }),
      { numRuns: 12 },
    );
  });
});
