// Who is called when segments are written anew: the live vectors, ascending by node.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../../src/options.ts';
import { openSegment } from '../../../src/segments/segment-list.ts';
import { callRoll, joinRolls, rollPart, type Source } from '../../../src/write/roll.ts';

const options = resolveOptions({
  ...{ dimension: 1, threads: 1, tier: 'javascript', memory: 'private' },
});

interface Given {
  readonly nodes: readonly number[];
  readonly removed?: readonly number[];
}

/** A source whose vectors are its nodes. */
function sourceOf({ nodes, removed = [] }: Given): Source {
  const segment = openSegment(options, Math.max(1, nodes.length), nodes[0] ?? 0);
  segment.vectors(0, nodes.length).set(nodes);
  const isDense = nodes.every((node, i) => node === nodes[0] + i);
  if (!isDense) segment.writeNumbers(0, nodes);
  segment.publishCount(nodes.length);
  segment.removeLocal(removed);
  const read = (local: number): Float32Array => segment.vectors(local, 1);
  return { segment, count: nodes.length, removed: removed.length, read };
}

describe('a roll', () => {
  test('of one segment is in its order, without what was removed', () => {
    const roll = callRoll([sourceOf({ nodes: [5, 6, 7, 8], removed: [1, 3] })]);
    expect(roll.count).toBe(2);
    expect([[...roll.nodes], [...roll.which], [...roll.locals]]).toEqual([
      [5, 7],
      [0, 0],
      [0, 2],
    ]);
  });

  test('of several is ascending by node, with where each is', () => {
    const roll = callRoll([
      sourceOf({ nodes: [0, 9, 2], removed: [0] }),
      sourceOf({ nodes: [3, 4, 5] }),
      sourceOf({ nodes: [10, 11] }),
    ]);
    expect([...roll.nodes]).toEqual([2, 3, 4, 5, 9, 10, 11]);
    expect([...roll.which]).toEqual([0, 1, 1, 1, 0, 2, 2]);
    expect([...roll.locals]).toEqual([2, 0, 1, 2, 1, 0, 1]);
    const part = rollPart(roll, 2, 5);
    expect(part.count).toBe(3);
    expect([[...part.nodes], [...part.which]]).toEqual([
      [4, 5, 9],
      [1, 1, 0],
    ]);
  });

  test('of rolls has all of each, one behind the other', () => {
    const roll = joinRolls([
      callRoll([sourceOf({ nodes: [0, 9, 2], removed: [0] }), sourceOf({ nodes: [3] })]),
      callRoll([]),
      callRoll([sourceOf({ nodes: [10, 12], removed: [0] })]),
    ]);
    expect([...roll.nodes]).toEqual([2, 3, 9, 12]);
    expect([...roll.which]).toEqual([0, 1, 0, 2]);
    expect([...roll.locals]).toEqual([2, 0, 1, 1]);
    const read = [...roll.nodes].map((_, i) => roll.sources[roll.which[i]].read(roll.locals[i])[0]);
    expect(read).toEqual([2, 3, 9, 12]);
  });

  test('of nothing is empty', () => {
    expect(callRoll([])).toMatchObject({ count: 0 });
    const roll = callRoll([sourceOf({ nodes: [1, 2], removed: [0, 1] })]);
    expect([...roll.nodes, ...roll.which, ...roll.locals]).toEqual([]);
  });

  test('does not see what comes or goes later', () => {
    const source = sourceOf({ nodes: [1, 2, 3] });
    const roll = callRoll([{ ...source, count: 2 }]);
    source.segment.removeLocal([0]);
    expect([...roll.nodes]).toEqual([1, 2]);
  });

  test('sorts large nodes exactly', () => {
    const top = 2 ** 31 - 2;
    const roll = callRoll([sourceOf({ nodes: [top, top - 1, 0, 2 ** 30, 1] })]);
    expect([...roll.nodes]).toEqual([0, 1, 2 ** 30, top - 1, top]);
    expect([...roll.locals]).toEqual([2, 4, 3, 1, 0]);
  });

  test('of any segments has every live node once, with its vector', () => {
    const place = fc.record({ which: fc.nat({ max: 2 }), isGone: fc.boolean() });
    const places = fc.array(place, { maxLength: 60 });
    fc.assert(
      fc.property(places, fc.nat(1000), (drawn, seed) => {
        // Node i goes to the end of its segment, or to its start, by the seed.
        const given = [0, 1, 2].map((which) => {
          const nodes: number[] = [];
          for (const [node, one] of drawn.entries()) {
            if (one.which !== which) continue;
            if ((node * 7 + seed) % 3 === 0) nodes.unshift(node);
            else nodes.push(node);
          }
          const removed = nodes.flatMap((node, i) => (drawn[node].isGone ? [i] : []));
          return { nodes, removed };
        });
        const roll = callRoll(given.map(sourceOf));
        const live = [...drawn.keys()].filter((node) => !drawn[node].isGone);
        expect([...roll.nodes]).toEqual(live);
        const read = live.map((_, i) => roll.sources[roll.which[i]].read(roll.locals[i])[0]);
        expect(read).toEqual(live);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});
