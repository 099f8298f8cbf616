import { Random } from '@nigh/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  boundOf,
  findBelow,
  mirror,
  nearestThree,
  packCodes,
  quadDistances,
} from '../../../src/hot/block-kernels.ts';
import * as F from '../../../src/hot/fields.ts';
import {
  encodeFloats,
  nearestSelected,
  scaleFloats,
  squareScaled,
} from '../../../src/hot/machine.ts';
import { METRICS } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { wordOf } from '../../support/bare-segment.ts';
import {
  type CodedOptions,
  codedSegment,
  extremeRows,
  randomRows,
  wordsAt,
  writeList,
} from '../../support/coded-segment.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import { blockDistances } from '../../support/naive-blocks.ts';
import { bareMemory, bindTo, type Target, TIER_TARGETS } from '../../support/targets.ts';

const DIMENSIONS = [1, 15, 16, 17, 128, 129, 513, 2100, 32768];
const NO_KEY = 0x7fffffff;

describe('the block kernels of the JavaScript target', () => {
  const memory = bareMemory({ tier: 'javascript', memory: 'private' }, 2 ** 20);
  const { i32s, u8s } = memory;
  beforeEach(() => bindTo(memory));

  test('pack every step-th piece, halved, and less 32 on the signed side', () => {
    const [row] = randomRows(1, { count: 1, dimension: 16 * 7 });
    for (const step of [1, 2, 3]) {
      const pieces = Math.floor(7 / step);
      u8s.set(row, 4 * 100);
      i32s.fill(-1, 1000, 3000);
      packCodes(100, 4 * pieces, step, 1000, 2000, 3000);
      const halves = Array.from({ length: pieces }, (_, piece) =>
        Array.from(row.subarray(16 * piece * step, 16 * piece * step + 16), (code) => code >> 1),
      );
      const packed = (word: number): number[][] =>
        halves.map((_, piece) => {
          const first = 4 * (word + 16 * piece);
          return Array.from(u8s.subarray(first, first + 16));
        });
      expect(packed(1000)).toEqual(halves);
      expect(packed(2000)).toEqual(halves.map((piece) => piece.map((half) => (half + 224) % 256)));
      const flat = halves.flat();
      const sums = [0, 0];
      for (const half of flat) {
        sums[0] += half;
        sums[1] += half * half;
      }
      expect([i32s[3000], i32s[3001]]).toEqual(sums);
    }
  });

  test('leave the other rows of a quad alone when one is packed', () => {
    i32s.fill(-1, 1000, 3000);
    packCodes(100, 8, 1, 1004, 2004, 3000);
    const untouched = (word: number): number[] => [
      ...i32s.subarray(word, word + 4),
      ...i32s.subarray(word + 8, word + 20),
      ...i32s.subarray(word + 24, word + 40),
    ];
    expect(new Set([...untouched(1000), ...untouched(2000)])).toEqual(new Set([-1]));
  });

  test('give row term + column term - 2 * signed dot, rows a stride apart', () => {
    const random = new Random(2);
    const words = 12;
    for (let i = 0; i < 16 * words; i++) u8s[4 * 1000 + i] = random.integer(-32, 32) & 255;
    for (let i = 0; i < 3 * 16 * words; i++) u8s[4 * 2000 + i] = random.integer(0, 64);
    for (let i = 0; i < 4; i++) i32s[100 + i] = random.integer(-1000, 100_000);
    for (let i = 0; i < 12; i++) i32s[200 + i] = random.integer(-1000, 100_000);
    i32s.fill(-7, 5000, 5100);
    quadDistances(1000, 100, 2000, 200, 3, words, 5000, 15);
    const byteOf = (quad: number, row: number, i: number): number =>
      4 * quad + 64 * Math.floor(i / 16) + 16 * row + (i % 16);
    for (let row = 0; row < 4; row++) {
      const expected = Array.from({ length: 12 }, (_, column) => {
        const quad = 2000 + 4 * words * Math.floor(column / 4);
        let dot = 0;
        for (let i = 0; i < 4 * words; i++) {
          const signed = memory.i8s[byteOf(1000, row, i)];
          dot += signed * u8s[byteOf(quad, column % 4, i)];
        }
        return i32s[100 + row] + i32s[200 + column] - 2 * dot;
      });
      expect(Array.from(i32s.subarray(5000 + 15 * row, 5012 + 15 * row))).toEqual(expected);
    }
    expect([i32s[5012], i32s[5027], i32s[5042], i32s[5057]]).toEqual([-7, -7, -7, -7]);
  });

  test('mirror what lies below the diagonal and leave that alone', () => {
    for (const quads of [1, 2, 3, 5]) {
      const size = 4 * quads;
      const stride = size + 4;
      for (let i = 0; i < size * stride; i++) i32s[1000 + i] = i;
      mirror(1000, quads, stride);
      const matrix = Array.from({ length: size }, (_, row) =>
        wordsAt({ i32s } as Segment, 1000 + row * stride, size),
      );
      const expected = matrix.map((cells, row) =>
        cells.map((_, column) => {
          const above = Math.floor(column / 4) > Math.floor(row / 4);
          return above ? column * stride + row : row * stride + column;
        }),
      );
      expect(matrix).toEqual(expected);
    }
  });

  test('find the three smallest keys, ties by column, of any count', () => {
    const random = new Random(3);
    for (const count of [1, 2, 3, 4, 5, 8, 97, 255, 256]) {
      for (const shift of [0, 1, 4]) {
        const distances = Array.from({ length: count }, () => random.integer(0, 40));
        i32s.set(distances, 1000);
        nearestThree(1000, count, shift, 2000);
        const keys = distances.map((distance, i) => ((distance >> shift) << 8) | i);
        keys.sort((a, b) => a - b);
        expect(Array.from(i32s.subarray(2000, 2003))).toEqual(
          [...keys, NO_KEY, NO_KEY].slice(0, 3),
        );
      }
    }
  });

  test('cap the distance of a key at 23 bits, so that none has a sign', () => {
    i32s.set([0x7fffffff, 0x7fffff, 0x800000, 0x7ffffe], 1000);
    nearestThree(1000, 4, 0, 2000);
    expect(Array.from(i32s.subarray(2000, 2003))).toEqual([0x7ffffe03, 0x7fffff00, 0x7fffff01]);
  });

  test('write the three smallest keys over the row itself', () => {
    i32s.set([9, 3, 7, 1], 1000);
    nearestThree(1000, 4, 0, 1000);
    expect(Array.from(i32s.subarray(1000, 1003))).toEqual([0x103, 0x301, 0x702]);
  });

  test('find the first number below a limit, and the end when there is none', () => {
    i32s.set([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1], 1000);
    expect(findBelow(1000, 1010, 10)).toBe(1000);
    expect(findBelow(1000, 1010, 5)).toBe(1005);
    expect(findBelow(1003, 1010, 9)).toBe(1003);
    expect(findBelow(1000, 1010, 0)).toBe(1010);
    expect(findBelow(1004, 1004, 100)).toBe(1004);
  });

  test('bound at least eight numbers, by one of them', () => {
    const random = new Random(4);
    for (const count of [8, 9, 15, 16, 17, 100, 1024]) {
      const numbers = Array.from({ length: count }, () => random.integer(0, 1000));
      i32s.set(numbers, 1000);
      const bound = boundOf(1000, count);
      expect(numbers.filter((number) => number <= bound).length).toBeGreaterThanOrEqual(8);
      const minima = Array.from({ length: 8 }, (_, stripe) =>
        Math.min(...numbers.slice(0, count & ~7).filter((_, i) => i % 8 === stripe)),
      );
      expect(bound).toBe(Math.max(...minima));
    }
  });

  test('bound nothing where there are fewer than eight numbers', () => {
    i32s.set([1, 2, 3, 4, 5, 6, 7], 1000);
    expect([0, 1, 7].map((count) => boundOf(1000, count))).toEqual([NO_KEY, NO_KEY, NO_KEY]);
  });
});

