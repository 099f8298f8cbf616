import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  naiveCount,
  naivePlanes,
  nearestHalf,
  runDecodeHalves,
  runEncodeHalves,
  runHadamard,
  runPlanes,
} from '../../support/code-kernels.contract.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import { bareMemory, TIER_TARGETS } from '../../support/targets.ts';

const memories = TIER_TARGETS.map((target) => bareMemory(target, 2 ** 20));

const rows = fc.integer({ min: 1, max: 40 }).chain((registers) => {
  const length = 4 * registers;
  const row = fc.int32Array({ minLength: length, maxLength: length });
  const numbers = fc.uint8Array({ max: 15, minLength: 32 * length, maxLength: 32 * length });
  return fc.tuple(row, row, numbers);
});

const floats = (limit: number): fc.Arbitrary<Float32Array> =>
  fc.float32Array({ min: -limit, max: limit, noNaN: true, minLength: 1, maxLength: 70 });

const powerOfTwo = fc.integer({ min: 0, max: 10 }).chain((log) =>
  fc.float32Array({
    ...{ min: -(2 ** 60), max: 2 ** 60, noNaN: true },
    ...{ minLength: 2 ** log, maxLength: 2 ** log },
  }),
);

describe.each(memories)('the kernels of codes on the $tier tier', (memory) => {
  test('count any bits exactly', () => {
    fc.assert(
      fc.property(rows, ([a, b, numbers]) => {
        memory.i32s.set(a, 64);
        memory.i32s.set(b, 64 + a.length);
        const differ = naiveCount(a.map((word, i) => word ^ b[i]));
        expect(memory.hot.hammingBits(64, 64 + a.length, a.length)).toBe(differ);
        expect(runPlanes(memory, a, numbers)).toBe(naivePlanes(a, numbers));
      }),
      { numRuns: 150 },
    );
  });

  test('round any floats to the nearest half, ties to even, and read them exactly', () => {
    fc.assert(
      fc.property(fc.oneof(floats(65504), floats(2 ** -12), floats(2 ** -24)), (input) => {
        const halves = runEncodeHalves(memory, input);
        expect(Array.from(halves)).toEqual(Array.from(input, nearestHalf));
        const back = runDecodeHalves(memory, halves);
        expect(Array.from(runEncodeHalves(memory, back))).toEqual(Array.from(halves));
        back.forEach((value, i) => {
          const error = Math.abs(value - input[i]);
          expect(error).toBeLessThanOrEqual(Math.max(2 ** -25, 2 ** -11 * Math.abs(input[i])));
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('all tiers', () => {
  test('transform any floats to the same bits', () => {
    fc.assert(
      fc.property(powerOfTwo, (input) => {
        const found = memories.map((memory) => bitsOf(runHadamard(memory, input)));
        for (const bits of found) expect(bits).toEqual(found[0]);
      }),
      { numRuns: 150 },
    );
  });
});
