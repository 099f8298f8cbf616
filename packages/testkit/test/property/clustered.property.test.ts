import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clustered, fillClustered } from '../../src/clustered.ts';

describe('clustered data', () => {
  test('is the same from any row on', () => {
    const shape = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      dimension: fc.integer({ min: 1, max: 20 }),
      seed: fc.integer({ min: 0, max: 0xffffffff }),
      clusters: fc.integer({ min: 1, max: 8 }),
      grouped: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, fc.nat(), (options, draw) => {
        const firstRow = draw % options.count;
        const tail = new Float32Array((options.count - firstRow) * options.dimension);
        fillClustered(tail, options, firstRow);
        expect(tail).toEqual(clustered(options).slice(firstRow * options.dimension));
      }),
    );
  });
});
