// The table: rows, what may be in them, what is kept for later, and what it is for other threads.

import { MAX_ROW } from '@nigh/base';
import { withoutSharedMemory } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { Columns, type Fields, type FilterError, parseFilter } from '../../src/index.ts';
import { FIELDS } from '../support/arbitraries.ts';
import { errorOf } from '../support/errors.ts';
import { expectedRows, type Model, rowsOf, select } from '../support/rows.ts';

test('a table without rows accepts none', () => {
  const columns = Columns.create(FIELDS);
  for (const filter of [{}, { year: 1 }, { year: null }, { $not: { title: 'a' } }]) {
    expect(columns.evaluate(parseFilter(filter, FIELDS)).count).toBe(0);
  }
  expect(columns.live).toHaveLength(0);
  expect([columns.has(0), columns.has(-1), columns.has(1e12), columns.has(0.5)]).toEqual(
    new Array(4).fill(false),
  );
});

test('has and count follow set and remove', () => {
  const columns = Columns.create({});
  for (const row of [31, 0, 32, 31]) columns.set(row, undefined);
  expect([columns.count, columns.rows, rowsOf(columns.live)]).toEqual([3, 33, [0, 31, 32]]);
  columns.remove(32);
  columns.remove(32);
  columns.remove(500);
  columns.remove(-1);
  expect([columns.count, columns.has(32), columns.has(31)]).toEqual([2, false, true]);
  expect([columns.has(1), columns.has(Number.NaN), columns.has(31.5)]).toEqual([
    ...[false, false, false],
  ]);
});

test.each([-1, 0.5, Number.NaN, MAX_ROW + 1, Number.POSITIVE_INFINITY])(
  'row %d is refused',
  (row) => {
    const columns = Columns.create({ year: 'number' });
    columns.set(1, {});
    const { code, details } = errorOf(() => columns.set(row, {}));
    expect([code, details.got]).toEqual(['INVALID_ROW', row]);
    expect([columns.count, columns.verify()]).toEqual([1, []]);
  },
);

