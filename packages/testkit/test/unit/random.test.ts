import { describe, expect, test } from 'vitest';
import { Random } from '../../src/random.ts';

describe('Random', () => {
  test('the words of seed 1 are the same everywhere', () => {
    const random = new Random(1);
    expect([random.word(), random.word(), random.word()]).toEqual([
      2555361936, 3052288556, 544278167,
    ]);
  });

  test('the first normal numbers of seed 1 are the same everywhere', () => {
    const random = new Random(1);
    expect([random.normal(), random.normal(), random.normal()].map(Math.fround)).toEqual([
      0.7220988273620605, 1.6018468141555786, -1.048000693321228,
    ]);
  });

  test('restarting repeats the sequence, also after half a pair of normal numbers', () => {
    const random = new Random(7, 3);
    const first = [random.normal(), random.normal()];
    random.normal();
    random.restart(7, 3);
    expect([random.normal(), random.normal()]).toEqual(first);
  });

  test('seeds and streams give different sequences', () => {
    const firsts = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      for (let stream = 0; stream < 20; stream++) firsts.add(new Random(seed, stream).word());
    }
    expect(firsts.size).toBe(400);
  });

  test('uniform numbers have the mean and variance of [0, 1)', () => {
    const random = new Random(2);
    const numbers = Float64Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(mean(numbers)).toBeCloseTo(0.5, 1.5);
    expect(variance(numbers)).toBeCloseTo(1 / 12, 2);
  });

  test('normal numbers have mean 0, variance 1 and tails', () => {
    const random = new Random(3);
    const numbers = Float64Array.from({ length: 20_000 }, () => random.normal());
    expect(Math.abs(mean(numbers))).toBeLessThan(0.03);
    expect(Math.abs(variance(numbers) - 1)).toBeLessThan(0.05);
    const tail = numbers.filter((number) => Math.abs(number) > 2).length / numbers.length;
    expect(Math.abs(tail - 0.0455)).toBeLessThan(0.01);
  });

  test('integers reach both ends of their half-open range', () => {
    const random = new Random(4);
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(-2, 2)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1]);
  });
});

function mean(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function variance(numbers: Float64Array): number {
  const centre = mean(numbers);
  return numbers.reduce((sum, number) => sum + (number - centre) ** 2, 0) / numbers.length;
}
