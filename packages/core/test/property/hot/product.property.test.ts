import { datasetArbitrary } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  centroidsOf,
  cuts,
  decoded,
  estimates,
  type Products,
  productCodes,
  sealProducts,
} from '../../support/product-segment.ts';

const METRICS = ['l2', 'cosine', 'dot'] as const;

/** Products of any data, cut in any way. */
const productsArbitrary: fc.Arbitrary<Products> = fc
  .tuple(datasetArbitrary({ minCount: 1, maxCount: 60 }), fc.nat(), fc.constantFrom(...METRICS))
  .map(([{ vectors, dimension }, cut, metric]) => {
    // A cosine index takes no zero vectors.
    const shifted = vectors.map((value, i) => (i % dimension === 0 && value === 0 ? 1 : value));
    const subspaces = 1 + (cut % dimension);
    const taken = metric === 'cosine' ? shifted : vectors;
    return sealProducts(taken, { dimension, metric, subspaces });
  });

function squareOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

describe('products', () => {
  test('name the nearest centroid of every piece, and pad with zeros', () => {
    fc.assert(
      fc.property(productsArbitrary, ({ segment, rows }) => {
        cuts(segment).forEach(([first, end], j) => {
          const centroids = centroidsOf(segment, [first, end]);
          for (const [slot, row] of rows.entries()) {
            const piece = row.subarray(first, end);
            const distances = centroids.map((centroid) => squareOf(piece, centroid));
            const named = distances[productCodes(segment, slot)[j]!]!;
            const bound = 1 + (end - first + 4) * 2 ** -23;
            expect(named).toBeLessThanOrEqual(Math.min(...distances) * bound + 1e-37);
          }
        });
        const padding = rows.flatMap((_, slot) =>
          Array.from(productCodes(segment, slot).subarray(segment.layout.subspaces)),
        );
        expect(padding.every((byte) => byte === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('stand for the centroids they name', () => {
    fc.assert(
      fc.property(productsArbitrary, ({ segment, rows }) => {
        const all = cuts(segment).map((cut) => centroidsOf(segment, cut));
        rows.forEach((_, slot) => {
          const codes = productCodes(segment, slot);
          const named = all.flatMap((centroids, j) => centroids[codes[j]!]!);
          expect(Array.from(decoded(segment, slot))).toEqual(named);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('estimate the distance to what they stand for', () => {
    fc.assert(
      fc.property(productsArbitrary, ({ segment, rows }) => {
        const { metric, dimension } = segment.layout;
        const query = rows[0]!;
        const found = estimates(segment, query);
        rows.forEach((_, slot) => {
          const stands = decoded(segment, slot);
          const square = squareOf(query, stands);
          const dot = query.reduce((sum, value, i) => sum + value * stands[i]!, 0);
          const magnitude = query.reduce((sum, value, i) => sum + Math.abs(value * stands[i]!), 0);
          const [truth, scale] =
            metric === 'dot'
              ? [-dot, magnitude]
              : metric === 'l2'
                ? [square, square]
                : [square / 2, square / 2];
          const bound = (dimension + 8) * 2 ** -23 * scale + 1e-37;
          expect(Math.abs(found[slot]! - truth)).toBeLessThanOrEqual(bound);
        });
      }),
      { numRuns: 40 },
    );
  });
});
