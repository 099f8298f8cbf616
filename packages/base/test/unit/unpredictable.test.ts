// Numbers that no seed decides.

import { expect, test } from 'vitest';
import { unpredictable } from '../../src/index.ts';

test('numbers are words of 32 bits, and not the same ones', () => {
  const drawn = Array.from({ length: 100 }, unpredictable);
  expect(drawn.every((one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32)).toBe(true);
  expect(new Set(drawn).size).toBeGreaterThan(90);
});
