// Graphs so small that every way to a new parent can be seen: which row changes, and how.

import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { problemsOf, wordOf } from '../../support/bare-segment.ts';
import { codedSegment, linkTo, neighborsOf } from '../../support/coded-segment.ts';
import { parentsOf, strayChildren, treeFaults } from '../../support/parents.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const { NONE } = F;

/** Slots on a line whose code is their number, with these rows, of four neighbors at most. */
function graph(target: Target, rows: readonly (readonly number[])[]): Segment {
  const codes = rows.map((_, slot) => Uint8Array.of(slot));
  const segment = codedSegment(codes, { dimension: 1, M: 2 }, target);
  for (const [slot, neighbors] of rows.entries()) linkTo(segment, slot, neighbors);
  return segment;
}

/** The same with parents, which are known from here on. */
function grown(target: Target, rows: readonly (readonly number[])[]): Segment {
  const segment = graph(target, rows);
  expect(segment.hot.growTree(segment.scratch(0), rows.length)).toBe(0);
  segment.i32s[F.PARENTED] = rows.length;
  expect(treeFaults(segment)).toEqual([]);
  return segment;
}

/** Takes `children` out of the row of their parent and lists them, as a prune does. */
function lose(segment: Segment, parent: number, children: readonly number[]): void {
  const { i32s } = segment;
  const left = neighborsOf(segment, parent).filter((neighbor) => !children.includes(neighbor));
  linkTo(segment, parent, left);
  let first = 0;
  for (const child of children) {
    expect(parentsOf(segment, child + 1)[child]).toBe(parent);
    i32s[wordOf(segment, 'parents') + child] = F.ORPHAN - first;
    first = child + 1;
  }
  i32s[wordOf(segment, 'edgeHeads') + parent] = first;
  i32s.set([parent, 0], wordOf(segment, 'edgeTargets'));
}

/** Mends after a batch of no nodes that had one target. */
function mend(segment: Segment, root = 0): void {
  segment.hot.mendTree(segment.scratch(0), 0, 0, 1, F.MAX_NODES, 1, root);
  expect(treeFaults(segment)).toEqual([]);
  expect(problemsOf(segment)).toEqual([]);
}

describe.each(TIER_TARGETS)('an orphan on the $tier tier', (target) => {
  test('joins the smallest neighbor that names it, and no row changes', () => {
    const rows = [
      [1, 2, 3],
      [4, 0],
      [0, 4],
      [0, 4],
      [3, 2],
    ];
    const segment = grown(target, rows);
    lose(segment, 1, [4]);
    mend(segment);
    expect(parentsOf(segment, 5)).toEqual([NONE, 0, 0, 0, 2]);
    expect(rows.map((_, slot) => neighborsOf(segment, slot))).toEqual([
      rows[0],
      [0],
      ...rows.slice(2),
    ]);
  });

  test('joins none of its own descendants, though they name it', () => {
    // 2 leads to 3, and 3 back to 2.
    const segment = grown(target, [[1], [2, 0], [3], [2, 1]]);
    lose(segment, 1, [2]);
    mend(segment);
    // Its one neighbor descends from it: a search finds 1 the nearest other, with room.
    expect(parentsOf(segment, 4)).toEqual([NONE, 0, 1, 2]);
    expect(neighborsOf(segment, 1)).toEqual([0, 2]);
  });

  test('is linked from its first neighbor with room when none names it', () => {
    const segment = grown(target, [[1, 2, 3, 5], [2, 0, 3, 5], [0, 4], [0], [1, 3], [0]]);
    lose(segment, 2, [4]);
    mend(segment);
    expect(parentsOf(segment, 6)[4]).toBe(3);
    expect(neighborsOf(segment, 3)).toEqual([0, 4]);
  });

  test('takes a place that another neighbor leads to when all rows are full', () => {
    const rows = [[1, 2, 3, 4], [0, 2, 3, 4], [0, 1, 3, 5], [0, 1, 2, 4], [0, 1, 2, 3], [1]];
    const segment = grown(target, rows);
    lose(segment, 2, [5]);
    mend(segment);
    // 4 stands last in the row of 1, is no child of it, and 3 leads to it.
    expect(parentsOf(segment, 6)[5]).toBe(1);
    expect(neighborsOf(segment, 1)).toEqual([0, 2, 3, 5]);
  });

  test('takes no place of a child: it goes below a neighbor that is full of them', () => {
    const rows = [[1, 2, 3, 4], [0], [0, 5], [0], [0], [0]];
    const segment = grown(target, rows);
    lose(segment, 2, [5]);
    mend(segment);
    expect(neighborsOf(segment, 0)).toEqual(rows[0]);
    expect(parentsOf(segment, 6)).toEqual([NONE, 0, 0, 0, 0, 1]);
    expect(neighborsOf(segment, 1)).toEqual([0, 5]);
  });

  test('is not named twice by whom it finds below', () => {
    // 1 names 5 already, but 5 does not name 1.
    const rows = [[1, 2, 3, 4], [5, 0, 2, 3], [0], [0], [0], [0]];
    const segment = grown(target, rows);
    lose(segment, 1, [5]);
    linkTo(segment, 1, rows[1]); // taken in again by somebody else's doing
    mend(segment);
    expect(parentsOf(segment, 6)[5]).toBe(1);
    expect(neighborsOf(segment, 1)).toEqual(rows[1]);
  });

  test('is linked below the entry point when all it finds descends from it', () => {
    // 1 leads to all but the entry point, which has a full row of children and is far away.
    const segment = grown(target, [[1], [2, 3, 4], [1], [1], [1]]);
    lose(segment, 0, [1]);
    mend(segment);
    expect(parentsOf(segment, 5)).toEqual([NONE, 0, 1, 1, 1]);
  });

  test('brings its descendants along, and several find parents one after another', () => {
    const rows = [[1, 2, 3], [0], [4, 5, 6, 0], [0, 4], [3, 7], [2, 3], [5, 2], [4]];
    const segment = grown(target, rows);
    lose(segment, 2, [4, 5, 6]);
    mend(segment);
    expect(parentsOf(segment, 8)[7]).toBe(4);
    expect(parentsOf(segment, 8)[4]).toBe(3);
  });

  test('is the old entry point when there is a new one', () => {
    const segment = grown(target, [[1, 2], [0], [0, 3], [2]]);
    segment.i32s[wordOf(segment, 'entryPoints')] = 3;
    mend(segment, 0);
    // 2 leads back to it and is reached from 3, but descends from it until it has a parent.
    expect(parentsOf(segment, 4)).toEqual([3, 0, 0, NONE]);
    expect(neighborsOf(segment, 3)).toEqual([2, 0]);
  });

  test('is every slot that growing a tree does not reach', () => {
    const segment = graph(target, [[1], [0], [3], [2, 4], [3]]);
    expect(segment.hot.growTree(segment.scratch(0), 5)).toBe(3);
    expect(strayChildren(segment, 5)).toEqual([]);
  });
});
