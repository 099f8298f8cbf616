import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeFilter } from '../../../src/index.ts';

const nodes = fc.array(fc.nat(300), { maxLength: 60 });
const sorted = (set: Iterable<number>): number[] => [...set].sort((a, b) => a - b);

/** Everything a filter says of the nodes there may be. */
function membersOf(filter: NodeFilter): number[] {
  const members = sorted(filter.nodes());
  expect(filter.count).toBe(members.length);
  const asked = Array.from({ length: 420 }, (_, node) => node).filter((node) => filter.has(node));
  expect(asked).toEqual(members);
  return members;
}

describe('a filter', () => {
  test('holds the nodes it was made of, whatever they come in', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const expected = sorted(new Set(list));
        for (const form of [list, new Set(list), Uint32Array.from(list), list.values()]) {
          expect(membersOf(NodeFilter.of(form))).toEqual(expected);
        }
      }),
    );
  });

  test('of a range holds what lies in it', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (first, length) => {
        const expected = Array.from({ length }, (_, i) => first + i);
        expect(membersOf(NodeFilter.range(first, first + length))).toEqual(expected);
      }),
    );
  });

  test('of a predicate asks it once for each node', () => {
    fc.assert(
      fc.property(nodes, fc.integer({ min: 1, max: 7 }), (list, divisor) => {
        const asked: number[] = [];
        const filter = NodeFilter.where(list, (node) => {
          asked.push(node);
          return node % divisor === 0;
        });
        expect(asked).toEqual(list);
        const expected = sorted(new Set(list.filter((node) => node % divisor === 0)));
        expect(membersOf(filter)).toEqual(expected);
      }),
    );
  });

  test('combines as sets do, and changes neither of the two', () => {
    fc.assert(
      fc.property(nodes, nodes, fc.nat(400), (a, b, end) => {
        const [left, right] = [NodeFilter.of(a), NodeFilter.of(b)];
        const [of, or] = [new Set(a), new Set(b)];
        expect(membersOf(left.and(right))).toEqual(sorted(of).filter((node) => or.has(node)));
        expect(membersOf(left.or(right))).toEqual(sorted(new Set([...a, ...b])));
        expect(membersOf(left.without(right))).toEqual(sorted(of).filter((node) => !or.has(node)));
        const below = Array.from({ length: end }, (_, node) => node);
        expect(membersOf(left.not(end))).toEqual(below.filter((node) => !of.has(node)));
        expect(membersOf(left)).toEqual(sorted(of));
        expect(membersOf(right)).toEqual(sorted(or));
      }),
    );
  });

  test('of bits is the same filter, shared where they are', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const { bits } = NodeFilter.of(list);
        expect(bits.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect(NodeFilter.fromBits(bits).bits).toBe(bits);
        const own = Uint32Array.from(bits);
        const copy = NodeFilter.fromBits(own);
        own.fill(0xffffffff);
        expect(membersOf(copy)).toEqual(sorted(new Set(list)));
      }),
    );
  });
});
