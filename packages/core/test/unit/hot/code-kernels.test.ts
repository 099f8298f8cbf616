// Bits, transforms and halves on every tier, against models written another way: bits one by one,
// the transform by its matrix, float16 from its definition as numbers.

import { gaussian, Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { countRow, decodeBytes, multiplyFloats } from '../../../src/hot/code-kernels.ts';
import {
  halfValue,
  naiveCount,
  naiveHadamard,
  naivePlanes,
  nearestHalf,
  runDecodeHalves,
  runEncodeHalves,
  runHadamard,
  runPlanes,
  writePlanes,
} from '../../support/code-kernels.contract.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import { bareMemory, bindTo, TIER_TARGETS } from '../../support/targets.ts';

const memories = TIER_TARGETS.map((target) => bareMemory(target, 2 ** 21));
const MAX_HALF = 65504;

function randomWords(random: Random, words: number): Int32Array {
  return Int32Array.from({ length: words }, () => random.integer(-(2 ** 31), 2 ** 31));
}

/** Every float16 that is finite, by its 16 bits. */
const FINITE_HALVES = Array.from({ length: 65536 }, (_, bits) => bits).filter(
  (bits) => (bits & 0x7c00) !== 0x7c00,
);

describe.each(memories)('the kernels of codes on the $tier tier', (memory) => {
  test('count bits that differ, and bits in common with planes, for every length', () => {
    const random = new Random(5);
    for (let words = 4; words <= 128; words += 4) {
      const [a, b] = [randomWords(random, words), randomWords(random, words)];
      const numbers = Uint8Array.from({ length: 32 * words }, () => random.integer(0, 16));
      memory.i32s.set(a, 64);
      memory.i32s.set(b, 64 + words);
      const differ = naiveCount(a.map((word, i) => word ^ b[i]));
      expect(memory.hot.hammingBits(64, 64 + words, words)).toBe(differ);
      expect(runPlanes(memory, a, numbers)).toBe(naivePlanes(a, numbers));
    }
  });

  test('count full and empty rows of the largest dimension', () => {
    const words = 1024;
    const full = new Int32Array(words).fill(-1);
    memory.i32s.set(full, 64);
    memory.i32s.fill(0, 64 + words, 64 + 2 * words);
    expect(memory.hot.hammingBits(64, 64 + words, words)).toBe(32768);
    expect(memory.hot.hammingBits(64, 64, words)).toBe(0);
    expect(runPlanes(memory, full, new Uint8Array(32768).fill(15))).toBe(15 * 32768);
  });

  test('count a single bit wherever it is, and weigh it as its plane says', () => {
    for (let bit = 0; bit < 256; bit++) {
      const row = new Int32Array(8);
      row[bit >> 5] = 1 << (bit & 31);
      memory.i32s.set(row, 64);
      memory.i32s.fill(0, 80, 88);
      expect(memory.hot.hammingBits(64, 80, 8)).toBe(1);
      const numbers = new Uint8Array(256);
      for (const number of [1, 2, 4, 8, 15]) {
        numbers[bit] = number;
        expect(runPlanes(memory, row, numbers)).toBe(number);
      }
    }
  });

  test('transform every power of two as the matrix does', () => {
    for (let length = 1; length <= 1024; length *= 2) {
      const input = gaussian({ count: 1, dimension: length, seed: length });
      const exact = naiveHadamard(input);
      const size = Math.sqrt(exact.reduce((sum, value) => sum + value * value, 0) / length);
      const far = Array.from(runHadamard(memory, input)).filter(
        (value, i) => !(Math.abs(value - exact[i]) <= 1e-6 * size * Math.log2(2 * length)),
      );
      expect(far).toEqual([]);
    }
  });

  test('transform whole numbers exactly, in place and nothing beyond', () => {
    for (let length = 1; length <= 4096; length *= 2) {
      const input = Float32Array.from({ length }, (_, i) => ((i * 7919) % 201) - 100);
      memory.f32s.fill(77, 60, 64 + length + 8);
      const found = runHadamard(memory, input);
      if (length <= 256) expect(Array.from(found)).toEqual(naiveHadamard(input));
      expect(Array.from(memory.f32s.subarray(60, 64))).toEqual([77, 77, 77, 77]);
      expect(memory.f32s[64 + length]).toBe(77);
      memory.hot.hadamard(64, length);
      const twice = memory.f32s.subarray(64, 64 + length);
      expect(twice.every((value, i) => value === length * input[i])).toBe(true);
    }
  });

  test('decode all halves to what they stand for, and encode them to themselves', () => {
    const halves = Uint16Array.from(FINITE_HALVES);
    const floats = runDecodeHalves(memory, halves);
    const wrong = FINITE_HALVES.filter((bits, i) => !Object.is(floats[i], halfValue(bits)));
    expect(wrong).toEqual([]);
    expect(Array.from(runEncodeHalves(memory, floats))).toEqual(FINITE_HALVES);
  });

  test('round halfway between two halves to the even one, and to the nearer beside it', () => {
    const inputs: number[] = [];
    const expected: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const half = Math.fround((halfValue(bits) + halfValue(bits + 1)) / 2);
      const up = nextFloat(half, 1);
      const down = nextFloat(half, -1);
      inputs.push(half, -half, up, down, -up);
      const even = (bits & 1) === 0 ? bits : bits + 1;
      expected.push(even, even | 0x8000, bits + 1, bits, (bits + 1) | 0x8000);
    }
    for (let first = 0; first < inputs.length; first += 4096) {
      const part = Float32Array.from(inputs.slice(first, first + 4096));
      expect(Array.from(runEncodeHalves(memory, part))).toEqual(
        expected.slice(first, first + 4096),
      );
    }
  });

  test('round what no half is small enough for to a zero of its sign', () => {
    const tiny = [2 ** -25, -(2 ** -25), 2 ** -26, 2 ** -126, 2 ** -149, -(2 ** -149), 0, -0];
    const halves = runEncodeHalves(memory, Float32Array.from(tiny));
    expect(Array.from(halves)).toEqual([0, 0x8000, 0, 0, 0, 0x8000, 0, 0x8000]);
    const above = Float32Array.of(nextFloat(2 ** -25, 1), 2 ** -24, 65504, -65504);
    expect(Array.from(runEncodeHalves(memory, above))).toEqual([1, 1, 0x7bff, 0xfbff]);
  });

  test('write halves two to a word, the last of an odd length alone', () => {
    for (let length = 1; length <= 33; length++) {
      const words = Math.ceil(length / 2);
      memory.i32s.fill(-1, 8000, 8000 + 40);
      memory.f32s.set(new Float32Array(length).fill(1), 64);
      memory.hot.encodeHalves(64, length, 8000);
      const expected = Array.from({ length: words }, () => 0x3c003c00);
      if (length % 2 === 1) expected[words - 1] = 0x3c00;
      expect(Array.from(memory.i32s.subarray(8000, 8000 + words + 1))).toEqual([...expected, -1]);
      memory.f32s.fill(9, 64, 64 + 40);
      memory.hot.decodeHalves(8000, length, 64);
      const ones = Array.from({ length }, () => 1);
      expect(Array.from(memory.f32s.subarray(64, 64 + length + 1))).toEqual([...ones, 9]);
    }
  });

  test('err by no more than a part in 2,048, or by half the smallest step', () => {
    const random = new Random(9);
    const floats = Float32Array.from({ length: 4096 }, () => {
      const exponent = random.integer(-30, 16);
      const value = (1 + random.uniform()) * 2 ** exponent * (random.uniform() < 0.5 ? -1 : 1);
      return Math.max(-MAX_HALF, Math.min(MAX_HALF, value));
    });
    const back = runDecodeHalves(memory, runEncodeHalves(memory, floats));
    const far = Array.from(floats).filter((value, i) => {
      return Math.abs(value - back[i]) > Math.max(2 ** -25, 2 ** -11 * Math.abs(value));
    });
    expect(far).toEqual([]);
    const halves = runEncodeHalves(memory, floats);
    expect(Array.from(halves)).toEqual(Array.from(floats, nearestHalf));
  });
});

