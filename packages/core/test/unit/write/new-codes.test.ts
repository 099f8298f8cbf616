// Codes follow the data: what is added may lie beyond the range that the first build chose.

import { clustered } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { VectorIndex } from '../../../src/vector-index.ts';

const dimension = 16;
const built = clustered({ count: 3_000, dimension });
/** The same clusters, four times as far from the origin. */
const far = built.subarray(0, 500 * dimension).map((value) => 4 * value + 3);

async function grow(rebuild: 'auto' | 'never'): Promise<{ recall: number; scale: boolean }> {
  const options = { dimension, threads: 1, flatThreshold: 0, capacity: 8_000 };
  await using index = await VectorIndex.build(built, options);
  const before = index.share().segments[0]?.serial;
  await index.add(far, { rebuild });
  expect(index.verify()).toEqual([]);
  const queries = far.subarray(0, 100 * dimension);
  const { points } = await index.evaluate({ queries, efSearch: 20 });
  const after = index.share().segments[0]?.serial;
  return { recall: points[0]?.recall ?? 0, scale: after !== before };
}

test('codes that clip far more than at first are chosen anew, unless told not to', async () => {
  const followed = await grow('auto');
  const stale = await grow('never');
  expect(followed.scale).toBe(true);
  expect(stale.scale).toBe(false);
  expect(followed.recall).toBeGreaterThan(0.95);
  expect(followed.recall).toBeGreaterThan(stale.recall);
});

test('one whose codes fit what is added stays', async () => {
  const options = { dimension, threads: 1, flatThreshold: 0, capacity: 8_000 };
  await using index = await VectorIndex.build(built, options);
  const before = index.share().segments[0]?.serial;
  await index.add(built.subarray(0, 500 * dimension));
  expect(index.share().segments[0]?.serial).toBe(before);
});
