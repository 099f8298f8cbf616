// Damage to the numbers of nodes, planted one kind at a time in several segments; and what looks
// like damage and is none.

import { describe, expect, test } from 'vitest';
import { numberWord, tombstoneWord } from '../../../src/memory/layout.ts';
import { resolveOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { openSegment } from '../../../src/segments/segment-list.ts';
import { findBadNodes } from '../../../src/verify/verify-nodes.ts';

const options = resolveOptions({
  ...{ dimension: 1, threads: 1, tier: 'javascript', memory: 'private' },
});

/** A segment numbered through from `firstNode`. */
function through(firstNode: number, count: number, removed: readonly number[] = []): Segment {
  const segment = openSegment(options, 100, firstNode);
  segment.publishCount(count);
  segment.removeLocal(removed);
  return segment;
}

/** A segment of which every number is written down. */
function numbered(nodes: readonly number[], removed: readonly number[] = []): Segment {
  const segment = openSegment(options, 100, 0);
  segment.writeNumbers(0, nodes);
  segment.publishCount(nodes.length);
  segment.removeLocal(removed);
  return segment;
}

const kindsOf = (segments: readonly Segment[], nextNode: number): unknown[] =>
  findBadNodes(segments, nextNode).map(({ kind, node, count }) => [kind, node, count]);

describe('nothing is wrong with', () => {
  const cases: readonly (readonly [name: string, segments: Segment[], nextNode: number])[] = [
    ['an empty segment', [through(0, 0)], 0],
    ['an empty segment that is numbered', [numbered([])], 0],
    ['segments one after another', [through(0, 10), through(10, 5)], 15],
    ['numbers that are left out', [through(3, 10), numbered([14, 40])], 100],
    ['a node that was updated in a segment', [numbered([0, 1, 2, 1], [1])], 3],
    ['a node that was updated in a later segment', [through(0, 9, [4]), numbered([4, 9])], 10],
    ['ranges that meet where one was removed', [through(0, 9, [7, 8]), through(7, 9)], 16],
    ['the same range, where one was removed', [through(4, 3, [0, 1, 2]), through(4, 3)], 7],
    ['an empty range within another', [through(0, 9), through(4, 0)], 9],
    ['numbers of what was removed', [numbered([0, 900, -7, 1], [1, 2])], 2],
  ];
  test.each(cases)('%s', (_, segments, nextNode) => {
    expect(findBadNodes(segments, nextNode)).toEqual([]);
  });
});

describe('is found:', () => {
  const cases: readonly (readonly [
    name: string,
    segments: Segment[],
    nextNode: number,
    node: number,
  ])[] = [
    ['a node twice in a segment', [numbered([0, 5, 2, 5])], 6, 5],
    ['a node in two numbered segments', [numbered([0, 5]), numbered([9, 5])], 10, 5],
    ['a node in a range and a numbered segment', [through(0, 9), numbered([12, 8])], 13, 8],
    ['ranges that meet', [through(0, 9), through(8, 5)], 13, 8],
    ['a range within another', [through(0, 9), through(3, 2)], 9, 3],
    ['the same range twice', [through(0, 3), through(7, 2), through(7, 2)], 9, 7],
    ['ranges that meet where another node was removed', [through(0, 9, [7]), through(7, 3)], 10, 8],
    ['a node beyond the next in a range', [through(0, 9)], 8, 8],
    ['a node beyond the next in numbers', [numbered([0, 8])], 8, 8],
    ['a node below 0', [numbered([0, -3])], 8, 2 ** 32 - 3],
    ['a node that is looked up where it was removed', [numbered([4, 1, 4], [2])], 5, 4],
  ];
  test.each(cases)('%s', (_, segments, nextNode, node) => {
    expect(kindsOf(segments, nextNode)).toEqual([['bad-number', node, 1]]);
  });

  const counts = [1, 31, 32, 33, 64, 100];
  test.each(counts)('a count of tombstones that is wrong, of %i vectors', (count) => {
    const segment = through(0, count, [0, count - 1].slice(0, count));
    expect(findBadNodes([segment], count)).toEqual([]);
    segment.i32s[tombstoneWord(segment.layout, count - 1)] ^= 1 << ((count - 1) & 31);
    expect(kindsOf([segment], count)).toEqual([['bad-tombstone', 0, 1]]);
  });

  test('tombstones beyond the last vector are not counted here', () => {
    const segment = through(0, 33);
    segment.i32s[tombstoneWord(segment.layout, 40)] |= 1 << 8;
    expect(findBadNodes([segment], 33)).toEqual([]);
  });

  test('every kind at once', () => {
    const segment = numbered([0, 5, 5, 70], [0]);
    segment.i32s[numberWord(segment.layout, 0)] = 5;
    segment.i32s[tombstoneWord(segment.layout, 0)] = 0;
    expect(kindsOf([segment], 50)).toEqual([
      ['bad-tombstone', 0, 1],
      ['bad-number', 5, 1],
      ['bad-number', 70, 1],
    ]);
  });
});
