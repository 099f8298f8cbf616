import { type Dataset, datasetArbitrary, graphOptionsArbitrary, type Metric } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  type BareOptions,
  copyCountOf,
  fillSegment,
  isUnrankable,
  linkBare,
  linkedSegment,
  neighborsAt,
  problemsOf,
  rowWord,
  searchBare,
  sharedBytes,
} from '../../support/bare-segment.ts';
import { ALL_TARGETS } from '../../support/targets.ts';

interface Case {
  readonly dataset: Dataset;
  readonly options: BareOptions;
}

/** Any data with any options, of dimensions around the widths of registers. */
function cases(maxCount: number, metric?: Metric): fc.Arbitrary<Case> {
  const builders = fc.constantFrom('partitions' as const, 'insertion' as const);
  const drawn = fc.tuple(graphOptionsArbitrary(metric), builders);
  return drawn.chain(([options, builder]) =>
    datasetArbitrary({
      metric: options.metric,
      maxCount,
      dimensions: [1, 2, 3, 17, 384],
    }).map((dataset) => ({
      dataset,
      options: { ...options, builder, dimension: dataset.dimension },
    })),
  );
}

/** The first byte that differs, or -1. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return Buffer.compare(a, b) === 0 ? -1 : a.findIndex((byte, i) => byte !== b[i]);
}

function regionAt(segment: Segment, byte: number): string {
  const word = byte >> 2;
  const regions = Object.entries(segment.layout.regions);
  const found = regions.find(([, { word: first, words }]) => word >= first && word < first + words);
  return byte < 0 ? 'none' : `${found?.[0]} at byte ${byte}`;
}

describe('a linked segment', () => {
  test('is sound for any data and options, with every row filled with others', async () => {
    await fc.assert(
      fc.asyncProperty(cases(300), async ({ dataset, options }) => {
        const segment = await linkedSegment(dataset.vectors, options);
        expect(problemsOf(segment)).toEqual([]);
        // Codes that cannot rank the vectors link none of them.
        expect(segment.linked).toBe(isUnrankable(segment) ? 0 : dataset.count);
        fc.pre(!isUnrankable(segment));
        // Copies are no part of the graph, and come last.
        const unique = dataset.count - copyCountOf(segment);
        const lonely = Array.from({ length: unique }, (_, slot) => slot).filter(
          (slot) => neighborsAt(segment, rowWord(segment, slot)).length === 0,
        );
        expect(lonely.length).toBe(unique === 1 ? 1 : 0);
      }),
      { numRuns: 200 },
    );
  });

  test('is sound after vectors were added to it in any portions', async () => {
    const portions = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(cases(200), portions, async ({ dataset, options }, sizes) => {
        const { vectors, dimension, count } = dataset;
        const segment = fillSegment(new Float32Array(), { ...options, capacity: count + 1 });
        for (const size of [...sizes, count]) {
          const first = segment.count;
          const end = Math.min(count, first + size);
          appendVectors(segment, vectors.slice(first * dimension, end * dimension));
          await linkBare(segment);
          expect(problemsOf(segment)).toEqual([]);
        }
        fc.pre(!isUnrankable(segment));
        expect([segment.count, segment.linked]).toEqual([count, count]);
      }),
      { numRuns: 60 },
    );
  });

  test('has the same bytes on every tier and memory, and answers with the same bits', async () => {
    await fc.assert(
      fc.asyncProperty(cases(120), async ({ dataset, options }) => {
        const { vectors, dimension, count } = dataset;
        const segments = await Promise.all(
          ALL_TARGETS.map((target) => linkedSegment(vectors, options, target)),
        );
        const [first, ...others] = segments;
        const differences = others.map((segment) =>
          regionAt(segment, firstDifference(sharedBytes(segment), sharedBytes(first))),
        );
        expect(differences).toEqual(others.map(() => 'none'));
        if (count === 0) return;
        const last = vectors.slice((count - 1) * dimension);
        const query = last.map((value, i) => 0.5 * (value + vectors[i]) + (i === 0 ? value : 0));
        if (query.every((value) => value === 0)) query[0] = 1;
        const answers = segments.map((segment) => searchBare(segment, query, 7, 12));
        for (const answer of answers) expect(answer).toEqual(answers[0]);
      }),
      { numRuns: 60 },
    );
  });

  test('has the same bytes whatever the order in which the items of a phase are done', async () => {
    await fc.assert(
      fc.asyncProperty(cases(300), async ({ dataset, options }) => {
        const forwards = await linkedSegment(dataset.vectors, options);
        const backwards = fillSegment(dataset.vectors, options);
        await linkBare(backwards, true);
        const difference = firstDifference(sharedBytes(backwards), sharedBytes(forwards));
        expect(regionAt(forwards, difference)).toBe('none');
      }),
      { numRuns: 60 },
    );
  });

  test('has the same bytes when it is linked twice', async () => {
    await fc.assert(
      fc.asyncProperty(cases(150), async ({ dataset, options }) => {
        const segment = await linkedSegment(dataset.vectors, options);
        const before = sharedBytes(segment).slice();
        segment.publishLinked(0);
        await linkBare(segment);
        const difference = firstDifference(sharedBytes(segment), before);
        expect(regionAt(segment, difference)).toBe('none');
      }),
      { numRuns: 40 },
    );
  });
});
