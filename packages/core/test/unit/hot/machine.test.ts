import { gaussian, Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import {
  clear,
  i32At,
  maxMagnitude,
  setFromSortable,
  setU8,
  shiftGreater,
  sortableAt,
  squareCodes,
  truncate,
  u8At,
} from '../../../src/hot/machine.ts';
import {
  bitsOf,
  expectExactCodes,
  expectNearFloats,
  type FloatKernel,
  runCodes,
  runFloats,
} from '../../support/kernel.contract.ts';
import { bareMemory, bindTo, TIER_TARGETS } from '../../support/targets.ts';

const memories = TIER_TARGETS.map((target) => bareMemory(target, 2 ** 20));
const DIMENSIONS = [...Array.from({ length: 70 }, (_, i) => i + 1), 127, 384, 768, 1023, 32768];
const KINDS: readonly FloatKernel[] = ['l2', 'dot'];

function split(vectors: Float32Array, count: number): Float32Array[] {
  const dimension = vectors.length / count;
  return Array.from({ length: count }, (_, i) => vectors.slice(i * dimension, (i + 1) * dimension));
}

function randomCodes(random: Random, length: number, low: number): Int8Array {
  return Int8Array.from({ length }, () => random.integer(low, 128));
}

describe.each(memories)('the kernels of the $tier tier', (memory) => {
  test('sum codes exactly for every length from 16 to 1,024', () => {
    const random = new Random(1);
    for (let length = 16; length <= 1024; length += 16) {
      const query = randomCodes(random, length, -127);
      const rows = Array.from({ length: 4 }, () => randomCodes(random, length, 0));
      expectExactCodes(memory, query, rows);
    }
  });

  test('sum the largest codes of the largest dimension without overflow', () => {
    for (const code of [127, -127]) {
      const query = new Int8Array(32768).fill(code);
      const rows = [127, 126, 1, 0].map((other) => new Int8Array(32768).fill(other));
      expectExactCodes(memory, query, rows);
    }
  });

  test.each(KINDS)('compute %s within the stated bound of float64 for any dimension', (kind) => {
    for (const dimension of DIMENSIONS) {
      const [query, ...rows] = split(gaussian({ count: 5, dimension, seed: dimension }), 5);
      expectNearFloats(memory, kind, query, rows);
    }
  });

  test.each(KINDS)('compute %s to the same bits at any address', (kind) => {
    const [query, ...rows] = split(gaussian({ count: 5, dimension: 37, seed: 3 }), 5);
    const expected = bitsOf(runFloats(memory, kind, [query, ...rows]).quad);
    for (let first = 65; first < 65 + 64; first++) {
      const { singles, quad } = runFloats(memory, kind, [query, ...rows], first);
      expect([bitsOf(singles), bitsOf(quad)]).toEqual([expected, expected]);
    }
  });

  test('sum codes to the same integers at any address', () => {
    const random = new Random(2);
    const query = randomCodes(random, 48, -127);
    const rows = Array.from({ length: 4 }, () => randomCodes(random, 48, 0));
    const expected = runCodes(memory, query, rows);
    for (let first = 65; first < 65 + 32; first++) {
      expect(runCodes(memory, query, rows, first)).toEqual(expected);
    }
  });

  test('overflow to infinity and keep denormals as float32 does', () => {
    const huge = new Float32Array(5).fill(3e38);
    const small = new Float32Array(5).fill(2 ** -149);
    const zero = new Float32Array(5);
    const rows = [zero, huge, small, zero];
    expect(Array.from(runFloats(memory, 'l2', [huge, ...rows]).quad)).toEqual([
      Infinity,
      0,
      Infinity,
      Infinity,
    ]);
    const halves = new Float32Array(5).fill(0.5);
    const large = new Float32Array(5).fill(2 ** -74);
    expect(runFloats(memory, 'dot', [small, halves, halves, zero, small]).quad[2]).toBe(0);
    expect(runFloats(memory, 'dot', [large, large, large, large, large]).quad[0]).toBe(
      5 * 2 ** -148,
    );
  });
});

describe('all tiers', () => {
  test.each(KINDS)('give the same bits of %s for any dimension', (kind) => {
    for (const dimension of DIMENSIONS) {
      const [query, ...rows] = split(gaussian({ count: 5, dimension, seed: dimension }), 5);
      const results = memories.map((memory) => {
        const { singles, quad } = runFloats(memory, kind, [query, ...rows]);
        return [bitsOf(singles), bitsOf(quad)];
      });
      for (const result of results) expect(result).toEqual(results[0]);
    }
  });
});

describe('the machine of the JavaScript target', () => {
  const memory = bareMemory({ tier: 'javascript', memory: 'private' }, 4096);
  const { i32s, f32s } = memory;

  test('maps floats to integers of the same order, and back', () => {
    bindTo(memory);
    const floats = [-Infinity, -3.4e38, -1, -1e-38, -(2 ** -149), 0, 2 ** -149, 1e-38, 1, Infinity];
    const keys = floats.map((value) => {
      f32s[5] = value;
      return sortableAt(5);
    });
    expect([...keys].sort((a, b) => a - b)).toEqual(keys);
    const back = keys.map((key) => {
      setFromSortable(6, key);
      return f32s[6];
    });
    expect(back).toEqual(floats.map(Math.fround));
  });

  test('moves greater pairs up, clears words and reads bytes where it was told to', () => {
    bindTo(memory);
    i32s.set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10);
    expect([shiftGreater(12, 16, 4), shiftGreater(12, 16, 2), shiftGreater(12, 12, 0)]).toEqual([
      16, 14, 12,
    ]);
    expect(Array.from(i32s.subarray(10, 20))).toEqual([0, 1, 2, 3, 4, 5, 4, 5, 8, 9]);
    expect(shiftGreater(12, 16, 1)).toBe(12);
    expect(Array.from(i32s.subarray(10, 20))).toEqual([0, 1, 2, 3, 2, 3, 4, 5, 8, 9]);
    clear(11, 3);
    expect(Array.from(i32s.subarray(10, 16))).toEqual([0, 0, 0, 0, 2, 3]);
    setU8(20, 5, 300);
    expect([u8At(20, 5), u8At(21, 1), i32At(21)]).toEqual([44, 44, 44 << 8]);
  });

  test('truncates towards zero and squares rows of codes', () => {
    bindTo(memory);
    expect([truncate(1.9), truncate(-1.9), truncate(127.999)]).toEqual([1, -1, 127]);
    memory.i8s.set([1, 2, 3, 4, 127], 4 * 100);
    expect(squareCodes(100, 4)).toBe(30 + 127 * 127);
  });

  test('finds the largest magnitude, and NaN before anything else', () => {
    bindTo(memory);
    const magnitudeOf = (values: readonly number[]): number => {
      f32s.set(values, 200);
      return maxMagnitude(200, values.length);
    };
    expect(magnitudeOf([1, -7, 3, 2, 6])).toBe(7);
    expect(magnitudeOf([-0, -0, 0])).toBe(0);
    expect(magnitudeOf([1, Number.NaN, Infinity])).toBeNaN();
    expect(magnitudeOf([1, 2, 3, 4, -Infinity])).toBe(Infinity);
    expect(magnitudeOf([2 ** -149, 0, 0])).toBe(2 ** -149);
  });
});
