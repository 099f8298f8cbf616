// Damage to the table of hubs, planted word by word: each kind is found and named.

import { duplicates } from '@nigh/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { hubWords } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { linkedSegment, problemsOf, rowWord, setRow, wordOf } from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const DIMENSION = 6;
const vectors = duplicates({ count: 400, dimension: DIMENSION, fraction: 0.2 });

/** Makes hub 9 another slot, with its codes as they were. */
function setSlot(segment: Segment, slot: number): void {
  segment.i32s[hubWords(segment.layout, 9).slot] = slot;
}

const DAMAGES: readonly (readonly [string, (segment: Segment) => void])[] = [
  ['a negative slot', (segment) => setSlot(segment, -1)],
  ['a slot that is not linked', (segment) => setSlot(segment, segment.linked)],
  ['a slot beyond all memory', (segment) => setSlot(segment, 0x7fffffff)],
  ['a copy', (segment) => setSlot(segment, segment.i32s[F.FIRST_COPY])],
  [
    'a slot twice',
    ({ i32s, layout }) => {
      const [from, to] = [hubWords(layout, 8), hubWords(layout, 9)];
      i32s[to.slot] = i32s[from.slot];
      i32s[to.norm] = i32s[from.norm];
      i32s.copyWithin(to.codes, from.codes, from.codes + layout.codeWords);
    },
  ],
  [
    'the norm of another',
    ({ i32s, layout }) => {
      i32s[hubWords(layout, 9).norm] += 1;
    },
  ],
  [
    'the codes of another',
    ({ i32s, layout }) => {
      i32s[hubWords(layout, 9).codes + layout.codeWords - 1] ^= 1;
    },
  ],
  [
    'an entry point that is not the first hub',
    (segment) => {
      const { i32s, layout } = segment;
      i32s[wordOf(segment, 'entryPoints')] = i32s[hubWords(layout, 1).slot];
    },
  ],
  [
    'no hubs',
    ({ i32s }) => {
      i32s[F.HUB_COUNT] = 0;
    },
  ],
];

describe.each(TIER_TARGETS)('verify on $tier', (target) => {
  let segment: Segment;

  beforeEach(async () => {
    segment = await linkedSegment(vectors, { dimension: DIMENSION, entry: 'hubs', M: 4 }, target);
    expect(problemsOf(segment)).toEqual([]);
  });

  test.each(DAMAGES)('names %s', (_, plant) => {
    plant(segment);
    expect(problemsOf(segment).map(({ kind, count }) => [kind, count])).toEqual([['bad-hub', 1]]);
  });

  test('finds what no path from the first hub reaches', () => {
    setRow(segment, rowWord(segment, segment.i32s[wordOf(segment, 'entryPoints')]), []);
    expect(problemsOf(segment).map(({ kind }) => kind)).toEqual(['unreachable']);
  });
});
