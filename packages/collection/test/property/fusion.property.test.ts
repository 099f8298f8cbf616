// What one ranking of two must be, whatever the two are.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuseRanks, fuseScores, rank } from '../../src/search/fusion.ts';

const rows = fc.uniqueArray(fc.nat(40), { maxLength: 20 });
const weight = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const k = fc.constantFrom(0, 1, 60, 1000);
const normalization = fc.constantFrom('min-max' as const, 'theoretical' as const);

/** Rows with a score of either side, few values so that many are equal. */
const scored = fc.uniqueArray(
  fc.record({
    row: fc.nat(40),
    near: fc.oneof(fc.constantFrom(-1, 0, 0.5), fc.double({ min: -1, max: 1, noNaN: true })),
    text: fc.oneof(fc.constantFrom(0, 2), fc.double({ min: 0, max: 30, noNaN: true })),
  }),
  { selector: ({ row }) => row, minLength: 1, maxLength: 20 },
);
type Scored = readonly { readonly row: number; readonly near: number; readonly text: number }[];

const fuse = (
  list: Scored,
  options: Parameters<typeof fuseScores>[3],
): ReturnType<typeof fuseScores> =>
  fuseScores(
    list.map(({ row }) => row),
    { values: list.map(({ near }) => near), least: -1 },
    { values: list.map(({ text }) => text), least: 0 },
    options,
  );

const order = (scores: ReadonlyMap<number, number>): number[] =>
  rank(scores, scores.size).map(({ row }) => row);

describe('reciprocal ranks', () => {
  test('are the same whichever list comes first', () => {
    fc.assert(
      fc.property(rows, rows, weight, k, (near, found, share, from) => {
        const one = fuseRanks(near, found, { k: from, weight: share });
        const other = fuseRanks(found, near, { k: from, weight: 1 - share });
        expect([...one.keys()].sort()).toEqual([...other.keys()].sort());
        for (const [row, score] of one) expect(other.get(row)).toBeCloseTo(score, 12);
      }),
    );
  });

  test('rise with the rank in either list', () => {
    fc.assert(
      fc.property(rows, rows, weight, k, (near, found, share, from) => {
        const settings = { k: from, weight: share };
        const scores = fuseRanks(near, found, settings);
        for (let i = 1; i < near.length; i++) {
          const better = [...near];
          const row = better[i] as number;
          better[i] = better[i - 1] as number;
          better[i - 1] = row;
          const then = fuseRanks(better, found, settings);
          expect(then.get(row)).toBeGreaterThanOrEqual(scores.get(row) as number);
        }
      }),
    );
  });

  test('with all weight on one side keep its order', () => {
    fc.assert(
      fc.property(rows, rows, k, (near, found, from) => {
        const vector = order(fuseRanks(near, found, { k: from, weight: 1 }));
        expect(vector.slice(0, near.length)).toEqual(near);
        const text = order(fuseRanks(near, found, { k: from, weight: 0 }));
        expect(text.slice(0, found.length)).toEqual(found);
        expect(new Set(vector)).toEqual(new Set([...near, ...found]));
      }),
    );
  });
});

describe('a weighted sum', () => {
  test('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(scored, weight, normalization, (list, share, kind) => {
        const settings = { weight: share, normalization: kind };
        const one = fuse(list, settings);
        const other = fuse([...list].reverse(), settings);
        expect([...other].sort()).toEqual([...one].sort());
        expect(order(other)).toEqual(order(one));
      }),
    );
  });

  test('lies between 0 and 1, and rises with the score of either side', () => {
    fc.assert(
      fc.property(scored, weight, normalization, (list, share, kind) => {
        const scores = fuse(list, { weight: share, normalization: kind });
        for (const score of scores.values()) {
          expect(score >= 0 && score <= 1 + 1e-12).toBe(true);
        }
        for (const a of list) {
          for (const b of list) {
            if (a.near < b.near || a.text < b.text) continue;
            const [high, low] = [scores.get(a.row) as number, scores.get(b.row) as number];
            expect(high).toBeGreaterThanOrEqual(low - 1e-12);
          }
        }
      }),
    );
  });

  test('with all weight on one side is the order of that side', () => {
    fc.assert(
      fc.property(scored, normalization, (list, kind) => {
        for (const [share, side] of [
          [1, 'near'],
          [0, 'text'],
        ] as const) {
          const scores = fuse(list, { weight: share, normalization: kind });
          const values = new Map(list.map((one) => [one.row, one[side]]));
          const found = order(scores).map((row) => values.get(row) as number);
          const sorted = [...found].sort((a, b) => b - a);
          // What differs by less than a rounding may come in any order.
          for (const [i, value] of found.entries())
            expect(value).toBeCloseTo(sorted[i] as number, 9);
        }
      }),
    );
  });

  test('of one candidate, of equal ones and of none that matches is what the words say', () => {
    const one = [{ row: 3, near: 0.5, text: 2 }];
    const minMax = { weight: 0.25, normalization: 'min-max' as const };
    const theoretical = { weight: 0.25, normalization: 'theoretical' as const };
    expect([...fuse(one, minMax)]).toEqual([[3, 1]]);
    expect([...fuse(one, theoretical)]).toEqual([[3, 1]]);
    const equal = [...one, { row: 1, near: 0.5, text: 2 }];
    expect([...fuse(equal, minMax).values()]).toEqual([1, 1]);
    expect(order(fuse(equal, minMax))).toEqual([1, 3]);
    const silent = [
      { row: 1, near: 1, text: 0 },
      { row: 2, near: -1, text: 0 },
    ];
    expect([...fuse(silent, theoretical).values()]).toEqual([0.25, 0]);
    expect([...fuse(silent, minMax).values()]).toEqual([1, 0.75]);
    const far = [{ row: 1, near: -1, text: 0 }];
    expect([...fuse(far, theoretical).values()]).toEqual([0]);
    expect([...fuse([], theoretical)]).toEqual([]);
  });

  test('takes any number of candidates', () => {
    const count = 300_000;
    const list = Array.from({ length: count }, (_, row) => ({
      row,
      near: -row / count,
      text: row % 7,
    }));
    const scores = fuse(list, { weight: 1, normalization: 'min-max' });
    expect([scores.get(0), scores.get(count - 1)]).toEqual([1, 0]);
  });
});
