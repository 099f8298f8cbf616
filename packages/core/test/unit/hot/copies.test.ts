import { describe, expect, test } from 'vitest';
import { chainCopies, findCopies } from '../../../src/build/bulk/copies.ts';
import * as F from '../../../src/hot/fields.ts';
import { type Metric, nodeWord } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { wordOf } from '../../support/bare-segment.ts';
import { codedSegment, linkCopy, linkTo, wordsAt } from '../../support/coded-segment.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

/** A vector, and whether it is told from others by its codes: steps of the codes are 1 wide. */
type Plane = readonly (readonly [number, number])[];

/**
 * A segment of these vectors in node order, of which those with equal codes are copies; the others
 * are linked in a ring. Slots run against the nodes, so that neither is taken for the other.
 */
function segmentOf(vectors: Plane, metric: Metric, target: Target): Segment {
  const count = vectors.length;
  const none = vectors.map(() => new Uint8Array(2));
  const segment = codedSegment(none, { dimension: 2, metric }, target);
  const { hot, i32s, f32s, layout } = segment;
  f32s[F.CODE_SCALE] = 1;
  segment.vectors(0, count).set(vectors.flat());
  hot.encodeSlots(0, count, segment.scratch(0));
  const out = segment.bench(0) + F.OUT;
  hot.hashCodes(0, count, out);
  const copies = findCopies(segment, i32s.slice(out, out + count), false);
  const firsts = copies.firsts.length;
  const nodes = [...[...copies.firsts].reverse(), ...copies.nodes];
  i32s.set(nodes, nodeWord(layout, 0));
  segment.widenResidual(hot.encodeSlots(0, count, segment.scratch(0)));
  chainCopies(segment, copies);
  for (let slot = 0; slot < firsts; slot++) {
    if (firsts > 1) linkTo(segment, slot, [(slot + 1) % firsts]);
  }
  return segment;
}

interface Found {
  readonly nodes: number[];
  readonly distances: number[];
  readonly exactCount: number;
}

/** The `k` nearest nodes by a search of the graph alone, with a beam of `ef`. */
function search(
  segment: Segment,
  query: readonly [number, number],
  {
    k,
    ef,
    end = segment.count,
  }: { readonly k: number; readonly ef: number; readonly end?: number },
): Found {
  const { hot, i32s, f32s } = segment;
  const scratch = segment.scratch(0);
  f32s.set(query, scratch + F.QUERY);
  i32s[scratch + F.EXACT_COUNT] = 0;
  hot.resultsReset(scratch, k);
  hot.searchGraph(scratch, ef, ef, end);
  const size = hot.finishResults(scratch);
  const pairs = Array.from({ length: size }, (_, i) => scratch + F.RESULTS + 2 + 2 * i);
  return {
    nodes: pairs.map((word) => i32s[word + 1]),
    distances: pairs.map((word) => f32s[word]),
    exactCount: i32s[scratch + F.EXACT_COUNT],
  };
}

/** Nodes 1, 3, 4 and 6 have the codes of (10, 0), of which 4 and 6 are other floats. */
const GROUP: Plane = [
  [0, 0],
  [10, 0],
  [20, 0],
  [10, 0],
  [10.25, 0],
  [30, 0],
  [9.75, 0.25],
  [40, 0],
];

