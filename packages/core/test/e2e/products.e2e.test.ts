// Products are trained subspace by subspace on all threads, and are the same however many there
// are.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IndexOptions, VectorIndex } from '@nigh/core';
import { clustered } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const COUNT = 1500;
const DIMENSION = 18;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-products-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const vectors = clustered({ count: COUNT, dimension: DIMENSION, seed: 3 });

/** The hash of the file of an index of products, codes and centroids included. */
async function savedHash(options: Partial<IndexOptions>): Promise<string> {
  const kept = { precision: 'pq', originals: 'none', subspaces: 4 } as const;
  const index = await VectorIndex.build(vectors, {
    ...{ dimension: DIMENSION, flatThreshold: 0, ...kept },
    ...options,
  });
  const path = join(folder, 'saved.nigh');
  await index.save(path);
  await index.close();
  const bytes = await readFile(path);
  return createHash('sha256').update(bytes).digest('hex');
}

describe.each(['l2', 'cosine', 'dot'] as const)('products under %s', (metric) => {
  test('are the same bytes for any number of threads and any tier', async () => {
    const first = await savedHash({ metric, threads: 1 });
    for (const threads of [2, 3]) expect(await savedHash({ metric, threads })).toBe(first);
    for (const tier of ['simd', 'javascript'] as const) {
      expect(await savedHash({ metric, threads: 2, tier })).toBe(first);
    }
  });
});

test('products of another seed are other bytes, so that equal ones mean something', async () => {
  const first = await savedHash({ threads: 2, seed: 1 });
  expect(await savedHash({ threads: 2, seed: 2 })).not.toBe(first);
});
