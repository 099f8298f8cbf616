// How growing arrays grow, and what they share.

import { expect, test } from 'vitest';
import { type ArrayKind, GrowingArray, kindOf } from '../../src/index.ts';

test('room is doubled, so that pushing a million elements copies few', () => {
  const array = new GrowingArray('uint32');
  let moves = 0;
  let { values } = array;
  for (let i = 0; i < 1_000_000; i++) {
    array.push(i);
    if (array.values !== values) moves++;
    values = array.values;
  }
  expect(moves).toBeLessThan(20);
  expect(array.view().every((value, i) => value === i)).toBe(true);
});

test('an array that is taken over is not copied until it grows', () => {
  const given = Float64Array.of(1, 2);
  const array = GrowingArray.over('float64', given);
  expect(array.values).toBe(given);
  array.push(3);
  expect([...array.view()]).toEqual([1, 2, 3]);
  expect([...given]).toEqual([1, 2]);
  const empty = GrowingArray.over('uint8', new Uint8Array(0));
  empty.push(7);
  expect([...empty.view()]).toEqual([7]);
});

test('every kind lies in shared memory, a view over the same, a copy in another', () => {
  const kinds: ArrayKind[] = ['uint8', 'uint16', 'uint32', 'int32', 'float32', 'float64'];
  for (const kind of kinds) {
    const array = new GrowingArray(kind, 3);
    array.append([1, 2]);
    expect(kindOf(array.values)).toBe(kind);
    expect(array.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    const view = array.view();
    const copy = array.copy();
    array.values[0] = 9;
    expect([view[0], copy[0], copy.length]).toEqual([9, 1, 2]);
  }
  expect(kindOf(new Int8Array(1) as never)).toBe(undefined);
});

test('a large array grows by a quarter, a small one to twice its length', () => {
  for (const [length, grown] of [
    [1024, 2048],
    [2 ** 21, 2 ** 21 * 1.25],
  ] as const) {
    const array = new GrowingArray('uint32', length);
    array.extend(length);
    array.push(1);
    expect(array.values).toHaveLength(grown);
    array.reserve(3 * grown);
    expect(array.values).toHaveLength(3 * grown);
  }
});
