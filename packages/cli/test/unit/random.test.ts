// The generator: reproducible, even, and with unrelated streams.
import { expect, test } from 'vitest';

import { createRandom, type Random } from '../../src/random.ts';

const COUNT = 20_000;
const draw = (next: () => number): number[] => Array.from({ length: COUNT }, next);
const mean = (numbers: number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const moments = (random: Random): [number, number] => {
  const numbers = draw(random.normal);
  return [mean(numbers), mean(numbers.map((number) => number * number))];
};

test('the same seed and stream repeat, another seed or stream does not', () => {
  const first = (seed: number, stream: number) => createRandom(seed, stream).uniform();
  expect(first(7, 3)).toBe(first(7, 3));
  expect(new Set([first(7, 3), first(8, 3), first(7, 4)]).size).toBe(3);
});

test('uniform numbers fill [0, 1) evenly', () => {
  const numbers = draw(createRandom(1, 0).uniform);
  const tenths = new Array(10).fill(0);
  for (const number of numbers) tenths[Math.floor(number * 10)]++;
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(Math.max(...tenths) - Math.min(...tenths)).toBeLessThan(COUNT / 50);
});

test('normal numbers have mean 0 and variance 1', () => {
  const [first, second] = moments(createRandom(1, 0));
  expect(first).toBeCloseTo(0, 1);
  expect(second).toBeCloseTo(1, 1);
});

test('the first numbers of neighboring streams are as even as those of one stream', () => {
  const firsts = Array.from({ length: COUNT }, (_, stream) => createRandom(1, stream).uniform());
  const products = firsts.slice(1).map((number, i) => (number - 0.5) * (firsts[i] - 0.5));
  expect(mean(firsts)).toBeCloseTo(0.5, 1);
  expect(Math.abs(mean(products))).toBeLessThan(0.002);
});
