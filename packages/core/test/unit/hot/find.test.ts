import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { HOSTS } from '../../../src/hot/find.ts';
import { levelByte, upperHeadWord, upperRowWord } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  codedSegment,
  linkTo,
  neighborsOf,
  wordsAt,
  writeList,
} from '../../support/coded-segment.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const NONE = F.NONE;
const COUNT = 12;

/** Slots on a line whose code is their number, linked to the next and the one before. */
function line(target: Target, M = 2): Segment {
  const rows = Array.from({ length: COUNT }, (_, slot) => Uint8Array.of(slot));
  const segment = codedSegment(rows, { dimension: 1, M }, target);
  for (let slot = 0; slot < COUNT; slot++) {
    linkTo(
      segment,
      slot,
      [slot - 1, slot + 1].filter((other) => other >= 0 && other < COUNT),
    );
  }
  return segment;
}

/** What a probe for `slot` on level 0 leaves in OUT, which held -9 before. */
function probe(segment: Segment, slot: number, ef: number, width = 4): number[] {
  const out = segment.bench(0) + F.OUT;
  segment.i32s.fill(-9, out, out + HOSTS);
  segment.hot.probe(segment.scratch(0), slot, 0, ef, width, out);
  return wordsAt(segment, out, HOSTS);
}

/** Cuts `slot` off: nobody links to it any more. */
function cutOff(segment: Segment, slot: number): void {
  for (let other = 0; other < COUNT; other++) {
    linkTo(
      segment,
      other,
      neighborsOf(segment, other).filter((neighbor) => neighbor !== slot),
    );
  }
}

describe.each(TIER_TARGETS)('probe on the $tier tier', (target) => {
  test('finds every slot of a connected graph', () => {
    const segment = line(target);
    const first = Array.from({ length: COUNT }, (_, slot) => probe(segment, slot, 2)[0]);
    expect(new Set(first)).toEqual(new Set([NONE]));
  });

  test('finds the entry point, which nobody need link to', () => {
    const segment = line(target);
    cutOff(segment, 0);
    expect(probe(segment, 0, 1)[0]).toBe(NONE);
  });

  test('names the nearest slots that were found when one is missed, nearest first', () => {
    const segment = line(target);
    // The last slot has no neighbor behind it that could be cut off with it.
    cutOff(segment, COUNT - 1);
    expect(probe(segment, COUNT - 1, 20)).toEqual([10, 9, 8, 7, 6, 5, 4, 3]);
  });

  test('fills up with nobody where fewer were found', () => {
    const segment = line(target);
    cutOff(segment, 3);
    expect(probe(segment, 3, 20)).toEqual([2, 1, 0, NONE, NONE, NONE, NONE, NONE]);
    expect(probe(segment, 7, 20)).toEqual([2, 1, 0, NONE, NONE, NONE, NONE, NONE]);
  });

  test('misses what only a wider beam finds', () => {
    // Slot 5 lies behind slot 11, which is farther from it than all others that were found.
    const segment = line(target);
    linkTo(segment, 0, [1, 2, 11]);
    linkTo(segment, 1, [0]);
    linkTo(segment, 2, [0]);
    linkTo(segment, 11, [5]);
    expect(probe(segment, 5, 3)).toEqual([2, 1, 0, NONE, NONE, NONE, NONE, NONE]);
    expect(probe(segment, 5, 4)[0]).toBe(NONE);
  });

  test('searches the level it is given, from the entry point down to it', () => {
    const segment = line(target);
    const { i32s, u8s, layout } = segment;
    // Slots 0, 4 and 8 have a row on level 1, and slot 0 one on level 2.
    [0, 4, 8].forEach((slot, i) => {
      u8s[levelByte(layout, slot)] = slot === 0 ? 2 : 1;
      i32s[upperHeadWord(layout, slot)] = 2 * i;
    });
    i32s.set([1, 4], upperRowWord(layout, 0));
    const out = segment.bench(0) + F.OUT;
    segment.hot.probe(segment.scratch(0), 4, 1, 8, 8, out);
    expect(i32s[out]).toBe(NONE);
    segment.hot.probe(segment.scratch(0), 8, 1, 8, 8, out);
    expect(wordsAt(segment, out, HOSTS)).toEqual([4, 0, ...Array(6).fill(NONE)]);
  });

  test('gives the same three hundred times, past the last epoch of the visited bytes', () => {
    const segment = line(target);
    cutOff(segment, 6);
    const answers = Array.from({ length: 300 }, (_, i) => String(probe(segment, 5 + (i % 2), 20)));
    expect(new Set(answers.filter((_, i) => i % 2 === 0)).size).toBe(1);
    expect(new Set(answers.filter((_, i) => i % 2 === 1))).toEqual(new Set(['5,4,3,2,1,0,-1,-1']));
  });
});