describe.each(TIER_TARGETS)('a search near copies on the $tier tier', (target) => {
  test('gets all of a group of the same vector, in order of node', () => {
    const vectors: Plane = Array.from({ length: 30 }, (_, i) => [i % 3 === 1 ? 5 : 10 + i, 0]);
    const segment = segmentOf(vectors, 'l2', target);
    const { nodes, distances } = search(segment, [5, 0], { k: 10, ef: 1 });
    expect(nodes).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 25, 28]);
    expect(new Set(distances)).toEqual(new Set([0]));
  });

  test('measures copies of other floats, and ranks them by their own distance', () => {
    const segment = segmentOf(GROUP, 'l2', target);
    const { nodes, distances } = search(segment, [10.25, 0], { k: 4, ef: 1 });
    expect(nodes).toEqual([4, 1, 3, 6]);
    expect(distances).toEqual([0, 0.0625, 0.0625, 0.3125]);
  });

  test('measures a copy of the same vector once only', () => {
    const segment = segmentOf(GROUP, 'l2', target);
    const plain = segmentOf(GROUP, 'l2', target);
    plain.i32s[F.COPY_COUNT] = 0;
    const query = { k: 8, ef: 8 };
    // All results are wanted, so that no bound spares a measurement: five firsts, and two copies.
    expect(search(plain, [10, 0], query).exactCount).toBe(5);
    expect(search(segment, [10, 0], query).exactCount).toBe(7);
  });

  test('carries the distance of a copy on to those that hold the same floats as it', () => {
    const vectors: Plane = [
      [10, 0],
      [10.25, 0],
      [10.25, 0],
      [10, 0],
    ];
    const segment = segmentOf(vectors, 'l2', target);
    expect(search(segment, [10, 0], { k: 4, ef: 1 })).toMatchObject({
      nodes: [0, 3, 1, 2],
      distances: [0, 0, 0.0625, 0.0625],
    });
  });

  test('finds every node, copies included, by a beam of the firsts', () => {
    const segment = segmentOf(GROUP, 'l2', target);
    const { nodes, distances } = search(segment, [10, 0], { k: 8, ef: 5 });
    expect(nodes).toEqual([1, 3, 4, 6, 0, 2, 5, 7]);
    expect(distances).toEqual([0, 0, 0.0625, 0.125, 100, 100, 400, 900]);
  });

  test('keeps the smallest nodes of a group that exceeds what was asked for', () => {
    const vectors: Plane = Array.from({ length: 300 }, () => [7, 7]);
    const segment = segmentOf(vectors, 'l2', target);
    const { nodes } = search(segment, [7, 8], { k: 20, ef: 4 });
    expect(nodes).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('ranks copies by inner product under dot', () => {
    const segment = segmentOf(GROUP, 'dot', target);
    const { nodes, distances } = search(segment, [1, 0], { k: 8, ef: 5 });
    expect(nodes).toEqual([7, 5, 2, 4, 1, 3, 6, 0]);
    expect(distances).toEqual([-40, -30, -20, -10.25, -10, -10, -9.75, 0]);
  });

  test('clamps the distances of copies under cosine', () => {
    // Longer than 1, as rounding may leave it: the distance would be negative.
    const vectors: Plane = [
      [1.0001, 0],
      [1.0001, 0],
      [1.0002, 0],
      [-1, 0],
    ];
    const segment = segmentOf(vectors, 'cosine', target);
    expect(search(segment, [1, 0], { k: 4, ef: 4 })).toMatchObject({
      nodes: [0, 1, 2, 3],
      distances: [0, 0, 0, 2],
    });
  });

  test('offers no copy of a slot that is not linked yet', () => {
    const segment = segmentOf(GROUP, 'l2', target);
    // Firsts take slots from the last node on: node 1 has slot 3, node 0 slot 4.
    expect(wordsAt(segment, wordOf(segment, 'nodes'), 5)).toEqual([7, 5, 2, 1, 0]);
    for (const query of [10, 0, 40]) {
      const { nodes } = search(segment, [query, 0], { k: 8, ef: 5, end: 3 });
      expect(nodes).toEqual(query === 40 ? [7, 5, 2] : [2, 5, 7]);
    }
  });

  test('believes a link that says the floats are the same', () => {
    const segment = segmentOf(GROUP, 'l2', target);
    linkCopy(segment, 3, 5, false);
    linkCopy(segment, 5, 6, true);
    linkCopy(segment, 6, 7, true);
    expect(search(segment, [10, 0], { k: 4, ef: 1 })).toMatchObject({
      nodes: [1, 3, 4, 6],
      distances: [0, 0, 0, 0],
    });
  });
});

describe.each(TIER_TARGETS)('the chains of copies on the $tier tier', (target) => {
  test('lead from the first through all others in order of node', () => {
    const segment = segmentOf(GROUP, 'l2', target);
    const { i32s } = segment;
    expect([i32s[F.FIRST_COPY], i32s[F.COPY_COUNT]]).toEqual([5, 3]);
    const same = F.SAME_VECTOR;
    expect(wordsAt(segment, wordOf(segment, 'copies'), 8)).toEqual([
      0,
      0,
      0,
      (5 + 1) | same,
      0,
      6 + 1,
      7 + 1,
      0,
    ]);
    expect(wordsAt(segment, wordOf(segment, 'nodes'), 8)).toEqual([7, 5, 2, 1, 0, 3, 4, 6]);
  });

  test('keep groups apart whose codes differ in one component', () => {
    const vectors: Plane = Array.from({ length: 40 }, (_, i) => [i % 4, (i >> 2) % 2]);
    const segment = segmentOf(vectors, 'l2', target);
    expect([segment.i32s[F.FIRST_COPY], segment.i32s[F.COPY_COUNT]]).toEqual([8, 32]);
    for (let group = 0; group < 8; group++) {
      const { nodes } = search(segment, [group % 4, group >> 2], { k: 5, ef: 8 });
      expect(nodes).toEqual([0, 1, 2, 3, 4].map((i) => group + 8 * i));
    }
  });
});

describe('all tiers', () => {
  test('hash codes to the same words, and equal codes to equal ones', () => {
    const rows = Array.from({ length: 50 }, (_, i) =>
      Uint8Array.from({ length: 37 }, (_, j) => ((i % 25) * 31 + j * j) % 128),
    );
    const hashes = TIER_TARGETS.map((target) => {
      const segment = codedSegment(rows, { dimension: 37 }, target);
      const out = segment.bench(0) + F.OUT;
      segment.hot.hashCodes(0, 50, out);
      return wordsAt(segment, out, 50);
    });
    for (const words of hashes) expect(words).toEqual(hashes[0]);
    expect(hashes[0].slice(25)).toEqual(hashes[0].slice(0, 25));
    expect(new Set(hashes[0]).size).toBe(25);
  });
});
