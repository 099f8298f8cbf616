import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundOf, findBelow, nearestThree } from '../../../src/hot/block-kernels.ts';
import * as F from '../../../src/hot/fields.ts';
import { nearestSelected } from '../../../src/hot/machine.ts';
import { wordOf } from '../../support/bare-segment.ts';
import { codedCaseArbitrary } from '../../support/coded-arbitraries.ts';
import { codedSegment, wordsAt, writeList } from '../../support/coded-segment.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import { blockDistances } from '../../support/naive-blocks.ts';
import { bareMemory, bindTo, type Target, TIER_TARGETS } from '../../support/targets.ts';

const leaves = codedCaseArbitrary(1, 24, [1, 2, 15, 16, 17, 33, 64, 129, 144]);
const memories = TIER_TARGETS.map((target) => bareMemory(target, 2 ** 16));
const javascript = bareMemory({ tier: 'javascript', memory: 'private' }, 2 ** 16);
const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

describe.each(TIER_TARGETS)('the block kernels of the $tier tier', (target) => {
  test('measure all pairs of any leaf exactly', () => {
    fc.assert(
      fc.property(leaves, ({ dimension, metric, rows }) => {
        const segment = codedSegment(rows, { dimension, metric }, target);
        writeList(
          segment,
          rows.map((_, i) => i),
        );
        segment.hot.linkLeaf(segment.bench(0), rows.length);
        blockDistances(metric, rows, rows).forEach((distances, row) => {
          const start = segment.bench(0) + F.MATRIX + row * F.MAX_LEAF;
          const measured = wordsAt(segment, start, rows.length);
          measured[row] = distances[row];
          expect(measured).toEqual(distances);
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('all tiers', () => {
  test('encode any finite floats to the same codes', () => {
    const steps = fc.integer({ min: 1, max: 40 }).chain((dimension) =>
      fc.record({
        vector: fc.array(finite, { minLength: dimension, maxLength: dimension }),
        means: fc.array(fc.float({ min: -4, max: 4, noNaN: true }), {
          minLength: dimension,
          maxLength: dimension,
        }),
        scale: fc.float({ min: 2 ** -100, max: 2 ** 100, noNaN: true }),
      }),
    );
    const encode = (
      target: Target,
      vector: readonly number[],
      means: readonly number[],
      scale: number,
    ): number[] => {
      const dimension = vector.length;
      const segment = codedSegment([new Uint8Array(dimension)], { dimension }, target);
      segment.f32s.set(means, wordOf(segment, 'means'));
      segment.f32s[F.CODE_SCALE] = scale;
      segment.vectors(0, 1).set(vector);
      segment.hot.encodeSlots(0, 1, segment.scratch(0));
      return wordsAt(segment, wordOf(segment, 'codes'), segment.layout.codeWords);
    };
    fc.assert(
      fc.property(steps, ({ vector, means, scale }) => {
        const codes = TIER_TARGETS.map((target) => encode(target, vector, means, scale));
        expect(codes).toEqual(codes.map(() => codes[0]));
      }),
      { numRuns: 200 },
    );
  });

  test('scale any finite floats to the same bits, at any word', () => {
    const vectors = fc.array(finite, { minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(vectors, fc.integer({ min: 64, max: 80 }), (vector, word) => {
        const results = memories.map(({ hot, f32s }) => {
          f32s.set(vector, word);
          const scaled = Boolean(hot.normalize(word, vector.length));
          return [scaled, bitsOf(f32s.subarray(word, word + vector.length))];
        });
        expect(results).toEqual(results.map(() => results[0]));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the block kernels of the JavaScript target', () => {
  const { i32s, u8s } = javascript;
  const numbers = fc.array(fc.nat({ max: 60 }), { maxLength: 120 });
  const distances = fc.array(fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 0x7fffffff })), {
    minLength: 1,
    maxLength: 256,
  });

  test('find the first number below any limit from any word on', () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: 61 }), fc.nat({ max: 5 }), (all, limit, first) => {
        bindTo(javascript);
        i32s.set(all, 1000);
        const from = Math.min(first, all.length);
        const index = all.findIndex((number, i) => i >= from && number < limit);
        const expected = index < 0 ? all.length : index;
        expect(findBelow(1000 + from, 1000 + all.length, limit) - 1000).toBe(expected);
      }),
    );
  });

  test('bound at least eight of any eight numbers and more', () => {
    fc.assert(
      fc.property(numbers, (all) => {
        bindTo(javascript);
        i32s.set(all, 1000);
        const bound = boundOf(1000, all.length);
        const within = all.filter((number) => number <= bound);
        expect(within.length).toBeGreaterThanOrEqual(Math.min(8, all.length));
        expect(all.length < 8 || all.includes(bound)).toBe(true);
      }),
    );
  });

  test('find the three smallest keys of any distances', () => {
    fc.assert(
      fc.property(distances, fc.nat({ max: 4 }), (all, shift) => {
        bindTo(javascript);
        i32s.set(all, 1000);
        nearestThree(1000, all.length, shift, 2000);
        const keys = all.map((distance, i) => Math.min(distance >> shift, 0x7fffff) * 256 + i);
        const none = [0x7fffffff, 0x7fffffff, 0x7fffffff];
        const expected = [...keys.sort((a, b) => a - b), ...none].slice(0, 3);
        expect(Array.from(i32s.subarray(2000, 2003))).toEqual(expected);
      }),
    );
  });

  test('tell whether any selected row is within a limit, and else how near they are', () => {
    const cases = codedCaseArbitrary(2, 30, [16, 32, 48]);
    fc.assert(
      fc.property(cases, fc.nat({ max: 200_000 }), ({ dimension, rows }, limit) => {
        bindTo(javascript);
        const [own, ...others] = rows;
        const padded = others.concat(Array((4 - (others.length % 4)) % 4).fill(others[0]));
        const square = (row: Uint8Array): number => row.reduce((sum, code) => sum + code ** 2, 0);
        u8s.set(own, 4 * 1000);
        padded.forEach((row, i) => {
          const word = 2000 + (i * dimension) / 4;
          u8s.set(row, 4 * word);
          i32s[100 + i] = word;
          i32s[200 + i] = square(row);
        });
        const words = dimension / 4;
        const found = nearestSelected(1000, square(own), 100, 200, padded.length, words, limit);
        const exact = padded.map((row) =>
          row.reduce((sum, code, i) => sum + (code - own[i]) ** 2, 0),
        );
        const least = Math.min(...exact);
        expect(exact).toContain(found);
        expect(found <= limit).toBe(least <= limit);
        if (least > limit) expect(found).toBe(least);
      }),
    );
  });
});
