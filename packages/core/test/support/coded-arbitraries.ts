// Arbitrary rows of codes for the partition builder: few different codes make ties and copies, the
// extreme ones make the largest products.

import fc from 'fast-check';
import { METRICS, type Metric } from '../../src/memory/layout.ts';

/** Rows of one length, and what they are compared by. */
export interface CodedCase {
  readonly dimension: number;
  readonly metric: Metric;
  readonly rows: readonly Uint8Array[];
}

const codeArbitraries = [
  fc.integer({ min: 0, max: 127 }),
  fc.constantFrom(0, 127),
  fc.constantFrom(0, 1, 126, 127),
  fc.integer({ min: 63, max: 65 }),
];

function rowsArbitrary(
  dimension: number,
  minCount: number,
  maxCount: number,
): fc.Arbitrary<Uint8Array[]> {
  return fc.constantFrom(...codeArbitraries).chain((code) =>
    fc.array(
      fc
        .array(code, { minLength: dimension, maxLength: dimension })
        .map((codes) => Uint8Array.from(codes)),
      { minLength: minCount, maxLength: maxCount, size: 'max' },
    ),
  );
}

/** From `minCount` to `maxCount` rows of one of `dimensions`, under any metric. */
export function codedCaseArbitrary(
  minCount: number,
  maxCount: number,
  dimensions: readonly number[],
): fc.Arbitrary<CodedCase> {
  return fc.constantFrom(...dimensions).chain((dimension) =>
    fc.record({
      dimension: fc.constant(dimension),
      metric: fc.constantFrom(...METRICS),
      rows: rowsArbitrary(dimension, minCount, maxCount),
    }),
  );
}
