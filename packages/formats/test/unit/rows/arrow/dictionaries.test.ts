// Dictionaries of Arrow: replaced, lengthened, and asked for values they do not have.
import { expect, test } from 'vitest';
import { Dictionaries } from '../../../../src/rows/arrow/dictionaries.ts';

const column = (...values: string[]) => ({
  length: values.length,
  hasBytes: true,
  get: (row: number) => values[row],
});

test('a delta is appended, anything else replaces', () => {
  const dictionaries = new Dictionaries();
  dictionaries.add(1, column('a', 'b'), false);
  dictionaries.add(1, column('c'), true);
  expect([0, 1, 2].map(dictionaries.getter(1))).toEqual(['a', 'b', 'c']);
  dictionaries.add(1, column('d'), false);
  expect(dictionaries.getter(1)(0)).toBe('d');
});

test('many deltas, empty ones among them, keep every value in its place', () => {
  const dictionaries = new Dictionaries();
  const count = 100_000; // copying all parts for each would be 5 billion steps
  for (let i = 0; i < count; i++) dictionaries.add(1, i % 2 ? column() : column(`v${i}`), true);
  const get = dictionaries.getter(1);
  for (const i of [0, 1, 777, count / 2 - 1]) expect(get(i)).toBe(`v${2 * i}`);
  expect(() => get(count / 2)).toThrow('not in its dictionary');
});

test.each([-1, 2, Number.NaN])('value %d is not in a dictionary of two', (index) => {
  const dictionaries = new Dictionaries();
  dictionaries.add(1, column('a', 'b'), false);
  expect(() => dictionaries.getter(1)(index)).toThrow('not in its dictionary');
});

test('a dictionary that never came is missed', () => {
  expect(() => new Dictionaries().getter(1)).toThrow('missing');
});
