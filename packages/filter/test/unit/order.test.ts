// What many conditions of one filter cost: equalities of a field are one, strings are sorted.

import { StringTable } from '@nigh/base';
import { expect, test, vi } from 'vitest';
import { Columns, type Fields, parseFilter } from '../../src/index.ts';
import { expectedRows, type Model, select } from '../support/rows.ts';

const fields: Fields = { name: 'string', tags: 'string[]', year: 'number', flag: 'boolean' };

test('any of several equalities of a field are one condition', () => {
  const parse = (filter: object): object => parseFilter(filter, fields);
  expect(parse({ $or: [{ name: 'b' }, { name: 'a' }, { name: { $in: ['c', 'a'] } }] })).toEqual(
    parse({ name: { $in: ['a', 'b', 'c'] } }),
  );
  expect(parse({ $or: [{ year: 2 }, { year: { $in: [1, 3] } }, { year: 1 }] })).toEqual(
    parse({ year: { $in: [1, 2, 3] } }),
  );
  expect(parse({ $or: [{ flag: true }, { flag: false }] })).toEqual(
    parse({ flag: { $in: [true, false] } }),
  );
  const others = [{ year: { $gt: 5 } }, { name: { $lt: 'a' } }, { tags: 'x' }];
  expect(parse({ $or: [...others, { tags: 'y' }, { year: 1 }] })).toMatchObject({
    kind: 'or',
    parts: { length: 4 },
  });
});

test('strings whose order is asked for often are sorted, and later ones are found', () => {
  const columns = Columns.create(fields);
  const model: Model = new Map();
  const add = (row: number): void => {
    const name = `${(row * 7919) % 1000}`;
    const metadata = { name, tags: [name, `t${row % 7}`] };
    columns.set(row, metadata);
    model.set(row, metadata);
  };
  for (let row = 0; row < 400; row++) add(row);
  const compare = vi.spyOn(StringTable.prototype, 'compare');
  for (let i = 0; i < 60; i++) {
    const bound = `${(i * 137) % 1100}`;
    const operator = ['$gt', '$gte', '$lt', '$lte'][i % 4] as string;
    for (const filter of [{ name: { [operator]: bound } }, { tags: { [operator]: bound } }]) {
      expect(select(columns, filter)).toEqual(expectedRows(model, filter, fields));
    }
    if (i > 30) add(400 + i);
  }
  const { length } = compare.mock.calls;
  compare.mockRestore();
  expect(length).toBeLessThan(25_000); // one by one: 51,000
});
