// Every way in which a filter can be wrong, and where the error says it is.

import { expect, test } from 'vitest';
import { type Fields, field, parseFilter } from '../../src/index.ts';
import { FIELDS } from '../support/arbitraries.ts';
import { errorOf } from '../support/errors.ts';

const fields: Fields = FIELDS;

function wrong(filter: unknown): { code: string; path: unknown; message: string } {
  const { code, details, message } = errorOf(() => parseFilter(filter, fields));
  return { code, path: details.path, message };
}

test.each<[unknown, string, string]>([
  [undefined, 'INVALID_FILTER', ''],
  [null, 'INVALID_FILTER', ''],
  ['year', 'INVALID_FILTER', ''],
  [[{ year: 1 }], 'INVALID_FILTER', ''],
  [new Map([['year', 1]]), 'INVALID_FILTER', ''],
  [/x/, 'INVALID_FILTER', ''],
  [() => true, 'INVALID_FILTER', ''],
  [field('year'), 'INVALID_FILTER', ''],
  [{ yaer: 1 }, 'UNKNOWN_FIELD', 'yaer'],
  [{ hasOwnProperty: 1 }, 'UNKNOWN_FIELD', 'hasOwnProperty'],
  [{ $nor: [{}] }, 'UNKNOWN_OPERATOR', '$nor'],
  [{ $where: 'true' }, 'UNKNOWN_OPERATOR', '$where'],
  [{ $eq: 1 }, 'UNKNOWN_OPERATOR', '$eq'],
  [{ year: { $regex: 'x' } }, 'UNKNOWN_OPERATOR', 'year.$regex'],
  [{ year: { gte: 1 } }, 'UNKNOWN_OPERATOR', 'year.gte'],
  [{ year: { $and: [] } }, 'UNKNOWN_OPERATOR', 'year.$and'],
  [{ year: {} }, 'INVALID_FILTER', 'year'],
  [{ year: { $not: {} } }, 'INVALID_FILTER', 'year.$not'],
  [{ year: { $not: 5 } }, 'INVALID_FILTER', 'year.$not'],
  [{ year: { $exists: 1 } }, 'INVALID_FILTER', 'year.$exists'],
  [{ year: { $in: 1 } }, 'INVALID_FILTER', 'year.$in'],
  [{ year: { $in: new Set([1]) } }, 'INVALID_FILTER', 'year.$in'],
  [{ $and: [] }, 'INVALID_FILTER', '$and'],
  [{ $or: [] }, 'INVALID_FILTER', '$or'],
  [{ $or: { year: 1 } }, 'INVALID_FILTER', '$or'],
  [{ $and: [{}, 5] }, 'INVALID_FILTER', '$and[1]'],
  [{ $not: [{}] }, 'INVALID_FILTER', '$not'],
  [{ $and: new Array(2) }, 'INVALID_FILTER', '$and[0]'],
  [{ $and: [{}, { $or: [{ year: { $gt: 'x' } }] }] }, 'WRONG_TYPE', '$and[1].$or[0].year.$gt'],
  [{ genres: { $in: ['a', 'b', 5] } }, 'WRONG_TYPE', 'genres.$in[2]'],
  [{ genres: { $nin: new Array(2) } }, 'WRONG_TYPE', 'genres.$nin[0]'],
  [{ genres: ['a'] }, 'WRONG_TYPE', 'genres'],
  [{ genres: { $eq: ['a'] } }, 'WRONG_TYPE', 'genres.$eq'],
  [{ year: '1' }, 'WRONG_TYPE', 'year'],
  [{ year: undefined }, 'WRONG_TYPE', 'year'],
  [{ year: Number.NaN }, 'WRONG_TYPE', 'year'],
  [{ year: { $lt: Number.POSITIVE_INFINITY } }, 'WRONG_TYPE', 'year.$lt'],
  [{ year: { $gt: null } }, 'WRONG_TYPE', 'year.$gt'],
  [{ year: new Date(0) }, 'WRONG_TYPE', 'year'],
  [{ year: 1n }, 'WRONG_TYPE', 'year'],
  [{ year: Symbol('x') }, 'WRONG_TYPE', 'year'],
  [{ title: /a/ }, 'WRONG_TYPE', 'title'],
  [{ title: Object('a') }, 'WRONG_TYPE', 'title'],
  [{ seen: 1 }, 'WRONG_TYPE', 'seen'],
  [{ seen: { $gt: false } }, 'WRONG_TYPE', 'seen.$gt'],
  [{ votes: { $lte: true } }, 'WRONG_TYPE', 'votes.$lte'],
  [{ added: '2021-02-29' }, 'WRONG_TYPE', 'added'],
  [{ added: { $gte: '2021-01-01T10:00' } }, 'WRONG_TYPE', 'added.$gte'],
  [{ added: 0 }, 'WRONG_TYPE', 'added'],
  [{ dates: new Date(Number.NaN) }, 'WRONG_TYPE', 'dates'],
])('filter %# is refused with its code and place', (filter, code, path) => {
  expect(wrong(filter)).toMatchObject({ code, path });
});

