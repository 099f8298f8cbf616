// The values people type: numbers, lists, vectors.
import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';

import {
  given,
  shareList,
  vectorLiteral,
  wholeNumber,
  wholeNumberList,
} from '../../src/options.ts';

test.each(['0', '7', ' 7 '])('"%s" is a whole number', (text) => {
  expect(wholeNumber(0)(text)).toBe(Number(text));
});

test.each(['', '-1', '1.5', '1e3', '0x10', 'ten', 'NaN', '9007199254740993'])(
  '"%s" is no whole number',
  (text) => {
    expect(() => wholeNumber(0)(text)).toThrow(InvalidArgumentError);
  },
);

test('a number below the least is refused', () => {
  expect(() => wholeNumber(1)('0')).toThrow('at least 1');
});

test('a list of widths is read in order', () => {
  expect(wholeNumberList('10, 20,40')).toEqual([10, 20, 40]);
  expect(() => wholeNumberList('10,,40')).toThrow(InvalidArgumentError);
});

test.each(['1,-2.5,3e-1', '1 -2.5 0.3', '[1, -2.5, 0.3]', ' 1,\n-2.5 , 0.3 '])(
  'the vector "%s" is read',
  (text) => {
    expect(vectorLiteral(text)).toEqual(Float32Array.of(1, -2.5, 0.3));
  },
);

test.each([
  ['', 0],
  ['1,x', 1],
  ['1,,2', 1],
  ['1,Infinity', 1],
])('the vector "%s" is refused with the place of the fault', (text, component) => {
  expect(() => vectorLiteral(text)).toThrow(`component ${component} is not a number`);
});

test('a list of recalls is read in order', () => {
  expect(shareList('0.9, 0.95,1')).toEqual([0.9, 0.95, 1]);
  for (const text of ['', '0', '1.1', '90%', '-0.5', '0.9,,1', 'NaN', 'Infinity']) {
    expect(() => shareList(text)).toThrow(InvalidArgumentError);
  }
});

test('undefined options are left out', () => {
  const options = given({ a: 1, b: undefined, c: null, d: 0 });
  expect(Object.keys(options)).toEqual(['a', 'c', 'd']);
});
