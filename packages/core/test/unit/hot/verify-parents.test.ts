// Damage to the tree of parents, planted word by word: each kind is found, named and counted.

import { duplicates } from '@nigh/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  linkBare,
  linkedSegment,
  neighborsAt,
  problemsOf,
  rowWord,
  wordOf,
} from '../../support/bare-segment.ts';
import { entryOf, graphSlots, parentsOf } from '../../support/parents.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const DIMENSION = 6;
const COUNT = 400;
const vectors = duplicates({ count: COUNT, dimension: DIMENSION, fraction: 0.2 });

function setParent(segment: Segment, slot: number, parent: number): void {
  segment.i32s[wordOf(segment, 'parents') + slot] = parent;
}

/** The slots whose parents lead through `slot`, itself first. */
function familyOf(segment: Segment, slot: number): number[] {
  const parents = parentsOf(segment, COUNT);
  const slots = graphSlots(segment, COUNT);
  const family = [slot];
  for (const member of family) family.push(...slots.filter((child) => parents[child] === member));
  return family;
}

/** A slot that is not the entry point, with a child in the graph and a grandchild. */
function grandparent(segment: Segment): { slot: number; child: number } {
  for (const slot of graphSlots(segment, COUNT)) {
    const [, ...family] = familyOf(segment, slot);
    const child = family.find((member) => familyOf(segment, member).length > 1);
    if (slot !== entryOf(segment) && child !== undefined) return { slot, child: family[0] };
  }
  throw new Error('nobody has a grandchild');
}

/** Slots that are told when those of `family` are astray. */
const DAMAGES: readonly (readonly [string, (segment: Segment) => number[]])[] = [
  [
    'a slot without a parent',
    (segment) => {
      const { slot } = grandparent(segment);
      setParent(segment, slot, F.NONE);
      return familyOf(segment, slot);
    },
  ],
  [
    'an orphan that was left over',
    (segment) => {
      const { slot } = grandparent(segment);
      setParent(segment, slot, F.ORPHAN - 7);
      return familyOf(segment, slot);
    },
  ],
  [
    'a parent that is not linked',
    (segment) => {
      const { slot } = grandparent(segment);
      setParent(segment, slot, COUNT);
      return familyOf(segment, slot);
    },
  ],
  [
    'a parent that does not name its child',
    (segment) => {
      const { slot } = grandparent(segment);
      const family = familyOf(segment, slot);
      const stranger = graphSlots(segment, COUNT).find((other) => {
        const row = neighborsAt(segment, rowWord(segment, other));
        return !family.includes(other) && !row.includes(slot);
      });
      setParent(segment, slot, stranger ?? -9);
      return family;
    },
  ],
  [
    'parents that lead round in a circle',
    (segment) => {
      const { slot, child } = grandparent(segment);
      const family = familyOf(segment, slot);
      const row = rowWord(segment, child);
      if (!neighborsAt(segment, row).includes(slot)) segment.i32s[row + 1] = slot;
      setParent(segment, slot, child);
      return family;
    },
  ],
  [
    'an entry point with a parent',
    (segment) => {
      const entry = entryOf(segment);
      const slots = graphSlots(segment, COUNT);
      const host = slots.find((slot) =>
        neighborsAt(segment, rowWord(segment, slot)).includes(entry),
      );
      setParent(segment, entry, host ?? 0);
      return slots;
    },
  ],
];

describe.each(TIER_TARGETS)('verify on $tier', (target) => {
  let segment: Segment;
  let sound: Uint8Array;

  beforeAll(async () => {
    const options = { dimension: DIMENSION, M: 4, capacity: COUNT };
    segment = await linkedSegment(vectors.slice(0, 300 * DIMENSION), options, target);
    appendVectors(segment, vectors.slice(300 * DIMENSION));
    await linkBare(segment);
    sound = segment.u8s.slice();
  });

  beforeEach(() => segment.u8s.set(sound));

  test('finds nothing wrong with the parents of a graph that was added to', () => {
    expect(segment.i32s[F.PARENTED]).toBe(COUNT);
    expect(segment.i32s[F.COPY_COUNT]).toBeGreaterThan(10);
    expect(problemsOf(segment)).toEqual([]);
  });

  test.each(DAMAGES)('finds %s', (_, plant) => {
    const astray = plant(segment);
    const problems = problemsOf(segment).filter(({ kind }) => kind === 'bad-parent');
    expect(problems).toMatchObject([{ count: astray.length }]);
    const slotOf = (node: number): number =>
      segment.i32s
        .subarray(wordOf(segment, 'nodes'), wordOf(segment, 'nodes') + COUNT)
        .indexOf(node);
    expect(astray).toContain(slotOf(problems[0].node));
  });

  test('finds parents of fewer slots than are linked', () => {
    segment.i32s[F.PARENTED] = COUNT - 1;
    expect(problemsOf(segment)).toMatchObject([{ kind: 'bad-parent', count: 1 }]);
  });

  test('asks for no parents where none are known', () => {
    segment.i32s.fill(-9, wordOf(segment, 'parents'), wordOf(segment, 'parents') + COUNT);
    segment.i32s[F.PARENTED] = 0;
    expect(problemsOf(segment)).toEqual([]);
  });
});
