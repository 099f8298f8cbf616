// How a cluster is taken apart: leaves that fit, whoever belongs together in one, and nothing left
// unwritten where the next step reads.

import { allEqual, clustered, gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { linkCluster } from '../../../../src/build/bulk/clusters.ts';
import { levelParameters } from '../../../../src/build/bulk/quality.ts';
import {
  allocateAssignment,
  candidateWidth,
  extendAssignment,
  type Workspace,
} from '../../../../src/build/bulk/workspace.ts';
import { chooseCodes } from '../../../../src/build/choose-codes.ts';
import * as F from '../../../../src/hot/fields.ts';
import { nodeWord } from '../../../../src/memory/layout.ts';
import type { Segment } from '../../../../src/segments/segment.ts';
import { fillSegment } from '../../../support/bare-segment.ts';

const DIMENSION = 8;
/** One cluster that everybody belongs to. */
const PARAMETERS = { ...levelParameters('balanced', 'small', 32), fanout: 1 };
const WIDTH = candidateWidth(PARAMETERS);
/** What nobody ever proposes: shows what was not written. */
const UNWRITTEN = -77;

interface Taken {
  readonly work: Workspace;
  /** The slots of every leaf, in the order in which they were linked. */
  readonly leaves: number[][];
}

/** The same segment, except that it notes the leaves it links. */
function watched(segment: Segment, leaves: number[][]): Segment {
  const { hot, i32s } = segment;
  const linkLeaf = (bench: number, count: number): void => {
    leaves.push(Array.from(i32s.subarray(bench + F.LIST, bench + F.LIST + count)));
    hot.linkLeaf(bench, count);
  };
  return Object.create(segment, { hot: { value: { ...hot, linkLeaf } } }) as Segment;
}

/** Takes all vectors apart as one cluster. */
function takeApart(vectors: Float32Array, seed = 1): Taken {
  const segment = fillSegment(vectors, { dimension: DIMENSION });
  const { count, i32s, layout } = segment;
  chooseCodes(segment, 1);
  for (let slot = 0; slot < count; slot++) i32s[nodeWord(layout, slot)] = slot;
  segment.hot.encodeSlots(0, count, segment.scratch(0));
  const shape = { level: 0, seed, count, leaderCount: 1, members: new Int32Array(0) };
  const work = extendAssignment(allocateAssignment(shape, false), PARAMETERS, false);
  work.memberships.set(Array.from({ length: count }, (_, point) => point));
  work.clusterStarts.set([0, count]);
  work.candidates.fill(UNWRITTEN);
  const leaves: number[][] = [];
  linkCluster(watched(segment, leaves), segment.bench(0), work, 0);
  return { work, leaves };
}

/** In how many leaves each slot was. */
function leafCounts({ work, leaves }: Taken): number[] {
  const counts = new Array<number>(work.count).fill(0);
  for (const leaf of leaves) for (const slot of leaf) counts[slot]++;
  return counts;
}

const SHAPES: readonly (readonly [string, Float32Array])[] = [
  ['one vector', gaussian({ count: 1, dimension: DIMENSION })],
  ['two vectors', gaussian({ count: 2, dimension: DIMENSION })],
  ['a full leaf', gaussian({ count: F.MAX_LEAF, dimension: DIMENSION })],
  ['one more than a leaf', gaussian({ count: F.MAX_LEAF + 1, dimension: DIMENSION })],
  ['normal vectors', gaussian({ count: 1500, dimension: DIMENSION })],
  [
    'clusters of all sizes',
    clustered({ count: 2000, dimension: DIMENSION, clusters: 60, spread: 0.1, noise: 0.02 }),
  ],
  ['equal vectors', allEqual({ count: 1000, dimension: DIMENSION })],
];

describe.each(SHAPES)('the leaves of %s', (_, vectors) => {
  const taken = takeApart(vectors);
  const { leaves, work } = taken;

  test('are no larger than a leaf may be', () => {
    expect(Math.max(...leaves.map((leaf) => leaf.length))).toBeLessThanOrEqual(F.MAX_LEAF);
  });

  test('have no member twice', () => {
    const repeated = leaves.filter((leaf) => new Set(leaf).size !== leaf.length);
    expect(repeated).toEqual([]);
  });

  test('have every member at least once and at most as often as there is room', () => {
    const counts = leafCounts(taken);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...counts)).toBeLessThanOrEqual(PARAMETERS.splitFanout);
  });

  test('leave slots or nobody in every place of every membership', () => {
    const places = work.candidates.subarray(0, work.count * WIDTH);
    const wrong = places.filter((slot) => slot !== F.NONE && !(slot >= 0 && slot < work.count));
    expect(Array.from(wrong)).toEqual([]);
  });

  test('propose to everybody others of its leaves, as many as there are', () => {
    const counts = leafCounts(taken);
    for (let point = 0; point < work.count; point++) {
      const places = work.candidates.subarray(point * WIDTH, (point + 1) * WIDTH);
      expect(places.includes(point)).toBe(false);
      const mine = leaves.filter((leaf) => leaf.includes(point));
      const room = mine.map((leaf) => Math.min(F.LEAF_NEIGHBORS, leaf.length - 1));
      const expected = room.reduce((sum, slots) => sum + slots, 0);
      expect(places.filter((slot) => slot !== F.NONE).length).toBe(expected);
      expect(mine.length).toBe(counts[point]);
      const known = places.every(
        (slot) => slot === F.NONE || mine.some((leaf) => leaf.includes(slot)),
      );
      expect(known).toBe(true);
    }
  });
});

describe('splitting a cluster', () => {
  test('cuts vectors that no leader tells apart into even pieces of neighbors by number', () => {
    const { leaves } = takeApart(allEqual({ count: 1000, dimension: DIMENSION }));
    const piece = (first: number): number[] => Array.from({ length: 250 }, (_, i) => first + i);
    const pieces = [0, 250, 500, 750].map(piece);
    const parts = Array.from({ length: PARAMETERS.splitFanout }, () => pieces);
    expect(leaves).toEqual(parts.flat());
  });

  test('puts parts that are too small for a leaf of their own together', () => {
    const tight = { clusters: 100, spread: 0.02, noise: 0.005 };
    const { leaves } = takeApart(clustered({ count: 1000, dimension: DIMENSION, ...tight }));
    // What is left over at the end has nobody to go with; members of two parts count once.
    const small = leaves.filter((leaf) => leaf.length < 40);
    expect(small.length).toBeLessThanOrEqual(1);
  });

  test('proposes the nearest of a leaf', () => {
    const line = Float32Array.from({ length: 100 * DIMENSION }, (_, i) =>
      i % DIMENSION === 0 ? i / DIMENSION : 0,
    );
    const { work } = takeApart(line);
    const proposed = (point: number): number[] =>
      Array.from(work.candidates.subarray(point * WIDTH, point * WIDTH + F.LEAF_NEIGHBORS));
    for (let point = 3; point < 97; point++) {
      const offsets = proposed(point).map((slot) => Math.abs(slot - point));
      expect(Math.max(...offsets)).toBeLessThanOrEqual(4);
    }
  });

  test('draws other leaders by another seed', () => {
    const vectors = gaussian({ count: 1500, dimension: DIMENSION });
    expect(takeApart(vectors, 2).leaves).not.toEqual(takeApart(vectors, 1).leaves);
    expect(takeApart(vectors, 2).leaves).toEqual(takeApart(vectors, 2).leaves);
  });
});