test.each<[string, unknown, unknown]>([
  ['year', '1', '1'],
  ['year', Number.NaN, Number.NaN],
  ['year', Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ['year', [1], 'an array of 1'],
  ['year', 1n, '1n'],
  ['year', new Date(0), 'a Date'],
  ['title', 5, 5],
  ['title', Object('a'), 'an object'],
  ['seen', 'true', 'true'],
  ['seen', 0, 0],
  ['added', 0, 0],
  ['added', 'now', 'now'],
  ['added', new Date(Number.NaN), 'a Date'],
  ['added', '2021-02-30', '2021-02-30'],
  ['sizes', 5, 5],
  ['sizes', [1, Number.NaN], 'an array of 2'],
  ['sizes', new Float64Array(2), 'a Float64Array'],
  ['genres', 'a', 'a'],
  ['genres', ['a', null], 'an array of 2'],
  ['genres', new Array(3), 'an array of 3'],
  ['genres', new Set(['a']), 'an object'],
  ['votes', [true, 1], 'an array of 2'],
  ['dates', ['2020-01-01', 'x'], 'an array of 2'],
  ['__proto__', 5, 5],
  ['constructor', Object, 'a function'],
])('%s may not be what it is not (%#)', (field, value, got) => {
  const columns = Columns.create(FIELDS);
  const metadata = Object.fromEntries([[field, value]]);
  const { code, details } = errorOf(() => columns.check(metadata, 7));
  expect([code, details.row, details.field, details.got]).toEqual(['WRONG_TYPE', 7, field, got]);
  expect(details.expected).toMatch(/^(a |an |true)/);
  columns.set(0, metadata); // not checked: counts as missing, or its elements do
  expect(columns.verify()).toEqual([]);
});

test.each([[null], [5], ['x'], [[]], [() => 0]])('metadata may not be %s', (metadata) => {
  const error = errorOf(() => Columns.create(FIELDS).check(metadata as never, 3));
  expect([error.code, error.details.row]).toEqual(['WRONG_TYPE', 3]);
});

test('metadata that throws is refused with the field and the cause', () => {
  const cause = new Error('from a getter');
  const fail = (): never => {
    throw cause;
  };
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const columns = Columns.create(FIELDS);
  const getter = Object.defineProperty({}, 'title', { enumerable: true, get: fail });
  for (const metadata of [getter, new Proxy({}, { getOwnPropertyDescriptor: fail })]) {
    const { code, details, cause: found } = errorOf(() => columns.check(metadata, 2));
    expect([code, details.row, found]).toEqual(['WRONG_TYPE', 2, cause]);
  }
  for (const field of ['title', 'genres', 'added']) {
    const { code, details } = errorOf(() => columns.check({ [field]: proxy }));
    expect([code, details.field, details.got]).toEqual([
      'WRONG_TYPE',
      field,
      'an object that cannot be read',
    ]);
  }
});

test('undefined and null are missing; fields that were not declared are let alone', () => {
  const columns = Columns.create({ year: 'number', genres: 'string[]' });
  for (const metadata of [
    undefined,
    {},
    { year: null, genres: undefined },
    { other: Symbol('x') },
  ]) {
    columns.check(metadata);
  }
  columns.set(0, { year: null, other: 5 });
  columns.set(1, { genres: [] });
  expect(select(columns, { year: null })).toEqual([0, 1]);
  expect(select(columns, { genres: null })).toEqual([0]);
  expect(select(columns, { genres: { $exists: true } })).toEqual([1]);
});

test('what objects inherit is no metadata', () => {
  const columns = Columns.create(FIELDS);
  const metadata = Object.create({ year: 5, title: 7 });
  columns.check(metadata);
  columns.check({});
  columns.set(0, metadata);
  expect(select(columns, { year: null, constructor: null, toString: null })).toEqual([0]);
});

test('a result is the same object until something it depends on changes', () => {
  const columns = Columns.create({ year: 'number', title: 'string', genres: 'string[]' });
  columns.set(0, { year: 1, title: 'a', genres: ['x', 'y'] });
  columns.set(1, { year: 2, title: 'b' });
  const evaluate = (filter: object) => columns.evaluate(parseFilter(filter, columns.fields));
  const byYear = evaluate({ year: 1 });
  const byTitle = evaluate({ title: 'a' });
  const byGenre = evaluate({ genres: 'x' });
  const all = evaluate({});
  columns.set(0, { year: 1, title: 'a', genres: ['x', 'y'] }); // as it was
  columns.remove(9);
  const results = (): unknown[] => [
    ...[evaluate({ year: 1 }), evaluate({ title: 'a' }), evaluate({ genres: 'x' }), evaluate({})],
  ];
  expect(results().map((result, i) => result === [byYear, byTitle, byGenre, all][i])).toEqual(
    new Array(4).fill(true),
  );
  columns.set(0, { year: 1, title: 'z', genres: ['x', 'y'] });
  expect(evaluate({ year: 1 })).toBe(byYear);
  expect(evaluate({ genres: 'x' })).toBe(byGenre);
  expect([evaluate({ title: 'a' }).count, byTitle.count]).toEqual([0, 1]);
  columns.remove(1);
  expect(evaluate({ year: 1 })).not.toBe(byYear);
  expect([...byYear.bits, ...all.bits]).toEqual([1, 3]); // what was handed out stays as it was
});

test('results are in shared memory', () => {
  const columns = Columns.create({ year: 'number' });
  columns.set(40, { year: 1 });
  const { bits } = columns.evaluate(parseFilter({ year: 1 }, columns.fields));
  expect(bits.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(bits).toHaveLength(2);
});

test('what is kept for later is bounded', () => {
  const columns = Columns.create({ year: 'number' });
  columns.set(32_000, { year: 1 });
  const before = columns.bytes;
  for (let i = 0; i < 300; i++) columns.evaluate(parseFilter({ year: i }, columns.fields));
  expect(columns.bytes - before).toBeGreaterThan(2 * 100 * 4000);
  expect(columns.bytes - before).toBeLessThan(2 * 150 * 4100);
});

test('a predicate for other fields is refused', () => {
  const columns = Columns.create({ year: 'number', title: 'string' });
  columns.set(0, { year: 1, title: 'a' });
  const code = (filter: object, fields: Fields): string =>
    errorOf(() => columns.evaluate(parseFilter(filter, fields))).code;
  expect(code({ other: 1 }, { other: 'number' })).toBe('UNKNOWN_FIELD');
  expect(code({ year: 'a' }, { year: 'string' })).toBe('WRONG_TYPE');
  expect(code({ title: true }, { title: 'boolean' })).toBe('WRONG_TYPE');
  expect(code({ title: 1 }, { title: 'number' })).toBe('WRONG_TYPE');
});

test('memory that cannot be had is an error of ours, and the table is as before', () => {
  const fields = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`f${i}`, 'number[]']));
  const columns = Columns.create(fields as Fields);
  columns.set(0, { f0: [1] });
  const original = globalThis.SharedArrayBuffer;
  let calls = 0;
  const Failing = function (this: unknown, bytes: number): SharedArrayBuffer {
    if (++calls > 5) throw new RangeError('Array buffer allocation failed');
    return new original(bytes);
  };
  globalThis.SharedArrayBuffer = Failing as unknown as typeof SharedArrayBuffer;
  try {
    expect(errorOf(() => columns.set(100_000, {})).code).toBe('OUT_OF_MEMORY');
  } finally {
    globalThis.SharedArrayBuffer = original;
  }
  expect([columns.count, columns.rows, columns.verify()]).toEqual([1, 1, []]);
  columns.set(100_000, { f255: [2] });
  expect(select(columns, { f255: 2 })).toEqual([100_000]);
  expect(select(columns, { f0: 1 })).toEqual([0]);
});

