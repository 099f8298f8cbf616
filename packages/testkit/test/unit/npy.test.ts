import { describe, expect, test } from 'vitest';
import { parseNpy } from '../../src/npy.ts';

/** A file as NumPy writes it, at an odd offset of its buffer, as small reads of node:fs may be. */
function npyFile(dictionary: string, body: ArrayBufferView, version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const text = new TextEncoder().encode(`${dictionary.padEnd(107)}\n`);
  const bytes = new Uint8Array(1 + 8 + lengthBytes + text.length + body.byteLength).subarray(1);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, text.length]);
  bytes.set(text, 8 + lengthBytes);
  const content = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  bytes.set(content, 8 + lengthBytes + text.length);
  return bytes;
}

const FLOATS = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
const SIX = Float32Array.of(1, 2, 3.5, -4, 5, 1e-20);

describe('parseNpy', () => {
  test('reads float32 rows of either header version', () => {
    for (const version of [1, 2]) {
      const { data, shape } = parseNpy(npyFile(FLOATS, SIX, version));
      expect(data).toEqual(SIX);
      expect(shape).toEqual([2, 3]);
    }
  });

  test('reads from a Buffer as node:fs gives it', () => {
    const { data } = parseNpy(Buffer.from(npyFile(FLOATS, SIX)));
    expect(data).toEqual(SIX);
  });

  test('widens uint8 to float32', () => {
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }";
    const { data, shape } = parseNpy(npyFile(header, Uint8Array.of(0, 128, 255)));
    expect(data).toEqual(Float32Array.of(0, 128, 255));
    expect(shape).toEqual([3]);
  });

  test('refuses what it would read wrongly', () => {
    const fortran = FLOATS.replace('False', 'True');
    const doubles = FLOATS.replace('<f4', '<f8');
    expect(() => parseNpy(npyFile(fortran, SIX))).toThrow('C order');
    expect(() => parseNpy(npyFile(doubles, SIX))).toThrow('<f8');
    expect(() => parseNpy(npyFile(FLOATS, SIX.subarray(1)))).toThrow('20 bytes of data');
    expect(() => parseNpy(npyFile('{}', SIX))).toThrow('header');
    expect(() => parseNpy(new Uint8Array(100))).toThrow('magic');
  });
});