/** The float32 next to a positive `value`, above or below. */
function nextFloat(value: number, step: 1 | -1): number {
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0] += step;
  return new Float32Array(bits.buffer)[0];
}

describe('all tiers', () => {
  test('transform to the same bits', () => {
    for (let length = 1; length <= 2048; length *= 2) {
      const input = gaussian({ count: 1, dimension: length, seed: 3 + length });
      const found = memories.map((memory) => bitsOf(runHadamard(memory, input)));
      for (const bits of found) expect(bits).toEqual(found[0]);
    }
  });
});

describe('the JavaScript kernels that others are made of', () => {
  const [memory] = TIER_TARGETS.slice(-1).map((target) => bareMemory(target, 2 ** 16));

  test('count the bits of a row', () => {
    const random = new Random(2);
    for (let words = 4; words <= 64; words += 4) {
      const row = randomWords(random, words);
      memory.i32s.set(row, 64);
      bindTo(memory);
      expect(countRow(64, words)).toBe(naiveCount(row));
    }
  });

  test('multiply component by component', () => {
    memory.f32s.set([1, -2, 3, 4, 0.5, -1, 2, 8], 64);
    bindTo(memory);
    multiplyFloats(64, 68, 3);
    expect(Array.from(memory.f32s.subarray(64, 68))).toEqual([0.5, 2, 6, 4]);
  });

  test('decode bytes by steps from 64, and add the mean', () => {
    memory.u8s.set([0, 64, 127, 65, 63], 4 * 64);
    memory.f32s.set([10, 20, 30, 40, 50], 80);
    bindTo(memory);
    memory.f32s[101] = 7;
    decodeBytes(64, 64, 80, 5, 0.5, 96);
    expect(Array.from(memory.f32s.subarray(96, 102))).toEqual([-22, 20, 61.5, 40.5, 49.5, 7]);
  });

  test('lay planes out as the model does', () => {
    const planes = writePlanes(Uint8Array.from({ length: 128 }, (_, i) => (i === 33 ? 5 : 0)));
    expect(planes[1]).toBe(2);
    expect(planes[9]).toBe(2);
    expect(planes.filter((word) => word !== 0).length).toBe(2);
  });
});
