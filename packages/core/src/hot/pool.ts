// The sorted pool: (key, node) pairs ascending by (key, node), bounded. It is the paper's W and C
// in one: the nearest found so far, those not yet expanded waiting in place. Word 0 holds the size,
// word 1 the capacity, pairs follow. A set top bit of the node means "expanded".

import { NONE } from './fields.ts';
import { asInteger, i32At, setI32, shiftGreater } from './machine.ts';

const PAIRS: i32 = 2;
const NODE_BITS: i32 = 0x7fffffff;
const EXPANDED: i32 = ~0x7fffffff;

/** Empties the pool and sets how many pairs it keeps, at least one. */
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
  const first = pool + PAIRS;
  const size = i32At(pool);
  let end = first + 2 * size;
  if (size < i32At(pool + 1)) {
    setI32(pool, size + 1);
  } else {
    end -= 2;
    const last = i32At(end);
    if (key > last || (key === last && node > (i32At(end + 1) & NODE_BITS))) return NONE;
  }
  let word = shiftGreater(first, end, key);
  // Equal keys are rare, and then the smaller node is first.
  while (word > first && i32At(word - 2) === key && (i32At(word - 1) & NODE_BITS) >= node) {
    setI32(word, key);
    setI32(word + 1, i32At(word - 1));
    word -= 2;
  }
  setI32(word, key);
  setI32(word + 1, node);
  return (word - first) >> 1;
}

/**
 * Moves those of `count` keys and nodes that a pool of this worst key does not reject to the front
 * of their lists, without a branch: most are rejected, which ones nobody can predict. How many.
 */
function keepUpTo(worst: i32, keys: i32, nodes: i32, count: i32): i32 {
  let kept: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const key = i32At(keys + i);
    setI32(keys + kept, key);
    setI32(nodes + kept, i32At(nodes + i));
    kept += asInteger(key <= worst);
  }
  return kept;
}

/**
 * Inserts `count` pairs, whose keys and nodes lie in two lists that this overwrites; the lowest
 * position one of them took, or the size of before when that is lower.
 */
export function poolMerge(pool: i32, keys: i32, nodes: i32, count: i32): i32 {
  const size = i32At(pool);
  const isFull = size === i32At(pool + 1);
  const kept = isFull ? keepUpTo(poolKey(pool, size - 1), keys, nodes, count) : count;
  let lowest: i32 = size;
  for (let i: i32 = 0; i < kept; i++) {
    const position = poolInsert(pool, i32At(keys + i), i32At(nodes + i));
    if (position !== NONE && position < lowest) lowest = position;
  }
  return lowest;
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

/** Copies the pair at `from` to `to`, to be expanded again. */
export function poolMove(pool: i32, from: i32, to: i32): void {
  setI32(pool + PAIRS + 2 * to, poolKey(pool, from));
  setI32(pool + PAIRS + 2 * to + 1, poolNode(pool, from));
}

/** Keeps the first `size` pairs. */
export function poolCut(pool: i32, size: i32): void {
  setI32(pool, size);
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
