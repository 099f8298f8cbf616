// Compressed parts of files. The length of what comes out is always known before, and held: no
// small file becomes a large memory.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

import { damaged } from './flaw.ts';

/** Most bytes that one part of a file (a batch, a page) may become. */
export const MAX_PART_BYTES: number = 2 ** 30;

type NodeDecompressor = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

export const gunzip = (input: Uint8Array, length: number): Uint8Array =>
  decompress(gunzipSync, input, length);
export const unbrotli = (input: Uint8Array, length: number): Uint8Array =>
  decompress(brotliDecompressSync, input, length);
export const unzstd = (input: Uint8Array, length: number): Uint8Array =>
  decompress(zstdDecompressSync, input, length);

function decompress(decode: NodeDecompressor, input: Uint8Array, length: number): Uint8Array {
  checkLength(length);
  const output = decode(input, { maxOutputLength: Math.max(1, length) });
  if (output.length !== length) throw damaged(`${output.length} bytes come out, not ${length}`);
  // No Buffer: its slices are views, those of a Uint8Array copies.
  return new Uint8Array(output.buffer, output.byteOffset, output.length);
}

/** @throws Flaw for a length that no honest file has. */
export function checkLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 0 && length <= MAX_PART_BYTES) return;
  throw damaged(`compressed data says that it has ${length} bytes`);
}
