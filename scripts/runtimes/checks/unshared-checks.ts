// Without shared memory and without workers: one thread, on memory of its own, and the same bytes.

import assert from 'node:assert/strict';
import { VectorIndex } from '@nigh/core';
import { type Checks, DIMENSION, refuses, vectors } from './check.ts';
import { collectionChecks } from './collection-checks.ts';
import { indexChecks } from './index-checks.ts';
import { assertNoWorkers } from './without-workers.ts';

/** What is done again here. */
const AGAIN = [
  'build, search, save, load',
  'add, update, remove, consolidate',
  'filters, batches, ranges',
  'errors for bad input',
  'a folder, opened again',
];

const all: Checks = { ...indexChecks, ...collectionChecks };

export const unsharedChecks: Checks = {
  'one thread on private memory': async () => {
    assert.equal(typeof SharedArrayBuffer, 'undefined');
    const index = VectorIndex.create({ dimension: DIMENSION });
    await index.add(vectors.subarray(0, 100 * DIMENSION));
    const { threads, memory } = index.stats();
    assert.deepEqual({ threads, memory }, { threads: 1, memory: 'private' });
    assert.throws(() => index.share(), { code: 'UNSUPPORTED_RUNTIME' });
    await refuses('INVALID_OPTION', () => VectorIndex.create({ dimension: 2, threads: 2 }));
    await index.close();
    return undefined;
  },
  ...Object.fromEntries(Object.entries(all).filter(([name]) => AGAIN.includes(name))),
  // The last: what was done before it has started none.
  'no worker was started': async () => {
    await assertNoWorkers();
    return undefined;
  },
};
