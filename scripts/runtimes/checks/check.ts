// What the portable suite is made of: checks with a name, and data that every engine computes alike.
// Nothing here or beside it may need more than node:assert and node:test's plainest relatives.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Random } from '@nigh/testkit';

/** Returns what must be the same in every runtime, where there is such a thing. */
export type Check = (folder: string) => Promise<string | undefined>;

/** Checks by name; the names are the rows of the table in docs/guide/runtimes.md. */
export type Checks = Readonly<Record<string, Check>>;

export const DIMENSION = 24;
export const COUNT = 4000;
const CLUSTERS = 40;

/**
 * Overlapping clusters, from whole numbers and sums only: logarithms and roots of engines may differ
 * in their last bit, and then the files would.
 */
function clusters(count: number, seed: number): Float32Array {
  const centers = new Random(1);
  const middle = Float32Array.from({ length: CLUSTERS * DIMENSION }, () => centers.uniform());
  const random = new Random(seed, 1);
  const vectors = new Float32Array(count * DIMENSION);
  for (let row = 0; row < count; row++) {
    const from = DIMENSION * random.integer(0, CLUSTERS);
    for (let i = 0; i < DIMENSION; i++) {
      vectors[row * DIMENSION + i] = (middle[from + i] ?? 0) + random.uniform() - 0.5;
    }
  }
  return vectors;
}

export const vectors: Float32Array = clusters(COUNT, 2);
export const queries: Float32Array = clusters(200, 3);

export const rowOf = (all: Float32Array, row: number): Float32Array =>
  all.subarray(row * DIMENSION, (row + 1) * DIMENSION);

export async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16);
}

/** Fails unless `work` throws, or rejects with, an error of this code. */
export async function refuses(code: string, work: () => unknown): Promise<void> {
  const failure = await Promise.resolve()
    .then(work)
    .then(
      () => 'nothing was thrown',
      (error: { code?: unknown }) => error.code ?? error,
    );
  assert.equal(failure, code);
}
