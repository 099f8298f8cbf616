// The roll of several segments: everybody who was not removed, once, ascending by node, whatever
// order their nodes are in.

import { Random } from '@nigh/testkit';
import { expect, test } from 'vitest';
import type { Segment } from '../../../src/segment.ts';
import { callRoll, type Source } from '../../../src/write/roll.ts';

function sourceOf(nodes: readonly number[], removed: ReadonlySet<number>, offset = 0): Source {
  const segment = {
    isRemoved: (local: number) => removed.has(local),
    numberOf: (local: number) => nodes[local],
  } as unknown as Segment;
  const read = (): Float32Array => new Float32Array(1);
  return { segment, count: nodes.length, removed: removed.size, offset, read };
}

function shuffled(nodes: number[], random: Random): number[] {
  for (let i = nodes.length - 1; i > 0; i--) {
    const other = random.integer(0, i + 1);
    [nodes[i], nodes[other]] = [nodes[other], nodes[i]];
  }
  return nodes;
}

const range = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

test.each<[string, (random: Random) => number[][]]>([
  ['in order', () => [range(5, 40), range(45, 10)]],
  [
    'in order but for the last',
    (random) => [[...range(50, 60), ...shuffled(range(0, 50), random)]],
  ],
  ['of which the first is the last', () => [[99, ...range(0, 30)]]],
  ['in no order', (random) => [shuffled(range(0, 80), random), shuffled(range(80, 50), random)]],
  ['of large numbers', (random) => [shuffled(range(2 ** 31 - 70, 69), random)]],
  ['of nobody', () => [[], []]],
])('nodes %s are called in order', (_, draw) => {
  const random = new Random(3);
  const lists = draw(random);
  const gone = lists.map((list) => new Set([...list.keys()].filter(() => random.uniform() < 0.3)));
  const roll = callRoll(lists.map((list, i) => sourceOf(list, gone[i])));
  const live = lists.flatMap((list, i) => list.filter((_, local) => !gone[i].has(local)));
  expect([...roll.nodes]).toEqual(live.sort((a, b) => a - b));
  expect(roll.count).toBe(live.length);
  for (let i = 0; i < roll.count; i++) {
    expect(lists[roll.which[i]][roll.locals[i]]).toBe(roll.nodes[i]);
    expect(gone[roll.which[i]].has(roll.locals[i])).toBe(false);
  }
});

test('offsets are added to the nodes of a source', () => {
  const roll = callRoll([sourceOf([0, 1], new Set()), sourceOf([1, 0], new Set([0]), 7)]);
  expect([...roll.nodes]).toEqual([0, 1, 7]);
});
