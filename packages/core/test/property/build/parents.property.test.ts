import { type Dataset, datasetArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  type BareOptions,
  fillSegment,
  isUnrankable,
  linkBare,
  linkedSegment,
  neighborsAt,
  problemsOf,
  rowWord,
  setRow,
  sharedBytes,
} from '../../support/bare-segment.ts';
import { graphSlots, hopsFromEntry, strayChildren, treeFaults } from '../../support/parents.ts';
import { ALL_TARGETS, type Target, TIER_TARGETS } from '../../support/targets.ts';

interface Case {
  readonly dataset: Dataset;
  readonly options: BareOptions;
  /** Vectors of each add, over and over. */
  readonly portions: readonly number[];
}

/** Rows so small that most batches prune many, by either entry and of either first build. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    dataset: datasetArbitrary({ minCount: 2, maxCount: 260, dimensions: [1, 2, 3, 17] }),
    portions: fc.array(fc.constantFrom(1, 1, 2, 3, 7, 40, 150), { minLength: 1, maxLength: 6 }),
    M: fc.integer({ min: 2, max: 4 }),
    efConstruction: fc.integer({ min: 1, max: 30 }),
    entry: fc.constantFrom('levels' as const, 'hubs' as const),
    builder: fc.constantFrom('partitions' as const, 'insertion' as const),
    seed: fc.nat(99),
  })
  .map(({ dataset, portions, ...options }) => ({
    dataset,
    portions,
    options: { ...options, dimension: dataset.dimension, capacity: dataset.count },
  }));

/** Adds the vectors in portions, the first half at once; `check` is called after each. */
async function grow(
  { dataset, options, portions }: Case,
  target?: Target,
  check?: (segment: Segment) => void,
  backwards = false,
): Promise<Segment> {
  const { vectors, dimension, count } = dataset;
  const half = count >> 1;
  const segment = fillSegment(vectors.slice(0, half * dimension), options, target);
  await linkBare(segment, backwards);
  for (let i = 0; segment.count < count; i++) {
    const first = segment.count;
    const end = Math.min(count, first + portions[i % portions.length]);
    const before = segment.linked;
    appendVectors(segment, vectors.slice(first * dimension, end * dimension));
    await linkBare(segment, backwards);
    if (before > 0) check?.(segment);
  }
  return segment;
}

describe('a graph that was added to', () => {
  test('reaches every slot, and its parents lead to the entry point', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        await grow(drawn, undefined, (segment) => {
          expect(treeFaults(segment)).toEqual([]);
          expect(problemsOf(segment)).toEqual([]);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('has the same bytes on every tier and memory, whatever the order of the items', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        const [first, ...others] = await Promise.all([
          ...ALL_TARGETS.map((target) => grow(drawn, target)),
          grow(drawn, undefined, undefined, true),
        ]);
        fc.pre(!isUnrankable(first));
        const expected = Buffer.from(sharedBytes(first));
        const differing = others.filter((other) => expected.compare(sharedBytes(other)) !== 0);
        expect(differing.length).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(TIER_TARGETS)('a tree that is grown on the $tier tier', (target) => {
  const damaged = fc.record({
    dataset: datasetArbitrary({ minCount: 4, maxCount: 120, dimensions: [2, 3, 17] }),
    M: fc.integer({ min: 2, max: 5 }),
    // Per node 32 bits: which of its neighbors it loses.
    losses: fc.array(fc.nat(0xffffffff), { minLength: 120, maxLength: 120 }),
    // Rows that are cut to chains make the walk long.
    chained: fc.boolean(),
  });

  test('reaches slots as early as a walk does, and links what it does not reach', async () => {
    await fc.assert(
      fc.asyncProperty(damaged, async ({ dataset, M, losses, chained }) => {
        const { vectors, dimension, count } = dataset;
        const segment = await linkedSegment(vectors, { dimension, M }, target);
        fc.pre(!isUnrankable(segment));
        const slots = graphSlots(segment, count);
        slots.forEach((slot, i) => {
          const row = rowWord(segment, slot);
          const kept = neighborsAt(segment, row).filter((_, bit) => !((losses[i] >> bit) & 1));
          const next = slots[i + 1] ?? slots[0];
          setRow(segment, row, chained && slots.length > 1 ? [next] : kept);
        });
        const hops = hopsFromEntry(segment);
        const linked = segment.hot.growTree(segment.scratch(0), count);
        expect(linked).toBe(slots.length - hops.size);
        expect(strayChildren(segment, count)).toEqual([]);
        expect(hopsFromEntry(segment).size).toBe(slots.length);
        if (linked > 0) return;
        expect(hopsOfParents(segment, slots)).toEqual(slots.map((slot) => hops.get(slot)));
      }),
      { numRuns: 100 },
    );
  });
});

/** How many parents lead from each slot to the entry point. */
function hopsOfParents({ i32s, layout }: Segment, slots: readonly number[]): number[] {
  return slots.map((slot) => {
    let hops = -1;
    for (let at = slot; at >= 0; at = i32s[layout.regions.parents.word + at]) hops++;
    return hops;
  });
}
