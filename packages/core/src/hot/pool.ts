// The sorted pool: (key, node) pairs ascending by (key, node), bounded. It is the paper's W and C
// in one: the nearest found so far, those not yet expanded waiting in place. Word 0 holds the size,
// word 1 the capacity, pairs follow. A set top bit of the node means "expanded".

import { NONE } from './fields.ts';
import { i32At, setI32, shiftPairs } from './machine.ts';

const PAIRS: i32 = 2;
const NODE_BITS: i32 = 0x7fffffff;
const EXPANDED: i32 = ~0x7fffffff;

/** Empties the pool and sets how many pairs it keeps. */
export function poolReset(pool: i32, capacity: i32): void {
  setI32(pool, 0);
  setI32(pool + 1, capacity);
}

export function poolSize(pool: i32): i32 {
  return i32At(pool);
}

export function poolKey(pool: i32, index: i32): i32 {
  return i32At(pool + PAIRS + 2 * index);
}

export function poolNode(pool: i32, index: i32): i32 {
  return i32At(pool + PAIRS + 2 * index + 1) & NODE_BITS;
}

/**
 * True when the pool is full and `key` is larger than all its keys: inserting would change nothing.
 */
export function poolRejects(pool: i32, key: i32): boolean {
  const size = i32At(pool);
  return size === i32At(pool + 1) && key > i32At(pool + 2 * size);
}

/** The first position whose pair orders after (key, node). */
function poolPosition(pool: i32, key: i32, node: i32): i32 {
  let low: i32 = 0;
  let high: i32 = i32At(pool);
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = poolKey(pool, middle);
    if (other < key || (other === key && poolNode(pool, middle) < node)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/**
 * Inserts a pair in order and drops the last of a full pool; its position, or NONE when it is last.
 */
export function poolInsert(pool: i32, key: i32, node: i32): i32 {
  const position = poolPosition(pool, key, node);
  const capacity = i32At(pool + 1);
  if (position === capacity) return NONE;
  let size = i32At(pool);
  if (size < capacity) {
    size += 1;
    setI32(pool, size);
  }
  const word = pool + PAIRS + 2 * position;
  shiftPairs(word, pool + PAIRS + 2 * (size - 1));
  setI32(word, key);
  setI32(word + 1, node);
  return position;
}

/** poolInsert for pairs that may come twice: a pair that is there already is left alone. */
export function poolInsertOnce(pool: i32, key: i32, node: i32): void {
  const position = poolPosition(pool, key, node);
  if (position < i32At(pool)) {
    if (poolKey(pool, position) === key && poolNode(pool, position) === node) return;
  }
  poolInsert(pool, key, node);
}

/** Lets the pool keep `capacity` pairs, no fewer than before. */
export function poolWiden(pool: i32, capacity: i32): void {
  setI32(pool + 1, capacity);
}

/** Takes the pair at `index` out. */
export function poolRemoveAt(pool: i32, index: i32): void {
  const size = i32At(pool);
  for (let i = index; i < size - 1; i++) {
    setI32(pool + PAIRS + 2 * i, i32At(pool + PAIRS + 2 * i + 2));
    setI32(pool + PAIRS + 2 * i + 1, i32At(pool + PAIRS + 2 * i + 3));
  }
  setI32(pool, size - 1);
}

/** Takes `node` out, if it is there. */
export function poolRemove(pool: i32, node: i32): void {
  const size = i32At(pool);
  let index: i32 = 0;
  while (index < size && poolNode(pool, index) !== node) index++;
  if (index < size) poolRemoveAt(pool, index);
}

/** The first pair at or after `index` that is not expanded; the pool's size when there is none. */
export function poolNext(pool: i32, index: i32): i32 {
  const size = i32At(pool);
  let next = index;
  while (next < size && i32At(pool + PAIRS + 2 * next + 1) < 0) next++;
  return next;
}

/** Marks the pair as expanded and returns its node. */
export function poolExpand(pool: i32, index: i32): i32 {
  const word = pool + PAIRS + 2 * index + 1;
  const node = i32At(word);
  setI32(word, node | EXPANDED);
  return node;
}

/** Keeps at most `capacity` pairs, all of them to be expanded again: seeds of the next search. */
export function poolReopen(pool: i32, capacity: i32): void {
  const kept = i32At(pool);
  const size = kept < capacity ? kept : capacity;
  setI32(pool, size);
  setI32(pool + 1, capacity);
  for (let i: i32 = 0; i < size; i++) setI32(pool + PAIRS + 2 * i + 1, poolNode(pool, i));
}
