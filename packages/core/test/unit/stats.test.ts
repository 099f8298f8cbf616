// What an index says of itself: counts, parameters, and bytes that add up.

import { gaussian } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { type IndexStats, VectorIndex } from '../../src/index.ts';

const DIMENSION = 20;
const vectors = (count: number): Float32Array => gaussian({ count, dimension: DIMENSION });
const options = { dimension: DIMENSION, threads: 1, capacity: 1000 };

function checkSums({ bytes, count }: IndexStats): void {
  expect(bytes.total).toBe(bytes.vectors + bytes.codes + bytes.graph + bytes.scratch);
  expect(bytes.perVector).toBe(count === 0 ? 0 : bytes.total / count);
  expect(bytes.reserved).toBeGreaterThanOrEqual(bytes.total);
}

test('an empty index has parameters and no vectors', async () => {
  const index = VectorIndex.create({ ...options, M: 6, efConstruction: 33, seed: 9 });
  const stats = index.stats();
  expect(stats).toMatchObject({
    ...{ count: 0, capacity: 1000, dimension: DIMENSION, metric: 'l2', M: 6, M0: 12 },
    ...{ efConstruction: 33, seed: 9, threads: 1, segments: 1, linked: 0 },
    ...{ maxLevel: 0, meanDegree: 0 },
  });
  expect(stats.bytes).toMatchObject({ vectors: 0, codes: 0, perVector: 0 });
  checkSums(stats);
  await index.close();
});

test('vectors that are scanned cost their floats only', async () => {
  const index = VectorIndex.create(options);
  await index.add(vectors(500));
  const stats = index.stats();
  expect(stats).toMatchObject({ count: 500, linked: 0, meanDegree: 0 });
  expect(stats.bytes).toMatchObject({ vectors: 500 * DIMENSION * 4, codes: 0 });
  checkSums(stats);
  await index.close();
});

test('linked vectors cost codes, norms, means and rows', async () => {
  const index = await VectorIndex.build(vectors(500), { ...options, flatThreshold: 0 });
  const stats = index.stats();
  expect(stats.linked).toBe(500);
  // 20 components are padded to 32 bytes of code; a norm per vector, a mean per code byte.
  expect(stats.bytes.codes).toBe(500 * (32 + 4) + 32 * 4);
  expect(stats.bytes.graph).toBeGreaterThanOrEqual(500 * 33 * 4);
  expect(stats.meanDegree).toBeGreaterThan(4);
  expect(stats.meanDegree).toBeLessThanOrEqual(32);
  checkSums(stats);
  await index.close();
});

test('segments are summed', async () => {
  const index = VectorIndex.create({ ...options, capacity: 100, flatThreshold: 0 });
  await index.add(vectors(250));
  const stats = index.stats();
  expect(stats).toMatchObject({ count: 250, linked: 250, segments: 2 });
  expect(stats.capacity).toBeGreaterThanOrEqual(250);
  expect(stats.bytes.vectors).toBe(250 * DIMENSION * 4);
  checkSums(stats);
  await index.close();
});

test('searching touches a scratch block, not the vectors', async () => {
  const index = await VectorIndex.build(vectors(500), { ...options, flatThreshold: 0 });
  const before = index.stats().bytes;
  for (let i = 0; i < 5; i++) index.search(vectors(1), 3);
  const after = index.stats().bytes;
  expect(after.vectors + after.codes + after.graph).toBe(
    before.vectors + before.codes + before.graph,
  );
  expect(after.scratch - before.scratch).toBeLessThan(200_000);
  await index.close();
});

test('the memory and the tier are those in use', async () => {
  for (const memory of ['shared', 'private'] as const) {
    for (const tier of ['simd', 'javascript'] as const) {
      const index = VectorIndex.create({ ...options, memory, tier });
      expect(index.stats()).toMatchObject({ memory, tier, threads: 1 });
      await index.close();
    }
  }
});
