// Which vectors a search may return: not those that were removed, and under a filter only those
// that it lets through. What is found goes by its node, the number that callers know.

import { countRow } from './code-kernels.ts';
import {
  ACCEPT,
  ACCEPT_WORD,
  COPIES,
  COPY_COUNT,
  FIRST_NODE,
  NUMBERED,
  NUMBERS,
  SAME_VECTOR,
} from './fields.ts';
import { isCopy, nodeOf } from './graph.ts';
import { i32At, setI32 } from './machine.ts';

/** True when the search may return local node `node`. */
export function isAccepted(scratch: i32, node: i32): boolean {
  const bits = i32At(scratch + ACCEPT);
  if (bits === 0) return true;
  return ((i32At(bits + (node >> 5)) >> (node & 31)) & 1) !== 0;
}

/** 1 when a copy of `slot` may be returned, else 0; of copies themselves, 0. */
export function leadByCopy(scratch: i32, slot: i32): i32 {
  if (isCopy(slot)) return 0;
  const copies = i32At(COPIES);
  let next = i32At(copies + slot);
  while (next !== 0) {
    const copy = (next & ~SAME_VECTOR) - 1;
    if (isAccepted(scratch, nodeOf(copy))) return 1;
    next = i32At(copies + copy);
  }
  return 0;
}

/** True when `slot` of the graph leads to a result: it may be one, or one of its copies may. */
export function leadsToResult(scratch: i32, slot: i32): boolean {
  if (isAccepted(scratch, nodeOf(slot))) return true;
  return i32At(COPY_COUNT) > 0 && leadByCopy(scratch, slot) !== 0;
}

/** The node of local node `node`. */
export function numberOf(node: i32): i32 {
  if (i32At(NUMBERED) === 0) return i32At(FIRST_NODE) + node;
  return i32At(i32At(NUMBERS) + node);
}

/**
 * Makes the block's own bits those of the first `count` local nodes that a search may return. They
 * come as a filter has them, `shift` bits too high, in one word more than they take; whoever has a
 * bit in `tombstones`, if there are any, is taken out. How many are left.
 */
export function sieve(scratch: i32, count: i32, shift: i32, tombstones: i32): i32 {
  const bits = scratch + i32At(ACCEPT_WORD);
  const words = (count + 31) >> 5;
  for (let i: i32 = 0; i < words; i++) {
    let word = i32At(bits + i);
    if (shift > 0) word = (word >>> shift) | (i32At(bits + i + 1) << (32 - shift));
    if (tombstones > 0) word &= ~i32At(tombstones + i);
    setI32(bits + i, word);
  }
  const rest = count & 31;
  if (rest > 0) setI32(bits + words - 1, i32At(bits + words - 1) & ((1 << rest) - 1));
  // Rows are counted four words at a time; behind them at least the word shifted from is cleared.
  const end = (words + 4) & ~3;
  for (let i = words; i < end; i++) setI32(bits + i, 0);
  setI32(scratch + ACCEPT, bits);
  return countRow(bits, end);
}

/** How many of the local nodes [first, end) the search may return. */
export function countAccepted(scratch: i32, first: i32, end: i32): i32 {
  let count: i32 = 0;
  for (let node = first; node < end; node++) {
    if (isAccepted(scratch, node)) count++;
  }
  return count;
}
