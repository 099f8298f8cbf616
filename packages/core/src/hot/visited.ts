// The visited set: one byte per node, present when it equals the epoch of the search. Clearing is
// the next epoch; every 255th really clears.

import { CAPACITY, EPOCH, VISITED_WORD } from './fields.ts';
import { asInteger, clear, i32At, setI32, setU8, u8At } from './machine.ts';

const LAST_EPOCH: i32 = 255;

/** The first word of the scratch block's visited bytes. */
export function visitedWord(scratch: i32): i32 {
  return scratch + i32At(VISITED_WORD);
}

/** Starts an empty visited set and returns its epoch. */
export function visitedReset(scratch: i32): i32 {
  const epoch = i32At(scratch + EPOCH) + 1;
  if (epoch <= LAST_EPOCH) {
    setI32(scratch + EPOCH, epoch);
    return epoch;
  }
  clear(visitedWord(scratch), (i32At(CAPACITY) + 3) >> 2);
  setI32(scratch + EPOCH, 1);
  return 1;
}

/** Adds `node`; true when it was absent. */
export function visitedAdd(visited: i32, epoch: i32, node: i32): boolean {
  if (u8At(visited, node) === epoch) return false;
  setU8(visited, node, epoch);
  return true;
}

/** visitedAdd for counting: 1 when `node` was absent, else 0, without a branch to mispredict. */
export function visitedMark(visited: i32, epoch: i32, node: i32): i32 {
  const absent = asInteger(u8At(visited, node) !== epoch);
  setU8(visited, node, epoch);
  return absent;
}
