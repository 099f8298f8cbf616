import { clustered, gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { sharedBytes, wordOf } from '../../support/bare-segment.ts';
import { bitsOf } from '../../support/kernel.contract.ts';
import {
  centroidsOf,
  cuts,
  decoded,
  estimates,
  type ProductOptions,
  productCodes,
  sealProducts,
  tableOf,
} from '../../support/product-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const SHAPES: readonly ProductOptions[] = [
  { dimension: 1, subspaces: 1 },
  { dimension: 5, subspaces: 5 },
  { dimension: 8, subspaces: 3, metric: 'cosine' },
  { dimension: 7, subspaces: 2, metric: 'dot', seed: 9 },
];

function nameOf({ dimension, subspaces, metric = 'l2' }: ProductOptions): string {
  return `${dimension} components in ${subspaces} under ${metric}`;
}

describe('every target', () => {
  for (const options of SHAPES) {
    test(`trains, encodes and binds the same bits: ${nameOf(options)}`, () => {
      const { dimension } = options;
      const vectors = clustered({ count: 300, dimension, clusters: 9, seed: 3 });
      const query = gaussian({ count: 1, dimension, seed: 4 });
      const results = TIER_TARGETS.map((target, i) => {
        const { segment } = sealProducts(vectors, options, target, i % 2 === 1);
        const distances = bitsOf(estimates(segment, query));
        return { distances, table: bitsOf(tableOf(segment)), bytes: sharedBytes(segment).slice() };
      });
      const [first, ...others] = results;
      for (const other of others) {
        expect(other.distances).toEqual(first!.distances);
        expect(other.table).toEqual(first!.table);
        expect(Buffer.compare(other.bytes, first!.bytes)).toBe(0);
      }
    });
  }
});

for (const target of TIER_TARGETS) {
  test(`of centroids that are equally near the first is taken on ${target.tier}`, () => {
    const vectors = gaussian({ count: 40, dimension: 6, seed: 2 });
    const { segment, rows } = sealProducts(vectors, { dimension: 6, subspaces: 2 }, target);
    const { f32s, hot, layout } = segment;
    const scratch = segment.scratch(0);
    const start = wordOf(segment, 'centroids');
    const encode = (row: Float32Array): number[] => {
      f32s.set(row, scratch + layout.bufferWord);
      hot.encodeBuffer(scratch, 0);
      return Array.from(productCodes(segment, 0).subarray(0, 2));
    };
    f32s.fill(5, start, start + 256 * 6);
    expect(encode(rows[3]!)).toEqual([0, 0]);
    // Number 77 of the first subspace, and the last of the second, one component of each.
    f32s[start + 64 * 3 + 13] = 4;
    f32s[start + 256 * 3 + 224 * 3 + 2 * 32 + 31] = 4;
    expect(encode(new Float32Array(6))).toEqual([77, 255]);
  });
}

describe('centroids', () => {
  test('are the pieces themselves while there are no more than 256 different ones', () => {
    for (const count of [1, 2, 100, 256]) {
      const vectors = gaussian({ count, dimension: 10, seed: count });
      const twice = Float32Array.from(
        { length: 20 * count },
        (_, i) => vectors[i % vectors.length]!,
      );
      const { segment, rows } = sealProducts(twice, { dimension: 10, subspaces: 3 });
      rows.forEach((row, slot) => {
        expect(decoded(segment, slot)).toEqual(row);
      });
    }
  });

  test('move to pieces that were not drawn when there are centroids without pieces', () => {
    // One vector in eighty is not zero: a quarter of the pieces, drawn from, has some 25 of them.
    const others = gaussian({ count: 100, dimension: 3, seed: 1 });
    const vectors = new Float32Array(8000 * 3);
    for (let i = 0; i < 300; i++) vectors[240 * Math.floor(i / 3) + (i % 3)] = others[i]!;
    const { segment, rows } = sealProducts(vectors, { dimension: 3, subspaces: 1 });
    for (let slot = 0; slot < 8000; slot += 80) expect(decoded(segment, slot)).toEqual(rows[slot]);
  });

  test('are repeated where all vectors are equal', () => {
    const vectors = new Float32Array(300 * 5).fill(-2.5);
    const { segment } = sealProducts(vectors, { dimension: 5, subspaces: 2 });
    for (const cut of cuts(segment)) {
      const different = new Set(centroidsOf(segment, cut).flat());
      expect(different).toEqual(new Set([-2.5]));
    }
    expect(new Set(productCodes(segment, 299))).toEqual(new Set([0]));
    expect(decoded(segment, 299)).toEqual(new Float32Array(5).fill(-2.5));
    expect(new Set(estimates(segment, new Float32Array(5)))).toEqual(new Set([31.25]));
  });

  test('find groups that come one after another, also those beyond the first drawn', () => {
    // 200 points, each 30 times with a little noise: what is left of them is the noise.
    const points = gaussian({ count: 200, dimension: 4, seed: 5 });
    const noise = gaussian({ count: 6000, dimension: 4, seed: 6 });
    const vectors = noise.map(
      (value, i) => points[4 * Math.floor(i / 120) + (i % 4)]! + value / 500,
    );
    const { segment, rows } = sealProducts(vectors, { dimension: 4, subspaces: 1 });
    let square = 0;
    rows.forEach((row, slot) => {
      const stands = decoded(segment, slot);
      row.forEach((value, i) => {
        square += (value - stands[i]!) ** 2;
      });
    });
    expect(square / rows.length).toBeLessThan(3 * 4 * (1 / 500) ** 2);
  });

  test('are the means of their pieces, or nearly when the last iteration moved some', () => {
    const vectors = gaussian({ count: 3000, dimension: 2, seed: 7 });
    const { segment, rows } = sealProducts(vectors, { dimension: 2, subspaces: 1 });
    const sums = Array.from({ length: 256 }, () => [0, 0, 0]);
    rows.forEach((row, slot) => {
      const sum = sums[productCodes(segment, slot)[0]!]!;
      [row[0]!, row[1]!, 1].forEach((value, i) => {
        sum[i]! += value;
      });
    });
    let moved = 0;
    centroidsOf(segment, [0, 2]).forEach(([x, y], number) => {
      const [sumX, sumY, size] = sums[number]!;
      expect(size).toBeGreaterThan(0);
      moved += (x! - sumX! / size!) ** 2 + (y! - sumY! / size!) ** 2;
    });
    expect(Math.sqrt(moved / 256)).toBeLessThan(0.02);
  });

  test('depend on the seed', () => {
    const vectors = gaussian({ count: 1000, dimension: 4, seed: 8 });
    const [a, b] = [1, 2].map((seed) => {
      const { segment } = sealProducts(vectors, { dimension: 4, subspaces: 2, seed });
      return centroidsOf(segment, [0, 2]);
    });
    expect(a).not.toEqual(b);
  });
});
