// What a build leaves and a search costs, counted exactly: a change of algorithm or of a tuning
// constant shows here as a difference of numbers to be looked at. After a wanted change run
//
//   UPDATE_GOLDEN=1 npx vitest run --project work packages/core

import { createHash } from 'node:crypto';
import { clustered, heldOut } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import * as F from '../../src/hot/fields.ts';
import { type EntryKind, SAVED_REGIONS } from '../../src/memory/layout.ts';
import type { Builder, Quality } from '../../src/options.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { regionBytes } from '../../src/snapshot/regions.ts';
import {
  type Answer,
  linkedSegment,
  problemsOf,
  rowWord,
  searchBare,
} from '../support/bare-segment.ts';
import { expectGolden } from '../support/golden.ts';

const QUERIES = 100;
const GOLDEN = new URL('./graph.golden.json', import.meta.url);

interface WorkCase {
  readonly name: string;
  readonly metric: 'l2' | 'cosine' | 'dot';
  readonly count: number;
  readonly dimension: number;
  readonly builder: Builder;
  readonly quality?: Quality;
  readonly entry?: EntryKind;
}

const DATA = [
  { name: 'clustered 3000 x 32, l2', metric: 'l2', count: 3000, dimension: 32 },
  { name: 'clustered 2000 x 128, l2', metric: 'l2', count: 2000, dimension: 128 },
  { name: 'clustered 3000 x 32, cosine', metric: 'cosine', count: 3000, dimension: 32 },
  { name: 'clustered 2000 x 128, dot', metric: 'dot', count: 2000, dimension: 128 },
] as const;

const CASES: readonly WorkCase[] = [
  ...DATA.map((data) => ({ ...data, builder: 'insertion' as const })),
  ...DATA.map((data) => ({
    ...data,
    name: `${data.name}, partitions`,
    builder: 'partitions' as const,
  })),
  ...(['fast', 'high'] as const).map((quality) => ({
    ...DATA[0],
    name: `${DATA[0].name}, partitions, ${quality}`,
    builder: 'partitions' as const,
    quality,
  })),
  ...DATA.map((data) => ({
    ...data,
    name: `${data.name}, partitions, hubs`,
    builder: 'partitions' as const,
    entry: 'hubs' as const,
  })),
  {
    ...DATA[0],
    name: `${DATA[0].name}, insertion, hubs`,
    builder: 'insertion' as const,
    entry: 'hubs' as const,
  },
];

/** How many nodes have how many neighbors on level 0. */
function degreeHistogram(segment: Segment): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let node = 0; node < segment.count; node++) {
    const degree = segment.i32s[rowWord(segment, node)];
    counts[degree] = (counts[degree] ?? 0) + 1;
  }
  return counts;
}

/** One hash per region, so that a difference says where it begins. */
function regionHashes(segment: Segment): Record<string, string> {
  const used = segment.usedCounts();
  const hashes = SAVED_REGIONS.map((name) => {
    const hash = createHash('sha256')
      .update(regionBytes(segment, name, used))
      .digest('hex');
    return [name, hash.slice(0, 32)] as const;
  });
  return Object.fromEntries(hashes);
}

/** A search that measures every candidate: with such a residual codes exclude nobody. */
function searchUnbounded(segment: Segment, query: Float32Array): Answer {
  const residual = segment.f32s[F.RESIDUAL];
  segment.f32s[F.RESIDUAL] = 3e38;
  const answer = searchBare(segment, query, 10, 64);
  segment.f32s[F.RESIDUAL] = residual;
  return answer;
}

describe('the work of', () => {
  test.each(CASES)('$name is as recorded', async ({ name, ...settings }) => {
    const { count, dimension } = settings;
    const { vectors, queries } = heldOut(clustered, { count, dimension, queryCount: QUERIES });
    const { count: _count, ...options } = settings;
    const segment = await linkedSegment(vectors, options);
    let distanceCount = 0;
    let exactCount = 0;
    let hopCount = 0;
    for (let i = 0; i < QUERIES; i++) {
      const query = queries.slice(i * dimension, (i + 1) * dimension);
      const answer = searchBare(segment, query, 10, 64);
      distanceCount += answer.distanceCount;
      exactCount += answer.exactCount;
      hopCount += answer.hopCount;
      const { nodes, distances } = searchUnbounded(segment, query);
      expect([answer.nodes, answer.distances]).toEqual([nodes, distances]);
    }
    expect(problemsOf(segment)).toEqual([]);
    const work = { distanceCount, exactCount, hopCount };
    expectGolden(GOLDEN, name, {
      search: { queries: QUERIES, k: 10, efSearch: 64, ...work },
      maxLevel: segment.i32s[F.MAX_LEVEL],
      upperRows: segment.i32s[F.UPPER_COUNT],
      degrees: degreeHistogram(segment),
      sha256: regionHashes(segment),
    });
  });
});
