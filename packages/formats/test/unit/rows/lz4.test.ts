// LZ4 frames and blocks, written by hand after the description of the format.
import { expect, test } from 'vitest';
import { lz4Block, lz4Frame } from '../../../src/rows/lz4.ts';

/** A block: the letters `abcd`, eight more that repeat them, then `xyz`. */
const block = Uint8Array.of(0x44, ...Buffer.from('abcd'), 4, 0, 0x30, ...Buffer.from('xyz'));
const content = 'abcdabcdabcdxyz';

function frame(flags: number, ...blocks: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const parts = [Buffer.of(0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0)];
  for (const [mark, bytes] of blocks) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(mark + bytes.length);
    parts.push(size, Buffer.from(bytes));
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

test('a block repeats what lies before', () => {
  const output = Buffer.alloc(content.length);
  expect(lz4Block(block, output, 0)).toBe(content.length);
  expect(output.toString()).toBe(content);
});

test('long literals and long matches have more bytes of length', () => {
  const letters = Buffer.alloc(300, 'q');
  const literals = Uint8Array.of(0xff, 255, 30, ...letters); // 15 + 255 + 30
  const bytes = Uint8Array.of(...literals, 1, 0, 255, 255, 86); // 15 + 4 + 255 + 255 + 86
  const output = Buffer.alloc(915 + 1);
  expect(lz4Block(Uint8Array.of(...bytes, 0x10, 0x21), output, 0)).toBe(916);
  expect(output.toString()).toBe(`${'q'.repeat(915)}!`);
});

test('a frame has blocks, compressed or not', () => {
  const bytes = frame(0x60, [0, block], [0x8000_0000, Buffer.from('plain')]);
  expect(Buffer.from(lz4Frame(bytes, 20)).toString()).toBe(`${content}plain`);
});

test.each([
  ['another length', () => lz4Frame(frame(0x60, [0, block]), 14)],
  ['a longer length', () => lz4Frame(frame(0x60, [0, block]), 16)],
  ['another magic word', () => lz4Frame(new Uint8Array(30), 15)],
  ['a dictionary', () => lz4Frame(frame(0x61, [0, block]), 15)],
  ['a block cut short', () => lz4Frame(frame(0x60, [100, block]), 15)],
  ['literals cut short', () => lz4Block(block.subarray(0, 3), Buffer.alloc(15), 0)],
  ['a distance cut short', () => lz4Block(block.subarray(0, 6), Buffer.alloc(15), 0)],
  ['a match before the data', () => lz4Block(Uint8Array.of(0x10, 1, 2, 0), Buffer.alloc(15), 0)],
  ['a distance of 0', () => lz4Block(Uint8Array.of(0x10, 1, 0, 0), Buffer.alloc(15), 0)],
])('%s is refused', (_, decode) => {
  expect(decode).toThrow();
});
