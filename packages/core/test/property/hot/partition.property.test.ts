import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { type CodedCase, codedCaseArbitrary } from '../../support/coded-arbitraries.ts';
import { codedSegment, wordsAt, writeList } from '../../support/coded-segment.ts';
import { nearestInLeaf, sampledDistances, smallest } from '../../support/naive-blocks.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const DIMENSIONS = [1, 2, 15, 16, 17, 48, 129];
const leaves = codedCaseArbitrary(1, 40, DIMENSIONS);
// 512 and 528 components are compared on every second piece.
const crowds = codedCaseArbitrary(2, 60, [...DIMENSIONS, 512, 528]);

/** What each member of the leaf of all rows is told: slots, NONE left out. */
function linkLeaf({ rows, dimension, metric }: CodedCase, target: Target): number[][] {
  const segment = codedSegment(rows, { dimension, metric }, target);
  const bench = segment.bench(0);
  writeList(
    segment,
    rows.map((_, i) => i),
  );
  segment.hot.linkLeaf(bench, rows.length);
  return rows.map((_, i) =>
    wordsAt(segment, bench + F.OUT + 3 * i, 3).filter((slot) => slot !== F.NONE),
  );
}

interface Split {
  readonly leaderCount: number;
  readonly fanout: number;
}

/** Assigns the rows behind the first `leaderCount` to those; their leaders. */
function assign(
  { rows, dimension, metric }: CodedCase,
  { leaderCount, fanout }: Split,
  target: Target,
): number[][] {
  const segment = codedSegment(rows, { dimension, metric }, target);
  const bench = segment.bench(0);
  const slots = rows.map((_, i) => i);
  writeList(segment, slots.slice(0, leaderCount));
  segment.hot.loadLeaders(bench, leaderCount);
  const points = slots.slice(leaderCount);
  writeList(segment, points);
  segment.hot.assignPoints(bench, points.length, leaderCount, fanout);
  return points.map((_, i) => wordsAt(segment, bench + F.OUT + i * fanout, fanout));
}

const assignments = crowds.chain((coded) =>
  fc.integer({ min: 1, max: coded.rows.length - 1 }).chain((leaderCount) =>
    fc.record({
      coded: fc.constant(coded),
      split: fc.record({
        leaderCount: fc.constant(leaderCount),
        fanout: fc.integer({ min: 1, max: Math.min(10, leaderCount) }),
      }),
    }),
  ),
);

describe.each(TIER_TARGETS)('the partition builder on the $tier tier', (target) => {
  test('names the nearest three of any leaf, ties by position', () => {
    fc.assert(
      fc.property(leaves, (coded) => {
        expect(linkLeaf(coded, target)).toEqual(nearestInLeaf(coded.metric, coded.rows));
      }),
      { numRuns: 150 },
    );
  });

  test('assigns any points to their nearest leaders, ties by index', () => {
    fc.assert(
      fc.property(assignments, ({ coded, split }) => {
        const { metric, rows } = coded;
        const { leaderCount, fanout } = split;
        const [leaders, points] = [rows.slice(0, leaderCount), rows.slice(leaderCount)];
        const expected = sampledDistances(metric, points, leaders).map((distances) =>
          smallest(distances, fanout),
        );
        expect(assign(coded, split, target)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
