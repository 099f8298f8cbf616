// What the runtime itself has to have.

import assert from 'node:assert/strict';
import { VectorIndex } from '@nigh/core';
import { type Checks, DIMENSION, vectors } from './check.ts';

export const runtimeChecks: Checks = {
  'relaxed SIMD': async () => {
    const index = VectorIndex.create({ dimension: DIMENSION, threads: 1 });
    assert.equal(index.stats().tier, 'relaxed');
    await index.close();
    return undefined;
  },

  warnings: async () => {
    const heard = new Promise<{ name: string; code?: string }>((resolve) => {
      process.once('warning', resolve);
    });
    // Bits of so few components find little.
    const index = await VectorIndex.build(vectors, {
      ...{ dimension: DIMENSION, threads: 1, flatThreshold: 0 },
      ...{ precision: 'binary', originals: 'none', allowLowDimension: true },
    });
    await index.close();
    const { name, code } = await heard;
    assert.deepEqual([name, code], ['NighWarning', 'LOW_RECALL']);
    return undefined;
  },

  '`await using`': async () => {
    await import('./await-using.ts');
    return undefined;
  },

  'ends with an index left open': async () => {
    // Whether the process ends is seen from outside.
    const index = await VectorIndex.build(vectors, {
      ...{ dimension: DIMENSION, threads: 2, flatThreshold: 0 },
    });
    assert.equal(index.count * DIMENSION, vectors.length);
    return undefined;
  },
};
