import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { fillSegment, wordOf } from '../../support/bare-segment.ts';
import { codesOf, naiveCodeDistance, rank } from '../../support/naive.ts';
import { fillPool } from '../../support/pool-words.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

describe.each(TIER_TARGETS)('selectNeighbors on the $tier tier', (target) => {
  /** Nodes on the plane, whose codes are their coordinates; node 0 is the one selecting. */
  function planeOf(points: readonly (readonly [number, number])[], alpha = 1): Segment {
    const vectors = Float32Array.from(points.flat());
    const segment = fillSegment(vectors, { dimension: 2 }, target);
    segment.f32s.fill(64, wordOf(segment, 'means'), wordOf(segment, 'means') + 2);
    segment.f32s[F.CODE_SCALE] = 1;
    segment.i32s[F.ALPHA] = Math.round(alpha * F.ALPHA_ONE);
    segment.hot.encodeSlots(0, points.length, segment.scratch(0));
    return segment;
  }

  function select(segment: Segment, limit: number): number[] {
    const scratch = segment.scratch(0);
    const others = Array.from({ length: segment.count - 1 }, (_, i) => i + 1);
    const codes = (node: number): number[] => codesOf(segment, node);
    const distance = (node: number): number => naiveCodeDistance('l2', codes(0), codes(node));
    fillPool(segment, scratch, rank(others, distance));
    const count = segment.hot.selectNeighbors(scratch, limit, segment.i32s[F.ALPHA]);
    return Array.from(segment.i32s.subarray(scratch + F.SELECTED, scratch + F.SELECTED + count));
  }

  test('keeps the nearest and drops what lies behind it', () => {
    const points: [number, number][] = [
      [50, 50],
      [55, 50],
      [60, 50],
      [50, 58],
      [90, 50],
    ];
    expect(select(planeOf(points), 4)).toEqual([1, 3]);
  });

  test('keeps one of a group of identical vectors, the smallest node', () => {
    const points: [number, number][] = [
      [50, 50],
      [60, 60],
      [60, 60],
      [60, 60],
      [40, 40],
      [40, 40],
    ];
    expect(select(planeOf(points), 10)).toEqual([1, 4]);
    expect(select(planeOf(points, 1.2), 10)).toEqual([1, 4]);
  });

  test('keeps one of a group that is identical to the selecting node', () => {
    const points: [number, number][] = [
      [50, 50],
      [50, 50],
      [50, 50],
      [60, 50],
    ];
    expect(select(planeOf(points), 10)).toEqual([1]);
    // Nothing is nearer to node 3 than 1.2 times its distance: the copies do not cut it off.
    expect(select(planeOf(points, 1.25), 10)).toEqual([1, 3]);
  });

  test('rejects a candidate as near to a kept one as to the selecting node', () => {
    // 2 is 100 away from 0 and 100 away from 1.
    const points: [number, number][] = [
      [50, 50],
      [56, 58],
      [60, 50],
    ];
    const segment = planeOf(points);
    expect(naiveCodeDistance('l2', codesOf(segment, 1), codesOf(segment, 2))).toBe(80);
    expect(select(segment, 4)).toEqual([1]);
    const tie: [number, number][] = [
      [50, 50],
      [50, 60],
      [50 + 8, 50 + 6],
    ];
    expect(select(planeOf(tie), 4)).toEqual([1]);
  });

  test('fills up with what passes at alpha, after what passes at 1', () => {
    // Node 2 is shielded at 1 (80 <= 100) but not at 1.3 (104 > 100); node 3 passes at once.
    const points: [number, number][] = [
      [50, 50],
      [56, 58],
      [60, 50],
      [30, 50],
    ];
    expect(select(planeOf(points, 1.3), 4)).toEqual([1, 3, 2]);
    expect(select(planeOf(points, 1.3), 2)).toEqual([1, 3]);
  });

  test('selects nothing from nothing, and no more than the limit', () => {
    expect(select(planeOf([[50, 50]]), 4)).toEqual([]);
    const points: [number, number][] = [
      [50, 50],
      [60, 50],
      [40, 50],
      [50, 60],
      [50, 40],
    ];
    expect(select(planeOf(points), 3)).toEqual([1, 2, 3]);
    expect(select(planeOf(points), 0)).toEqual([]);
  });
});
