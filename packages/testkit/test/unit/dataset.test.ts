import { describe, expect, test } from 'vitest';
import * as dataset from '../../src/dataset.ts';

const GENERATORS: Readonly<Record<string, dataset.DatasetGenerator>> = {
  gaussian: dataset.gaussian,
  uniform: dataset.uniform,
  integers: dataset.integers,
  unitSphere: dataset.unitSphere,
  duplicates: dataset.duplicates,
  allEqual: dataset.allEqual,
  onALine: dataset.onALine,
  sortedByFirstComponent: dataset.sortedByFirstComponent,
  twoFarClusters: dataset.twoFarClusters,
  withOutliers: dataset.withOutliers,
  unequalNorms: dataset.unequalNorms,
  grid: dataset.grid,
  tiny: dataset.tiny,
  huge: dataset.huge,
};

const OPTIONS = { count: 200, dimension: 5, seed: 3 };

function rowsOf(vectors: Float32Array, dimension = OPTIONS.dimension): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < vectors.length; i += dimension)
    rows.push([...vectors.subarray(i, i + dimension)]);
  return rows;
}

function norm(row: readonly number[]): number {
  return Math.hypot(...row);
}

/** Order-sensitive sum of the bits, so that any changed component shows. */
function checksum(vectors: Float32Array): number {
  let sum = 0;
  for (const word of new Uint32Array(vectors.buffer)) sum = (Math.imul(sum, 31) + word) >>> 0;
  return sum;
}

describe.each(Object.entries(GENERATORS))('%s', (_name, generator) => {
  test('gives the same data for the same seed and as many components as asked', () => {
    const vectors = generator(OPTIONS);
    expect(vectors.length).toBe(1000);
    expect(vectors).toEqual(generator(OPTIONS));
    expect(vectors.every(Number.isFinite)).toBe(true);
  });

  test('gives nothing for no rows', () => {
    expect(generator({ ...OPTIONS, count: 0 }).length).toBe(0);
  });
});

