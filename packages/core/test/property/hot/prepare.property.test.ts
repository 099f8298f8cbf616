import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsOf } from '../../support/kernel.contract.ts';
import { bareMemory, TIER_TARGETS } from '../../support/targets.ts';

const memories = TIER_TARGETS.map((target) => bareMemory(target, 65536));

const vectors = fc.oneof(
  fc.float32Array({ minLength: 1, maxLength: 40, noNaN: true, noDefaultInfinity: true }),
  fc.float32Array({ minLength: 1, maxLength: 40, min: -(2 ** -140), max: 2 ** -140, noNaN: true }),
);

describe('normalize', () => {
  test('gives unit length and the same bits on all tiers, for any finite vector', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        const dimension = vector.length;
        const results = memories.map(({ hot, f32s }) => {
          f32s.set(vector, 64);
          const ok = Boolean(hot.normalize(64, dimension));
          return { ok, bits: bitsOf(f32s.slice(64, 64 + dimension)) };
        });
        for (const result of results) expect(result).toEqual(results[0]);
        expect(results[0].ok).toBe(vector.some((component) => component !== 0));
        if (!results[0].ok) return;
        const norm = Math.hypot(...memories[0].f32s.subarray(64, 64 + dimension));
        expect(Math.abs(norm - 1)).toBeLessThan(1e-6);
      }),
      { numRuns: 500 },
    );
  });
});