test('details name the field, what was expected and what was got', () => {
  const { details } = errorOf(() => parseFilter({ genres: { $in: ['a', 5] } }, fields));
  expect(details).toEqual({
    ...{ path: 'genres.$in[1]', field: 'genres' },
    ...{ expected: 'a string', got: 5 },
  });
  const unknown = errorOf(() => parseFilter({ yaer: 1 }, fields)).details;
  expect(unknown).toEqual({ path: 'yaer', field: 'yaer', known: Object.keys(fields) });
  const operator = errorOf(() => parseFilter({ year: { $regex: 1 } }, fields)).details;
  expect(operator).toMatchObject({ path: 'year.$regex', operator: '$regex' });
  expect(operator.known).toContain('$gte');
});

/** A filter `depth` filters deep. */
function nested(depth: number, operator: '$not' | '$and'): object {
  let filter: object = { year: 1 };
  for (let i = 1; i < depth; i++) filter = { [operator]: operator === '$and' ? [filter] : filter };
  return filter;
}

test('filters are 32 deep at most', () => {
  for (const operator of ['$not', '$and'] as const) {
    expect(parseFilter(nested(32, operator), fields).kind).toMatch(/range|not/);
    for (const depth of [33, 10_000]) {
      const { code, details } = errorOf(() => parseFilter(nested(depth, operator), fields));
      expect([code, details.expected]).toEqual(['FILTER_TOO_DEEP', 32]);
    }
  }
  let operators: object = { $gt: 1 };
  for (let i = 0; i < 10_000; i++) operators = { $not: operators };
  expect(wrong({ year: operators }).code).toBe('FILTER_TOO_DEEP');
});

test('filters that contain themselves are refused, not followed for ever', () => {
  const cycle: Record<string, unknown> = {};
  cycle.$not = cycle;
  expect(wrong(cycle).code).toBe('FILTER_TOO_DEEP');
  const wide: Record<string, unknown> = {};
  wide.$or = Array.from({ length: 10 }, () => wide);
  expect(wrong(wide).code).toMatch(/FILTER_TOO/);
  const list: unknown[] = [];
  list.push(list);
  expect(wrong({ $and: list }).code).toBe('INVALID_FILTER');
  expect(wrong({ genres: { $in: list } }).code).toBe('WRONG_TYPE');
});

test('filters have 10,000 values at most, of which a condition counts for 40', () => {
  const values = (count: number): object => ({
    year: { $in: Array.from({ length: count }, (_, i) => i) },
  });
  expect(parseFilter(values(9950), fields).kind).toBe('among');
  for (const filter of [
    values(10_000),
    values(1_000_000),
    { year: { $in: new Array(2 ** 32 - 1) } },
  ]) {
    const { code, details } = errorOf(() => parseFilter(filter, fields));
    expect([code, details]).toEqual(['FILTER_TOO_LARGE', { path: 'year.$in', expected: 10_000 }]);
  }
  for (const condition of [1, { $gt: 1 }, { $exists: true }, { $in: [1] }]) {
    const many = (length: number): object => ({ $or: new Array(length).fill({ year: condition }) });
    expect(() => parseFilter(many(200), fields)).not.toThrow();
    expect(wrong(many(250)).code).toBe('FILTER_TOO_LARGE');
  }
  const wide = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`f${i}`, 1]));
  expect(wrong(wide).code).toBe('FILTER_TOO_LARGE');
});

