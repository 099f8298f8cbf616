// What pages of parquet may not claim, on pages written by hand.
import { expect, test } from 'vitest';
import { PageBudget } from '../../../../src/rows/parquet/budget.ts';
import { checkPages } from '../../../../src/rows/parquet/check-pages.ts';
import { checkThrift } from '../../../../src/rows/parquet/check-thrift.ts';
import { readFloatLists } from '../../../../src/rows/parquet/float-lists.ts';

const facts = {
  ...{ codec: 'UNCOMPRESSED', valueCount: 3, maxDefinition: 0, maxRepetition: 0 },
  isBoolean: false,
  budget: new PageBudget(),
};

/** A dictionary of one float, and a page of three indices of one bit. */
function indexed(index: number): Uint8Array<ArrayBuffer> {
  const dictionary = [0x15, 4, 0x15, 8, 0x15, 8, 0x4c, 0x15, 2, 0x15, 0, 0, 0, 0, 0, 128, 63];
  const header = [0x15, 0, 0x15, 6, 0x15, 6, 0x2c, 0x15, 6, 0x15, 16, 0x15, 6, 0x15, 6, 0, 0];
  return Uint8Array.from([...dictionary, ...header, 1, 6, index]);
}

test('indices within their dictionary are accepted, others refused', () => {
  expect(checkPages(indexed(0), facts).data).toMatchObject([{ count: 3, present: 3 }]);
  expect(() => checkPages(indexed(1), facts)).toThrow('not in its dictionary');
});

test('pages have as many values as the metadata says', () => {
  expect(() => checkPages(indexed(0), { ...facts, valueCount: 4 })).toThrow('have 3 values');
});

test('lists are as many as the rows of their group', () => {
  const bytes = new Uint8Array(8);
  const repetition = { bytes: Uint8Array.of(4, 0), start: 0, end: 2, width: 1 };
  const page = { bytes, valuesAt: 0, encoding: 'PLAIN', count: 2, present: 2, repetition };
  const pages = { contents: new Map(), data: [page], dictionary: { bytes, length: 0 } };
  expect([...(readFloatLists(pages, 'FLOAT', 2)?.starts ?? [])]).toEqual([0, 1, 2]);
  expect(() => readFloatLists(pages, 'FLOAT', 3)).toThrow('2 lists are there for 3 rows');
  expect(() => readFloatLists(pages, 'FLOAT', 1)).toThrow('more lists than 1 rows');
});

test('numbers of headers end after ten bytes', () => {
  const endless = Uint8Array.of(0x16, ...Array(64).fill(0x80), 0, 0);
  expect(() => checkThrift(endless, 0, 16)).toThrow('too many bytes');
});

test('pages of a row group become at most a gibibyte together', () => {
  const budget = new PageBudget();
  for (let i = 0; i < 3; i++) budget.take(2 ** 28);
  expect(checkPages(indexed(0), { ...facts, budget }).data).toHaveLength(1);
  expect(() => budget.take(2 ** 28)).toThrow('more than 1 GiB');
});