describe('nearestSelected of the JavaScript target', () => {
  const memory = bareMemory({ tier: 'javascript', memory: 'private' }, 2 ** 20);
  const { i32s, u8s } = memory;
  const LENGTH = 48;

  /** Places a row and others; the distances between them, naively. */
  function place(count: number): number[] {
    bindTo(memory);
    const [own, ...others] = randomRows(5, { count: count + 1, dimension: LENGTH });
    u8s.set(own, 4 * 1000);
    return others.map((other, i) => {
      u8s.set(other, 4 * (2000 + 12 * i));
      i32s[100 + i] = 2000 + 12 * i;
      i32s[500 + i] = other.reduce((sum, code) => sum + code * code, 0);
      return other.reduce((sum, code, j) => sum + (code - own[j]) ** 2, 0);
    });
  }

  function ownNorm(): number {
    return u8s.subarray(4000, 4000 + LENGTH).reduce((sum, code) => sum + code * code, 0);
  }

  test('is the smallest distance when none is within the limit', () => {
    for (const count of [4, 8, 12, 256]) {
      const distances = place(count);
      const least = Math.min(...distances);
      expect(nearestSelected(1000, ownNorm(), 100, 500, count, 12, least - 1)).toBe(least);
    }
  });

  test('ends after the first four of which one is within the limit', () => {
    const distances = place(16);
    distances.forEach((limit) => {
      const within = distances.findIndex((distance) => distance <= limit);
      const seen = distances.slice(0, (within & ~3) + 4);
      expect(nearestSelected(1000, ownNorm(), 100, 500, 16, 12, limit)).toBe(Math.min(...seen));
    });
  });

  test('is larger than any distance when there is nobody', () => {
    place(4);
    expect(nearestSelected(1000, ownNorm(), 100, 500, 0, 12, 5)).toBe(NO_KEY);
  });
});

