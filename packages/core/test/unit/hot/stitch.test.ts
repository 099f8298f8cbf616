import { Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { levelByte, METRICS, upperHeadWord, upperRowWord } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  type CodedOptions,
  type CodeRows,
  codedSegment,
  extremeRows,
  linkTo,
  neighborsOf,
  randomRows,
  wordsAt,
  writeList,
} from '../../support/coded-segment.ts';
import { naiveForward, naiveRow, nearestOf, selected } from '../../support/naive-stitch.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const NONE = F.NONE;

/** A segment whose selection has this alpha in its second pass. */
function stitchable(
  rows: CodeRows,
  options: CodedOptions & { readonly alpha: number },
  target: Target,
): Segment {
  const { alpha, ...coded } = options;
  const segment = codedSegment(rows, coded, target);
  segment.i32s[F.UNION_ALPHA] = Math.round(alpha * F.ALPHA_ONE);
  return segment;
}

interface Proposal {
  readonly slot: number;
  readonly list: readonly number[];
}

/** Runs selectForward on all proposals at once; the neighbors it wrote for each. */
function selectForward(
  segment: Segment,
  proposals: readonly Proposal[],
  limit: number,
): number[][] {
  const bench = segment.bench(0);
  const out = bench + F.OUT;
  writeList(
    segment,
    proposals.flatMap(({ slot, list }) => [slot, list.length, ...list]),
  );
  segment.hot.selectForward(segment.scratch(0), bench, proposals.length, limit, out);
  return proposals.map((_, i) => {
    const row = out + i * (1 + limit);
    return wordsAt(segment, row + 1, segment.i32s[row]);
  });
}

/** Runs writeRow on level 0; the neighbors it wrote. */
function writeRow(segment: Segment, { slot, list }: Proposal): number[] {
  writeList(segment, list);
  segment.hot.writeRow(segment.scratch(0), segment.bench(0), slot, list.length, 0);
  return neighborsOf(segment, slot);
}

function refineForward(segment: Segment, slot: number, ef: number, limit: number): number[] {
  const out = segment.bench(0) + F.OUT;
  segment.hot.refineForward(segment.scratch(0), slot, ef, limit, out);
  return wordsAt(segment, out + 1, segment.i32s[out]);
}

/** `length` slots below `count`, with repetitions. */
function draw(seed: number, length: number, count: number): number[] {
  const random = new Random(seed);
  return Array.from({ length }, () => random.integer(0, count));
}

function alphaOf(metric: string): number {
  return metric === 'dot' ? 1 : 1.25;
}

/** Slot 0 in the middle, `near` slots of the same codes on one side and one far on the other. */
function lopsided(near: number): Uint8Array[] {
  const cluster = Array.from({ length: near }, () => Uint8Array.of(70, 64));
  return [Uint8Array.of(64, 64), ...cluster, Uint8Array.of(0, 64)];
}

