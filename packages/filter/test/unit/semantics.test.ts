// The table of operators, row by row, on one small table.

import { expect, test } from 'vitest';
import { Columns, type Fields } from '../../src/index.ts';
import { select } from '../support/rows.ts';

const fields: Fields = {
  ...{ year: 'number', title: 'string', seen: 'boolean', added: 'date' },
  ...{ sizes: 'number[]', genres: 'string[]' },
};
const columns: Columns = Columns.create(fields);
columns.set(0, { year: 1990, title: 'a', seen: true, added: '2020-01-01', sizes: [1, 9] });
columns.set(1, {
  year: -0,
  title: 'B',
  seen: false,
  added: new Date(0),
  sizes: [5],
  genres: ['x'],
});
columns.set(2, { year: 2000.5, title: '\uffff', genres: ['x', 'y'] });
columns.set(3, { title: '😀', genres: [] });
columns.set(4, {});
columns.set(5, { year: 1 });
columns.remove(5);

test.each<[Record<string, unknown>, number[]]>([
  [{}, [0, 1, 2, 3, 4]],
  [{ year: 1990 }, [0]],
  [{ year: 0 }, [1]],
  [{ year: -0 }, [1]],
  [{ year: null }, [3, 4]],
  [{ year: { $ne: 1990 } }, [1, 2, 3, 4]],
  [{ year: { $ne: null } }, [0, 1, 2]],
  [{ year: { $gt: 1990 } }, [2]],
  [{ year: { $gte: 1990 } }, [0, 2]],
  [{ year: { $lt: 1990 } }, [1]],
  [{ year: { $lte: 1990 } }, [0, 1]],
  [{ year: { $gt: 0, $lt: 2000 } }, [0]],
  [{ year: { $gt: 0, $lt: -1 } }, []],
  [{ year: { $gt: 0 }, title: 'a' }, [0]],
  [{ year: { $not: { $gt: 0 } } }, [1, 3, 4]],
  [{ year: { $in: [] } }, []],
  [{ year: { $nin: [] } }, [0, 1, 2, 3, 4]],
  [{ year: { $in: [1990, null] } }, [0, 3, 4]],
  [{ year: { $nin: [1990, null] } }, [1, 2]],
  [{ year: { $exists: true } }, [0, 1, 2]],
  [{ year: { $exists: false } }, [3, 4]],
  [{ title: { $gt: 'B' } }, [0, 2, 3]],
  [{ title: { $lt: 'a' } }, [1]],
  [{ title: { $gt: '😀' } }, [2]], // by code units: U+1F600 begins with 0xd83d, before 0xffff
  [{ seen: true }, [0]],
  [{ seen: { $ne: true } }, [1, 2, 3, 4]],
  [{ seen: { $in: [true, false] } }, [0, 1]],
  [{ added: '2020-01-01T01:00+01:00' }, [0]],
  [{ added: { $lte: new Date(0) } }, [1]],
  [{ added: { $gt: '1970-01-01' } }, [0]],
  [{ sizes: 9 }, [0]],
  [{ sizes: { $gt: 4, $lt: 6 } }, [0, 1]], // 9 is above 4 and 1 below 6: each operator by itself
  [{ $and: [{ sizes: 1 }, { sizes: 9 }] }, [0]],
  [{ sizes: { $in: [1], $nin: [9] } }, []],
  [{ genres: 'x' }, [1, 2]],
  [{ genres: { $ne: 'y' } }, [0, 1, 3, 4]],
  [{ genres: null }, [0, 4]],
  [{ genres: { $exists: true } }, [1, 2, 3]],
  [{ genres: { $gte: '' } }, [1, 2]],
  [{ $or: [{ year: 1990 }, { genres: 'y' }] }, [0, 2]],
  [{ $not: { year: 1990 } }, [1, 2, 3, 4]],
  [{ $not: {} }, []],
  [{ $and: [{}, { $not: { $or: [{ year: null }, { seen: true }] } }] }, [1, 2]],
])('filter %# accepts the rows that its table says', (filter, rows) => {
  expect(select(columns, filter)).toEqual(rows);
});

test('-0 is stored as 0, so that tables with the same rows have the same bytes', () => {
  const values = columns.images()['column-0']?.arrays.values as Float64Array;
  expect(Object.is(values[1], 0)).toBe(true);
});
