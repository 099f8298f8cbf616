import { bruteForceBatch, clustered, gaussian, heldOut, recall } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { levelByte, upperHeadWord, upperRowWord } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  fillSegment,
  linkedSegment,
  problemsOf,
  rowWord,
  searchBare,
  setRow,
} from '../../support/bare-segment.ts';
import { readPool } from '../../support/pool-words.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

/** A chain 0 - 1 - ... - 9 on a line, linked by hand to the next node only. */
function chain(target: (typeof TIER_TARGETS)[number]): Segment {
  const segment = fillSegment(
    Float32Array.from({ length: 10 }, (_, i) => i),
    { dimension: 1 },
    target,
  );
  segment.f32s[F.CODE_SCALE] = 1;
  segment.hot.encodeSlots(0, 10, segment.scratch(0));
  for (let node = 0; node < 9; node++) setRow(segment, rowWord(segment, node), [node + 1]);
  segment.i32s[segment.layout.regions.entryPoints.word] = 0;
  segment.i32s[F.ENTRY_COUNT] = 1;
  segment.publishLinked(10);
  return segment;
}

describe.each(TIER_TARGETS)('searchLevel on the $tier tier', (target) => {
  test('follows a chain to its end, counting rows and distances', () => {
    const segment = chain(target);
    const { hot, i32s } = segment;
    const scratch = segment.scratch(0);
    hot.bindNode(scratch, 9);
    hot.poolReset(scratch + F.POOL, 8);
    hot.poolInsert(scratch + F.POOL, 81, 0);
    hot.searchLevel(scratch, 0, 3);
    expect(readPool(segment, scratch)).toEqual([
      { node: 9, distance: 0 },
      { node: 8, distance: 1 },
      { node: 7, distance: 4 },
    ]);
    expect([i32s[scratch + F.HOP_COUNT], i32s[scratch + F.DISTANCE_COUNT]]).toEqual([10, 9]);
  });

  test('stops where no unexpanded candidate is among the ef nearest', () => {
    const segment = chain(target);
    const { hot, i32s } = segment;
    const scratch = segment.scratch(0);
    // Away from node 0 it only gets worse.
    hot.bindNode(scratch, 0);
    hot.poolReset(scratch + F.POOL, 8);
    hot.poolInsert(scratch + F.POOL, 0, 0);
    hot.searchLevel(scratch, 0, 2);
    expect(readPool(segment, scratch).map(({ node }) => node)).toEqual([0, 1]);
    expect(i32s[scratch + F.HOP_COUNT]).toBe(2);
  });

  test('starts from all seeds it is given and visits each once', () => {
    const segment = chain(target);
    const { hot, i32s } = segment;
    const scratch = segment.scratch(0);
    hot.bindNode(scratch, 5);
    hot.poolReset(scratch + F.POOL, 8);
    for (const seed of [8, 0, 4]) hot.poolInsert(scratch + F.POOL, (seed - 5) ** 2, seed);
    hot.searchLevel(scratch, 0, 10);
    expect(readPool(segment, scratch).map(({ node }) => node)).toEqual([
      5, 4, 6, 3, 7, 2, 8, 1, 9, 0,
    ]);
    expect(i32s[scratch + F.DISTANCE_COUNT]).toBe(7);
  });
});

describe.each(TIER_TARGETS)('the descent on the $tier tier', (target) => {
  /** Slots at 36, 39, 40, all on level 1, where the first links to the others. */
  function star(metric: 'l2' | 'dot'): Segment {
    const positions = Float32Array.of(36, 39, 40);
    const segment = fillSegment(positions, { dimension: 1, metric }, target);
    const { f32s, i32s, u8s, layout } = segment;
    f32s[F.CODE_SCALE] = 1;
    segment.hot.encodeSlots(0, 3, segment.scratch(0));
    for (let slot = 0; slot < 3; slot++) {
      u8s[levelByte(layout, slot)] = 1;
      i32s[upperHeadWord(layout, slot)] = slot;
    }
    i32s.set([2, 1, 2], upperRowWord(layout, 0));
    i32s[layout.regions.entryPoints.word] = 0;
    i32s[F.ENTRY_COUNT] = 1;
    segment.publishLinked(3);
    return segment;
  }

  test('reads no row of what is more than 3/16 farther than the nearest', () => {
    // At 1296, 1521 and 1600 from 0, where 1539 is the limit; on level 0 all three rows.
    const { hopCount, distanceCount, nodes } = searchBare(star('l2'), Float32Array.of(0), 3, 3);
    expect([hopCount, nodes]).toEqual([2 + 3, [0, 1, 2]]);
    expect(distanceCount).toBe(3 + 3);
  });

  test('reads all rows where distances do not begin at 0', () => {
    const { hopCount, nodes } = searchBare(star('dot'), Float32Array.of(1), 3, 3);
    expect([hopCount, nodes]).toEqual([3 + 3, [2, 1, 0]]);
  });
});