test('whatever hostile objects throw is an error of ours, with its cause and place', () => {
  const cause = new Error('from a getter');
  const fail = (): never => {
    throw cause;
  };
  const getter = Object.defineProperty({}, '$gte', { enumerable: true, get: fail });
  const array = Object.defineProperty(['a'], 1, { enumerable: true, get: fail });
  const everyTrap = { get: fail, ownKeys: fail, getPrototypeOf: fail, has: fail } as const;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const [filter, path] of [
    [{ year: getter }, 'year.$gte'],
    [{ genres: { $in: array } }, 'genres.$in[1]'],
    [new Proxy({}, everyTrap), ''],
    [{ $and: [{}, new Proxy({}, everyTrap)] }, '$and[1]'],
    [{ year: new Proxy({}, everyTrap) }, 'year'],
  ] as const) {
    const error = errorOf(() => parseFilter(filter, fields));
    expect([error.code, error.details.path, error.cause]).toEqual(['INVALID_FILTER', path, cause]);
  }
  expect(wrong(proxy).code).toBe('INVALID_FILTER');
  expect(wrong({ $not: proxy }).code).toBe('INVALID_FILTER');
});

test('an error that a getter took from an earlier parse is not passed off as one of this', () => {
  const other = errorOf(() => parseFilter({ nothing: 1 }, fields));
  const filter = {
    get year(): never {
      throw other;
    },
  };
  const { code, cause } = errorOf(() => parseFilter(filter, fields));
  expect([code, cause]).toEqual(['INVALID_FILTER', other]);
});

test('proxies that invent properties for ever meet the limits', () => {
  const endless: object = new Proxy(
    {},
    {
      ...{ ownKeys: () => ['$not'], getPrototypeOf: () => null, get: () => endless },
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: 1 }),
    },
  );
  expect(wrong(endless).code).toBe('FILTER_TOO_DEEP');
  const long = new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 : 1) });
  expect(wrong({ year: { $in: long } }).code).toBe('FILTER_TOO_LARGE');
});

test('every property is read once', () => {
  const reads: string[] = [];
  const spy = <T extends object>(target: T, name: string): T =>
    new Proxy(target, {
      get: (object, key) => {
        reads.push(`${name}.${String(key)}`);
        return Reflect.get(object, key);
      },
    });
  parseFilter(
    spy({ year: spy({ $gte: 1 }, 'year'), genres: { $in: spy(['a'], 'in') } }, ''),
    fields,
  );
  expect(reads.sort()).toEqual(['.genres', '.year', 'in.0', 'in.length', 'year.$gte']);
});

test('only own enumerable string keys count', () => {
  const inherited = Object.create(Object.create(null, { nothing: { value: 1, enumerable: true } }));
  inherited.year = 5;
  const hidden = Object.defineProperty({ year: 5, [Symbol('s')]: 1 }, 'nothing', { value: 1 });
  const extra = Object.assign([5], { nothing: 1 });
  const plain = parseFilter({ year: 5 }, fields);
  expect(parseFilter(hidden, fields)).toEqual(plain);
  expect(parseFilter({ year: { $in: extra } }, fields)).toEqual(plain);
  expect(parseFilter(inherited, fields)).toEqual(plain);
  expect(parseFilter(Object.assign(Object.create(null), { year: 5 }), fields)).toEqual(plain);
});

test('fields may be called as what objects inherit', () => {
  const filter = JSON.parse('{"__proto__":"a","constructor":{"$gt":1},"toString":true}');
  expect(parseFilter(filter, fields)).toMatchObject({ kind: 'and', parts: { length: 3 } });
  const json = { toJSON: () => ({}), year: 1 };
  expect(wrong(json)).toMatchObject({ code: 'UNKNOWN_FIELD', path: 'toJSON' });
});

test('messages and paths stay short, whatever a field or a value is called', () => {
  const { message, path } = wrong({ ['x'.repeat(100_000)]: 'y'.repeat(100_000) });
  expect(message.length + String(path).length).toBeLessThan(500);
  expect(wrong({ year: 'y'.repeat(100_000) }).message.length).toBeLessThan(300);
});