/** A leaf of all rows, measured; the segment whose bench holds what came of it. */
function measuredLeaf(options: CodedOptions, rows: readonly Uint8Array[], target: Target): Segment {
  const segment = codedSegment(rows, options, target);
  writeList(
    segment,
    rows.map((_, i) => i),
  );
  segment.hot.linkLeaf(segment.bench(0), rows.length);
  return segment;
}

/** The measured matrix, with zeros on the diagonal, which the builder overwrites. */
function matrixOf(segment: Segment, count: number): number[][] {
  return Array.from({ length: count }, (_, row) => {
    const start = segment.bench(0) + F.MATRIX + row * F.MAX_LEAF;
    return wordsAt(segment, start, count).map((distance, i) => (i === row ? 0 : distance));
  });
}

function withoutDiagonal(matrix: readonly number[][]): number[][] {
  return matrix.map((cells, row) => cells.map((cell, i) => (i === row ? 0 : cell)));
}

describe.each(TIER_TARGETS)('the block kernels of the $tier tier', (target) => {
  test.each(METRICS)('measure all pairs exactly in any dimension, %s', (metric) => {
    for (const dimension of DIMENSIONS) {
      const rows = extremeRows(dimension, dimension > 10_000 ? 10 : 23, dimension);
      const segment = measuredLeaf({ dimension, metric }, rows, target);
      const expected = withoutDiagonal(blockDistances(metric, rows, rows));
      expect(matrixOf(segment, rows.length)).toEqual(expected);
    }
  });

  test('measure all pairs exactly whatever the number of rows is modulo four', () => {
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const rows = extremeRows(count, count, 33);
      const segment = measuredLeaf({ dimension: 33 }, rows, target);
      const expected = withoutDiagonal(blockDistances('l2', rows, rows));
      expect(matrixOf(segment, count)).toEqual(expected);
    }
  });

  test('measure the largest and the smallest product of every piece without overflow', () => {
    const dimension = 2048;
    const rows = [0, 127, 1, 126].map((code) => new Uint8Array(dimension).fill(code));
    for (const metric of METRICS) {
      const segment = measuredLeaf({ dimension, metric }, rows, target);
      const expected = withoutDiagonal(blockDistances(metric, rows, rows));
      expect(matrixOf(segment, 4)).toEqual(expected);
    }
  });
});

describe('all tiers', () => {
  test.each(METRICS)('leave the same words in a bench in any dimension, %s', (metric) => {
    for (const dimension of DIMENSIONS) {
      const rows = extremeRows(dimension, 9, dimension);
      const benches = TIER_TARGETS.map((target) => {
        const segment = measuredLeaf({ dimension, metric }, rows, target);
        const start = segment.bench(0);
        return Buffer.from(segment.i32s.slice(start, start + segment.layout.benchWords).buffer);
      });
      expect(benches.map((bench) => bench.equals(benches[0]))).toEqual(benches.map(() => true));
    }
  });
});

/** Floats of every kind: denormal, tiny, large, halves of code steps, both zeros. */
function anyFloats(seed: number, dimension: number, scale: number): Float32Array {
  const random = new Random(seed);
  const odd = [-0, 0, 0.5, -0.5, 63.5, -64.5, 2 ** -149, 3e38, -3e38, 1e-30];
  return Float32Array.from({ length: dimension }, () =>
    random.uniform() < 0.3
      ? odd[random.integer(0, odd.length)]
      : Math.round(random.normal() * 200) * scale,
  );
}

