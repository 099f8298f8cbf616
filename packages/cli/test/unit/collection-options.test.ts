// What people type about collections: fields, names with weights, filters, and what a new
// collection is made of.
import type { Schema } from '@nigh/collection';
import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import {
  assertSchema,
  fieldOption,
  filterJson,
  hasVectors,
  nameList,
  schemaOf,
  searchTextList,
} from '../../src/collection-options.ts';
import { UsageError } from '../../src/failure.ts';

test('fields are collected, and names may have colons', () => {
  const fields = fieldOption('a:b:number', fieldOption('year:date'));
  expect(fields).toEqual([
    ['year', 'date'],
    ['a:b', 'number'],
  ]);
});

test('searched texts have weights, 1 where none is said', () => {
  expect(searchTextList('title=2.5, text')).toEqual([
    { name: 'title', weight: 2.5 },
    { name: 'text', weight: 1 },
  ]);
});

test.each([
  [fieldOption, 'year'],
  [fieldOption, ':number'],
  [nameList, 'a,,b'],
  [searchTextList, 'title='],
  [searchTextList, '=2'],
  [searchTextList, 'title=-1'],
  [searchTextList, 'title=x'],
  [filterJson, '{'],
  [filterJson, '[]'],
  [filterJson, 'null'],
  [filterJson, '3'],
])('%o refuses %j', (parse, text) => {
  expect(() => parse(text)).toThrow(InvalidArgumentError);
});

test('a new collection has what was said, and nothing else', () => {
  expect(schemaOf({}, undefined)).toEqual({ fields: {} });
  const input = {
    vectors: 'a.npy',
    metric: 'dot',
    text: 'body',
    field: [['a', 'number']],
  } as const;
  expect(schemaOf(input, 3)).toEqual({
    vector: { dimension: 3, metric: 'dot' },
    fields: { a: 'number' },
    text: { fields: [{ name: 'text', weight: 1 }] },
  });
  const german = schemaOf({ language: 'german', searchText: searchTextList('title') }, undefined);
  expect(german.text).toEqual({ fields: [{ name: 'title', weight: 1 }], language: 'german' });
});

test.each([[{ vectors: 'a' }], [{ vector: 'a' }], [{ dimension: 2 }], [{ metric: 'l2' as const }]])(
  '%j means vectors',
  (input) => {
    expect(hasVectors(input)).toBe(true);
    expect(hasVectors({ text: 'a' })).toBe(false);
  },
);

const schema: Schema = {
  vector: { dimension: 3, metric: 'l2' },
  fields: { year: 'number' },
  text: {
    ...{ fields: [{ name: 'title', weight: 2 }], language: 'english', stem: true },
    ...{ stopWords: false, k1: 1.2, b: 0.75 },
  },
};

test('options that say what a collection is made of are taken', () => {
  const same = { dimension: 3, metric: 'l2', field: [['year', 'number']], language: 'english' };
  const searchText = searchTextList('title=2');
  expect(() => assertSchema('films', { ...same, searchText } as never, schema)).not.toThrow();
  expect(() => assertSchema('films', {}, schema)).not.toThrow();
});

test.each([
  [{ dimension: 4 }],
  [{ metric: 'cosine' }],
  [{ field: [['year', 'date']] }],
  [{ field: [['toString', 'number']] }],
  [{ searchText: searchTextList('title') }],
  [{ language: 'german' }],
])('options that say something else are refused: %j', (input) => {
  expect(() => assertSchema('films', input as never, schema)).toThrow(UsageError);
});

test('a field that was not declared is none, whatever objects inherit', () => {
  const input = { field: [['toString', 'number']] } as const;
  expect(() => assertSchema('films', input, schema)).toThrow(/in films has none/);
});
