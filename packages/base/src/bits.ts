// Sets of small numbers as bits: bit n & 31 of word n >>> 5.

import { allocateArray } from './shared-arrays.ts';

const BITS = 32;

/** Words that hold `count` bits. */
export function wordsFor(count: number): number {
  return Math.ceil(count / BITS);
}

/** `count` bits, none set, in shared memory. */
export function allocateBits(count: number): Uint32Array {
  return allocateArray('uint32', wordsFor(count));
}

/** Whether bit `n` is set; bits beyond the words are not. */
export function hasBit(bits: Uint32Array, n: number): boolean {
  return ((bits[n >>> 5] >>> (n & 31)) & 1) === 1;
}

/** Sets bit `n`, which must be within the words. */
export function setBit(bits: Uint32Array, n: number): void {
  bits[n >>> 5] |= 1 << (n & 31);
}

/** How many bits are set. */
export function countBits(bits: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    let word = bits[i];
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    word = (word + (word >>> 4)) & 0x0f0f0f0f;
    count += Math.imul(word, 0x01010101) >>> 24;
  }
  return count;
}
