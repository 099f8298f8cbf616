import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { METRICS } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  type CodedOptions,
  type CodeRows,
  codedSegment,
  extremeRows,
  randomRows,
  wordsAt,
  writeList,
} from '../../support/coded-segment.ts';
import { nearestInLeaf, sampledDistances, smallest } from '../../support/naive-blocks.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

/** A slot whose codes would lie outside of the memory. */
const FAR_SLOT = 4_000_000;
const DIMENSIONS = [1, 15, 16, 17, 128, 129, 513, 2100, 32768];

/** OUT of a leaf of these slots: three slots for each. */
function linkLeaf(segment: Segment, slots: readonly number[]): number[][] {
  const bench = segment.bench(0);
  segment.i32s.fill(-9, bench + F.OUT, bench + F.OUT + F.LIST_WORDS);
  writeList(segment, slots);
  segment.hot.linkLeaf(bench, slots.length);
  return slots.map((_, i) => wordsAt(segment, bench + F.OUT + 3 * i, 3));
}

/** What a leaf of `slots` must propose, filled up with NONE. */
function expectedLeaf(options: CodedOptions, rows: CodeRows, slots: readonly number[]): number[][] {
  const members = slots.map((slot) => rows[slot]);
  return nearestInLeaf(options.metric ?? 'l2', members).map((near) =>
    Array.from({ length: 3 }, (_, i) => (i < near.length ? slots[near[i]] : F.NONE)),
  );
}

/** Puts the slots of LIST in reverse, so that none is its own index. */
function reversed(count: number): number[] {
  return Array.from({ length: count }, (_, i) => count - 1 - i);
}

interface Assignment {
  readonly leaders: readonly number[];
  readonly points: readonly number[];
  readonly fanout: number;
}

/** OUT of an assignment: `fanout` indexes of leaders for each point. */
function assign(segment: Segment, { leaders, points, fanout }: Assignment): number[][] {
  const bench = segment.bench(0);
  writeList(segment, leaders);
  segment.hot.loadLeaders(bench, leaders.length);
  segment.i32s.fill(-9, bench + F.OUT, bench + F.OUT + F.LIST_WORDS);
  writeList(segment, points);
  segment.hot.assignPoints(bench, points.length, leaders.length, fanout);
  return points.map((_, i) => wordsAt(segment, bench + F.OUT + fanout * i, fanout));
}

