import { clustered } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  linkedSegment,
  neighborsAt,
  problemsOf,
  rowWord,
  setRow,
  wordOf,
} from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const COUNT = 200;

/** Removes every link to the nodes of `cut` from nodes that are not in it. */
function cutOff(segment: Segment, cut: ReadonlySet<number>): void {
  for (let node = 0; node < segment.count; node++) {
    if (cut.has(node)) continue;
    const row = rowWord(segment, node);
    setRow(
      segment,
      row,
      neighborsAt(segment, row).filter((neighbor) => !cut.has(neighbor)),
    );
  }
}

/** Fills every row of the nodes that `keep` accepts with others that it accepts. */
function fillRows(segment: Segment, keep: (node: number) => boolean): void {
  const nodes = Array.from({ length: segment.count }, (_, node) => node).filter(keep);
  for (const [i, node] of nodes.entries()) {
    const row = rowWord(segment, node);
    const neighbors = new Set(neighborsAt(segment, row));
    for (let j = 1; neighbors.size < segment.layout.M0; j++) {
      const other = nodes[(i + j) % nodes.length];
      if (other !== node) neighbors.add(other);
    }
    setRow(segment, row, [...neighbors]);
  }
}

/** Repairs as a build does; how many nodes were linked again. */
function repair(segment: Segment): number {
  const [own, marker] = [segment.scratch(0), segment.scratch(1)];
  segment.hot.markReachable(own, marker);
  return segment.hot.repair(own, marker, segment.count);
}

describe.each(TIER_TARGETS)('reachability on the $tier tier', (target) => {
  let segment: Segment;
  let sound: Uint8Array;

  beforeAll(async () => {
    const vectors = clustered({ count: COUNT, dimension: 12 });
    segment = await linkedSegment(vectors, { dimension: 12, M: 4 }, target);
    sound = segment.u8s.slice();
  });

  /** Nodes a build could lose: not the entry point. */
  const losable = (nodes: readonly number[]): Set<number> =>
    new Set(nodes.filter((node) => node !== segment.i32s[wordOf(segment, 'entryPoints')]));

  test('marks what level 0 reaches, and leaves its queue all zero', () => {
    segment.u8s.set(sound);
    expect(segment.hot.markReachable(segment.scratch(0), segment.scratch(1))).toBe(COUNT);
    cutOff(segment, losable([10, 20, 30]));
    expect(segment.hot.markReachable(segment.scratch(0), segment.scratch(1))).toBe(
      COUNT - losable([10, 20, 30]).size,
    );
    const heads = segment.layout.regions.edgeHeads;
    const queue = segment.i32s.subarray(heads.word, heads.word + heads.words);
    expect(queue.every((word) => word === 0)).toBe(true);
  });

  test('follows a chain against the order of the nodes, longer than it sweeps', () => {
    segment.u8s.set(sound);
    segment.i32s[wordOf(segment, 'entryPoints')] = COUNT - 1;
    for (let node = 0; node < COUNT; node++) {
      setRow(segment, rowWord(segment, node), node > 50 ? [node - 1] : [COUNT - 1]);
    }
    const [own, marker] = [segment.scratch(0), segment.scratch(1)];
    expect(segment.hot.markReachable(own, marker)).toBe(COUNT - 50);
    const marks = segment.u8s.subarray(4 * (marker + segment.i32s[F.VISITED_WORD]));
    const marked = [...marks.subarray(0, COUNT)].map((mark) => mark === segment.i32s[marker]);
    expect(marked).toEqual(Array.from({ length: COUNT }, (_, node) => node >= 50));
  });

  test('marks nothing in a graph without an entry point', () => {
    segment.u8s.set(sound);
    segment.i32s[F.ENTRY_COUNT] = 0;
    expect(segment.hot.markReachable(segment.scratch(0), segment.scratch(1))).toBe(0);
  });

  test('changes no byte where nothing is lost', () => {
    segment.u8s.set(sound);
    expect(repair(segment)).toBe(0);
    const rows = segment.layout.regions.rows;
    const bytes = (memory: Uint8Array): Uint8Array =>
      memory.slice(4 * rows.word, 4 * (rows.word + rows.words));
    expect(bytes(segment.u8s)).toEqual(bytes(sound));
  });

  test('adopts nodes that were cut off, each by a node with room', () => {
    segment.u8s.set(sound);
    const cut = losable([3, 50, 51, 52, 199]);
    cutOff(segment, cut);
    expect(problemsOf(segment)).toMatchObject([{ kind: 'unreachable', count: cut.size }]);
    expect(repair(segment)).toBe(cut.size);
    expect(problemsOf(segment)).toEqual([]);
  });

  test('adopts an island through one of its nodes', () => {
    segment.u8s.set(sound);
    const island = losable([90, 91, 92, 93]);
    cutOff(segment, island);
    const nodes = [...island];
    nodes.forEach((node, i) => {
      setRow(segment, rowWord(segment, node), [nodes[(i + 1) % nodes.length]]);
    });
    expect(repair(segment)).toBe(1);
    expect(problemsOf(segment)).toEqual([]);
  });

  test('splices a node in where every row is full, and loses no other', () => {
    segment.u8s.set(sound);
    const cut = losable([7, 77, 177]);
    cutOff(segment, cut);
    fillRows(segment, (node) => !cut.has(node));
    expect(problemsOf(segment).map(({ kind }) => kind)).toEqual(['unreachable']);
    expect(repair(segment)).toBe(cut.size);
    expect(problemsOf(segment)).toEqual([]);
  });

  test('splices a node in whose own row is full, too', () => {
    segment.u8s.set(sound);
    const [lost] = losable([7, 8]);
    fillRows(segment, (node) => node !== lost);
    fillRows(segment, () => true);
    cutOff(segment, new Set([lost]));
    fillRows(segment, (node) => node !== lost);
    expect(neighborsAt(segment, rowWord(segment, lost)).length).toBe(segment.layout.M0);
    expect(repair(segment)).toBe(1);
    expect(problemsOf(segment)).toEqual([]);
  });

  test.each([1, 8])('gives a node no neighbor twice when it splices it in, degree %i', (degree) => {
    segment.u8s.set(sound);
    const [lost] = losable([7, 8]);
    const [last] = losable([100, 101]);
    cutOff(segment, new Set([lost]));
    fillRows(segment, (node) => node !== lost);
    // Whoever takes the lost node in gives up `last`, which the lost node knows already.
    for (let node = 0; node < COUNT; node++) {
      if (node === lost || node === last) continue;
      const row = rowWord(segment, node);
      const others = neighborsAt(segment, row).filter((neighbor) => neighbor !== last);
      setRow(segment, row, [...others.slice(0, segment.layout.M0 - 1), last]);
    }
    const row = rowWord(segment, lost);
    const others = Array.from({ length: 20 }, (_, i) => 20 + i).filter((node) => node !== lost);
    setRow(segment, row, [last, ...others.slice(0, degree - 1)]);
    repair(segment);
    expect(problemsOf(segment)).toEqual([]);
  });
});
