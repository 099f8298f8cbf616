import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { type CodedCase, codedCaseArbitrary } from '../../support/coded-arbitraries.ts';
import {
  codedSegment,
  linkTo,
  neighborsOf,
  wordsAt,
  writeList,
} from '../../support/coded-segment.ts';
import {
  naiveForward,
  naiveRow,
  nearestOf,
  type StitchRules,
  selected,
} from '../../support/naive-stitch.ts';
import { type Target, TIER_TARGETS } from '../../support/targets.ts';

const M = 4;

/** A case, what its slot is offered, and the alpha of the second pass in 1/1024. */
interface StitchCase {
  readonly coded: CodedCase;
  readonly slot: number;
  readonly list: readonly number[];
  readonly alpha: number;
  readonly limit: number;
}

const cases: fc.Arbitrary<StitchCase> = codedCaseArbitrary(1, 60, [1, 2, 3, 16, 17]).chain(
  (coded) => {
    const slot = fc.nat({ max: coded.rows.length - 1 });
    return fc.record({
      coded: fc.constant(coded),
      slot,
      list: fc.array(slot, { maxLength: 120, size: 'max' }),
      alpha: fc.constantFrom(1024, 1229, 1280, 1536),
      limit: fc.integer({ min: 1, max: 20 }),
    });
  },
);

/** Inner products have no zero, so no multiple of one means anything: alpha is 1 there. */
function rulesOf({ coded, alpha }: StitchCase): StitchRules {
  const { rows, metric } = coded;
  return { rows, metric, alpha: metric === 'dot' ? 1 : alpha / F.ALPHA_ONE };
}

function segmentOf(stitchCase: StitchCase, target: Target): Segment {
  const { rows, metric, dimension } = stitchCase.coded;
  const segment = codedSegment(rows, { dimension, metric, M }, target);
  segment.i32s[F.UNION_ALPHA] = rulesOf(stitchCase).alpha * F.ALPHA_ONE;
  return segment;
}

describe.each(TIER_TARGETS)('stitching on the $tier tier', (target) => {
  test('selects the forward neighbors that the naive model does', () => {
    const holes = fc.array(fc.nat({ max: 120 }), { maxLength: 20 });
    fc.assert(
      fc.property(cases, holes, (stitchCase, places) => {
        const { slot, list, limit } = stitchCase;
        const holed = [...list];
        for (const place of places) holed.splice(place, 0, F.NONE);
        const segment = segmentOf(stitchCase, target);
        const bench = segment.bench(0);
        const out = bench + F.OUT;
        writeList(segment, [slot, holed.length, ...holed]);
        segment.hot.selectForward(segment.scratch(0), bench, 1, limit, out);
        const found = wordsAt(segment, out + 1, segment.i32s[out]);
        expect(found).toEqual(naiveForward(rulesOf(stitchCase), slot, list, limit));
      }),
      { numRuns: 200 },
    );
  });

  test('writes the row that the naive model does, within its room', () => {
    fc.assert(
      fc.property(cases, (stitchCase) => {
        const { slot } = stitchCase;
        const list = stitchCase.list.filter((other) => other !== slot);
        const segment = segmentOf(stitchCase, target);
        writeList(segment, list);
        segment.hot.writeRow(segment.scratch(0), segment.bench(0), slot, list.length, 0);
        const row = neighborsOf(segment, slot);
        expect(row).toEqual(naiveRow(rulesOf(stitchCase), slot, list, 2 * M));
        expect(new Set(row).size).toBe(row.length);
      }),
      { numRuns: 200 },
    );
  });

  test('refines to what the naive model selects from all, where the beam finds all', () => {
    fc.assert(
      fc.property(cases, (stitchCase) => {
        const { slot, limit, coded } = stitchCase;
        const count = coded.rows.length;
        const segment = segmentOf(stitchCase, target);
        for (let i = 0; i < count && count > 1; i++) linkTo(segment, i, [(i + 1) % count]);
        const out = segment.bench(0) + F.OUT;
        segment.hot.refineForward(segment.scratch(0), slot, count, limit, out);
        const rules = rulesOf(stitchCase);
        const all = Array.from({ length: count }, (_, i) => i);
        const expected = selected(rules, nearestOf(rules, slot, all, count), limit);
        expect(wordsAt(segment, out + 1, segment.i32s[out])).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
