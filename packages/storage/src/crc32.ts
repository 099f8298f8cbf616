// CRC-32 as zlib computes it. Large buffers are done in pieces, with turns of the event loop in
// between, so that a record or table of a gigabyte does not hold everybody up.

import { crc32 as zlibCrc32 } from 'node:zlib';
import { nextTurn } from '@nigh/base';

/** A few milliseconds of work. */
export const PIECE_BYTES: number = 4 * 2 ** 20;

/** The checksum of bytes; `seed` is the checksum of what lies before them, or a salt. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  return zlibCrc32(bytes, seed);
}

/** As `crc32`, for bytes of any length. */
export async function crc32InPieces(bytes: Uint8Array, seed = 0): Promise<number> {
  let crc = seed;
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    if (start > 0) await nextTurn();
    crc = zlibCrc32(bytes.subarray(start, start + PIECE_BYTES), crc);
  }
  return crc;
}
