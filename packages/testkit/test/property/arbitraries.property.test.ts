import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DATASET_KINDS,
  datasetArbitrary,
  datasetOf,
  graphOptionsArbitrary,
  searchCaseArbitrary,
} from '../../src/arbitraries.ts';

function hasZeroRow(vectors: Float32Array, dimension: number): boolean {
  for (let offset = 0; offset < vectors.length; offset += dimension) {
    if (vectors.subarray(offset, offset + dimension).every((component) => component === 0))
      return true;
  }
  return false;
}

describe('data set arbitraries', () => {
  test('give finite components of the stated shape', () => {
    fc.assert(
      fc.property(datasetArbitrary(), ({ vectors, count, dimension }) => {
        expect(vectors.length).toBe(count * dimension);
        expect(vectors.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('give no zero row and no zero query under cosine', () => {
    fc.assert(
      fc.property(searchCaseArbitrary({ metric: 'cosine' }), ({ dataset, query }) => {
        expect(hasZeroRow(dataset.vectors, dataset.dimension)).toBe(false);
        expect(hasZeroRow(query, dataset.dimension)).toBe(false);
      }),
    );
  });

  test('change zero rows and leave out the kind of nothing else under cosine', () => {
    const integers = datasetOf('integers', { count: 100, dimension: 1, seed: 1 }, 'cosine');
    expect(hasZeroRow(integers.vectors, 1)).toBe(false);
    const constraints = { metric: 'cosine', kinds: ['zeros', 'tiny'], dimensions: [2] } as const;
    const sample = fc.sample(datasetArbitrary(constraints), { numRuns: 50, seed: 1 });
    expect(new Set(sample.map(({ label }) => label.split(' ')[0]))).toEqual(new Set(['tiny']));
  });

  test('give every kind, and the counts where code breaks', () => {
    const sample = fc.sample(datasetArbitrary({ dimensions: [2] }), { numRuns: 2000, seed: 1 });
    const kinds = new Set(sample.map(({ label }) => label.split(' ')[0]));
    expect([...kinds].sort()).toEqual([...DATASET_KINDS].sort());
    const counts = new Set(sample.map(({ count }) => count));
    expect([0, 1, 2, 3, 300].filter((count) => !counts.has(count))).toEqual([]);
  });

  test('print their label instead of their numbers', () => {
    const dataset = datasetOf('grid', { count: 300, dimension: 384, seed: 9 });
    expect(fc.stringify(dataset)).toBe('grid 300 x 384 seed 9');
    const [searchCase] = fc.sample(searchCaseArbitrary(), { numRuns: 1, seed: 2 });
    expect(fc.stringify(searchCase)).toMatch(
      /^(l2|cosine|dot) M \d+ .* seed \d+, \w+ \d+ x \d+ .* k \d+$/,
    );
  });

  test('shrink to few rows of the simplest kind', () => {
    const { counterexample } = fc.check(
      fc.property(datasetArbitrary(), ({ count }) => count < 5),
      { seed: 1 },
    );
    expect(counterexample?.[0].label).toBe('gaussian 5 x 1 seed 0');
  });

  test('keep within the constraints', () => {
    const constraints = { kinds: ['tiny'], dimensions: [3], minCount: 2, maxCount: 4 } as const;
    fc.assert(
      fc.property(datasetArbitrary(constraints), ({ label, count }) => {
        expect(label).toMatch(/^tiny [234] x 3 /);
        expect(count).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

describe('graph option arbitraries', () => {
  test('stay within what an index accepts', () => {
    fc.assert(
      fc.property(graphOptionsArbitrary('dot'), ({ M, efConstruction, seed, metric }) => {
        expect(M >= 2 && M <= 32 && efConstruction >= 1 && efConstruction <= 200).toBe(true);
        expect(seed >>> 0).toBe(seed);
        expect(metric).toBe('dot');
      }),
    );
  });
});
