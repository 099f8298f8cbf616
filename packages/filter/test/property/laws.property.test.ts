// Laws of logic that hold for all filters on all tables.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Columns, type Filter, field, parseFilter } from '../../src/index.ts';
import { FIELDS, filterOf, metadataOf } from '../support/arbitraries.ts';
import { rowsOf, select } from '../support/rows.ts';

const table = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 100 }), metadataOf(FIELDS)), { selector: ([row]) => row })
  .map((rows) => {
    const columns = Columns.create(FIELDS);
    for (const [row, metadata] of rows) columns.set(row, metadata);
    return columns;
  });
const filter = filterOf(FIELDS) as fc.Arbitrary<Record<string, unknown>>;

/** Both filters accept the same rows of the table. */
function same(columns: Columns, one: Filter, other: Filter): void {
  expect(select(columns, one)).toEqual(select(columns, other));
}

test('not (a and b) is not a or not b, and the other way round', () => {
  fc.assert(
    fc.property(table, filter, filter, (columns, a, b) => {
      same(columns, { $not: { $and: [a, b] } }, { $or: [{ $not: a }, { $not: b }] });
      same(columns, { $not: { $or: [a, b] } }, { $and: [{ $not: a }, { $not: b }] });
    }),
  );
});

test('a filter and its negation share the live rows between them', () => {
  fc.assert(
    fc.property(table, filter, (columns, a) => {
      const rows = [...select(columns, a), ...select(columns, { $not: a })];
      expect(rows.sort((x, y) => x - y)).toEqual(rowsOf(columns.live));
      same(columns, a, { $not: { $not: a } });
    }),
  );
});

test('the empty filter accepts every live row, and changes nothing beside others', () => {
  fc.assert(
    fc.property(table, filter, (columns, a) => {
      expect(select(columns, {})).toEqual(rowsOf(columns.live));
      same(columns, a, { $and: [a, {}] });
      same(columns, {}, { $or: [a, {}] });
    }),
  );
});

test('$in is any of $eq, $nin is not $in, $ne is not $eq', () => {
  const values = fc.array(fc.constantFrom<string | null>('', 'a', 'ab', '\ud800', 'x', null));
  const name = fc.constantFrom('title', 'genres', '__proto__');
  fc.assert(
    fc.property(table, name, values, (columns, field, list) => {
      const each = list.map((value) => ({ [field]: { $eq: value } }));
      const any = each.length === 0 ? { $not: {} } : { $or: each };
      same(columns, { [field]: { $in: list } }, any);
      same(columns, { [field]: { $nin: list } }, { $not: { [field]: { $in: list } } });
      for (const value of list) {
        same(columns, { [field]: { $ne: value } }, { $not: { [field]: value } });
      }
    }),
  );
});

test('the order of parts and of values does not matter: the very same result is given', () => {
  fc.assert(
    fc.property(table, fc.array(filter, { minLength: 1, maxLength: 4 }), (columns, parts) => {
      const turned = [...parts].reverse();
      for (const operator of ['$and', '$or']) {
        const one = columns.evaluate(parseFilter({ [operator]: parts }, FIELDS));
        expect(columns.evaluate(parseFilter({ [operator]: turned }, FIELDS))).toBe(one);
      }
      const one = columns.evaluate(parseFilter({ year: { $in: [1, -3, 0] } }, FIELDS));
      expect(columns.evaluate(parseFilter({ year: { $in: [-0, 1, -3, 1] } }, FIELDS))).toBe(one);
    }),
  );
});

test('filters that are built mean what their object form means', () => {
  fc.assert(
    fc.property(filter, filter, fc.boolean(), (a, b, isThere) => {
      const built = field('year')
        .gte(1)
        .and(field('genres').in(['a', 'b']), a)
        .or(b, field('seen').exists(isThere))
        .not();
      const first = { year: { $gte: 1 } };
      const object = {
        $not: {
          $or: [
            { $and: [first, { genres: { $in: ['a', 'b'] } }, a] },
            b,
            { seen: { $exists: isThere } },
          ],
        },
      };
      expect(parseFilter(built, FIELDS)).toEqual(parseFilter(object, FIELDS));
      const nested = { $and: [built, { $or: [a, built] }] };
      const plain = { $and: [object, { $or: [a, object] }] };
      expect(parseFilter(nested, FIELDS)).toEqual(parseFilter(plain, FIELDS));
    }),
  );
});