describe.each(TIER_TARGETS)('the float kernels of the $tier tier', (target) => {
  test('encode each component to the nearest step, a half upwards, clipped to 0..127', () => {
    for (const dimension of [...DIMENSIONS, 2, 3, 18, 19]) {
      const segment = codedSegment([new Uint8Array(dimension)], { dimension }, target);
      const means = anyFloats(1, dimension, 0.01).map((mean) => Math.max(-9, Math.min(9, mean)));
      const vector = anyFloats(2, dimension, 0.25);
      segment.f32s.set(means, wordOf(segment, 'means'));
      segment.f32s[F.CODE_SCALE] = 0.3;
      segment.vectors(0, 1).set(vector);
      segment.hot.encodeSlots(0, 1, segment.scratch(0));
      const inverse = 1 / segment.f32s[F.CODE_SCALE];
      const expected = Array.from(vector, (value, i) =>
        Math.max(0, Math.min(127, Math.floor((value - means[i]) * inverse + 64.5))),
      );
      const first = 4 * wordOf(segment, 'codes');
      const bytes = Array.from(segment.u8s.subarray(first, first + 4 * segment.layout.codeWords));
      expect(bytes.slice(0, dimension)).toEqual(expected);
      expect(bytes.slice(dimension).every((code) => code === 0)).toBe(true);
    }
  });

  test('encode a component midway between two steps to the upper one', () => {
    const segment = codedSegment([new Uint8Array(6)], { dimension: 6 }, target);
    segment.f32s[F.CODE_SCALE] = 1;
    segment.vectors(0, 1).set([0.5, -0.5, 0.4999999, -0.5000001, 62.5, -64.5]);
    segment.hot.encodeSlots(0, 1, segment.scratch(0));
    const first = 4 * wordOf(segment, 'codes');
    expect(Array.from(segment.u8s.subarray(first, first + 6))).toEqual([65, 64, 64, 63, 127, 0]);
  });

  test('scale to unit length with two running sums of float64, to the bit', () => {
    const memory = bareMemory(target, 2 ** 18);
    for (const dimension of [...DIMENSIONS, 2, 3, 18, 19]) {
      for (const scale of [1, 2 ** -140, 2 ** 100]) {
        const vector = anyFloats(dimension, dimension, scale);
        vector[0] = scale; // never zero
        memory.f32s.fill(7, 99, 102 + dimension);
        memory.f32s.set(vector, 101);
        memory.hot.normalize(101, dimension);
        const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const sums = [0, 0];
        vector.forEach((value, i) => {
          sums[i % 2] += (value * (1 / largest)) ** 2;
        });
        const factor = 1 / (largest * Math.sqrt(sums[0] + sums[1]));
        const expected = vector.map((value) => value * factor);
        expect(bitsOf(memory.f32s.subarray(101, 101 + dimension))).toEqual(bitsOf(expected));
        expect([memory.f32s[100], memory.f32s[101 + dimension]]).toEqual([7, 7]);
      }
    }
  });
});

describe('the float kernels of the JavaScript target', () => {
  const memory = bareMemory({ tier: 'javascript', memory: 'private' }, 4096);

  test('sum the squares of scaled floats, even and odd ones apart', () => {
    bindTo(memory);
    memory.f32s.set([1, 2, 3, 4, 5], 10);
    expect([0, 1, 2, 4, 5].map((length) => squareScaled(10, length, 2))).toEqual([
      0, 4, 20, 120, 220,
    ]);
    memory.f32s.set([2 ** 30, 1, -(2 ** 30), 1], 10);
    expect(squareScaled(10, 4, 1)).toBe(2 ** 61 + 2);
    // 100 is lost beside 2 ** 60, 200 is not: the last of three belongs to the even ones.
    memory.f32s.set([2 ** 30, 10, 10], 10);
    expect(squareScaled(10, 3, 1)).toBe(2 ** 60);
  });

  test('multiply in float64 and round once', () => {
    bindTo(memory);
    memory.f32s.set([0.1, -3, 2 ** -149, 7], 10);
    scaleFloats(10, 3, 1 / 3);
    expect(Array.from(memory.f32s.subarray(10, 14))).toEqual([
      Math.fround(Math.fround(0.1) / 3),
      -1,
      0,
      7,
    ]);
  });

  test('encode at any word and write no byte behind the last', () => {
    bindTo(memory);
    memory.f32s.set([-1, 0, 1, 2, 3], 10);
    memory.f32s.fill(0, 20, 25);
    memory.i32s.fill(-1, 30, 34);
    encodeFloats(10, 20, 5, 10, 31);
    expect(Array.from(memory.u8s.subarray(4 * 31 - 1, 4 * 31 + 6))).toEqual([
      255, 54, 64, 74, 84, 94, 255,
    ]);
  });
});
