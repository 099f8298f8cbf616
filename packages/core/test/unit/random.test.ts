import { describe, expect, test } from 'vitest';
import { drawLevel, drawSample, hash32, uniform } from '../../src/random.ts';

const DRAWS = 200_000;
const GOLDEN_HASHES = [879465130, 2753804006, 3696253564, 2291452469, 3821928738];
const GOLDEN_LEVELS = [
  0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 2, 0, 0,
  1, 0, 0, 0, 0, 0, 0,
];

describe('random numbers', () => {
  test('are these, now and for ever, or saved indexes could not be built again', () => {
    const pairs: [number, number][] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [1, 2],
      [0xffffffff, 0xffffffff],
    ];
    expect(pairs.map(([seed, value]) => hash32(seed, value))).toEqual(GOLDEN_HASHES);
    expect(Array.from({ length: 40 }, (_, node) => drawLevel(1, node, 4, 24))).toEqual(
      GOLDEN_LEVELS,
    );
  });

  test('are uniform in [0, 1)', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < DRAWS; i++) counts[Math.floor(10 * uniform(7, i))]++;
    // Six standard deviations of a tenth of the draws.
    const slack = 6 * Math.sqrt(DRAWS * 0.1 * 0.9);
    expect(counts.filter((count) => Math.abs(count - DRAWS / 10) > slack)).toEqual([]);
  });

  test('of different seeds are different sequences, not shifted ones', () => {
    const first = new Set(Array.from({ length: 2000 }, (_, i) => hash32(1, i)));
    const shared = Array.from({ length: 2000 }, (_, i) => hash32(2, i)).filter((h) => first.has(h));
    expect(shared.length).toBeLessThan(3);
  });
});

describe('the level of a node', () => {
  test.each([2, 3, 16, 128])('is at least l with probability M^-l for M = %i', (M) => {
    const counts = new Array<number>(26).fill(0);
    for (let node = 0; node < DRAWS; node++) {
      for (let l = drawLevel(3, node, M, 24); l >= 0; l--) counts[l]++;
    }
    expect(counts[0]).toBe(DRAWS);
    const unlikely = counts.slice(0, 25).filter((count, l) => {
      const share = M ** -l;
      return Math.abs(count - DRAWS * share) > 6 * Math.sqrt(DRAWS * share * (1 - share)) + 6;
    });
    expect(unlikely).toEqual([]);
  });

  test('depends on the seed and the node, not on what was drawn before', () => {
    const forward = Array.from({ length: 500 }, (_, node) => drawLevel(9, node, 3, 24));
    const backward = Array.from({ length: 500 }, (_, i) => drawLevel(9, 499 - i, 3, 24));
    expect(backward.reverse()).toEqual(forward);
    expect(forward).not.toEqual(Array.from({ length: 500 }, (_, i) => drawLevel(10, i, 3, 24)));
  });

  test('is never above the limit', () => {
    const levels = Array.from({ length: 20_000 }, (_, node) => drawLevel(1, node, 2, 3));
    expect(Math.max(...levels)).toBe(3);
  });
});

describe('a sample', () => {
  test('is all numbers when there are few', () => {
    expect(drawSample(4, 4, 1)).toEqual([0, 1, 2, 3]);
    expect(drawSample(0, 10, 1)).toEqual([]);
  });

  test('is ascending, without repeats and spread over the whole range', () => {
    for (const [count, wanted] of [
      [101, 100],
      [1000, 999],
      [100_000, 37],
    ]) {
      const numbers = drawSample(count, wanted, 5);
      expect(numbers.length).toBe(wanted);
      expect(numbers.every((number, i) => i === 0 || number > numbers[i - 1])).toBe(true);
      expect(numbers[0] < (2 * count) / wanted && numbers[wanted - 1] < count).toBe(true);
      expect(numbers[wanted - 1]).toBeGreaterThanOrEqual(count - (2 * count) / wanted);
    }
  });
});
