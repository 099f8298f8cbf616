// Search of level 0 among what a filter lets through only, after ACORN-1 (arXiv 2403.04871): slots
// that lead to no result are not measured, but their rows are bridges to those that do. No more
// rows are read than it takes to see as many neighbors as a row holds.

import { leadByCopy } from './accept.ts';
import { measureGathered, touchGathered } from './distance.ts';
import {
  ACCEPT,
  CHECKED,
  COPY_COUNT,
  DISTANCE_COUNT,
  DISTANCES,
  GATHERED,
  HOP_COUNT,
  MAX_DEGREE,
  NODES,
  POOL,
  QUAD,
  SELECTED,
  SINK,
} from './fields.ts';
import { maxDegree, rowOf } from './graph.ts';
import { asInteger, i32At, setI32, setU8, touch, u8At } from './machine.ts';
import { poolExpand, poolMerge, poolNext, poolNode, poolReset, poolSize } from './pool.ts';
import { visitedReset, visitedWord } from './visited.ts';

/** Slots from which a search begins: the nearest of a plain one. */
const MAX_SEEDS: i32 = 128;
const ALL_ROWS: i32 = 0x7fffffff;
/** Words of QUAD while rows are read: neighbors that lead to results, visited or not; bridges. */
const SEEN: i32 = QUAD;
const BRIDGES: i32 = QUAD + 1;

/** Measures the gathered slots and inserts them; the lowest place one took, at most `lowest`. */
function mergeGathered(scratch: i32, count: i32, lowest: i32): i32 {
  setI32(scratch + SINK, touchGathered(scratch, count));
  measureGathered(scratch, count);
  const place = poolMerge(scratch + POOL, scratch + DISTANCES, scratch + GATHERED, count);
  return place < lowest ? place : lowest;
}

/**
 * Appends those of the `count` slots at `list` that lead to results and were not visited yet to the
 * `filled` of GATHERED, and marks them; how many there are then. Of the others, those that were not
 * visited become bridges, in SELECTED, when `bridging`. There is no branch to mispredict.
 */
function sift(
  scratch: i32,
  list: i32,
  count: i32,
  epoch: i32,
  filled: i32,
  bridging: boolean,
): i32 {
  const visited = visitedWord(scratch);
  const nodes = i32At(NODES);
  const bits = i32At(scratch + ACCEPT);
  const copied = i32At(COPY_COUNT) > 0;
  const bridges = scratch + SELECTED;
  let gathered = scratch + GATHERED + filled;
  let seen: i32 = 0;
  let bridge: i32 = 0;
  for (let word = list; word < list + count; word++) {
    const slot = i32At(word);
    const node = i32At(nodes + slot);
    let leads = (i32At(bits + (node >> 5)) >> (node & 31)) & 1;
    if (copied && leads === 0) leads = leadByCopy(scratch, slot);
    const before = u8At(visited, slot);
    const fresh = asInteger(before !== epoch);
    setI32(gathered, slot);
    if (bridging) setI32(bridges + bridge, slot);
    setU8(visited, slot, (fresh & leads) !== 0 ? epoch : before);
    gathered += fresh & leads;
    bridge += fresh & (1 - leads);
    seen += leads;
  }
  setI32(scratch + SEEN, i32At(scratch + SEEN) + seen);
  if (bridging) setI32(scratch + BRIDGES, bridge);
  return gathered - scratch - GATHERED;
}

/** Loads the rows of the bridges. */
function touchBridges(scratch: i32, count: i32): i32 {
  const words = maxDegree(0) + 1;
  let mix: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    mix ^= touch(rowOf(i32At(scratch + SELECTED + i), 0), words);
  }
  return mix;
}

/**
 * Inserts those of the `count` slots at `list` that lead to results, and what the rows of the
 * others lead to, until `enough` neighbors were seen; the lowest place one took. A row is a
 * bridge once in a search.
 */
function expand(scratch: i32, list: i32, count: i32, epoch: i32, enough: i32): i32 {
  const degree = maxDegree(0);
  let lowest = poolSize(scratch + POOL);
  setI32(scratch + SEEN, 0);
  let filled = sift(scratch, list, count, epoch, 0, true);
  const bridges = i32At(scratch + BRIDGES);
  if (i32At(scratch + SEEN) < enough) setI32(scratch + SINK, touchBridges(scratch, bridges));
  let read: i32 = 0;
  while (read < bridges && i32At(scratch + SEEN) < enough) {
    const bridge = i32At(scratch + SELECTED + read);
    setU8(visitedWord(scratch), bridge, epoch);
    if (filled + degree > MAX_DEGREE) {
      const seen = i32At(scratch + SEEN);
      lowest = mergeGathered(scratch, filled, lowest);
      setI32(scratch + SEEN, seen); // a kernel may have written there
      filled = 0;
    }
    const row = rowOf(bridge, 0);
    filled = sift(scratch, row + 1, i32At(row), epoch, filled, false);
    read++;
  }
  setI32(scratch + HOP_COUNT, i32At(scratch + HOP_COUNT) + read);
  return mergeGathered(scratch, filled, lowest);
}

/**
 * Leaves in POOL the `ef` nearest slots of level 0 that lead to results, beginning with what a
 * plain search left there. Ends early when distances and rows, at these costs, have cost `budget`;
 * true unless it did.
 */
export function searchLeading(
  scratch: i32,
  ef: i32,
  distanceCost: f64,
  rowCost: f64,
  budget: f64,
): boolean {
  const pool = scratch + POOL;
  const degree = maxDegree(0);
  const found = poolSize(pool);
  const seeds = found < MAX_SEEDS ? found : MAX_SEEDS;
  for (let i: i32 = 0; i < seeds; i++) setI32(scratch + CHECKED + i, poolNode(pool, i));
  poolReset(pool, ef);
  const epoch = visitedReset(scratch);
  expand(scratch, scratch + CHECKED, seeds, epoch, ALL_ROWS);
  let cursor: i32 = 0;
  while (cursor < poolSize(pool)) {
    const distances: f64 = i32At(scratch + DISTANCE_COUNT);
    const rows: f64 = i32At(scratch + HOP_COUNT);
    if (distances * distanceCost + rows * rowCost > budget) return false;
    const row = rowOf(poolExpand(pool, cursor), 0);
    setI32(scratch + HOP_COUNT, i32At(scratch + HOP_COUNT) + 1);
    const lowest = expand(scratch, row + 1, i32At(row), epoch, degree);
    cursor = poolNext(pool, lowest < cursor ? lowest : cursor);
  }
  return true;
}
