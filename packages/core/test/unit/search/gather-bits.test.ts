// Which local nodes a filter lets through, where numbers are written down: whatever the numbers,
// the filter and what was known before, it is what asking the filter node by node gives.

import { Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { assertAccept, NodeFilter } from '../../../src/node-filter.ts';
import { resolveOptions } from '../../../src/options.ts';
import { writeAccepted } from '../../../src/search/write-accepted.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { freezeSegment, openSegment } from '../../../src/segments/segment-list.ts';

const TIERS = ['javascript', 'simd'] as const;
const CAPACITY = 700;

function openNumbered(numbers: readonly number[], tier: (typeof TIERS)[number]): Segment {
  const options = resolveOptions({ dimension: 1, threads: 1, tier });
  const segment = openSegment(options, CAPACITY, 0);
  append(segment, numbers);
  return segment;
}

function append(segment: Segment, numbers: readonly number[]): void {
  const { count } = segment;
  segment.writeNumbers(count, numbers);
  segment.publishCount(count + numbers.length);
}

const range = (count: number, first = 0): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** Segments as they come to be: numbers in the order of their local nodes. */
function shapes(random: Random): Record<string, number[]> {
  const some = (count: number, below: number): number[] =>
    range(count).map(() => Math.floor(below * random.uniform()));
  const thin = (numbers: number[], share: number): number[] =>
    numbers.filter(() => random.uniform() < share);
  return {
    dense: range(331),
    'dense from a node inside a word': range(200, 77),
    'dense, then updated ones': [...range(203, 64), ...some(150, 260)],
    'updated from the first on': some(211, 5000),
    'few gaps': thin(range(400, 13), 0.98),
    'many gaps': thin(range(600), 0.5),
    'gaps, new ones and updated ones': [
      ...thin(range(300), 0.9),
      ...range(99, 400),
      ...some(80, 490),
    ],
    'far apart': [5, 2 ** 31 - 2, 40, 2 ** 30, ...range(70, 2 ** 29)],
    'a word that ends as a run would': [
      ...some(32, 99),
      100,
      ...some(30, 90),
      131,
      ...range(40, 200),
    ],
    descending: range(100).reverse(),
    one: [3],
  };
}

function filters(numbers: readonly number[], random: Random): NodeFilter[] {
  const near = numbers.filter((node) => node < 10_000);
  const some = (share: number): number[] => near.filter(() => random.uniform() < share);
  return [
    NodeFilter.of([]),
    NodeFilter.of(some(0.03)),
    NodeFilter.of(some(0.5)),
    NodeFilter.of(near),
    NodeFilter.of([...some(0.3), 70_000]),
    NodeFilter.range(0, 100),
    NodeFilter.fromBits(Uint32Array.from(range(9), () => Math.floor(2 ** 32 * random.uniform()))),
  ];
}

/** The local nodes that a search of the segment may return. */
function accepted(segment: Segment, filter: NodeFilter, block = 0): number[] {
  const { count, hot } = segment;
  const found = writeAccepted(segment, block, count, { accept: assertAccept(filter) });
  const scratch = segment.scratch(block);
  const locals = range(count).filter((local) => Boolean(hot.isAccepted(scratch, local)));
  expect(found).toBe(locals.length);
  return locals;
}

function expected(segment: Segment, filter: NodeFilter): number[] {
  return range(segment.count).filter(
    (local) => filter.has(segment.numberOf(local)) && !segment.isRemoved(local),
  );
}

describe.each(TIERS)('what a filter lets through of written numbers, %s', (tier) => {
  test.each(Object.keys(shapes(new Random(1))))('is what it says of each node: %s', (name) => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = new Random(seed);
      const numbers = shapes(random)[name];
      const segment = openNumbered(numbers, tier);
      segment.removeLocal(range(numbers.length).filter(() => random.uniform() < 0.1));
      for (const filter of filters(numbers, random)) {
        expect(accepted(segment, filter)).toEqual(expected(segment, filter));
        expect(accepted(freezeSegment(segment), filter)).toEqual(expected(segment, filter));
      }
    }
  });

  test.each(Object.keys(shapes(new Random(1))))('stays so while nodes come and go: %s', (name) => {
    for (let seed = 1; seed <= 3; seed++) {
      const random = new Random(seed);
      const numbers = shapes(random)[name];
      const segment = openNumbered([], tier);
      // One filter keeps its block, where only what is new is gathered; others share one.
      const [kept, ...others] = filters(numbers, random).reverse();
      for (let done = 0; done < numbers.length; ) {
        const next = Math.min(numbers.length, done + 1 + Math.floor(90 * random.uniform()));
        append(segment, numbers.slice(done, next));
        segment.removeLocal(range(next - done, done).filter(() => random.uniform() < 0.1));
        const live = range(next).filter((local) => !segment.isRemoved(local));
        if (live.length > 0) segment.removeLocal([live[Math.floor(live.length / 2)]]);
        done = next;
        expect(accepted(segment, kept)).toEqual(expected(segment, kept));
        const other = others[done % others.length];
        expect(accepted(segment, other, 1)).toEqual(expected(segment, other));
      }
    }
  });
});
