// Where a node is in a segment, against a map that is filled in order.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { computeLayout, GROWING, numberWord } from '../../../src/memory/layout.ts';
import { NodeFinder, type NumberedNodes } from '../../../src/segments/node-finder.ts';

const CAPACITY = 200;
const layout = computeLayout({
  ...{ dimension: 1, metric: 'l2', capacity: CAPACITY, M: 2, scratchCount: 1, benchCount: 1 },
  ...GROWING,
});

function numbered(nodes: readonly number[]): NumberedNodes {
  const i32s = new Int32Array(numberWord(layout, CAPACITY));
  i32s[F.NUMBERED] = 1;
  i32s.set(nodes, numberWord(layout, 0));
  return { i32s, layout };
}

/** Which nodes of 0 to `end` are not where the last of `nodes` puts them. */
function misses(finder: NodeFinder, nodes: readonly number[], end: number): number[] {
  const last = new Map(nodes.map((node, local) => [node, local]));
  return Array.from({ length: end }, (_, node) => node).filter(
    (node) => finder.find(node, nodes.length) !== (last.get(node) ?? F.NONE),
  );
}

describe('nodes that are numbered through', () => {
  test('are found from the first one on', () => {
    const segment = numbered([]);
    segment.i32s[F.NUMBERED] = 0;
    segment.i32s[F.FIRST_NODE] = 40;
    const finder = new NodeFinder(segment);
    expect([39, 40, 41, 49, 50].map((node) => finder.find(node, 10))).toEqual([-1, 0, 1, 9, -1]);
    expect(finder.find(40, 0)).toBe(F.NONE);
  });

  test('are found when their numbers are written down later', () => {
    const segment = numbered([40, 41, 42, 7]);
    segment.i32s[F.NUMBERED] = 0;
    segment.i32s[F.FIRST_NODE] = 40;
    const finder = new NodeFinder(segment);
    expect(finder.find(42, 3)).toBe(2);
    segment.i32s[F.NUMBERED] = 1;
    expect([40, 42, 7, 43].map((node) => finder.find(node, 4))).toEqual([0, 2, 3, F.NONE]);
  });
});

describe('nodes whose numbers are written down', () => {
  const cases: readonly (readonly [name: string, nodes: readonly number[]])[] = [
    ['none', []],
    ['one', [7]],
    ['ascending ones with gaps', [0, 2, 3, 9, 10, 50]],
    ['descending ones', [9, 8, 5, 2]],
    ['some that were updated once', [0, 1, 2, 3, 1, 0]],
    ['one that was updated often', [4, 5, 4, 4, 4, 6]],
    ['the largest there can be', [0, F.MAX_NODES - 1]],
  ];

  test.each(cases)('%s are found where they were last', (_, nodes) => {
    expect(misses(new NodeFinder(numbered(nodes)), nodes, 60)).toEqual([]);
    for (const node of nodes) {
      const finder = new NodeFinder(numbered(nodes));
      expect(finder.find(node, nodes.length)).toBe(nodes.lastIndexOf(node));
    }
  });

  test('are found as they come, also those that came before', () => {
    const counts = fc.array(fc.nat({ max: 12 }), { maxLength: 10 });
    const all = fc.array(fc.nat({ max: 59 }), { maxLength: 110 });
    fc.assert(
      fc.property(all, counts, (nodes, steps) => {
        const finder = new NodeFinder(numbered(nodes));
        let count = 0;
        for (const step of [...steps, nodes.length]) {
          count = Math.min(nodes.length, count + step);
          expect(misses(finder, nodes.slice(0, count), 60)).toEqual([]);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});
