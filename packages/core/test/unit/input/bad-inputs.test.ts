// Every bad input of the test kit's table, through the public calls: the stated error, and an index
// that is what it was before.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { BAD_INPUTS, type BadInput, type BadInputTarget } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex, VectorIndexError } from '../../../src/index.ts';
import { MANNERS, stateOf, targetIndex, temporaryFolder } from './target.ts';

const folder = temporaryFolder();

/** The error of a call that must fail, thrown or rejected. */
async function errorOf(input: BadInput, target: BadInputTarget): Promise<unknown> {
  try {
    await input.call(target);
  } catch (error) {
    return error;
  }
  return new Error(`${input.name} did not fail`);
}

/** What differs from the error that was stated, in words. */
function describeError(error: unknown, { code, row, names }: BadInput): string | undefined {
  if (!(error instanceof VectorIndexError)) return `untyped ${error}`;
  if (error.code !== code) return `${error.code} instead of ${code}: ${error.message}`;
  if (row !== undefined && error.details.row !== row) return `row ${error.details.row}, not ${row}`;
  if (names !== undefined && !error.message.includes(names)) return `no ${names}: ${error.message}`;
  return undefined;
}

describe.each(MANNERS)('in $name', (manner) => {
  let index: VectorIndex;
  let cosine: VectorIndex;
  let target: BadInputTarget;
  let before: unknown;

  const state = async (): Promise<unknown> => [
    await stateOf(index, folder),
    await stateOf(cosine, folder),
  ];

  beforeAll(async () => {
    index = await targetIndex('l2', manner);
    cosine = await targetIndex('cosine', manner);
    const own = mkdtempSync(join(folder, 'files-'));
    target = { index, cosine, VectorIndex, folder: own };
    before = await state();
  });

  test.each(BAD_INPUTS)('$name is refused and changes nothing', async (input) => {
    const error = await errorOf(input, target);
    expect(describeError(error, input)).toBeUndefined();
    expect(await state()).toEqual(before);
  });

  test('a good input is taken after all of that', async () => {
    expect(await index.add([[1, 2, 3, 4]])).toEqual({ first: 43, count: 1 });
    expect(index.search([1, 2, 3, 4], 1).nodes[0]).toBe(43);
    expect(index.verify()).toEqual([]);
    expect(await state()).not.toEqual(before);
  });
});

describe('what is said of a bad input', () => {
  test('is a sentence that names what was expected and what was got', async () => {
    const create = (options: unknown): unknown => VectorIndex.create(options as never);
    expect(() => create({ dimension: 4, M: 1 })).toThrow(
      'M must be an integer from 2 to 128; got 1',
    );
    expect(() => create({ dimension: 4, metric: 'L2' })).toThrow(
      `metric must be one of 'l2', 'cosine', 'dot'; got "L2"`,
    );
    expect(() => create({ dimension: 4, ef: 3 })).toThrow("there is no option 'ef' here");
  });

  test('of several bad rows is about the first, whatever is wrong with it', async () => {
    const index = await targetIndex('cosine', MANNERS[0]!);
    const bad: readonly unknown[] = [[Number.NaN, 1, 1, 1], [0, 0, 0, 0], [1, 2], 'row', null];
    for (const first of bad) {
      for (const second of bad) {
        const rows = [[1, 2, 3, 4], first, [1, 2, 3, 4], second];
        const error = await index.add(rows as number[][]).catch((cause: unknown) => cause);
        expect(error).toMatchObject({ name: 'VectorIndexError', details: { row: 1 } });
      }
    }
  });

  test('in a later segment names the row of the caller', async () => {
    const index = VectorIndex.create({ dimension: 1, capacity: 10, threads: 1 });
    await index.add(new Float32Array(7));
    const rows = new Float32Array(30);
    for (const row of [2, 3, 13, 29]) {
      const vectors = rows.slice();
      vectors[row] = Number.NaN;
      const error = await index.add(vectors).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'NOT_FINITE', details: { row } });
      expect(index.stats()).toMatchObject({ count: 7, segments: 1 });
    }
  });
});

describe('a caller whose rows run code', () => {
  const good = [1, 2, 3, 4];

  test('is told when a component cannot be read', async () => {
    const index = await targetIndex('l2', MANNERS[0]!);
    const row = Object.defineProperty([...good], 2, {
      get: () => {
        throw new RangeError('this component cannot be read');
      },
    });
    const errors = [
      await index.add([good, row]).catch((cause: unknown) => cause),
      await index.searchBatch([good, row], 2).catch((cause: unknown) => cause),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'INVALID_VECTORS', details: { row: 1 } });
    }
    expect(() => index.search(row, 2)).toThrow(VectorIndexError);
    expect(index.count).toBe(43);
  });

  test('cannot overwrite a query by searching for another meanwhile', async () => {
    const index = await targetIndex('l2', MANNERS[0]!);
    const expected = index.search([2, 2, 2, 2], 5);
    const query = Object.defineProperty([2, 2, 2, 2], 2, {
      get: () => {
        index.search(Float32Array.of(-9, -9, -9, -9), 5);
        return 2;
      },
    });
    expect(index.search(query, 5)).toEqual(expected);
  });

  test('cannot overwrite vectors by adding others meanwhile', async () => {
    const index = await targetIndex('l2', MANNERS[0]!);
    let inner: Promise<unknown> | undefined;
    const rows = Object.defineProperty([good, good], 1, {
      get: () => {
        inner ??= index.add([
          [7, 7, 7, 7],
          [8, 8, 8, 8],
          [9, 9, 9, 9],
        ]);
        return [2, 2, 2, 2];
      },
    });
    const outer = await index.add(rows).catch((cause: unknown) => cause);
    const within = (await inner) as { first: number; count: number };
    expect(Array.from(index.getVector(within.first))).toEqual([7, 7, 7, 7]);
    expect(Array.from(index.getVector(within.first + 2))).toEqual([9, 9, 9, 9]);
    if (outer instanceof VectorIndexError) return;
    const { first } = outer as { first: number };
    expect(Array.from(index.getVector(first))).toEqual(good);
    expect(Array.from(index.getVector(first + 1))).toEqual([2, 2, 2, 2]);
    expect(index.count).toBe(48);
  });
});
