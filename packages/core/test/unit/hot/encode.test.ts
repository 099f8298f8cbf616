import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { fillSegment, wordOf } from '../../support/bare-segment.ts';
import { codesOf } from '../../support/naive.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

describe.each(TIER_TARGETS)('encoding on the $tier tier', (target) => {
  /** One component per node, mean 10 and step 2. */
  function segmentOf(values: readonly number[]): Segment {
    const segment = fillSegment(Float32Array.from(values), { dimension: 1 }, target);
    segment.f32s[wordOf(segment, 'means')] = 10;
    segment.f32s[F.CODE_SCALE] = 2;
    return segment;
  }

  test('rounds to the nearest step and clips at both ends', () => {
    const values = [10, 11, 10.99, 9, 8.99, -118, -119, -120, 136, 137, 138, 1e30, -1e30];
    const segment = segmentOf(values);
    segment.hot.encodeSlots(0, values.length, segment.scratch(0));
    const codes = values.map((_, node) => codesOf(segment, node)[0]);
    expect(codes).toEqual([64, 65, 64, 64, 63, 0, 0, 0, 127, 127, 127, 127, 127 * 0]);
  });

  test('writes only the nodes asked for', () => {
    const segment = segmentOf([1e6, 1e6, 10, -1e6, 1e6]);
    segment.hot.encodeSlots(1, 4, segment.scratch(0));
    expect([0, 1, 2, 3, 4].map((node) => codesOf(segment, node)[0])).toEqual([0, 127, 64, 0, 0]);
    const norms = wordOf(segment, 'norms');
    expect(Array.from(segment.i32s.subarray(norms, norms + 5))).toEqual([
      0,
      127 ** 2,
      64 ** 2,
      0,
      0,
    ]);
  });
});
