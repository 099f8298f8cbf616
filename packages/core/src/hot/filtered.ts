// Searches of the graph under a filter: by a plain beam of which only some may be returned, by a
// beam of those that may alone, and by comparing the codes of all that may. Each leaves in POOL
// what finishPool, or whoever reads vectors from a file, finishes.

import { leadsToResult } from './accept.ts';
import { isStepped } from './distance.ts';
import { bindQuery } from './encode.ts';
import { DISTANCE_COUNT, METRIC, NONE, POOL } from './fields.ts';
import { asInteger, i32At } from './machine.ts';
import { poolCut, poolMove, poolNode, poolSize } from './pool.ts';
import { bindReach, descentWidth, rerank } from './rerank.ts';
import { scanCodes } from './scan.ts';
import { descend, searchWithin } from './search.ts';
import { searchLeading } from './two-hop.ts';

/** Binds the query; true when codes bound its distances. */
function bind(scratch: i32): boolean {
  bindQuery(scratch);
  const isBounded = isStepped() && i32At(METRIC) !== 2;
  if (isBounded) bindReach(scratch);
  return isBounded;
}

/** Takes out of POOL what leads to no result; how many are left. */
function keepLeading(scratch: i32): i32 {
  const pool = scratch + POOL;
  const size = poolSize(pool);
  let kept: i32 = 0;
  for (let i: i32 = 0; i < size; i++) {
    if (!leadsToResult(scratch, poolNode(pool, i))) continue;
    poolMove(pool, i, kept);
    kept++;
  }
  poolCut(pool, kept);
  return kept;
}

/**
 * A plain search with a beam of `ef`, of which those stay that lead to results; how many, or NONE
 * when it had counted `limit` distances before it ended.
 */
export function sweep(scratch: i32, ef: i32, limit: i32): i32 {
  const isBounded = bind(scratch);
  descend(scratch, 0, descentWidth(ef), isBounded);
  searchWithin(scratch, ef, limit);
  const kept = keepLeading(scratch);
  return i32At(scratch + DISTANCE_COUNT) < limit ? kept : NONE;
}

/**
 * A plain search with a beam of `width`: how many of the slots it finds lead to results. It ends
 * when `limit` distances were counted.
 */
export function scout(scratch: i32, width: i32, limit: i32): i32 {
  const isBounded = bind(scratch);
  descend(scratch, 0, descentWidth(width), isBounded);
  searchWithin(scratch, width, limit);
  const size = poolSize(scratch + POOL);
  let count: i32 = 0;
  for (let i: i32 = 0; i < size; i++) {
    count += asInteger(leadsToResult(scratch, poolNode(scratch + POOL, i)));
  }
  return count;
}

/**
 * A search with a beam of `ef` of only those that lead to results, from where a scout has been; how
 * many it found, or NONE when it cost more than `budget` (see searchLeading).
 */
export function searchTwoHop(
  scratch: i32,
  ef: i32,
  distanceCost: f64,
  rowCost: f64,
  budget: f64,
): i32 {
  const ended = searchLeading(scratch, ef, distanceCost, rowCost, budget);
  return ended ? poolSize(scratch + POOL) : NONE;
}

/** Compares the codes of all of the first `end` slots that lead to results. */
export function scanByCodes(scratch: i32, width: i32, end: i32): void {
  bind(scratch);
  scanCodes(scratch, width, end);
}

/** Offers what a search left in POOL, slots below `end`. */
export function finishPool(scratch: i32, end: i32): void {
  rerank(scratch, poolSize(scratch + POOL), end);
}
