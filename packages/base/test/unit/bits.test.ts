// Sets of small numbers as bits.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocateBits, countBits, hasBit, setBit, wordsFor } from '../../src/index.ts';

test('words are as many as bits need', () => {
  expect([0, 1, 31, 32, 33, 64, 65, 2 ** 31 - 1].map(wordsFor)).toEqual([
    ...[0, 1, 1, 1, 2, 2, 3, 2 ** 26],
  ]);
});

test('bits agree with a Set', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 199 })), (numbers) => {
      const bits = allocateBits(200);
      for (const n of numbers) setBit(bits, n);
      const set = new Set(numbers);
      const found = Array.from({ length: 300 }, (_, n) => n).filter((n) => hasBit(bits, n));
      expect(found).toEqual([...set].sort((a, b) => a - b));
      expect(countBits(bits)).toBe(set.size);
    }),
  );
});

test('every word is counted exactly', () => {
  fc.assert(
    fc.property(fc.uint32Array(), (words) => {
      const text = [...words].map((word) => word.toString(2)).join('');
      expect(countBits(words)).toBe(text.replaceAll('0', '').length);
    }),
  );
  expect(countBits(new Uint32Array(1000).fill(0xffffffff))).toBe(32_000);
});

test('bits beyond the words, and below them, are not set', () => {
  const bits = allocateBits(32).fill(0xffffffff);
  expect([hasBit(bits, 31), hasBit(bits, 32), hasBit(bits, -1)]).toEqual([true, false, false]);
  expect(bits.buffer).toBeInstanceOf(SharedArrayBuffer);
});