describe('data sets', () => {
  test('have the same bits everywhere', () => {
    const sums = Object.entries(GENERATORS).map(([name, make]) => [name, checksum(make(OPTIONS))]);
    expect(Object.fromEntries(sums)).toEqual({
      allEqual: 3905945600,
      duplicates: 1095240813,
      gaussian: 3865301790,
      grid: 627048448,
      huge: 638654664,
      integers: 3682598912,
      onALine: 1150943232,
      sortedByFirstComponent: 4091815482,
      tiny: 274215684,
      twoFarClusters: 2699480113,
      unequalNorms: 2272683055,
      uniform: 3427317310,
      unitSphere: 1034037661,
      withOutliers: 723157824,
    });
  });

  test('of unit vectors have length 1', () => {
    const norms = rowsOf(dataset.unitSphere(OPTIONS)).map(norm);
    expect(Math.max(...norms.map((length) => Math.abs(length - 1)))).toBeLessThan(1e-6);
  });

  test('of duplicates hold about the asked fraction of copies', () => {
    const distinct = new Set(rowsOf(dataset.duplicates({ ...OPTIONS, fraction: 0.7 })).map(String));
    expect(distinct.size).toBeGreaterThan(40);
    expect(distinct.size).toBeLessThan(80);
  });

  test('of duplicates with two sources hold large groups of the first rows', () => {
    const rows = rowsOf(dataset.duplicates({ ...OPTIONS, fraction: 0.8, sources: 2 })).map(String);
    const copies = rows.filter((row) => row === rows[0] || row === rows[1]).length;
    expect(copies).toBeGreaterThan(130);
  });

  test('of equal rows hold one row', () => {
    expect(new Set(rowsOf(dataset.allEqual(OPTIONS)).map(String)).size).toBe(1);
  });

  test('on a line have proportional differences', () => {
    const rows = rowsOf(dataset.onALine(OPTIONS));
    const direction = rows.map((row) => row.map((value, i) => value - rows[0][i]));
    const [reference] = direction.filter((step) => step[0] !== 0);
    const offLine = direction.filter((step) =>
      step.some((value, i) => value * reference[0] !== reference[i] * step[0]),
    );
    expect(offLine).toEqual([]);
    expect(new Set(rows.map(String)).size).toBeGreaterThan(50);
  });

  test('sorted by the first component keep whole rows together', () => {
    const sorted = rowsOf(dataset.sortedByFirstComponent(OPTIONS));
    const original = rowsOf(dataset.gaussian(OPTIONS)).sort((a, b) => a[0] - b[0]);
    expect(sorted).toEqual(original);
  });

  test('of two far clusters have nothing between them and both in mixed order', () => {
    const rows = rowsOf(dataset.twoFarClusters({ ...OPTIONS, gap: 100 }));
    const sides = rows.map((row) => (row.every((value) => value > 90) ? 1 : 0));
    const near = rows.filter((row) => row.every((value) => Math.abs(value) < 10)).length;
    const far = sides.reduce((sum: number, side) => sum + side, 0);
    expect(near + far).toBe(200);
    expect(Math.min(near, far)).toBeGreaterThan(60);
    expect(sides.indexOf(1)).toBeLessThan(20);
    expect(sides.indexOf(0)).toBeLessThan(20);
  });

  test('with outliers hold a few long rows', () => {
    const options = { ...OPTIONS, fraction: 0.05, scale: 1000 };
    const long = rowsOf(dataset.withOutliers(options)).filter((row) => norm(row) > 100).length;
    expect(long).toBeGreaterThan(2);
    expect(long).toBeLessThan(25);
  });

  test('of unequal norms spread over decades', () => {
    const norms = rowsOf(dataset.unequalNorms({ ...OPTIONS, sigma: 1 })).map(norm);
    expect(Math.max(...norms) / Math.min(...norms)).toBeGreaterThan(50);
  });

  test('of a grid are distinct whole numbers without a zero row', () => {
    const rows = rowsOf(dataset.grid(OPTIONS));
    expect(new Set(rows.map(String)).size).toBe(200);
    expect(rows.flat().every((value) => Number.isInteger(value) && value >= 1 && value <= 6)).toBe(
      true,
    );
  });

  test('of tiny and huge numbers have squares near both ends of float32', () => {
    const least = rowsOf(dataset.tiny(OPTIONS)).map(norm);
    expect(Math.max(...least)).toBeLessThan(1e-18);
    expect(Math.min(...least)).toBeGreaterThan(0);
    const most = rowsOf(dataset.huge(OPTIONS)).map(norm);
    expect(Math.max(...most)).toBeGreaterThan(1e15);
    expect(Number.isFinite(Math.fround(Math.max(...most) ** 2 * 4))).toBe(true);
  });
});

describe('heldOut', () => {
  test('splits one data set into vectors and queries without loss', () => {
    const { vectors, queries } = dataset.heldOut(dataset.gaussian, { ...OPTIONS, queryCount: 30 });
    expect([vectors.length, queries.length]).toEqual([1000, 150]);
    const all = rowsOf(dataset.gaussian({ ...OPTIONS, count: 230 })).map(String);
    const split = [...rowsOf(vectors), ...rowsOf(queries)].map(String);
    expect(split.sort()).toEqual(all.sort());
  });

  test('takes queries from the whole range of ordered data', () => {
    const options = { ...OPTIONS, queryCount: 20 };
    const { vectors, queries } = dataset.heldOut(dataset.sortedByFirstComponent, options);
    const first = rowsOf(queries).map((row) => row[0]);
    const median = rowsOf(vectors)[100][0];
    expect(first.filter((value) => value < median).length).toBe(10);
  });

  test('gives no queries when none are asked for', () => {
    const { vectors, queries } = dataset.heldOut(dataset.gaussian, { ...OPTIONS, queryCount: 0 });
    expect(queries.length).toBe(0);
    expect(vectors).toEqual(dataset.gaussian(OPTIONS));
  });
});
