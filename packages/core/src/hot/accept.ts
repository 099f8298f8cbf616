// Which vectors a search may return: not those that were removed, and under a filter only those
// that it lets through. What is found goes by its node, the number that callers know.

import { ACCEPT, ACCEPT_FLIP, FIRST_NODE, NUMBERED, NUMBERS } from './fields.ts';
import { i32At } from './machine.ts';

/** True when the search may return local node `node`. */
export function isAccepted(scratch: i32, node: i32): boolean {
  const bits = i32At(scratch + ACCEPT);
  if (bits === 0) return true;
  const word = i32At(bits + (node >> 5)) ^ i32At(scratch + ACCEPT_FLIP);
  return ((word >> (node & 31)) & 1) !== 0;
}

/** The node of local node `node`. */
export function numberOf(node: i32): i32 {
  if (i32At(NUMBERED) === 0) return i32At(FIRST_NODE) + node;
  return i32At(i32At(NUMBERS) + node);
}
