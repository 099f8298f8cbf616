// Entry by hubs (the hub highway of arXiv 2412.01940, the strided start of FlatNav): instead of
// going down levels, the query is compared with a table of nodes that cover the graph, whose codes
// lie one after another; the nearest of them are where the search of level 0 begins.

import { measureHubs } from './distance.ts';
import { DISTANCES, HUB_COUNT, HUBS, MAX_DEGREE, POOL } from './fields.ts';
import { i32At } from './machine.ts';
import { poolInsert, poolInsertOnce, poolRejects, poolReopen, poolReset } from './pool.ts';

/**
 * Leaves the nearest `width` hubs to the bound query in POOL, ascending by (distance, slot), and
 * the entry point, the first hub, from which all is reachable.
 */
export function enterByHubs(scratch: i32, width: i32): void {
  const pool = scratch + POOL;
  const hubs = i32At(HUBS);
  const end = i32At(HUB_COUNT);
  let entryKey: i32 = 0;
  poolReset(pool, width);
  for (let first: i32 = 0; first < end; first += MAX_DEGREE) {
    const count = end - first < MAX_DEGREE ? end - first : MAX_DEGREE;
    measureHubs(scratch, first, count);
    if (first === 0) entryKey = i32At(scratch + DISTANCES);
    for (let i: i32 = 0; i < count; i++) {
      const key = i32At(scratch + DISTANCES + i);
      if (!poolRejects(pool, key)) poolInsert(pool, key, i32At(hubs + first + i));
    }
  }
  poolReopen(pool, width + 1);
  poolInsertOnce(pool, entryKey, i32At(hubs));
}
