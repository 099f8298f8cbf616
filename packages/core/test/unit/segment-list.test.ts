// Where the next vectors go: into the last segment, a fresh one, or several; and that nothing is
// in the list before it is published.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/options.ts';
import { SegmentList, type Slots } from '../../src/segment-list.ts';
import { segmentBytes } from '../support/segment-bytes.ts';

const SMALL = segmentBytes(400, { dimension: 4 });

function openList(given: object = {}): SegmentList {
  const options = { dimension: 4, threads: 1, tier: 'javascript', capacity: 10, ...given };
  return SegmentList.open(resolveOptions(options));
}

const shapes = (slots: readonly Slots[]): number[][] =>
  slots.map(({ segment, first, count }) => [segment.firstNode, first, count]);

describe('a stretch', () => {
  test('lies in the last segment while there is room', () => {
    const list = openList();
    list.publish([list.stretch(4)]);
    expect(shapes([list.stretch(6)])).toEqual([[0, 4, 6]]);
    expect(list.count).toBe(4);
  });

  test('opens a segment of its own size when there is none, and nodes stay dense', () => {
    const list = openList();
    list.publish([list.stretch(4)]);
    const slots = list.stretch(25);
    expect(shapes([slots])).toEqual([[4, 0, 25]]);
    expect(list.all).toHaveLength(1);
    list.publish([slots]);
    expect(list.all).toHaveLength(2);
    expect(list.count).toBe(29);
    expect(list.locate(3).segment.firstNode).toBe(0);
    expect(list.locate(4).segment.firstNode).toBe(4);
    expect(list.locate(28).segment.firstNode).toBe(4);
  });

  test('that no segment can hold is refused', () => {
    const list = openList({ segmentByteLimit: SMALL });
    expect(() => list.stretch(list.available + 1)).toThrowError(
      expect.objectContaining({ code: 'CAPACITY_EXCEEDED' }),
    );
    expect(list.stretch(list.available).count).toBe(list.available);
    expect(list.count).toBe(0);
  });
});

describe('stretches', () => {
  test('of nothing are none', () => {
    expect(openList().stretches(0)).toEqual([]);
  });

  test('fill the last segment first', () => {
    const list = openList();
    list.publish(list.stretches(7));
    expect(shapes(list.stretches(5)).slice(0, 2)).toEqual([
      [0, 7, 3],
      [10, 0, 2],
    ]);
  });

  test('of one vector each open few segments: every one doubles the room', () => {
    const list = openList();
    for (let i = 0; i < 5000; i++) list.publish(list.stretches(1));
    expect(list.count).toBe(5000);
    expect(list.all.map((segment) => segment.capacity)).toEqual([
      ...[10, 10, 20, 40, 80, 160, 320, 640, 1280, 2560],
    ]);
  });

  test('are not in the list before they are published', () => {
    const list = openList();
    const slots = list.stretches(35);
    expect(list.all).toHaveLength(1);
    expect(list.count).toBe(0);
    list.publish(slots);
    expect(list.count).toBe(35);
  });
});

test('a list whose segments have no room for one vector cannot be opened', () => {
  const refused = { code: 'INVALID_OPTION', details: { name: 'segmentByteLimit' } };
  expect(() => openList({ segmentByteLimit: 65536 })).toThrowError(
    expect.objectContaining({ code: refused.code }),
  );
});

test('any sequence of stretches numbers the nodes through', () => {
  const step = fc.record({ one: fc.boolean(), count: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const list = openList();
      let expected = 0;
      for (const { one, count } of steps) {
        const slots = one ? [list.stretch(count)] : list.stretches(count);
        expect(slots.reduce((sum, part) => sum + part.count, 0)).toBe(count);
        list.publish(slots);
        expected += count;
        expect(list.count).toBe(expected);
      }
      let next = 0;
      for (const segment of list.all) {
        expect(segment.firstNode).toBe(next);
        next += segment.count;
        expect(segment.count).toBeLessThanOrEqual(segment.capacity);
        if (segment.count === 0) continue;
        expect(list.locate(segment.firstNode).segment).toBe(segment);
        expect(list.locate(next - 1).segment).toBe(segment);
      }
      expect(next).toBe(expected);
    }),
    { seed: 1, numRuns: 25 },
  );
});
