import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bitsOf,
  expectExactCodes,
  expectNearFloats,
  runFloats,
} from '../../support/kernel.contract.ts';
import { bareMemory, TIER_TARGETS } from '../../support/targets.ts';

const memories = TIER_TARGETS.map((target) => bareMemory(target, 2 ** 20));
const kinds = fc.constantFrom('l2', 'dot' as const);

/** Five float32 vectors of one length, of whatever `component` gives. */
function fiveVectors(component: fc.Arbitrary<number>): fc.Arbitrary<Float32Array[]> {
  return fc.integer({ min: 1, max: 70 }).chain((dimension) =>
    fc.array(
      fc
        .array(component, { minLength: dimension, maxLength: dimension })
        .map((values) => Float32Array.from(values)),
      { minLength: 5, maxLength: 5 },
    ),
  );
}

const moderate = fc.float({ min: -(2 ** 20), max: 2 ** 20, noNaN: true });
const anything = fc.oneof(fc.float(), fc.float({ min: -(2 ** -120), max: 2 ** -120 }));

const codeRows = fc.integer({ min: 1, max: 64 }).chain((registers) => {
  const length = 16 * registers;
  return fc.tuple(
    fc.int8Array({ min: -127, max: 127, minLength: length, maxLength: length }),
    fc.array(fc.int8Array({ min: 0, max: 127, minLength: length, maxLength: length }), {
      minLength: 4,
      maxLength: 4,
    }),
  );
});

describe.each(memories)('the kernels of the $tier tier', (memory) => {
  test('sum any codes exactly, signed on the left side', () => {
    fc.assert(
      fc.property(codeRows, ([query, rows]) => expectExactCodes(memory, query, rows)),
      { numRuns: 150 },
    );
  });

  test('are near float64, symmetric, and the same four at a time', () => {
    fc.assert(
      fc.property(fiveVectors(moderate), kinds, ([query, ...rows], kind) =>
        expectNearFloats(memory, kind, query, rows),
      ),
      { numRuns: 200 },
    );
  });
});

describe('all tiers', () => {
  test('give the same bits for any floats, infinite and denormal ones too', () => {
    fc.assert(
      fc.property(fiveVectors(anything), kinds, ([query, ...rows], kind) => {
        const results = memories.map((memory) => runFloats(memory, kind, [query, ...rows]));
        // A NaN has many bit patterns and no place in an index: any NaN will do.
        const bits = results.map(({ singles, quad }) =>
          [singles, quad].map((floats) =>
            bitsOf(floats).map((word, i) => (Number.isNaN(floats[i]) ? 'NaN' : word)),
          ),
        );
        for (const one of bits) expect(one).toEqual(bits[0]);
      }),
      { numRuns: 500 },
    );
  });
});
