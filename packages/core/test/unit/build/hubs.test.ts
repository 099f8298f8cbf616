// The table of hubs: which slots stand in it after builds and adds, beside a naive cover.

import { clustered, duplicates } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import type { Phase } from '../../../src/build/phases.ts';
import * as F from '../../../src/hot/fields.ts';
import { codeWord, hubCountOf, hubWords, normWord } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  type BareOptions,
  fillSegment,
  linkBare,
  linkedSegment,
  problemsOf,
  sharedBytes,
  wordOf,
} from '../../support/bare-segment.ts';
import { linkInPhases, runAll } from '../../support/bulk.ts';
import { ALL_TARGETS } from '../../support/targets.ts';

const DIMENSION = 8;
const OPTIONS: BareOptions = { dimension: DIMENSION, entry: 'hubs', M: 4, capacity: 4000 };
const all = clustered({ count: 4000, dimension: DIMENSION, seed: 5 });
const rows = (first: number, end: number): Float32Array =>
  all.slice(first * DIMENSION, end * DIMENSION);

function hubsOf({ i32s, layout }: Segment): number[] {
  return Array.from({ length: i32s[F.HUB_COUNT] }, (_, i) => i32s[hubWords(layout, i).slot]);
}

/** Hubs whose norm or codes are not those of their slots. */
function wrongRows({ i32s, layout }: Segment, hubs: readonly number[]): number[] {
  return hubs.filter((hub, i) => {
    const { norm, codes } = hubWords(layout, i);
    const source = codeWord(layout, hub);
    const same = Array.from({ length: layout.codeWords }, (_, word) => word).every(
      (word) => i32s[codes + word] === i32s[source + word],
    );
    return !same || i32s[norm] !== i32s[normWord(layout, hub)];
  });
}

/** The smallest distance between two hubs, and the largest of another slot to its nearest hub. */
function gapsOf(segment: Segment, hubs: readonly number[]): { between: number; beyond: number } {
  const nearest = (slot: number): number =>
    Math.min(...hubs.filter((h) => h !== slot).map((h) => segment.hot.codeDistance(slot, h)));
  const others = Array.from({ length: segment.linked }, (_, slot) => slot);
  return {
    between: Math.min(...hubs.map(nearest)),
    beyond: Math.max(...others.filter((slot) => !hubs.includes(slot)).map(nearest)),
  };
}

describe('the hubs of a graph', () => {
  test.each(['partitions', 'insertion'] as const)('cover it, by %s', async (builder) => {
    // Few enough that every slot is looked at.
    const segment = await linkedSegment(rows(0, 128), { ...OPTIONS, builder });
    const hubs = hubsOf(segment);
    expect(hubs.length).toBe(hubCountOf(128));
    expect(new Set(hubs).size).toBe(hubs.length);
    expect(hubs[0]).toBe(segment.i32s[wordOf(segment, 'entryPoints')]);
    expect(wrongRows(segment, hubs)).toEqual([]);
    const { between, beyond } = gapsOf(segment, hubs);
    expect(between).toBeGreaterThanOrEqual(beyond);
    expect(problemsOf(segment)).toEqual([]);
  });

  test('are all slots of a few', async () => {
    for (const count of [1, 2, 3, 16]) {
      const segment = await linkedSegment(rows(0, count), OPTIONS);
      expect(hubsOf(segment).sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
    }
  });

  test('are no copies', async () => {
    const shape = { count: 600, dimension: DIMENSION, fraction: 0.6 };
    const segment = await linkedSegment(duplicates(shape), OPTIONS);
    const [first, count] = [segment.i32s[F.FIRST_COPY], segment.i32s[F.COPY_COUNT]];
    expect(count).toBeGreaterThan(100);
    expect(hubsOf(segment).filter((hub) => hub >= first && hub < first + count)).toEqual([]);
    expect(problemsOf(segment)).toEqual([]);
  });

  test('stay while less than a quarter is added, and their entry point for ever', async () => {
    const segment = await linkedSegment(rows(0, 500), OPTIONS);
    const before = hubsOf(segment);
    appendVectors(segment, rows(500, 624));
    await linkBare(segment);
    expect(hubsOf(segment)).toEqual(before);
    appendVectors(segment, rows(624, 700));
    await linkBare(segment);
    const after = hubsOf(segment);
    expect(after[0]).toBe(before[0]);
    expect(after.some((hub) => hub >= 500)).toBe(true);
    expect(wrongRows(segment, after)).toEqual([]);
    expect(problemsOf(segment)).toEqual([]);
  });

  test.each(['partitions', 'insertion'] as const)(
    'are the same on all tiers and memories, %s',
    async (builder) => {
      const bytes: Uint8Array[] = [];
      for (const target of ALL_TARGETS) {
        const segment = await linkedSegment(rows(0, 400), { ...OPTIONS, builder }, target);
        appendVectors(segment, rows(400, 700));
        await linkBare(segment, true);
        bytes.push(sharedBytes(segment));
      }
      for (const other of bytes.slice(1)) expect(Buffer.compare(bytes[0]!, other)).toBe(0);
    },
  );

  test('go with a graph that is given up, and come back the same', async () => {
    const fresh = await linkedSegment(rows(0, 500), OPTIONS);
    for (const broken of ['probe', 'repair'] as const) {
      const segment = fillSegment(rows(0, 500), OPTIONS);
      const runPhase = (other: Segment, phase: Phase): void => {
        if (phase.kind === broken) throw new Error('broken off');
        runAll(other, phase);
      };
      await expect(linkInPhases(segment, { runPhase })).rejects.toThrow('broken off');
      expect([segment.linked, segment.i32s[F.HUB_COUNT]]).toEqual([0, 0]);
      await linkBare(segment);
      expect(hubsOf(segment)).toEqual(hubsOf(fresh));
      expect(problemsOf(segment)).toEqual([]);
    }
  });
});
