// Whoever checks vectors before adding them gets what add would take, or the error it would give.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type IndexOptions,
  readVectors,
  VectorIndex,
  VectorIndexError,
  type Vectors,
} from '../../../src/index.ts';
import { componentLimit } from '../../../src/input/ingest.ts';

const DIMENSION = 5;

/** What an error says, or nothing where there is none. */
function complaint(error: unknown): unknown {
  if (!(error instanceof VectorIndexError)) throw error;
  return { code: error.code, message: error.message, details: error.details };
}

/** Takes vectors with `add`: the error, or the nodes' vectors. */
async function taken(vectors: Vectors, options: IndexOptions): Promise<unknown> {
  const index = VectorIndex.create({ ...options, capacity: 16, threads: 1 });
  try {
    await index.add(vectors);
    return [...index.getVectors(index.nodes())];
  } catch (error) {
    return complaint(error);
  } finally {
    await index.close();
  }
}

function read(vectors: Vectors, options: IndexOptions): unknown {
  try {
    return [...readVectors(vectors, options)];
  } catch (error) {
    return complaint(error);
  }
}

const OPTIONS: readonly IndexOptions[] = [
  { dimension: DIMENSION },
  { dimension: DIMENSION, metric: 'dot' },
  { dimension: DIMENSION, precision: 'float16' },
  { dimension: DIMENSION, precision: 'int8', originals: 'memory', rerank: 'float16' },
];
const limits = OPTIONS.flatMap(({ metric = 'l2' }) => [
  componentLimit(DIMENSION, metric),
  componentLimit(DIMENSION, metric, 'float16'),
]);
/** Numbers of all sizes, those beside the limits among them, and some that are none. */
const component = fc.oneof(
  { weight: 30, arbitrary: fc.float({ noNaN: true, min: -4, max: 4 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...limits), fc.constantFrom(-1, -0.999999, 0.9999999, 1, 1.0000001))
      .map(([limit, factor]) => limit * factor),
  },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, 1e39, 1e-46, 1e-45, 0, -0) },
);
const row: fc.Arbitrary<number[]> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(component, { minLength: DIMENSION, maxLength: DIMENSION }),
  },
  { weight: 2, arbitrary: fc.constant(new Array<number>(DIMENSION).fill(0)) },
  { weight: 1, arbitrary: fc.array(component, { maxLength: DIMENSION + 2 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(7, 'row', [1, 2, '3', 4, 5], null) as fc.Arbitrary<never>,
  },
);
const vectors: fc.Arbitrary<Vectors> = fc.oneof(
  fc.array(row, { maxLength: 6 }),
  fc.array(component, { maxLength: 6 * DIMENSION }).map((all) => Float32Array.from(all)),
  fc.array(component, { maxLength: 6 * DIMENSION }).map((all) => {
    return Float64Array.from(all.slice(0, all.length - (all.length % DIMENSION)));
  }),
);

describe('read vectors', () => {
  test('are those that add takes, and bad ones give its error', async () => {
    await fc.assert(
      fc.asyncProperty(vectors, fc.constantFrom(...OPTIONS), async (input, options) => {
        expect(read(input, options)).toEqual(await taken(input, options));
      }),
      { numRuns: 400 },
    );
  });

  test('are not normalised, and refused as add does when they have no direction', async () => {
    const options = { dimension: DIMENSION, metric: 'cosine' } as const;
    await fc.assert(
      fc.asyncProperty(vectors, async (input) => {
        const got = read(input, options);
        const added = await taken(input, options);
        if (!Array.isArray(got)) expect(got).toEqual(added);
        else {
          expect(Array.isArray(added)).toBe(true);
          expect(await taken(Float32Array.from(got), options)).toEqual(added);
          const rows = Array.isArray(input) ? input.flat() : [...(input as Float32Array)];
          expect(got).toEqual([...Float32Array.from(rows)]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('what is read is a copy, whatever came', () => {
  const inputs = [
    Float32Array.of(1, 2, 3, 4),
    Float64Array.of(1, 2, 3, 4),
    Int8Array.of(1, 2, 3, 4),
  ];
  for (const input of inputs) {
    const got = readVectors(input, { dimension: 2 });
    input.fill(9);
    expect(got).toEqual(Float32Array.of(1, 2, 3, 4));
  }
});

test('options are checked as those of an index', () => {
  const none = new Float32Array(0);
  expect(readVectors(none, { dimension: 3 })).toEqual(none);
  for (const options of [{}, { dimension: 0 }, { dimension: 3, metric: 'l1' }, { dimensions: 3 }]) {
    expect(() => readVectors(none, options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  }
});
