import { describe, expect, test } from 'vitest';
import {
  type ClusteredOptions,
  clustered,
  clusteredSource,
  fillClustered,
} from '../../src/clustered.ts';

const OPTIONS: ClusteredOptions = { count: 50, dimension: 24, seed: 5, clusters: 4 };

/** Mean squared distance of rows to the row `step` places on. */
function meanSquare(vectors: Float32Array, dimension: number, step: number): number {
  let sum = 0;
  let pairs = 0;
  for (let row = 0; (row + step) * dimension < vectors.length; row++, pairs++) {
    for (let i = 0; i < dimension; i++) {
      sum += (vectors[row * dimension + i] - vectors[(row + step) * dimension + i]) ** 2;
    }
  }
  return sum / pairs;
}

describe('clustered data', () => {
  test('the first components of seed 1 are the same everywhere', () => {
    const vectors = clustered({ count: 2, dimension: 3, seed: 1 });
    expect(Array.from(vectors)).toEqual([
      0.17836026847362518, -0.5523023009300232, -0.02419475093483925, 0.9733918309211731,
      0.2092001885175705, 0.13149282336235046,
    ]);
  });

  test('rows do not depend on how the data is cut into blocks', () => {
    const whole = clustered(OPTIONS);
    const { dimension } = OPTIONS;
    for (const rowsPerBlock of [1, 7, 50]) {
      const blocks = new Float32Array(whole.length);
      const source = clusteredSource(OPTIONS);
      for (let row = 0; row < OPTIONS.count; row += rowsPerBlock) {
        const end = Math.min(row + rowsPerBlock, OPTIONS.count);
        source.fill(blocks.subarray(row * dimension, end * dimension), row);
      }
      expect(blocks).toEqual(whole);
    }
  });

  test('a block filled on its own is the middle of the whole', () => {
    const block = new Float32Array(5 * OPTIONS.dimension);
    fillClustered(block, OPTIONS, 20);
    const whole = clustered(OPTIONS);
    expect(block).toEqual(whole.slice(20 * OPTIONS.dimension, 25 * OPTIONS.dimension));
  });

  test('another seed gives other rows', () => {
    expect(clustered({ ...OPTIONS, seed: 6 })).not.toEqual(clustered(OPTIONS));
  });

  test('grouped rows are nearer to the next row than to one of another cluster', () => {
    const vectors = clustered({ ...OPTIONS, count: 400, spread: 0.2, grouped: true });
    const near = meanSquare(vectors, OPTIONS.dimension, 1);
    const far = meanSquare(vectors, OPTIONS.dimension, 100);
    expect(far / near).toBeGreaterThan(5);
  });

  test('without noise and with one direction, a cluster is a line', () => {
    const vectors = clustered({ count: 3, dimension: 3, clusters: 1, rank: 1, noise: 0 });
    const toSecond = [0, 1, 2].map((i) => vectors[3 + i] - vectors[i]);
    const toThird = [0, 1, 2].map((i) => vectors[6 + i] - vectors[i]);
    const ratios = toSecond.map((step, i) => step / toThird[i]);
    expect(ratios[1]).toBeCloseTo(ratios[0], 4);
    expect(ratios[2]).toBeCloseTo(ratios[0], 4);
  });
});
