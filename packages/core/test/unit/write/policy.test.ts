// When a segment is written anew, and how much room it gets.

import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { largestCapacity, openSegment, SegmentList } from '../../../src/segments/segment-list.ts';
import { capacityFor, isWorthConsolidating, isWorthRebuilding } from '../../../src/write/policy.ts';
import { segmentBytes } from '../../support/segment-bytes.ts';

const given = { dimension: 4, threads: 1, tier: 'javascript', memory: 'private' } as const;
const resolved = (more: object = {}) => resolveOptions({ ...given, capacity: 100, ...more });

/** A segment of `count` vectors of which `removed` are gone. */
function segmentOf(capacity: number, count: number, removed = 0): Segment {
  const segment = openSegment(resolved(), capacity, 0);
  segment.publishCount(count);
  segment.removeLocal(Array.from({ length: removed }, (_, i) => i));
  return segment;
}

describe('removed vectors', () => {
  const cases: readonly (readonly [count: number, removed: number, share: number, due: boolean])[] =
    [
      [1000, 99, 0.1, false],
      [1000, 100, 0.1, true],
      [100, 63, 0.1, false],
      [100, 64, 0.1, true],
      [64, 64, 0.1, true],
      [5000, 499, 0.1, false],
      [5000, 500, 0.1, true],
      [1000, 500, 0.5, true],
      [1000, 499, 0.5, false],
      [1000, 1000, 1, false],
      [1000, 0, 0, false],
      [1000, 1, 0, true],
      [0, 0, 0.1, false],
    ];
  test.each(cases)('of %d vectors, %d at a share of %d: %s', (count, removed, share, due) => {
    expect(isWorthConsolidating(segmentOf(5000, count, removed), share)).toBe(due);
  });
});

describe('vectors that are not linked', () => {
  const cases = [
    ...([
      [100, 76, 'auto', false],
      [100, 75, 'auto', true],
      [100, 100, 'auto', false],
    ] as const),
    ...([
      [100, 0, 'auto', false],
      [100, 0, 'now', false],
      [100, 1, 'auto', true],
    ] as const),
    ...([
      [100, 50, 'never', false],
      [100, 99, 'now', true],
      [100, 100, 'now', true],
    ] as const),
  ];
  test.each(cases)('of %d vectors with %d linked, %s: %s', (count, linked, rebuild, isWorth) => {
    const segment = segmentOf(100, count);
    segment.publishLinked(linked);
    expect(isWorthRebuilding(segment, rebuild)).toBe(isWorth);
  });
});

describe('the room of what is written anew', () => {
  test('is that of the last segment, whose free places stay', () => {
    const last = segmentOf(100, 60, 20);
    const list = new SegmentList(resolved(), [last]);
    expect(capacityFor([last], list)).toBe(100);
    const larger = segmentOf(400, 60, 20);
    expect(capacityFor([larger], new SegmentList(resolved(), [larger]))).toBe(380);
  });

  test('is what is left of another, and one place at least', () => {
    const [first, last] = [segmentOf(100, 100, 30), segmentOf(50, 10)];
    const list = new SegmentList(resolved(), [first, last]);
    expect(capacityFor([first], list)).toBe(70);
    const empty = segmentOf(100, 100, 100);
    expect(capacityFor([empty], new SegmentList(resolved(), [empty, last]))).toBe(1);
  });

  test('of several is what they need, and more where the last is one of them', () => {
    const [first, second, last] = [
      segmentOf(80, 80, 30),
      segmentOf(90, 90, 20),
      segmentOf(50, 30, 5),
    ];
    const list = new SegmentList(resolved(), [first, second, last]);
    expect(capacityFor([first, second], list)).toBe(120);
    expect(capacityFor([first, second, last], list)).toBe(120 + 25 + 20);
  });

  test('of several is undefined where they do not fit into one', () => {
    const segmentByteLimit = segmentBytes(150, { dimension: 4 });
    const options = resolved({ segmentByteLimit });
    const most = largestCapacity(options, 10_000);
    const [first, last] = [segmentOf(most, most, 10), segmentOf(most, 11, 1)];
    expect(capacityFor([first, last], new SegmentList(options, [first, last]))).toBeUndefined();
    const full = segmentOf(most, 11, 1);
    const list = new SegmentList(options, [first, full, segmentOf(50, 1)]);
    expect(capacityFor([first, full], list)).toBe(most);
  });
});
