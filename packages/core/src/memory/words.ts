// Arrays of 32-bit integers outside the segments: what threads share for one job.

import { BYTES_PER_WORD } from './layout.ts';

/** `length` zeros, in memory that other threads can be given when `shared`. */
export function allocateWords(length: number, shared: boolean): Int32Array {
  const bytes = length * BYTES_PER_WORD;
  return new Int32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
}