describe.each(TIER_TARGETS)('selectForward on the $tier tier', (target) => {
  test.each(METRICS)('selects in two passes from the nearest of any list, %s', (metric) => {
    const alpha = alphaOf(metric);
    for (const [length, limit] of [
      [1, 1],
      [12, 4],
      [48, 28],
      [300, 10],
      [1500, 60],
    ]) {
      const rows = extremeRows(length, 200, 12);
      const segment = stitchable(rows, { dimension: 12, metric, alpha }, target);
      const list = draw(length, length, 200);
      const expected = naiveForward({ rows, metric, alpha }, 7, list, limit);
      expect(selectForward(segment, [{ slot: 7, list }], limit)).toEqual([expected]);
    }
  });

  test('selects for one slot after another, each from its own list', () => {
    const rows = randomRows(1, { count: 100, dimension: 6 });
    const segment = stitchable(rows, { dimension: 6, alpha: 1.2 }, target);
    const proposals = Array.from({ length: 20 }, (_, i) => ({
      slot: 5 * i,
      list: draw(i, 3 * i, 100),
    }));
    const rules = { rows, metric: 'l2', alpha: 1.2 } as const;
    const expected = proposals.map(({ slot, list }) => naiveForward(rules, slot, list, 9));
    expect(selectForward(segment, proposals, 9)).toEqual(expected);
  });

  test('passes over nobody, repetitions and the slot itself', () => {
    const rows = randomRows(2, { count: 10, dimension: 8 });
    const segment = stitchable(rows, { dimension: 8, alpha: 1.2 }, target);
    const list = [NONE, 3, 3, NONE, 0, 5, 0, 3, NONE];
    const plain = [3, 5];
    const [found] = selectForward(segment, [{ slot: 0, list }], 8);
    expect(found).toEqual(selectForward(segment, [{ slot: 0, list: plain }], 8)[0]);
    expect(found).not.toContain(0);
    expect(found).not.toContain(NONE);
  });

  test('selects nobody from an empty list and from one of nobody', () => {
    const rows = randomRows(3, { count: 3, dimension: 8 });
    const segment = stitchable(rows, { dimension: 8, alpha: 1.2 }, target);
    const proposals = [
      { slot: 0, list: [] },
      { slot: 1, list: [NONE, NONE, 1] },
      { slot: 2, list: [0] },
    ];
    expect(selectForward(segment, proposals, 4)).toEqual([[], [], [0]]);
  });

  test('looks at four times as many candidates as may be selected, no more', () => {
    const list = (near: number): number[] => Array.from({ length: near + 1 }, (_, i) => i + 1);
    for (const [near, expected] of [
      [7, [1, 8]],
      [8, [1]],
    ] as const) {
      const segment = stitchable(lopsided(near), { dimension: 2, alpha: 1.2 }, target);
      expect(selectForward(segment, [{ slot: 0, list: list(near) }], 2)).toEqual([expected]);
    }
  });

  test('gives the same a thousand times, whatever the visited bytes hold', () => {
    const rows = randomRows(4, { count: 60, dimension: 5 });
    const segment = stitchable(rows, { dimension: 5, alpha: 1.2 }, target);
    const proposals = [{ slot: 9, list: draw(4, 50, 60) }];
    const first = selectForward(segment, proposals, 8);
    const all = Array.from({ length: 1000 }, () => String(selectForward(segment, proposals, 8)));
    expect(new Set(all)).toEqual(new Set([String(first)]));
  });
});

describe.each(TIER_TARGETS)('writeRow on the $tier tier', (target) => {
  test('takes everybody who has room, each once, in the order of the list', () => {
    const rows = randomRows(5, { count: 20, dimension: 4 });
    const segment = stitchable(rows, { dimension: 4, alpha: 1.2, M: 4 }, target);
    expect(writeRow(segment, { slot: 0, list: [9, 3, 9, 12, 3] })).toEqual([9, 3, 12]);
    expect(writeRow(segment, { slot: 1, list: [] })).toEqual([]);
    const full = [8, 7, 6, 5, 4, 3, 2, 0];
    expect(writeRow(segment, { slot: 1, list: [...full, ...full] })).toEqual(full);
  });

  test.each(METRICS)('selects from more than the row holds, %s', (metric) => {
    const alpha = alphaOf(metric);
    for (const [M, length] of [
      [2, 5],
      [4, 9],
      [10, 21],
      [16, 100],
      [32, 500],
    ]) {
      const rows = extremeRows(M, 400, 20);
      const segment = stitchable(rows, { dimension: 20, metric, alpha, M }, target);
      const list = draw(M, length, 400).filter((slot) => slot !== 11);
      const expected = naiveRow({ rows, metric, alpha }, 11, list, 2 * M);
      expect(writeRow(segment, { slot: 11, list })).toEqual(expected);
    }
  });

  test('leaves a tenth of a row free when it selects', () => {
    // Unit steps along every axis: nobody shields anybody at an alpha this large.
    const dimension = 80;
    const middle = new Uint8Array(dimension).fill(64);
    const steps = Array.from({ length: dimension }, (_, axis) =>
      middle.map((code, i) => (i === axis ? 65 : code)),
    );
    for (const [M, kept] of [
      [2, 4],
      [5, 10],
      [6, 11],
      [16, 29],
      [32, 58],
    ]) {
      const segment = stitchable([middle, ...steps], { dimension, alpha: 8, M }, target);
      const list = Array.from({ length: dimension }, (_, i) => i + 1);
      expect(writeRow(segment, { slot: 0, list })).toEqual(list.slice(0, kept));
      expect(writeRow(segment, { slot: 0, list: list.slice(0, 2 * M) }).length).toBe(2 * M);
    }
  });

  test('looks at the nearest 512 of more sources', () => {
    const list = (near: number): number[] =>
      Array.from({ length: near + 1 }, (_, i) => near + 1 - i);
    for (const [near, expected] of [
      [511, [1, 512]],
      [512, [1]],
    ] as const) {
      const segment = stitchable(lopsided(near), { dimension: 2, alpha: 1.2, M: 4 }, target);
      expect(writeRow(segment, { slot: 0, list: list(near) })).toEqual(expected);
    }
  });

  test('selects from thousands of sources what the naive model does', () => {
    const rows = randomRows(6, { count: 3000, dimension: 6 });
    const segment = stitchable(rows, { dimension: 6, alpha: 1.2, M: 16 }, target);
    const list = draw(6, F.LIST_WORDS, 3000);
    const expected = naiveRow({ rows, metric: 'l2', alpha: 1.2 }, 1500, list, 32);
    // A list this long names the slot itself; the row has no room for all, so it is passed over.
    expect(writeRow(segment, { slot: 1500, list })).toEqual(expected);
  });

  test('writes the row of the level it is given, and none besides', () => {
    const rows = randomRows(7, { count: 9, dimension: 4 });
    const segment = stitchable(rows, { dimension: 4, alpha: 1.2, M: 3 }, target);
    const { i32s, u8s, layout } = segment;
    u8s[levelByte(layout, 5)] = 2;
    i32s[upperHeadWord(layout, 5)] = 1;
    writeList(segment, [1, 2, 3, 4, 6]);
    segment.hot.writeRow(segment.scratch(0), segment.bench(0), 5, 5, 2);
    const row = upperRowWord(layout, 2);
    const expected = naiveRow({ rows, metric: 'l2', alpha: 1.2 }, 5, [1, 2, 3, 4, 6], 3);
    expect(wordsAt(segment, row + 1, i32s[row])).toEqual(expected);
    expect([i32s[upperRowWord(layout, 1)], i32s[upperRowWord(layout, 3)]]).toEqual([0, 0]);
    expect(neighborsOf(segment, 5)).toEqual([]);
  });
});

