// Errors with a code, and how they speak of values.

import { expect, test } from 'vitest';
import { describe, detail, NighError } from '../../src/index.ts';

class SomeError extends NighError<'SOME_CODE'> {
  override readonly name = 'SomeError';
}

test('an error has its code, details and cause', () => {
  const cause = new Error('before');
  const error = new SomeError('SOME_CODE', 'what happened', { row: 3 }, cause);
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.message, error.details, error.cause]).toEqual([
    ...['SomeError', 'SOME_CODE', 'what happened', { row: 3 }, cause],
  ]);
  const bare = new SomeError('SOME_CODE', 'x');
  expect([bare.details, Object.hasOwn(bare, 'cause')]).toEqual([{}, false]);
});

test.each<[unknown, string, unknown]>([
  ['a"b', '"a\\"b"', 'a"b'],
  ['x'.repeat(200), `"${'x'.repeat(80)}"`, 'x'.repeat(80)],
  [5, '5', 5],
  [5n, '5n', '5n'],
  [null, 'null', null],
  [undefined, 'undefined', undefined],
  [true, 'true', true],
  [() => 0, 'a function', 'a function'],
  [Symbol('x'), 'a symbol', 'a symbol'],
  [[1, 2], 'an array of 2', 'an array of 2'],
  [new Float32Array(3), 'a Float32Array', 'a Float32Array'],
  [new Date(0), 'a Date', 'a Date'],
  [{ a: 1 }, 'an object', 'an object'],
  [Object.create(null), 'an object', 'an object'],
])('value %# is described in short', (value, text, fact) => {
  expect(describe(value)).toBe(text);
  expect(detail(value)).toEqual(fact);
});

test('objects that throw when they are looked at are objects', () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const fail = (): never => {
    throw new Error('no');
  };
  const view = Object.defineProperty(new Uint8Array(1), 'constructor', { get: fail });
  const length = new Proxy([], { get: fail });
  const text = 'an object that cannot be read';
  for (const value of [proxy, view, length, new Proxy({}, { getPrototypeOf: fail })]) {
    expect([describe(value), detail(value)]).toEqual([text, text]);
  }
});
