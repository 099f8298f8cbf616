// What can be declared as fields.

import { expect, test } from 'vitest';
import { Columns, readFields } from '../../src/index.ts';
import { errorOf } from '../support/errors.ts';

test('fields are copied without a prototype, in their order, whatever they are called', () => {
  const given = JSON.parse('{"b":"number","__proto__":"string","constructor":"date[]"}');
  const fields = readFields(given);
  expect(Object.getPrototypeOf(fields)).toBe(null);
  expect(Object.entries(fields)).toEqual([
    ['b', 'number'],
    ['__proto__', 'string'],
    ['constructor', 'date[]'],
  ]);
  given.b = 'string';
  expect(fields.b).toBe('number');
  expect(Object.isFrozen(fields)).toBe(true);
});

test('a table can have no fields', () => {
  const columns = Columns.create({});
  columns.set(3, { year: 1 });
  expect(columns.count).toBe(1);
  expect(columns.verify()).toEqual([]);
});

test.each([[undefined], [null], [5], ['number'], [[]], [() => 0]])('%s is no fields', (fields) => {
  const error = errorOf(() => readFields(fields));
  expect(error.code).toBe('INVALID_FIELDS');
  expect(error.details).toMatchObject({ expected: 'an object' });
});

test('names and types are checked, with the field in the details', () => {
  const details = (fields: unknown): unknown => {
    const { code, details } = errorOf(() => readFields(fields));
    expect(code).toBe('INVALID_FIELDS');
    return details;
  };
  expect(details({ '': 'number' })).toMatchObject({ field: '', got: '' });
  expect(details({ $year: 'number' })).toMatchObject({ field: '$year' });
  expect(details({ ['x'.repeat(257)]: 'number' })).toMatchObject({ field: 'x'.repeat(80) });
  expect(details({ year: 'int' })).toMatchObject({ field: 'year', got: 'int' });
  expect(details({ year: ['number'] })).toMatchObject({ field: 'year', got: 'an array of 1' });
  const many = Array.from({ length: 257 }, (_, i) => [`f${i}`, 'number']);
  expect(details(Object.fromEntries(many))).toMatchObject({ expected: 256, got: 257 });
  const hostile = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });
  expect(details(hostile)).toEqual({});
});

test('256 fields, and names of 256 characters, are fine', () => {
  const entries = Array.from({ length: 256 }, (_, i) => [`${i}`.padStart(256, 'f'), 'boolean']);
  const fields = readFields(Object.fromEntries(entries));
  expect(Object.keys(Columns.create(fields).fields)).toHaveLength(256);
});
