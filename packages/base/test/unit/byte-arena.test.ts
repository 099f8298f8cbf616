// Blocks, their borders, and what stays as it is.

import { expect, test } from 'vitest';
import { ByteArena, type Image, ImageError } from '../../src/index.ts';

const BLOCK = 2 ** 20;

const blocksOf = (arena: ByteArena): number[][] =>
  Object.values(arena.image().arrays).map((block) => [...block]);
const lengthsOf = (arena: ByteArena): number[] =>
  Object.values(arena.image().arrays).map((block) => block.length);

test('an arena without bytes has no blocks and no memory', () => {
  const arena = new ByteArena();
  expect([arena.length, arena.byteLength, blocksOf(arena)]).toEqual([0, 0, []]);
  expect(arena.append(new Uint8Array(0))).toBe(0);
  expect(arena.read(0, 0)).toHaveLength(0);
  expect(ByteArena.load(arena.image()).length).toBe(0);
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

test('an image stays as it is while more is appended', () => {
  const arena = new ByteArena();
  arena.append(Uint8Array.of(1, 2, 3));
  const { header, arrays } = arena.image();
  const early = arena.read(0, 3);
  arena.append(new Uint8Array(3 * BLOCK).fill(9));
  expect(header).toEqual({ byteCount: 3 });
  expect(Object.values(arrays).map((block) => [...block])).toEqual([[1, 2, 3]]);
  expect([...early]).toEqual([1, 2, 3]);
  expect(lengthsOf(arena)).toEqual([BLOCK, BLOCK, BLOCK, 3]);
});

test('blocks that are taken over are not written to', () => {
  for (const length of [5, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK]) {
    const first = new ByteArena();
    first.append(new Uint8Array(length).fill(7));
    const arena = ByteArena.load(first.image());
    arena.append(Uint8Array.of(1, 2));
    expect(arena.length).toBe(length + 2);
    expect([...arena.read(length - 1, 3)]).toEqual([7, 1, 2]);
    first.append(Uint8Array.of(3));
    expect([...first.read(length - 1, 2)]).toEqual([7, 3]);
    expect([...arena.read(length, 2)]).toEqual([1, 2]);
  }
});

const whole = (): Image => {
  const arena = new ByteArena();
  arena.append(new Uint8Array(BLOCK + 5));
  return arena.image();
};

const forged: readonly (readonly [string, (image: Image) => Image])[] = [
  ['more bytes than blocks', (image) => ({ ...image, header: { byteCount: 2 * BLOCK + 1 } })],
  ['fewer bytes than blocks', (image) => ({ ...image, header: { byteCount: BLOCK + 4 } })],
  ['very many bytes', (image) => ({ ...image, header: { byteCount: 2 ** 53 - 1 } })],
  ['half a byte', (image) => ({ ...image, header: { byteCount: 0.5 } })],
  ['no blocks', (image) => ({ ...image, arrays: {} })],
  [
    'a block of another kind',
    (image) => {
      return { ...image, arrays: { ...image.arrays, 'block-1': new Float64Array(5) } };
    },
  ],
];

test.each(forged)('an image with %s is refused', (_, forge) => {
  expect(() => ByteArena.load(forge(whole()))).toThrow(ImageError);
});
