// Findability: what is linked must be found when searched for. Reachable is not enough, for a beam
// may end in the wrong place; so a slot is searched for like a query, and what is missed is linked
// from where the search ended.

import { bindNode } from './distance.ts';
import { NONE, POOL } from './fields.ts';
import { appendNeighbor, hasNeighbor, maxDegree, rowOf } from './graph.ts';
import { i32At, setI32 } from './machine.ts';
import { poolNode, poolSize } from './pool.ts';
import { descend, finds } from './search.ts';

/** Places that may take in a slot that was missed. */
export const HOSTS: i32 = 8;

/**
 * Searches for `slot` on `level` with a beam of `ef`. `out` gets NONE when it was found, else the
 * HOSTS nearest slots that were, filled up with NONE.
 */
export function probe(scratch: i32, slot: i32, level: i32, ef: i32, width: i32, out: i32): void {
  bindNode(scratch, slot);
  descend(scratch, level, width);
  if (finds(scratch, level, ef, slot)) {
    setI32(out, NONE);
    return;
  }
  const pool = scratch + POOL;
  const size = poolSize(pool);
  for (let i: i32 = 0; i < HOSTS; i++) setI32(out + i, i < size ? poolNode(pool, i) : NONE);
}

/** Links `slot` from the first of `hosts` with room, else from the first, which must be a slot. */
export function adoptFrom(slot: i32, level: i32, hosts: i32): void {
  const cap = maxDegree(level);
  for (let i: i32 = 0; i < HOSTS; i++) {
    const host = i32At(hosts + i);
    if (host === NONE) break;
    const row = rowOf(host, level);
    if (hasNeighbor(row, slot)) return;
    if (i32At(row) === cap) continue;
    appendNeighbor(row, slot);
    return;
  }
  const row = rowOf(i32At(hosts), level);
  setI32(row + i32At(row), slot);
}
