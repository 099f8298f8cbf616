// Entry by hubs (the hub highway of arXiv 2412.01940, the strided start of FlatNav): instead of
// going down levels, the query is compared with a table of nodes that cover the graph, whose codes
// lie one after another; the nearest of them are where the search of level 0 begins.

import { measureHubs } from './distance.ts';
import { DISTANCES, GATHERED, HIDDEN, HUB_COUNT, HUBS, MAX_DEGREE, POOL } from './fields.ts';
import { i32At, setI32 } from './machine.ts';
import { poolInsertOnce, poolMerge, poolReopen, poolReset } from './pool.ts';

/** Takes `hidden` out of GATHERED and DISTANCES, if it is there; how many are left. */
function leaveOut(scratch: i32, hidden: i32, count: i32): i32 {
  let left: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const slot = i32At(scratch + GATHERED + i);
    if (slot === hidden) continue;
    setI32(scratch + GATHERED + left, slot);
    setI32(scratch + DISTANCES + left, i32At(scratch + DISTANCES + i));
    left++;
  }
  return left;
}

/**
 * Leaves the nearest `width` hubs to the bound query in POOL, ascending by (distance, slot), and
 * the entry point, the first hub, from which all is reachable. A hidden slot is passed by.
 */
export function enterByHubs(scratch: i32, width: i32): void {
  const pool = scratch + POOL;
  const end = i32At(HUB_COUNT);
  const hidden = i32At(scratch + HIDDEN) - 1;
  let entryKey: i32 = 0;
  poolReset(pool, width);
  for (let first: i32 = 0; first < end; first += MAX_DEGREE) {
    const count = end - first < MAX_DEGREE ? end - first : MAX_DEGREE;
    measureHubs(scratch, first, count);
    if (first === 0) entryKey = i32At(scratch + DISTANCES);
    const shown = hidden < 0 ? count : leaveOut(scratch, hidden, count);
    poolMerge(pool, scratch + DISTANCES, scratch + GATHERED, shown);
  }
  poolReopen(pool, width + 1);
  poolInsertOnce(pool, entryKey, i32At(i32At(HUBS)));
}