test('lists and strings that are replaced again and again do not pile up', () => {
  const fields: Fields = { title: 'string', genres: 'string[]', sizes: 'number[]' };
  const columns = Columns.create(fields);
  const model: Model = new Map();
  const kept = columns.evaluate(parseFilter({ title: 'stays' }, fields));
  let most = 0;
  for (let round = 0; round < 60; round++) {
    for (let row = 0; row < 300; row++) {
      const metadata = {
        title: row === 7 ? 'stays' : `${round} ${row}`,
        genres: ['all', `${row % 10}`, `${round}-${row}`],
        sizes: Array.from({ length: row % 5 }, (_, i) => round + i),
      };
      columns.set(row, metadata);
      model.set(row, metadata);
      if ((row + round) % 11 !== 0) continue;
      columns.remove(row);
      model.delete(row);
    }
    most = Math.max(most, columns.bytes);
    const filters = [
      { title: 'stays' },
      { genres: '3' },
      { genres: `${round}-5` },
      { sizes: round },
    ];
    for (const filter of [...filters, { title: { $lt: '3' } }, { genres: 'all' }]) {
      expect(select(columns, filter)).toEqual(expectedRows(model, filter, fields));
    }
  }
  expect(kept.count).toBe(0);
  expect(columns.verify()).toEqual([]);
  expect(Columns.load(columns.images(), fields).verify()).toEqual([]);
  expect(most).toBeLessThan(2 ** 20); // without ever tidying up: 1.9 MB
});

test('many strings that are all in use are taken without starting over again and again', () => {
  const columns = Columns.create({ title: 'string', genres: 'string[]' });
  for (let row = 0; row < 30_000; row++) columns.set(row, { title: `${row}`, genres: [`g${row}`] });
  expect(select(columns, { title: { $in: ['7', '29999'] } })).toEqual([7, 29_999]);
  expect(select(columns, { genres: { $in: ['g0', 'g4097'] } })).toEqual([0, 4097]);
});

test('an image stays as it was, also while the table is tidied up', () => {
  const fields: Fields = { title: 'string', genres: 'string[]' };
  const columns = Columns.create(fields);
  for (let row = 0; row < 100; row++)
    columns.set(row, { title: `t${row}`, genres: ['a', `g${row}`] });
  const image = columns.images();
  for (let round = 0; round < 100; round++) {
    for (let row = 0; row < 100; row++) {
      columns.set(row, { title: `${round}.${row}`, genres: [`${round}.${row}`] });
    }
  }
  const loaded = Columns.load(image, fields);
  expect(loaded.verify()).toEqual([]);
  expect(select(loaded, { genres: 'a' })).toHaveLength(100);
  expect(select(loaded, { title: 't42', genres: 'g42' })).toEqual([42]);
});

/** What `act` throws while there is no more shared memory. */
const withoutMemory = (act: () => unknown): FilterError => withoutSharedMemory(() => errorOf(act));

test('a row whose fields get no memory is not live and has none', () => {
  const fields: Fields = { year: 'number', title: 'string' };
  const columns = Columns.create(fields);
  columns.set(0, { year: 1, title: 'a' });
  const long = { year: 2, title: 'x'.repeat(10_000) };
  const error = withoutMemory(() => columns.set(1, long));
  expect([error.code, error.details.row]).toEqual(['OUT_OF_MEMORY', 1]);
  expect([columns.count, columns.has(1), columns.verify()]).toEqual([1, false, []]);
  columns.set(2, {});
  expect(select(columns, { year: 2 })).toEqual([]);
  columns.set(1, long);
  expect(select(columns, long)).toEqual([1]);
});

test('columns that are loaded without memory are not called damaged', () => {
  const columns = Columns.create(FIELDS);
  columns.set(0, { title: 'a' });
  const images = columns.images();
  expect(withoutMemory(() => Columns.load(images, FIELDS)).code).toBe('OUT_OF_MEMORY');
});
