// Lists of nodes as callers give them.

import { describe, expect, test } from 'vitest';
import { VectorIndexError } from '../../../src/index.ts';
import { readDistinctNodes, readNodes } from '../../../src/write/read-nodes.ts';

const errorOf = (given: unknown, read = readDistinctNodes): VectorIndexError | undefined => {
  try {
    read(given);
    return undefined;
  } catch (error) {
    return error as VectorIndexError;
  }
};

describe('a list of nodes', () => {
  const good: readonly (readonly [given: unknown, nodes: number[]])[] = [
    [0, [0]],
    [2 ** 31 - 2, [2 ** 31 - 2]],
    [[], []],
    [
      [3, 1, 2],
      [3, 1, 2],
    ],
    [Uint32Array.of(9, 8), [9, 8]],
    [Int8Array.of(5), [5]],
    [Float64Array.of(7, 1e9), [7, 1e9]],
    [new Uint32Array(0), []],
  ];
  test.each(good)('%j is taken in its order', (given, nodes) => {
    expect(readNodes(given)).toEqual(nodes);
    expect(readDistinctNodes(given)).toEqual(nodes);
  });

  const bad: readonly unknown[] = [
    ...[-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32],
    ...[undefined, null, '1', true, {}, { length: 1, 0: 0 }, new DataView(new ArrayBuffer(8))],
    ...[[0, -1], [0, '1'], [[0]], [undefined], new Array(1), BigInt64Array.of(1n)],
    ...[new Set([1]), new Map(), () => 0],
  ];
  test.each(bad.map((value, i) => [i, value] as const))('number %i is refused', (_, given) => {
    expect(errorOf(given)).toBeInstanceOf(VectorIndexError);
    expect(errorOf(given)).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(errorOf(given, readNodes)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('with a node twice is refused where each may stand once, and told which', () => {
    expect(readNodes([4, 9, 4])).toEqual([4, 9, 4]);
    const error = errorOf([4, 9, 2, 9, 4]);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { name: 'nodes', got: 9 } });
    expect(error?.message).toContain('node 9 stands twice');
  });
});
