// What is kept, for how long, and what goes first.

import { expect, test } from 'vitest';
import { Cache } from '../../src/cache.ts';

test('a value is given back under its stamp only', () => {
  const cache = new Cache<string>();
  cache.put('a', 1, { value: 'one', size: 100 });
  expect(cache.get('a', 1)).toBe('one');
  expect(cache.get('b', 1)).toBe(undefined);
  expect(cache.get('a', 2)).toBe(undefined);
  expect(cache.get('a', 1)).toBe(undefined); // out of date once, gone for good
  expect(cache.byteLength).toBe(0);
});

test('what was used least recently goes first', () => {
  const cache = new Cache<number>();
  for (let i = 0; i < 128; i++) cache.put(`${i}`, 0, { value: i, size: 1 });
  cache.get('0', 0);
  cache.put('new', 0, { value: -1, size: 1 });
  expect([cache.get('0', 0), cache.get('1', 0), cache.get('2', 0)]).toEqual([0, undefined, 2]);
});

test('bytes are bounded, keys among them, but the newest always stays', () => {
  const cache = new Cache<number>();
  const mebibyte = 2 ** 20;
  for (let i = 0; i < 10; i++) cache.put(`${i}`, 0, { value: i, size: 10 * mebibyte });
  expect(cache.byteLength).toBeLessThanOrEqual(64 * mebibyte);
  expect([cache.get('3', 0), cache.get('4', 0)]).toEqual([undefined, 4]);
  cache.put('x'.repeat(40 * mebibyte), 0, { value: 99, size: 0 });
  expect([cache.get('9', 0), cache.get('x'.repeat(40 * mebibyte), 0)]).toEqual([undefined, 99]);
  cache.put('small', 0, { value: 1, size: 1 });
  expect(cache.byteLength).toBe(11);
});

test('a value that is replaced counts once', () => {
  const cache = new Cache<number>();
  for (let i = 0; i < 1000; i++) cache.put('same', i, { value: i, size: 92 });
  expect([cache.byteLength, cache.get('same', 999)]).toEqual([100, 999]);
});
