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
  descend(scratch, level, width, false);
  if (finds(scratch, level, ef, slot)) {
    setI32(out, NONE);
    return;
  }
  const pool = scratch + POOL;
  const size = poolSize(pool);
  for (let i: i32 = 0; i < HOSTS; i++) setI32(out + i, i < size ? poolNode(pool, i) : NONE);
}

/** True when a neighbor in `row` other than `neighbor` leads to it: losing it then costs least. */
export function hasDetour(row: i32, level: i32, neighbor: i32): boolean {
  const end = row + 1 + i32At(row);
  for (let word = row + 1; word < end; word++) {
    if (hasNeighbor(rowOf(i32At(word), level), neighbor)) return true;
  }
  return false;
}

/** Puts `slot` in the place of a neighbor of `host`; which one. */
function displace(host: i32, level: i32, slot: i32): i32 {
  const row = rowOf(host, level);
  let place = i32At(row);
  for (let i = place; i > 0; i--) {
    if (!hasDetour(row, level, i32At(row + i))) continue;
    place = i;
    break;
  }
  const displaced = i32At(row + place);
  setI32(row + place, slot);
  return displaced;
}

/**
 * Links `slot` from the first of `hosts` with room, else from the first, which must be a slot; the
 * neighbor that had to go, or NONE.
 */
export function adoptFrom(slot: i32, level: i32, hosts: i32): i32 {
  const cap = maxDegree(level);
  for (let i: i32 = 0; i < HOSTS; i++) {
    const host = i32At(hosts + i);
    if (host === NONE) break;
    const row = rowOf(host, level);
    if (hasNeighbor(row, slot)) return NONE;
    if (i32At(row) === cap) continue;
    appendNeighbor(row, slot);
    return NONE;
  }
  return displace(i32At(hosts), level, slot);
}