/** Distances of the points to the leaders on the pieces that are looked at. */
function distancesOf(
  options: CodedOptions,
  rows: CodeRows,
  { leaders, points }: Assignment,
): number[][] {
  const rowsOf = (slots: readonly number[]): Uint8Array[] => slots.map((slot) => rows[slot]);
  return sampledDistances(options.metric ?? 'l2', rowsOf(points), rowsOf(leaders));
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

describe.each(TIER_TARGETS)('linkLeaf on the $tier tier', (target) => {
  test.each([1, 2, 3, 4, 5, 255, 256])('finds the nearest three of a leaf of %i', (count) => {
    for (const metric of METRICS) {
      const options = { dimension: 20, metric };
      const rows = extremeRows(count, count + 3, 20);
      const segment = codedSegment(rows, options, target);
      const slots = reversed(count);
      expect(linkLeaf(segment, slots)).toEqual(expectedLeaf(options, rows, slots));
    }
  });

  test.each(DIMENSIONS)('finds the nearest three in %i dimensions', (dimension) => {
    for (const metric of METRICS) {
      const options = { dimension, metric };
      const rows = extremeRows(dimension, dimension > 10_000 ? 10 : 30, dimension);
      const segment = codedSegment(rows, options, target);
      const slots = reversed(rows.length);
      expect(linkLeaf(segment, slots)).toEqual(expectedLeaf(options, rows, slots));
    }
  });

  test('orders equal distances by position in the leaf, not by slot', () => {
    const rows = Array.from({ length: 256 }, () => new Uint8Array(16).fill(50));
    const segment = codedSegment(rows, { dimension: 16 }, target);
    const found = linkLeaf(segment, reversed(256));
    expect([found[0], found[1], found[255]]).toEqual([
      [254, 253, 252],
      [255, 253, 252],
      [255, 254, 253],
    ]);
  });

  test('names nobody for a vector alone, and as many as there are for two and three', () => {
    const rows = randomRows(1, { count: 3, dimension: 16 });
    const segment = codedSegment(rows, { dimension: 16 }, target);
    expect(linkLeaf(segment, [2])).toEqual([[-1, -1, -1]]);
    expect(linkLeaf(segment, [2, 0])).toEqual([
      [0, -1, -1],
      [2, -1, -1],
    ]);
    expect(linkLeaf(segment, [2, 0, 1]).map((near) => near.filter((s) => s >= 0).length)).toEqual([
      2, 2, 2,
    ]);
  });

  test('forgets the leaf before', () => {
    const rows = randomRows(2, { count: 256, dimension: 40 });
    const segment = codedSegment(rows, { dimension: 40 }, target);
    const fresh = codedSegment(rows, { dimension: 40 }, target);
    linkLeaf(segment, range(0, 256));
    const slots = [9, 200, 31, 4, 77];
    expect(linkLeaf(segment, slots)).toEqual(linkLeaf(fresh, slots));
  });

  test('reads no slot behind the last member, even to fill up a group of four', () => {
    const rows = randomRows(5, { count: 5, dimension: 16 });
    const segment = codedSegment(rows, { dimension: 16 }, target);
    writeList(segment, new Array(8).fill(FAR_SLOT));
    expect(linkLeaf(segment, range(0, 5))).toEqual(
      expectedLeaf({ dimension: 16 }, rows, range(0, 5)),
    );
  });

  test('writes no result behind the last member', () => {
    const rows = randomRows(3, { count: 5, dimension: 16 });
    const segment = codedSegment(rows, { dimension: 16 }, target);
    linkLeaf(segment, range(0, 5));
    expect(wordsAt(segment, segment.bench(0) + F.OUT + 15, 3)).toEqual([-9, -9, -9]);
  });
});

describe.each(TIER_TARGETS)('assignPoints on the $tier tier', (target) => {
  test.each([1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 1023, 1024])(
    'sorts %i leaders for every fan-out from 1 to 10',
    (leaderCount) => {
      const rows = extremeRows(leaderCount, leaderCount + 7, 19);
      const segment = codedSegment(rows, { dimension: 19 }, target);
      const leaders = reversed(leaderCount);
      const points = range(leaderCount, leaderCount + 7);
      const distances = distancesOf({ dimension: 19 }, rows, { leaders, points, fanout: 1 });
      for (let fanout = 1; fanout <= Math.min(10, leaderCount); fanout++) {
        const expected = distances.map((row) => smallest(row, fanout));
        expect(assign(segment, { leaders, points, fanout })).toEqual(expected);
      }
    },
  );

  test.each(METRICS)('takes the nearest in any dimension and any fan-out, %s', (metric) => {
    for (const dimension of DIMENSIONS) {
      const options = { dimension, metric };
      const rows = extremeRows(dimension, 20, dimension);
      const segment = codedSegment(rows, options, target);
      for (const fanout of [4, 8, 9]) {
        const work = { leaders: range(0, 15), points: range(15, 20), fanout };
        const distances = distancesOf(options, rows, work);
        const expected = distances.map((row) => smallest(row, fanout));
        expect(assign(segment, work)).toEqual(expected);
      }
    }
  });

  test.each(METRICS)('takes the nearest three of few leaders, %s', (metric) => {
    for (const dimension of DIMENSIONS) {
      const options = { dimension, metric };
      const rows = extremeRows(dimension, 20, dimension);
      const segment = codedSegment(rows, options, target);
      const work = { leaders: range(0, 15), points: range(15, 20), fanout: 3 };
      const found = assign(segment, work);
      distancesOf(options, rows, work).forEach((distances, point) => {
        expect(found[point]).toEqual(smallest(distances, 3));
      });
    }
  });

  test.each([1, 2, 3, 4, 5, 63, 64])('assigns %i points at a time', (count) => {
    const options = { dimension: 31 };
    const rows = extremeRows(count, 50 + count, 31);
    const segment = codedSegment(rows, options, target);
    for (const fanout of [1, 8, 10]) {
      const work = { leaders: range(0, 50), points: range(50, 50 + count), fanout };
      const expected = distancesOf(options, rows, work).map((row) => smallest(row, fanout));
      expect(assign(segment, work)).toEqual(expected);
      const behind = segment.bench(0) + F.OUT + count * fanout;
      expect(wordsAt(segment, behind, 2)).toEqual([-9, -9]);
    }
  });

  test('assigns the most points to the most leaders', () => {
    const options = { dimension: 16 };
    const rows = extremeRows(5, 1088, 16);
    const segment = codedSegment(rows, options, target);
    const work = { leaders: range(0, 1024), points: range(1024, 1088), fanout: 10 };
    const expected = distancesOf(options, rows, work).map((row) => smallest(row, 10));
    expect(assign(segment, work)).toEqual(expected);
  });

  test.each([8, 9, 10])('finds the nearest %i where just eight are near', (fanout) => {
    // The eight are the minima of eight stripes, so that they bound what else is looked at.
    const codes = Array.from({ length: 24 }, (_, i) => (i < 8 ? 2 * i : 60 + 2 * i));
    const rows = [...codes, 0].map((code) => Uint8Array.of(code));
    const segment = codedSegment(rows, { dimension: 1 }, target);
    const [found] = assign(segment, { leaders: range(0, 24), points: [24], fanout });
    expect(found).toEqual(range(0, fanout));
  });

  test('prefers the smaller index among equally near leaders', () => {
    const rows = Array.from({ length: 30 }, () => new Uint8Array(16).fill(3));
    const segment = codedSegment(rows, { dimension: 16 }, target);
    for (const fanout of [1, 2, 3, 4, 8, 9, 10]) {
      const [found] = assign(segment, { leaders: reversed(29), points: [29], fanout });
      expect(found).toEqual(range(0, fanout));
    }
  });

  test('keeps the leaders from one assignment to the next', () => {
    const rows = extremeRows(6, 120, 24);
    const segment = codedSegment(rows, { dimension: 24 }, target);
    const bench = segment.bench(0);
    const leaders = range(0, 60);
    const first = assign(segment, { leaders, points: range(60, 120), fanout: 4 });
    writeList(segment, range(90, 120));
    segment.hot.assignPoints(bench, 30, 60, 4);
    const again = range(0, 30).map((i) => wordsAt(segment, bench + F.OUT + 4 * i, 4));
    expect(again).toEqual(first.slice(30));
  });

  test('sees every step-th piece of long codes only', () => {
    const dimension = 16 * 32; // every second piece
    const point = new Uint8Array(dimension).fill(60);
    const unseen = point.map((code, i) => (Math.floor(i / 16) % 2 === 1 ? 0 : code));
    const seen = point.map((code, i) => (i === 32 ? 64 : code));
    const segment = codedSegment([point, seen, unseen], { dimension }, target);
    expect(assign(segment, { leaders: [1, 2], points: [0], fanout: 2 })).toEqual([[1, 0]]);
  });
});

describe('all tiers', () => {
  test('assign long codes to the same leaders, whatever the fan-out', () => {
    for (const dimension of [2100, 32768]) {
      const rows = randomRows(dimension, { count: 24, dimension }, [62, 65]);
      for (const fanout of [1, 2, 3, 4, 10]) {
        const work = { leaders: range(0, 18), points: range(18, 24), fanout };
        const found = TIER_TARGETS.map((target) =>
          assign(codedSegment(rows, { dimension }, target), work),
        );
        expect(found).toEqual(found.map(() => found[0]));
      }
    }
  });
});
