// The order of a bulk build, and what must not matter to its bytes: threads, tiers, the order of
// items, items done twice, builds that were broken off before. UPDATE_GOLDEN=1 pins new digests.

import { clustered, duplicates, gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { isRepeatable, itemCount, type Phase } from '../../../../src/build/phases.ts';
import * as F from '../../../../src/hot/fields.ts';
import { type IndexOptions, VectorIndex } from '../../../../src/index.ts';
import { levelByte, rowWord } from '../../../../src/memory/layout.ts';
import { QUALITIES } from '../../../../src/options.ts';
import type { Segment } from '../../../../src/segments/segment.ts';
import { fillSegment, problemsOf } from '../../../support/bare-segment.ts';
import {
  digestOf,
  indexDigest,
  levelOf,
  linkInPhases,
  reachedNodes,
  runAll,
  runOne,
} from '../../../support/bulk.ts';
import { expectGolden } from '../../../support/golden.ts';
import { RUNNABLE_TIERS } from '../../../support/targets.ts';

const GOLDEN = new URL('./link-in-bulk.golden.json', import.meta.url);

interface Pinned {
  readonly name: string;
  readonly vectors: Float32Array;
  readonly options: Omit<IndexOptions, 'threads' | 'tier'>;
}

const PINNED: readonly Pinned[] = [
  {
    name: 'clustered 2000 x 32, l2',
    vectors: clustered({ count: 2000, dimension: 32 }),
    options: { dimension: 32 },
  },
  {
    name: 'a tenth of duplicates 1500 x 20, cosine',
    vectors: duplicates({ count: 1500, dimension: 20, fraction: 0.1 }),
    options: { dimension: 20, metric: 'cosine' },
  },
  {
    name: "normal 1200 x 17, dot, quality 'high'",
    vectors: gaussian({ count: 1200, dimension: 17 }),
    options: { dimension: 17, metric: 'dot', quality: 'high' },
  },
];

async function digestWith(
  { vectors, options }: Pinned,
  more: Partial<IndexOptions>,
): Promise<string> {
  const settings = { flatThreshold: 0, ...options, ...more };
  const index = await VectorIndex.build(vectors, settings);
  expect(index.verify()).toEqual([]);
  const digest = indexDigest(index);
  await index.close();
  return digest;
}

describe.each(PINNED)('the bytes of $name', (pinned) => {
  test.each([1, 2, 3, 8])('are as recorded for %i threads', async (threads) => {
    expectGolden(GOLDEN, pinned.name, await digestWith(pinned, { threads }));
  });

  test.each(RUNNABLE_TIERS)('are as recorded for tier %s', async (tier) => {
    expectGolden(GOLDEN, pinned.name, await digestWith(pinned, { tier, threads: 2 }));
  });

  test('are others for another seed', async () => {
    const [one, other] = [{ seed: 1 }, { seed: 2 }].map((seed) =>
      digestWith(pinned, { ...seed, threads: 1 }),
    );
    expect(await other).not.toBe(await one);
  });
});

const DIMENSION = 12;
const COUNT = 1400;
/** Enough for partitions on level 0, few enough for upper levels without; some are copies. */
const vectors = duplicates({ count: COUNT, dimension: DIMENSION, fraction: 0.2 });

function freshSegment(): Segment {
  return fillSegment(vectors, { dimension: DIMENSION });
}

async function undisturbed(quality: (typeof QUALITIES)[number]): Promise<string> {
  const segment = freshSegment();
  await linkInPhases(segment, { quality });
  return digestOf([segment]);
}

/** What is run, each with its level where it has one. */
async function phasesOf(segment: Segment, quality: (typeof QUALITIES)[number]): Promise<string[]> {
  const phases: string[] = [];
  const runPhase = (_: Segment, phase: Phase): void => {
    phases.push(`${phase.kind} ${levelOf(phase) ?? ''}`.trim());
    runAll(segment, phase);
  };
  await linkInPhases(segment, { quality, runPhase });
  return phases.filter((phase, i) => phase !== phases[i - 1]);
}

describe('the order of a build', () => {
  test("by 'balanced' has one pass over level 0", async () => {
    const probes = [3, 2, 1, 0].map((level) => `probe ${level}`);
    const levels = [1, 2, 3].flatMap((level) => [`compare ${level}`, `rows ${level}`]);
    expect(await phasesOf(freshSegment(), 'balanced')).toEqual([
      ...['encode', 'assign 0', 'encode', 'leaves 0', 'select 0', 'rows 0'],
      ...[...levels, ...probes, 'repair'],
    ]);
  });

  test("by 'high' selects a second time, from what a search finds", async () => {
    const phases = await phasesOf(freshSegment(), 'high');
    expect(phases.slice(3, 8)).toEqual(['leaves 0', 'select 0', 'rows 0', 'refine 0', 'rows 0']);
  });

  test('of few vectors compares all with all', async () => {
    const few = fillSegment(gaussian({ count: 300, dimension: 4 }), { dimension: 4 });
    const phases = await phasesOf(few, 'balanced');
    expect(phases.slice(0, 3)).toEqual(['encode', 'compare 0', 'rows 0']);
    expect(phases).not.toContain('leaves 0');
  });

  test('of many vectors partitions upper levels too', async () => {
    const many = fillSegment(gaussian({ count: 2600, dimension: 8 }), { dimension: 8, M: 2 });
    const phases = await phasesOf(many, 'fast');
    expect(phases.slice(6, 10)).toEqual(['assign 1', 'leaves 1', 'select 1', 'rows 1']);
    expect(problemsOf(many)).toEqual([]);
  });

  test.each([1, 2, 3, 17])('of %i vectors ends with all of them reachable', async (count) => {
    for (const quality of QUALITIES) {
      const segment = fillSegment(gaussian({ count, dimension: 3 }), { dimension: 3 });
      await linkInPhases(segment, { quality });
      expect(segment.linked).toBe(count);
      expect(reachedNodes(segment).size).toBe(count);
      expect(problemsOf(segment)).toEqual([]);
    }
  });
});

describe('the bytes of a build', () => {
  test.each(QUALITIES)("by '%s' do not depend on the order of items", async (quality) => {
    const segment = freshSegment();
    const runPhase = (_: Segment, phase: Phase): void => {
      for (let item = itemCount(phase) - 1; item >= 0; item--) runOne(segment, phase, item);
    };
    await linkInPhases(segment, { quality, runPhase });
    expect(digestOf([segment])).toBe(await undisturbed(quality));
  });

  test.each(QUALITIES)("by '%s' are the same when items are done twice", async (quality) => {
    const segment = freshSegment();
    const runPhase = (_: Segment, phase: Phase): void => {
      runAll(segment, phase);
      if (!isRepeatable(phase)) return;
      for (let item = 0; item < itemCount(phase); item += 2) runOne(segment, phase, item);
    };
    await linkInPhases(segment, { quality, runPhase });
    expect(digestOf([segment])).toBe(await undisturbed(quality));
  });

  test.each(QUALITIES)("by '%s' are the same after builds that broke off", async (quality) => {
    const segment = freshSegment();
    const total = (await phasesOf(freshSegment(), quality)).length;
    for (let broken = 0; broken < total; broken++) {
      let left = broken;
      const runPhase = (_: Segment, phase: Phase): void => {
        const items = itemCount(phase);
        for (let item = 0; item < items / 2; item++) runOne(segment, phase, item);
        if (left-- === 0) throw new Error('broken off');
        for (let item = Math.ceil(items / 2); item < items; item++) runOne(segment, phase, item);
      };
      await expect(linkInPhases(segment, { quality, runPhase })).rejects.toThrow('broken off');
      expect([segment.linked, segment.i32s[F.ENTRY_COUNT]]).toEqual([0, 0]);
    }
    await linkInPhases(segment, { quality });
    expect(digestOf([segment])).toBe(await undisturbed(quality));
  });
});

describe('a graph built in bulk', () => {
  test('links only vectors with codes of their own, on levels above 0 too', async () => {
    const segment = freshSegment();
    await linkInPhases(segment);
    const { i32s, u8s, layout } = segment;
    const first = i32s[F.FIRST_COPY];
    const levels = u8s.subarray(levelByte(layout, first), levelByte(layout, COUNT));
    expect(first + i32s[F.COPY_COUNT]).toBe(COUNT);
    expect(Math.max(...levels)).toBe(0);
    expect(i32s[F.MAX_LEVEL]).toBeGreaterThan(0);
  });

  test('gives every node of it neighbors on its own', async () => {
    const segment = freshSegment();
    await linkInPhases(segment);
    const { i32s, layout } = segment;
    const degrees = Array.from({ length: i32s[F.FIRST_COPY] }, (_, slot) => {
      return i32s[rowWord(layout, slot)];
    });
    expect(Math.min(...degrees)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...degrees)).toBeLessThanOrEqual(layout.M0);
  });

  test('reaches every node from the entry point', async () => {
    const segment = freshSegment();
    await linkInPhases(segment);
    expect(reachedNodes(segment).size).toBe(COUNT);
    expect(problemsOf(segment)).toEqual([]);
  });
});
