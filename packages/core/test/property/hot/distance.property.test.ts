import { gaussian } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { linkedSegment, searchBare } from '../../support/bare-segment.ts';
import { codesOf, naiveQueryDistance, queryCodesOf } from '../../support/naive.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const COUNT = 60;
const SLACK = 3;
const MARK = 0x55555555;

const slots = fc.array(fc.nat(COUNT - 1), { maxLength: F.MAX_DEGREE });

describe.each(TIER_TARGETS)('measureGathered on the $tier tier', (target) => {
  test.each([
    ['l2', 7],
    ['l2', 40],
    ['cosine', 33],
    ['dot', 48],
  ] as const)('measures any list of slots under %s in %i dimensions', async (metric, dimension) => {
    const vectors = gaussian({ count: COUNT, dimension, seed: 3 });
    const segment = await linkedSegment(vectors, { metric, dimension }, target);
    const { hot, i32s } = segment;
    const scratch = segment.scratch(0);
    searchBare(segment, gaussian({ count: 1, dimension, seed: 4 }), 1, 1);
    const codes = queryCodesOf(segment, scratch);
    const expected = Array.from({ length: COUNT }, (_, slot) =>
      naiveQueryDistance(metric, codes, codesOf(segment, slot)),
    );
    fc.assert(
      fc.property(slots, (list) => {
        i32s.fill(MARK, scratch + F.GATHERED, scratch + F.DISTANCES + F.MAX_DEGREE);
        i32s.set(list, scratch + F.GATHERED);
        i32s[scratch + F.DISTANCE_COUNT] = 5;
        hot.measureGathered(scratch, list.length);
        const first = scratch + F.DISTANCES;
        const found = Array.from(i32s.subarray(first, first + list.length));
        expect(found).toEqual(list.map((slot) => expected[slot]));
        expect(i32s[scratch + F.DISTANCE_COUNT]).toBe(5 + list.length);
        const gathered = i32s.subarray(scratch + F.GATHERED, scratch + F.GATHERED + list.length);
        expect(Array.from(gathered)).toEqual(list);
        const behind = i32s.subarray(
          first + list.length + SLACK,
          first + Math.max(list.length + SLACK, F.MAX_DEGREE),
        );
        expect(behind.every((word) => word === MARK)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
