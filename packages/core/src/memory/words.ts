// Arrays of 32-bit integers outside the segments: what threads share for one job.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import { BYTES_PER_WORD } from './layout.ts';

/**
 * `length` zeros, in memory that other threads can be given when `shared`.
 *
 * @throws {VectorIndexError} OUT_OF_MEMORY
 */
export function allocateWords(length: number, shared: boolean): Int32Array {
  const bytes = length * BYTES_PER_WORD;
  try {
    return new Int32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  } catch (cause) {
    const message = `no memory for ${bytes} bytes of scratch; build in smaller segments`;
    throw new VectorIndexError(ErrorCode.outOfMemory, message, { bytes }, cause);
  }
}

/** How many bits of a word are set. */
export function countBits(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}
