// Without shared memory: one thread, on memory of its own, and the same bytes.

import assert from 'node:assert/strict';
import { VectorIndex } from '@nigh/core';
import { type Checks, DIMENSION, refuses, vectors } from './check.ts';
import { collectionChecks } from './collection-checks.ts';
import { indexChecks } from './index-checks.ts';

export const unsharedChecks: Checks = {
  'one thread on private memory': async () => {
    assert.equal(typeof SharedArrayBuffer, 'undefined');
    const index = await VectorIndex.build(vectors, { dimension: DIMENSION });
    const { threads, memory } = index.stats();
    assert.deepEqual({ threads, memory }, { threads: 1, memory: 'private' });
    await refuses('UNSUPPORTED_RUNTIME', () => index.share());
    await refuses('INVALID_OPTION', () => VectorIndex.create({ dimension: 2, threads: 2 }));
    await index.close();
    return undefined;
  },
  ...indexChecks,
  ...collectionChecks,
};
