// Blocks, their borders, and what stays as it is.

import { expect, test } from 'vitest';
import { ByteArena } from '../../src/index.ts';

const BLOCK = 2 ** 20;

test('an arena without bytes has no pieces and no memory', () => {
  const arena = new ByteArena();
  expect([arena.length, arena.byteLength, [...arena.pieces()]]).toEqual([0, 0, []]);
  expect(arena.append(new Uint8Array(0))).toBe(0);
  expect(arena.read(0, 0)).toHaveLength(0);
  expect(ByteArena.over(new Uint8Array(0)).length).toBe(0);
});

test('a record inside a block is a view, one across two is a copy', () => {
  const arena = new ByteArena();
  arena.append(new Uint8Array(BLOCK - 2).fill(1));
  arena.append(Uint8Array.of(2, 3, 4, 5));
  const inside = arena.read(BLOCK - 2, 2);
  const across = arena.read(BLOCK - 2, 4);
  expect([[...inside], [...across]]).toEqual([
    [2, 3],
    [2, 3, 4, 5],
  ]);
  expect(inside.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(across.buffer).toBeInstanceOf(ArrayBuffer);
  expect([...arena.read(BLOCK, 2)]).toEqual([4, 5]);
  expect(arena.byteLength).toBe(2 * BLOCK);
});

test('pieces stay as they are while more is appended', () => {
  const arena = new ByteArena();
  arena.append(Uint8Array.of(1, 2, 3));
  const pieces = [...arena.pieces()];
  const early = arena.read(0, 3);
  arena.append(new Uint8Array(3 * BLOCK).fill(9));
  expect(pieces.map((piece) => [...piece])).toEqual([[1, 2, 3]]);
  expect([...early]).toEqual([1, 2, 3]);
  expect([...arena.pieces()].map((piece) => piece.length)).toEqual([BLOCK, BLOCK, BLOCK, 3]);
  expect([...arena.pieces(BLOCK)].map((piece) => piece.length)).toEqual([BLOCK]);
});

test('bytes that are taken over are not written to', () => {
  for (const length of [5, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK]) {
    const given = new Uint8Array(length + 8).fill(7);
    const arena = ByteArena.over(given.subarray(0, length));
    arena.append(Uint8Array.of(1, 2));
    expect(arena.length).toBe(length + 2);
    expect([...arena.read(length - 1, 3)]).toEqual([7, 1, 2]);
    expect(given.every((byte) => byte === 7)).toBe(true);
  }
});
