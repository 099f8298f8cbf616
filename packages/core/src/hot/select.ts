// SELECT-NEIGHBORS-HEURISTIC (Algorithm 4) and RobustPrune (DiskANN) are one loop: a candidate is
// kept unless a kept one is, by the factor alpha, at least as near to it as the query is. alpha = 1
// is the HNSW heuristic. Equal distances reject (<=): of a group of identical vectors one is kept,
// otherwise the group would fill every row with itself and absorb all searches.

import { codeDistance, haveSameCodes } from './distance.ts';
import { ALPHA, ALPHA_ONE, POOL, SELECTED } from './fields.ts';
import { i32At, setI32 } from './machine.ts';
import { poolKey, poolNode, poolSize } from './pool.ts';

/** True when none of the `count` selected nodes shields `node`, `distance` away from the query. */
function isDiverse(scratch: i32, node: i32, distance: i32, count: i32, alpha: f64): boolean {
  for (let i: i32 = 0; i < count; i++) {
    const between = codeDistance(node, i32At(scratch + SELECTED + i));
    if ((between as f64) * alpha <= (distance as f64)) return false;
  }
  return true;
}

/**
 * True when pair `index` has the codes of the pair before it. Under dot a longer vector may be
 * nearer to a copy than the copy is to itself, so that copies do not shield each other.
 */
function isCopy(pool: i32, index: i32): boolean {
  if (poolKey(pool, index) !== poolKey(pool, index - 1)) return false;
  return haveSameCodes(poolNode(pool, index), poolNode(pool, index - 1));
}

/** Adds what passes at `alpha`, nearest first, to the `count` nodes selected; the new count. */
function selectPass(scratch: i32, limit: i32, alpha: f64, selected: i32): i32 {
  const pool = scratch + POOL;
  const size = poolSize(pool);
  let count = selected;
  for (let i: i32 = 0; i < size && count < limit; i++) {
    const node = poolNode(pool, i);
    if (i > 0 && isCopy(pool, i)) continue;
    if (!isDiverse(scratch, node, poolKey(pool, i), count, alpha)) continue;
    setI32(scratch + SELECTED + count, node);
    count++;
  }
  return count;
}

/** Selects at most `limit` diverse nodes of POOL into SELECTED; how many. */
export function selectNeighbors(scratch: i32, limit: i32): i32 {
  const count = selectPass(scratch, limit, 1, 0);
  const alpha: f64 = (i32At(ALPHA) as f64) / ALPHA_ONE;
  // A node shields itself, so the second pass cannot take one twice.
  return alpha > 1 ? selectPass(scratch, limit, alpha, count) : count;
}

/** Writes SELECTED as the row's neighbors. */
export function writeSelected(scratch: i32, row: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) setI32(row + 1 + i, i32At(scratch + SELECTED + i));
  setI32(row, count);
}