describe.each(TIER_TARGETS)('adoptFrom on the $tier tier', (target) => {
  /** Adopts `slot` from `hosts`, filled up with NONE; M = 2, so that four fill a row of level 0. */
  function adopt(segment: Segment, slot: number, hosts: readonly number[]): void {
    const filled = Array.from({ length: HOSTS }, (_, i) => hosts[i] ?? NONE);
    writeList(segment, filled);
    segment.hot.adoptFrom(slot, 0, segment.bench(0) + F.LIST);
  }

  test('links from the first host with room', () => {
    const segment = line(target);
    linkTo(segment, 2, [1, 3, 4, 5]);
    adopt(segment, 9, [2, 6, 7]);
    expect(neighborsOf(segment, 2)).toEqual([1, 3, 4, 5]);
    expect(neighborsOf(segment, 6)).toEqual([5, 7, 9]);
    expect(neighborsOf(segment, 7)).toEqual([6, 8]);
  });

  test('fills a row to its last place', () => {
    const segment = line(target);
    linkTo(segment, 2, [1, 3, 4]);
    adopt(segment, 9, [2, 6]);
    expect(neighborsOf(segment, 2)).toEqual([1, 3, 4, 9]);
    expect(neighborsOf(segment, 6)).toEqual([5, 7]);
  });

  test('takes the last place of the first host when nobody has room', () => {
    const segment = line(target);
    linkTo(segment, 2, [1, 3, 4, 5]);
    linkTo(segment, 6, [5, 7, 8, 10]);
    adopt(segment, 9, [2, 6]);
    expect(neighborsOf(segment, 2)).toEqual([1, 3, 4, 9]);
    expect(neighborsOf(segment, 6)).toEqual([5, 7, 8, 10]);
  });

  test('does nothing when a host has the link already', () => {
    const segment = line(target);
    linkTo(segment, 2, [1, 9]);
    adopt(segment, 9, [2, 6]);
    expect([neighborsOf(segment, 2), neighborsOf(segment, 6)]).toEqual([
      [1, 9],
      [5, 7],
    ]);
    linkTo(segment, 2, [1, 9, 3, 4]);
    adopt(segment, 9, [2, 6]);
    expect(neighborsOf(segment, 6)).toEqual([5, 7]);
  });

  test('makes what was missed findable from the hosts that its probe named', () => {
    for (let slot = 1; slot < COUNT; slot++) {
      const segment = line(target);
      cutOff(segment, slot);
      adopt(segment, slot, probe(segment, slot, 20));
      expect(probe(segment, slot, 20)[0]).toBe(NONE);
    }
  });

  test('links on an upper level, whose rows are half as long', () => {
    const segment = line(target);
    const { i32s, layout } = segment;
    i32s[upperHeadWord(layout, 4)] = 1;
    i32s[upperHeadWord(layout, 8)] = 2;
    i32s.set([2, 0, 8], upperRowWord(layout, 1));
    writeList(segment, [4, 8, ...Array(6).fill(NONE)]);
    segment.hot.adoptFrom(10, 1, segment.bench(0) + F.LIST);
    expect(wordsAt(segment, upperRowWord(layout, 1), 3)).toEqual([2, 0, 8]);
    expect(wordsAt(segment, upperRowWord(layout, 2), 2)).toEqual([1, 10]);
  });
});