describe.each(TIER_TARGETS)('refineForward on the $tier tier', (target) => {
  const COUNT = 60;
  const rows = randomRows(8, { count: COUNT, dimension: 7 });

  /** Slots in a ring, both ways: everybody finds everybody. */
  function ring(metric: 'l2' | 'dot'): Segment {
    const options = { dimension: 7, metric, alpha: alphaOf(metric), M: 4 };
    const segment = stitchable(rows, options, target);
    for (let i = 0; i < COUNT; i++) linkTo(segment, i, [(i + 1) % COUNT, (i + COUNT - 1) % COUNT]);
    return segment;
  }

  test.each(['l2', 'dot'] as const)('selects from all that a wide beam finds, %s', (metric) => {
    const segment = ring(metric);
    const rules = { rows, metric, alpha: alphaOf(metric) };
    const all = Array.from({ length: COUNT }, (_, i) => i);
    for (const slot of [0, 17, COUNT - 1]) {
      const candidates = nearestOf(rules, slot, all, COUNT);
      const expected = selected(rules, candidates, 7);
      expect(refineForward(segment, slot, COUNT, 7)).toEqual(expected);
    }
  });

  test('keeps no link to the slot itself, however narrow the beam is', () => {
    const segment = ring('l2');
    for (let ef = 1; ef <= 8; ef++) {
      for (let slot = 0; slot < COUNT; slot++) {
        const found = refineForward(segment, slot, ef, 7);
        expect(found).not.toContain(slot);
        expect(new Set(found).size).toBe(found.length);
      }
    }
  });

  test('considers its own row even where the beam has no room for it', () => {
    // Slot 1 is the far one; the beam of 1 ends at a slot that does not shield it.
    const line = [
      [64, 64],
      [0, 64],
      [70, 64],
      [66, 64],
    ].map((codes) => Uint8Array.from(codes));
    const segment = stitchable(line, { dimension: 2, alpha: 1.2, M: 4 }, target);
    linkTo(segment, 0, [1, 2]);
    linkTo(segment, 2, [3]);
    expect(refineForward(segment, 0, 2, 4)).toEqual([3, 1]);
    expect(refineForward(segment, 0, 1, 4)).toEqual([3, 1]);
  });

  test('leaves the rows as they are', () => {
    const segment = ring('l2');
    const start = segment.layout.regions.rows.word;
    const before = wordsAt(segment, start, COUNT * segment.layout.rowWords);
    for (let slot = 0; slot < COUNT; slot++) refineForward(segment, slot, 20, 7);
    expect(wordsAt(segment, start, before.length)).toEqual(before);
  });

  test('selects nobody for a slot without a row', () => {
    const segment = stitchable([Uint8Array.of(1)], { dimension: 1, alpha: 1.2 }, target);
    expect(refineForward(segment, 0, 10, 4)).toEqual([]);
  });
});
