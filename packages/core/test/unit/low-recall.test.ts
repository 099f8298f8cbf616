// What a build says about bits that find little, and that it says nothing where they do.

import { gaussian } from '@nigh/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/vector-index.ts';

const DIMENSION = 256;
let warnings: Error[] = [];

function note(warning: Error): void {
  warnings.push(warning);
}

beforeEach(() => {
  warnings = [];
  process.on('warning', note);
});

afterEach(() => {
  process.off('warning', note);
});

/** Builds and waits until warnings have been told. */
async function build(options: {
  readonly originals?: 'none';
  readonly precision: 'binary' | 'int8';
}) {
  const vectors = gaussian({ count: 1_500, dimension: DIMENSION, seed: 1 });
  const shape = { dimension: DIMENSION, threads: 1, flatThreshold: 0 };
  const index = await VectorIndex.build(vectors, { ...shape, ...options });
  await new Promise((resolve) => setImmediate(resolve));
  await index.close();
}

describe('a build', () => {
  test('warns when bits alone find little of random vectors', async () => {
    await build({ precision: 'binary', originals: 'none' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ name: 'NighWarning', code: 'LOW_RECALL' });
    expect(warnings[0].message).toMatch(/bits find 0\.\d{3} of the nearest 10 at efSearch 64/);
  });

  test('does not warn of other codes', async () => {
    await build({ precision: 'int8' });
    expect(warnings).toEqual([]);
  });
});
