// The checks at the door: what passes comes back, what does not is told with name and facts.

import { expect, test } from 'vitest';
import {
  assertBoolean,
  assertChoice,
  assertInteger,
  assertNumber,
  assertOptions,
  assertString,
  type Check,
  type ErrorDetails,
} from '../../src/index.ts';

class Refused extends Error {
  readonly details: ErrorDetails;
  constructor(message: string, details: ErrorDetails) {
    super(message);
    this.details = details;
  }
}

const check: Check = {
  name: 'size',
  error: (message, details) => new Refused(message, details),
};

/** Message and details of a refusal. */
function refusal(act: () => unknown): unknown[] {
  try {
    act();
  } catch (error) {
    const { message, details } = error as Refused;
    return [message, details];
  }
  return ['passed'];
}

test('integers in a range pass', () => {
  expect([1, 3].map((value) => assertInteger(value, [1, 3], check))).toEqual([1, 3]);
  for (const value of [
    0,
    4,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '2',
    2n,
    null,
    undefined,
    [],
  ]) {
    expect(refusal(() => assertInteger(value, [1, 3], check))[0]).toMatch(
      /^size must be an integer/,
    );
  }
  expect(refusal(() => assertInteger('x', [1, 3], check))).toEqual([
    'size must be an integer from 1 to 3; got "x"',
    { name: 'size', expected: 'an integer from 1 to 3', got: 'x' },
  ]);
});

test('numbers in a range pass', () => {
  expect([0, 0.5, 1].map((value) => assertNumber(value, [0, 1], check))).toEqual([0, 0.5, 1]);
  for (const value of [-0.1, 1.1, Number.NaN, '0', null]) {
    expect(refusal(() => assertNumber(value, [0, 1], check))[0]).toMatch(/a number from 0 to 1/);
  }
});

test('true and false pass, what is like them does not', () => {
  expect([assertBoolean(true, check), assertBoolean(false, check)]).toEqual([true, false]);
  for (const value of [0, 1, 'true', null, undefined, Object(true)]) {
    expect(refusal(() => assertBoolean(value, check))[0]).toMatch(/must be true or false/);
  }
});

test('text of at least one character passes', () => {
  expect(assertString('a', check)).toBe('a');
  for (const value of ['', 5, null, undefined, Object('a')]) {
    expect(refusal(() => assertString(value, check))[0]).toMatch(/must be a non-empty string/);
  }
});

test('choices pass, and are named in the refusal', () => {
  expect(assertChoice('b', ['a', 'b'], check)).toBe('b');
  expect(refusal(() => assertChoice('c', ['a', 'b'], check))[0]).toBe(
    `size must be one of 'a', 'b'; got "c"`,
  );
  expect(refusal(() => assertChoice('toString', ['a'], check))[0]).toMatch(/one of 'a'/);
});

test('options are an object of known names', () => {
  const options = { a: 1 };
  expect(assertOptions(options, ['a', 'b'], check)).toBe(options);
  expect(assertOptions(undefined, ['a'], check)).toEqual({});
  for (const value of [null, [], 5, 'a', () => 0]) {
    expect(refusal(() => assertOptions(value, ['a'], check))[0]).toMatch(/must be an object/);
  }
  expect(refusal(() => assertOptions({ a: 1, ['x'.repeat(200)]: 2 }, ['a'], check))).toEqual([
    `size know no '${'x'.repeat(80)}'; they are a`,
    { name: 'x'.repeat(80), expected: ['a'] },
  ]);
  expect(refusal(() => assertOptions(JSON.parse('{"__proto__":1}'), ['a'], check))[0]).toMatch(
    /know no '__proto__'/,
  );
});
