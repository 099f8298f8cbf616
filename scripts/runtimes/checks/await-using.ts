// Loads only where the syntax is known, and leaves its index closed.

import assert from 'node:assert/strict';
import { VectorIndex } from '@nigh/core';

let left: VectorIndex | undefined;
{
  await using index = VectorIndex.create({ dimension: 2, threads: 1 });
  await index.add(new Float32Array(2));
  left = index;
}
assert.throws(() => left?.search(new Float32Array(2), 1), { code: 'CLOSED' });
