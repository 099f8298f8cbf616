// SELECT-NEIGHBORS-HEURISTIC (Algorithm 4) and RobustPrune (DiskANN) are one loop: a candidate is
// kept unless a kept one is, by the factor alpha, at least as near to it as the query is. alpha = 1
// is the HNSW heuristic. Equal distances reject (<=): of a group of identical vectors one is kept,
// otherwise the group would fill every row with itself and absorb all searches.

import { haveSameCodes } from './distance.ts';
import {
  ALPHA_ONE,
  CHECKED,
  CODE_WORDS,
  CODES,
  NONE,
  NORMS,
  POOL,
  SELECTED,
  SELECTED_CODES,
  SELECTED_NORMS,
} from './fields.ts';
import { i32At, nearestSelected, setI32, truncate } from './machine.ts';
import { poolKey, poolNode, poolSize } from './pool.ts';

/** How the selected nodes shield a candidate: not, at alpha 1 only, or at alpha as well. */
const OPEN: i32 = 0;
const WEAK: i32 = 1;
const STRONG: i32 = 2;

/** Adds `node` as number `count` of the selected. */
function take(scratch: i32, node: i32, count: i32): void {
  const code = i32At(CODES) + node * i32At(CODE_WORDS);
  const norm = i32At(i32At(NORMS) + node);
  setI32(scratch + SELECTED + count, node);
  // The kernel reads four at a time: what is left of a group of four repeats its last.
  for (let i = count; i < ((count + 4) & ~3); i++) {
    setI32(scratch + SELECTED_CODES + i, code);
    setI32(scratch + SELECTED_NORMS + i, norm);
  }
}

/** How the selected nodes [from, end) shield `node`, `distance` away from the query. */
function shieldOf(scratch: i32, node: i32, distance: i32, from: i32, end: i32, alpha: i32): i32 {
  if (from === end) return OPEN;
  const words = i32At(CODE_WORDS);
  const first = from & ~3; // whole groups of four; looking at a node twice changes nothing
  const limit = truncate(((distance as f64) * ALPHA_ONE) / (alpha as f64));
  const nearest = nearestSelected(
    i32At(CODES) + node * words,
    i32At(i32At(NORMS) + node),
    scratch + SELECTED_CODES + first,
    scratch + SELECTED_NORMS + first,
    (end - first + 3) & ~3,
    words,
    limit,
  );
  if (nearest <= limit) return STRONG;
  return nearest <= distance ? WEAK : OPEN;
}

/**
 * True when pair `index` has the codes of the pair before it. Under dot a longer vector may be
 * nearer to a copy than the copy is to itself, so that copies do not shield each other.
 */
function repeatsPrevious(pool: i32, index: i32): boolean {
  if (index === 0 || poolKey(pool, index) !== poolKey(pool, index - 1)) return false;
  return haveSameCodes(poolNode(pool, index), poolNode(pool, index - 1));
}

/**
 * Selects what nobody shields at alpha 1, nearest first; how many. CHECKED of a candidate that is
 * shielded at alpha 1 only says how many selected nodes it was held against, else NONE.
 */
function selectOpen(scratch: i32, limit: i32, alpha: i32): i32 {
  const pool = scratch + POOL;
  const size = poolSize(pool);
  let count: i32 = 0;
  for (let i: i32 = 0; i < size && count < limit; i++) {
    setI32(scratch + CHECKED + i, NONE);
    if (repeatsPrevious(pool, i)) continue;
    const node = poolNode(pool, i);
    const shield = shieldOf(scratch, node, poolKey(pool, i), 0, count, alpha);
    if (shield === WEAK) setI32(scratch + CHECKED + i, count);
    if (shield !== OPEN) continue;
    take(scratch, node, count);
    count++;
  }
  return count;
}

/** Adds to the `open` nodes selected those that nobody shields at alpha; the new count. */
function selectWeak(scratch: i32, limit: i32, alpha: i32, open: i32): i32 {
  const pool = scratch + POOL;
  const size = poolSize(pool);
  let count = open;
  for (let i: i32 = 0; i < size && count < limit; i++) {
    const checked = i32At(scratch + CHECKED + i);
    if (checked === NONE) continue;
    const node = poolNode(pool, i);
    if (shieldOf(scratch, node, poolKey(pool, i), checked, count, alpha) === STRONG) continue;
    take(scratch, node, count);
    count++;
  }
  return count;
}

/** Selects at most `limit` diverse nodes of POOL into SELECTED, alpha in 1/1024; how many. */
export function selectNeighbors(scratch: i32, limit: i32, alpha: i32): i32 {
  return selectWeak(scratch, limit, alpha, selectOpen(scratch, limit, alpha));
}

/** Writes SELECTED as the row's neighbors. */
export function writeSelected(scratch: i32, row: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) setI32(row + 1 + i, i32At(scratch + SELECTED + i));
  setI32(row, count);
}