describe('a search of a linked segment', () => {
  const { vectors, queries } = heldOut(clustered, { count: 1500, dimension: 24, queryCount: 50 });
  let segment: Segment;
  beforeAll(async () => {
    segment = await linkedSegment(vectors, { dimension: 24 });
  });

  test('finds more with a wider beam, and nearly all of it', () => {
    const exact = bruteForceBatch(vectors, queries, { dimension: 24, metric: 'l2', k: 10 });
    const recallAt = (efSearch: number): number =>
      exact.reduce((sum, { nodes }, i) => {
        const query = queries.subarray(i * 24, (i + 1) * 24);
        return sum + recall(searchBare(segment, query, 10, efSearch).nodes, nodes) / exact.length;
      }, 0);
    const [narrow, wide, all] = [10, 64, 1500].map(recallAt);
    expect(narrow).toBeLessThan(wide);
    expect(wide).toBeGreaterThan(0.95);
    expect(all).toBeCloseTo(1, 9);
  });

  test.each(TIER_TARGETS)('keeps cosine in 0 to 2 on the $tier tier', async (target) => {
    const own = await linkedSegment(
      vectors.slice(0, 24 * 300),
      { dimension: 24, metric: 'cosine' },
      target,
    );
    // Rounding makes the dot product of a unit vector with itself a little more than 1 now and
    // then.
    const distances = Array.from({ length: 300 }, (_, node) => {
      const same = searchBare(own, vectors.slice(24 * node, 24 * (node + 1)), 1, 20);
      const opposite = own.vectors(node, 1).map((component) => 0 - component);
      const all = searchBare(own, opposite, 300, 300);
      return [same.distances[0], all.distances[all.distances.length - 1]];
    }).flat();
    expect(distances.filter((distance) => !(distance >= 0 && distance <= 2))).toEqual([]);
    expect(distances.filter((distance) => distance === 0).length).toBeGreaterThan(100);
    expect(distances.filter((distance) => distance === 2).length).toBeGreaterThan(100);
  });

  test('counts the distances and rows of this query only', () => {
    const query = queries.subarray(0, 24);
    const first = searchBare(segment, query, 10, 64);
    searchBare(segment, queries.subarray(24, 48), 10, 64);
    const { distanceCount, hopCount } = searchBare(segment, query, 10, 64);
    expect({ distanceCount, hopCount }).toEqual({
      distanceCount: first.distanceCount,
      hopCount: first.hopCount,
    });
    expect(hopCount).toBeGreaterThanOrEqual(64);
  });

  // Seeds whose entry point no node links to: it must not be lost on the way down to level 0.
  test.each([11, 13, 34, 40, 41])('finds all of a sound graph, seed %i', async (seed) => {
    const points = gaussian({ count: 150, dimension: 8, seed });
    const found: number[] = [];
    const builders = ['partitions', 'insertion'] as const;
    for (const [M, builder] of [2, 3, 4].flatMap((m) => builders.map((b) => [m, b] as const))) {
      for (const efConstruction of [2, 20]) {
        const options = { dimension: 8, M, efConstruction, seed, builder };
        const own = await linkedSegment(points, options);
        expect(problemsOf(own)).toEqual([]);
        for (let node = 0; node < 150; node++) {
          const query = points.slice(8 * node, 8 * (node + 1));
          found.push(searchBare(own, query, 150, 150).nodes.length);
        }
      }
    }
    expect(new Set(found)).toEqual(new Set([150]));
  });
});
