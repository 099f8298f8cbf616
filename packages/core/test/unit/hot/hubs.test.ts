// Entering by hubs: the seeds of a search are the nearest of the table, as a naive scan of all hubs
// would choose them, on every tier.

import { clustered } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { fillHubs } from '../../../src/build/hubs.ts';
import * as F from '../../../src/hot/fields.ts';
import { hubWords, type Metric } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { linkedSegment, wordOf } from '../../support/bare-segment.ts';
import type { Candidate } from '../../support/naive.ts';
import { readPool } from '../../support/pool-words.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const COUNT = 400;
/** Room for more hubs than one chunk of a scan takes. */
const CAPACITY = 150_000;

interface HubCase {
  readonly metric: Metric;
  readonly dimension: number;
}

function segmentOf({ metric, dimension }: HubCase, target: Target): Promise<Segment> {
  // Whole numbers, so that many distances are equal.
  const vectors = clustered({ count: COUNT, dimension, seed: 3 }).map((x) => Math.round(3 * x));
  const options = { dimension, metric, entry: 'hubs', capacity: CAPACITY, M: 4 } as const;
  return linkedSegment(
    vectors.map((x) => (x === 0 ? 1 : x)),
    options,
    target,
  );
}

/** Makes the first `count` slots of an uneven order the table. */
function setHubs(segment: Segment, count: number): number[] {
  const slots = segment.i32s[F.FIRST_COPY] || COUNT;
  const stride = [211, 223, 227].find((prime) => slots % prime !== 0) ?? 1;
  const hubs = Array.from({ length: Math.min(count, slots) }, (_, i) => (7 + i * stride) % slots);
  hubs.forEach((hub, i) => {
    segment.i32s[hubWords(segment.layout, i).slot] = hub;
  });
  segment.i32s[F.HUB_COUNT] = hubs.length;
  fillHubs(segment);
  return hubs;
}

/** The nearest `width` hubs to a slot by (distance, slot), and the first hub. */
function naiveSeeds(segment: Segment, hubs: readonly number[], slot: number, width: number) {
  const pairs = hubs.map((node) => ({ distance: segment.hot.codeDistance(slot, node), node }));
  const order = (a: Candidate, b: Candidate): number => a.distance - b.distance || a.node - b.node;
  const nearest = [...pairs].sort(order).slice(0, width);
  return nearest.includes(pairs[0]!) ? nearest : [...nearest, pairs[0]!].sort(order);
}

describe.each(TIER_TARGETS)('on $tier', (target) => {
  test.each<HubCase>([
    { metric: 'l2', dimension: 1 },
    { metric: 'l2', dimension: 2 },
    { metric: 'l2', dimension: 33 },
    { metric: 'cosine', dimension: 5 },
    { metric: 'dot', dimension: 17 },
  ])('seeds are the nearest hubs, by $metric in $dimension', async (trial) => {
    const segment = await segmentOf(trial, target);
    const scratch = segment.scratch(0);
    for (const count of [1, 3, 64, 257, 300]) {
      const hubs = setHubs(segment, count);
      for (const [slot, width] of [
        [0, 1],
        [5, 4],
        [9, 16],
        [100, 64],
        [11, 400],
      ] as const) {
        segment.hot.bindNode(scratch, slot);
        segment.i32s[scratch + F.DISTANCE_COUNT] = 0;
        segment.hot.enterByHubs(scratch, width);
        expect(readPool(segment, scratch)).toEqual(naiveSeeds(segment, hubs, slot, width));
        expect(segment.i32s[scratch + F.DISTANCE_COUNT]).toBe(hubs.length);
      }
    }
  });

  test('a table read while it changes gives nobody twice', async () => {
    const segment = await segmentOf({ metric: 'l2', dimension: 8 }, target);
    const scratch = segment.scratch(0);
    const { i32s, layout } = segment;
    const hubs = setHubs(segment, 64);
    // The slots of 7 and 20 with other codes, at places that are not theirs yet.
    i32s[hubWords(layout, 3).slot] = hubs[7]!;
    i32s[hubWords(layout, 40).slot] = hubs[20]!;
    for (const slot of [hubs[7]!, hubs[20]!, hubs[3]!, 5]) {
      segment.hot.bindNode(scratch, slot);
      segment.hot.enterByHubs(scratch, 64);
      segment.hot.searchLevel(scratch, 0, 300);
      const nodes = readPool(segment, scratch).map(({ node }) => node);
      expect(nodes.length).toBe(300);
      expect(new Set(nodes).size).toBe(300);
    }
  });

  test('there are no upper levels', async () => {
    const segment = await segmentOf({ metric: 'l2', dimension: 8 }, target);
    expect(segment.i32s[F.MAX_LEVEL]).toBe(0);
    expect(segment.i32s[F.UPPER_COUNT]).toBe(0);
    expect(wordOf(segment, 'upperHeads')).toBe(wordOf(segment, 'nodes'));
  });
});
