// Where the next vectors go: into the last segment, a fresh one, or several; and that nothing is
// in the list before it is published.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { openSegment, SegmentList, type Slots } from '../../../src/segments/segment-list.ts';
import { segmentBytes } from '../../support/segment-bytes.ts';

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

describe('nodes', () => {
  /** A list of segments of 10, 10 and 20, with 35 nodes. */
  function threeSegments(): SegmentList {
    const list = openList();
    list.publish(list.stretches(10));
    list.publish(list.stretches(10));
    list.publish(list.stretches(15));
    expect(list.all.map(({ count }) => count)).toEqual([10, 10, 15]);
    return list;
  }

  const removed = (list: SegmentList, node: number): void => {
    const { segment, local } = list.locate(node);
    segment.removeLocal([local]);
  };

  test('are those that were published and not removed', () => {
    const list = threeSegments();
    for (const node of [0, 10, 11, 34]) removed(list, node);
    expect(list.count).toBe(31);
    expect([...list.nodes()]).toEqual(
      Array.from({ length: 35 }, (_, i) => i).filter((node) => ![0, 10, 11, 34].includes(node)),
    );
    expect(list.find(11)).toBeUndefined();
    expect(list.find(12)?.segment).toBe(list.all[1]);
    expect(list.find(12)?.local).toBe(2);
  });

  test('that are not there are told from those that never were', () => {
    const list = threeSegments();
    removed(list, 7);
    const error = (node: number): unknown => {
      try {
        return list.locate(node);
      } catch (cause) {
        return cause;
      }
    };
    const gone = { code: 'NODE_NOT_FOUND', details: { node: 7, got: 7 } };
    expect(error(7)).toMatchObject({ ...gone, message: expect.stringContaining('was removed') });
    expect(error(35)).toMatchObject({ message: expect.stringContaining('was never added') });
  });

  test('that were updated are in their new place, and ascend all the same', () => {
    const list = threeSegments();
    const old = [33, 3, 12].map((node) => list.locate(node));
    list.publish(list.stretches(3), [33, 3, 12]);
    for (const { segment, local } of old) segment.removeLocal([local]);
    expect([33, 3, 12].map((node) => list.locate(node).local)).toEqual([15, 16, 17]);
    expect([...list.nodes()]).toEqual(Array.from({ length: 35 }, (_, i) => i));
    expect(list.nextNode).toBe(35);
    list.publish(list.stretches(4));
    expect(list.nextNode).toBe(39);
    expect(list.locate(35)).toMatchObject({ local: 18 });
    expect(list.locate(38).segment).toBe(list.last); // the next segment was opened for it
    expect([...list.nodes()]).toEqual(Array.from({ length: 39 }, (_, i) => i));
  });

  test('that are added where places happen to be numbers are numbered all the same', () => {
    const list = openList();
    const segment = openSegment(list.options, 50, 0);
    segment.writeNumbers(0, [0, 2, 3]);
    segment.publishCount(3);
    list.replace(list.all, [segment]);
    list.skipNodes(4);
    list.publish(list.stretches(1), [2]);
    segment.removeLocal([1]);
    list.publish(list.stretches(2));
    expect([...list.nodes()]).toEqual([0, 2, 3, 4, 5]);
    expect([4, 5].map((node) => list.locate(node).local)).toEqual([4, 5]);
  });

  test('updated in two stretches are in both', () => {
    const list = threeSegments();
    const nodes = Array.from({ length: 9 }, (_, i) => 8 - i);
    const old = nodes.map((node) => list.locate(node));
    const slots = list.stretches(9);
    expect(slots.map(({ count }) => count)).toEqual([5, 4]);
    list.publish(slots, nodes);
    for (const { segment, local } of old) segment.removeLocal([local]);
    expect(nodes.map((node) => list.locate(node).local)).toEqual([15, 16, 17, 18, 19, 0, 1, 2, 3]);
    expect(list.locate(3).segment).toBe(list.last);
  });

  describe('of segments that are replaced', () => {
    const target = (): Segment => {
      const segment = openSegment(openList().options, 50, 0);
      segment.writeNumbers(0, [4]);
      segment.publishCount(1);
      return segment;
    };
    const cases: readonly (readonly [name: string, places: number[], order: (number | 'new')[]])[] =
      [
        ['the first', [0], ['new', 1, 2]],
        ['one in the middle', [1], [0, 'new', 2]],
        ['the last', [2], [0, 1, 'new']],
        ['the first two', [0, 1], ['new', 2]],
        ['the first and the last', [0, 2], [1, 'new']],
        ['the last two', [1, 2], [0, 'new']],
        ['all', [0, 1, 2], ['new']],
      ];
    test.each(cases)('%s, what is new is where it belongs', (_, places, order) => {
      const list = threeSegments();
      const before = [...list.all];
      const segment = target();
      list.replace(
        places.map((place) => before[place]),
        [segment],
      );
      const found = list.all.map((one) => (one === segment ? 'new' : before.indexOf(one)));
      expect(found).toEqual(order);
      expect(list.find(4)).toBeDefined();
    });

    test('by nothing leave the others, and a fresh one when there is none', () => {
      const list = threeSegments();
      const [first, second, third] = list.all;
      list.replace([second], []);
      expect(list.all.map((one) => one === first || one === third)).toEqual([true, true]);
      list.replace([first, third], []);
      expect(list.all).toHaveLength(1);
      expect(list.count).toBe(0);
      list.publish(list.stretches(2));
      expect([...list.nodes()]).toEqual([35, 36]);
    });

    test('by several have them all, and stay in the list that was handed out before', () => {
      const list = threeSegments();
      const { all } = list;
      list.replace([all[0]], [target(), target()]);
      expect(all.map(({ count }) => count)).toEqual([10, 10, 15]);
      expect(list.all.map(({ count }) => count)).toEqual([1, 1, 10, 15]);
    });
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
