// Fine codes against the formula in integers, on every tier: signed bytes meet kernels that allow
// a sign on one side only. A newcomer would test small values: the largest are where sums overflow.

import { Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { codeWord, nodeWord } from '../../../src/memory/layout.ts';
import { keptOf, resolveOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { openSegment } from '../../../src/segments/segment-list.ts';
import { problemsOf, wordOf } from '../../support/bare-segment.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const DIMENSION = 37;
const SCALE = 0.25;
const COUNT = 21;

type Rows = readonly Float32Array[];

/** Rows of which some lie far outside of what codes reach. */
function rowsOf(seed: number, reach: number): Rows {
  const random = new Random(seed);
  return Array.from({ length: COUNT }, (_, i) =>
    Float32Array.from({ length: DIMENSION }, () => random.normal() * (i % 3 === 0 ? 50 : reach)),
  );
}

function fineSegment(rows: Rows, metric: 'l2' | 'dot', target: Target): Segment {
  const options = resolveOptions({
    ...{ dimension: DIMENSION, metric, precision: 'int8', threads: 1 },
    ...target,
  });
  const segment = openSegment(options, COUNT, 0, keptOf(options));
  const { f32s, hot, layout } = segment;
  f32s[F.CODE_SCALE] = SCALE;
  for (let i = 0; metric === 'l2' && i < DIMENSION; i++) f32s[wordOf(segment, 'means') + i] = i / 8;
  for (const [slot, row] of rows.entries()) {
    segment.i32s[nodeWord(layout, slot)] = slot;
    f32s.set(row, segment.scratch(0) + layout.bufferWord);
    hot.encodeBuffer(segment.scratch(0), slot);
  }
  return segment;
}

/** What the codes of a row must be: half steps from the mean. */
function halfSteps(segment: Segment, row: Float32Array): number[] {
  const means = wordOf(segment, 'means');
  return Array.from(row, (value, i) => {
    const steps = Math.floor((value - segment.f32s[means + i]) / (SCALE / 2) + 0.5);
    return Math.min(127, Math.max(-127, steps));
  });
}

function codesOf(segment: Segment, slot: number): number[] {
  const start = 4 * codeWord(segment.layout, slot);
  return Array.from(new Int8Array(segment.u8s.buffer, start, DIMENSION));
}

describe.each(TIER_TARGETS)('fine codes on the $tier tier', (target) => {
  test.each(['l2', 'dot'] as const)('are half steps, signed, under %s', (metric) => {
    const rows = rowsOf(1, 3);
    const segment = fineSegment(rows, metric, target);
    for (const [slot, row] of rows.entries()) {
      expect(codesOf(segment, slot)).toEqual(halfSteps(segment, row));
    }
  });

  test.each(['l2', 'dot'] as const)('stand for a quarter of a step around, under %s', (metric) => {
    const rows = rowsOf(2, 2);
    const segment = fineSegment(rows, metric, target);
    const { f32s, layout } = segment;
    const buffer = segment.scratch(0) + layout.bufferWord;
    for (const [slot, row] of rows.entries()) {
      segment.hot.decodeSlot(segment.scratch(0), slot);
      const codes = codesOf(segment, slot);
      for (const [i, value] of row.entries()) {
        if (Math.abs(codes[i]) === 127) continue;
        expect(Math.abs(f32s[buffer + i] - value)).toBeLessThanOrEqual(SCALE / 4 + 1e-5);
      }
    }
  });

  test.each(['l2', 'dot'] as const)('give the keys of the formula under %s', (metric) => {
    const rows = rowsOf(3, 3);
    const segment = fineSegment(rows, metric, target);
    const { i32s, f32s, hot, u8s, layout } = segment;
    const scratch = segment.scratch(0);
    for (const query of [rows[0], rows[1], rowsOf(4, 5)[2]]) {
      f32s.set(query, scratch + F.QUERY);
      hot.bindQuery(scratch);
      const place = 4 * (scratch + layout.queryCodeWord);
      const u = Array.from(u8s.subarray(place, place + DIMENSION));
      expect(Math.max(...u)).toBeLessThanOrEqual(127);
      for (let i = 0; i < COUNT; i++) i32s[scratch + F.GATHERED + i] = i;
      hot.measureGathered(scratch, COUNT);
      const expected = rows.map((_, slot) => {
        const s = codesOf(segment, slot);
        const dot = s.reduce((sum, code, i) => sum + code * u[i], 0);
        const sum = s.reduce((total, code) => total + code, 0);
        if (metric === 'dot') return 128 * sum - 2 * dot;
        const squares = s.reduce((total, code) => total + code * code, 0);
        const own = u.reduce((total, code) => total + 2 * (code - 64) ** 2, 0);
        return own + ((squares + 256 * sum) >> 1) - 2 * dot;
      });
      const first = scratch + F.DISTANCES;
      expect(Array.from(i32s.subarray(first, first + COUNT))).toEqual(expected);
    }
  });

  test('are verified: no -128, and the norm that is theirs', () => {
    const segment = fineSegment(rowsOf(5, 3), 'l2', target);
    segment.publishCount(COUNT);
    segment.publishLinked(COUNT);
    const kinds = (): string[] => problemsOf(segment).map(({ kind }) => kind);
    expect(kinds()).not.toContain('bad-code');
    expect(kinds()).not.toContain('bad-norm');
    segment.u8s[4 * codeWord(segment.layout, 1) + 2] ^= 16;
    expect(kinds()).toContain('bad-norm');
    segment.u8s[4 * codeWord(segment.layout, 3) + 2] = 128;
    expect(kinds()).toContain('bad-code');
  });
});
