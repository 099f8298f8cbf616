// Filters as calls.

import { expect, test } from 'vitest';
import { Condition } from '../../src/builder.ts';
import { field, parseFilter, where } from '../../src/index.ts';
import { FIELDS } from '../support/arbitraries.ts';
import { errorOf } from '../support/errors.ts';

test('every method is an operator', () => {
  const year = field('year');
  const built = [
    ...[year.eq(1), year.ne(1), year.gt(1), year.gte(1), year.lt(1), year.lte(1)],
    ...[year.in([1, 2]), year.nin([1]), year.exists(), year.exists(false), year.eq(null)],
  ];
  const operators = [
    ...[{ $eq: 1 }, { $ne: 1 }, { $gt: 1 }, { $gte: 1 }, { $lt: 1 }, { $lte: 1 }],
    ...[{ $in: [1, 2] }, { $nin: [1] }, { $exists: true }, { $exists: false }, { $eq: null }],
  ];
  expect(built.map((condition) => condition.toJSON())).toEqual(operators.map((o) => ({ year: o })));
  expect(where('year').eq(1).toJSON()).toEqual(field('year').eq(1).toJSON());
});

test('conditions do not change when others are made of them', () => {
  const both = field('year').gt(1).and(field('year').lt(5));
  const three = both.and({ title: 'a' });
  expect(both.toJSON()).toEqual({ $and: [{ year: { $gt: 1 } }, { year: { $lt: 5 } }] });
  expect(three.toJSON()).toEqual({
    $and: [{ year: { $gt: 1 } }, { year: { $lt: 5 } }, { title: 'a' }],
  });
});

test('long chains do not become deep', () => {
  let any: Condition = field('year').eq(0);
  for (let i = 1; i < 100; i++) any = any.or(field('year').gte(i).and(field('title').eq('a')));
  expect(parseFilter(any, FIELDS)).toMatchObject({ kind: 'or', parts: { length: 100 } });
});

test('a field that is called as an operator is refused, one like __proto__ is not', () => {
  for (const name of ['$and', '', 5, null, undefined, {}]) {
    const error = errorOf(() => field(name as string));
    expect(error.code).toBe('INVALID_FILTER');
  }
  expect(parseFilter(field('__proto__').eq('a'), FIELDS)).toMatchObject({ field: '__proto__' });
});

test('fields and values are checked when the filter is parsed', () => {
  const error = errorOf(() => parseFilter({ $or: [{}, field('year').gt('x')] }, FIELDS));
  expect([error.code, error.details.path]).toEqual(['WRONG_TYPE', '$or[1].year.$gt']);
  const lonely = errorOf(() => parseFilter(field('nothing').eq(1).not(), FIELDS));
  expect([lonely.code, lonely.details.path]).toEqual(['UNKNOWN_FIELD', '$not.nothing']);
});

test('what only looks like a condition is none', () => {
  const fake = Object.create(Condition.prototype);
  expect(errorOf(() => parseFilter(fake, FIELDS)).code).toBe('INVALID_FILTER');
  const inner = { year: field('year').eq(1) };
  expect(errorOf(() => parseFilter(inner, FIELDS)).code).toBe('WRONG_TYPE');
});
