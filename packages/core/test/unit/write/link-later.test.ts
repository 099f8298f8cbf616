// Adds that leave linking to a later link(): found at once, linked once.
import { uniform } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { VectorIndex } from '../../../src/vector-index.ts';

const DIMENSION = 8;
const COUNT = 600;

test('adds, updates and commits with link: false are found and linked later', async () => {
  const index = VectorIndex.create({ dimension: DIMENSION, threads: 1, flatThreshold: 0 });
  const vectors = uniform({ count: COUNT, dimension: DIMENSION, seed: 3 });
  const half = (COUNT / 2) * DIMENSION;
  await index.add(vectors.subarray(0, half), { link: false });
  index.reserve(COUNT / 2).set(vectors.subarray(half));
  const added = await index.commit({ link: false });
  await index.update([0], vectors.subarray(half, half + DIMENSION), { link: false });
  expect(added).toEqual({ first: COUNT / 2, count: COUNT / 2 });
  expect(index.stats().linked).toBe(0);
  const found = index.search(vectors.subarray(half, half + DIMENSION), 2);
  expect([...found.nodes]).toEqual([0, COUNT / 2]);

  await index.link();
  expect(index.stats().linked).toBeGreaterThanOrEqual(COUNT);
  expect(index.verify()).toEqual([]);
  await index.close();
});

test('link must be a boolean', async () => {
  const index = VectorIndex.create({ dimension: 1 });
  const adding = index.add([[1]], { link: 'no' as unknown as boolean });
  await expect(adding).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect(index.count).toBe(0);
  await index.close();
});
