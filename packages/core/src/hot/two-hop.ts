// Search of level 0 among what a filter lets through only, after ACORN-1 (arXiv 2403.04871): slots
// that lead to no result are not measured, their rows are bridges to those that do. The rows are
// not read as far as there are neighbors enough without them.

import { leadsToResult } from './accept.ts';
import { measureGathered, touchGathered } from './distance.ts';
import {
  DISTANCE_COUNT,
  DISTANCES,
  GATHERED,
  HOP_COUNT,
  MAX_DEGREE,
  POOL,
  SELECTED,
  SINK,
} from './fields.ts';
import { isCopy, maxDegree, rowOf } from './graph.ts';
import { i32At, setI32, setU8, touch, u8At } from './machine.ts';
import { poolExpand, poolMerge, poolNext, poolNode, poolReset, poolSize } from './pool.ts';
import { visitedMark, visitedReset, visitedWord } from './visited.ts';

/** Slots spread over the graph from which a search begins besides those that a descent finds. */
const SAMPLES: i32 = 256;
const SAMPLE_SHIFT: i32 = 8;
/** Slots that are looked at for one of them. */
const SAMPLE_STEPS: i32 = 256;
/** Neighbors that a hop gathers before it reads no further rows, in rows. */
const ROWS_ENOUGH: i32 = 1;

/** Slots of a descent from which a search begins. */
const MAX_SEEDS: i32 = 128;

/** In the words of SELECTED: how many neighbors of the hop lead to results, visited or not. */
const SEEN: i32 = 255;

/** Measures the gathered slots and inserts them; the lowest place one took. */
function mergeGathered(scratch: i32, count: i32): i32 {
  setI32(scratch + SINK, touchGathered(scratch, count));
  measureGathered(scratch, count);
  return poolMerge(scratch + POOL, scratch + DISTANCES, scratch + GATHERED, count);
}

/** Makes room for more to gather; how many there are then. */
function flush(scratch: i32, count: i32): i32 {
  mergeGathered(scratch, count);
  return 0;
}

/**
 * Appends the neighbors of `row` that lead to results and were not visited yet to GATHERED, and
 * marks them; how many there are then.
 */
function gatherLeading(scratch: i32, row: i32, epoch: i32, count: i32): i32 {
  const visited = visitedWord(scratch);
  const gathered = scratch + GATHERED;
  const end = row + 1 + i32At(row);
  let filled = count;
  let seen: i32 = 0;
  for (let word = row + 1; word < end; word++) {
    const slot = i32At(word);
    if (!leadsToResult(scratch, slot)) continue;
    seen++;
    setI32(gathered + filled, slot);
    filled += visitedMark(visited, epoch, slot);
  }
  setI32(scratch + SELECTED + SEEN, i32At(scratch + SELECTED + SEEN) + seen);
  return filled;
}

/** Lists the other neighbors of `row` whose rows were not read yet in SELECTED; how many. */
function listBridges(scratch: i32, row: i32, epoch: i32): i32 {
  const visited = visitedWord(scratch);
  const bridges = scratch + SELECTED;
  const end = row + 1 + i32At(row);
  let count: i32 = 0;
  for (let word = row + 1; word < end; word++) {
    const slot = i32At(word);
    if (u8At(visited, slot) === epoch || leadsToResult(scratch, slot)) continue;
    setI32(bridges + count, slot);
    if (count < SEEN - 1) count++;
  }
  return count;
}

/** Loads the rows of some bridges. */
function touchBridges(scratch: i32, count: i32): i32 {
  const words = maxDegree(0) + 1;
  let mix: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    mix ^= touch(rowOf(i32At(scratch + SELECTED + i), 0), words);
  }
  return mix;
}

/**
 * Measures what the slot of `row` leads to, in its own row and in those of its neighbors that lead
 * to no result, and inserts it; the lowest place one took.
 */
function hop(scratch: i32, row: i32, epoch: i32): i32 {
  const degree = maxDegree(0);
  const enough = ROWS_ENOUGH * degree;
  setI32(scratch + SELECTED + SEEN, 0);
  let lowest = poolSize(scratch + POOL);
  let count = gatherLeading(scratch, row, epoch, 0);
  let rows: i32 = 1;
  if (i32At(scratch + SELECTED + SEEN) < enough) {
    const bridges = listBridges(scratch, row, epoch);
    setI32(scratch + SINK, touchBridges(scratch, bridges));
    for (let i: i32 = 0; i < bridges; i++) {
      if (i32At(scratch + SELECTED + SEEN) >= enough) break;
      const bridge = i32At(scratch + SELECTED + i);
      setU8(visitedWord(scratch), bridge, epoch);
      rows++;
      if (count + degree > MAX_DEGREE) {
        const place = mergeGathered(scratch, count);
        if (place < lowest) lowest = place;
        count = 0;
      }
      count = gatherLeading(scratch, rowOf(bridge, 0), epoch, count);
    }
  }
  setI32(scratch + HOP_COUNT, i32At(scratch + HOP_COUNT) + rows);
  const place = mergeGathered(scratch, count);
  return place < lowest ? place : lowest;
}

/** Inserts slots that lead to results from all over the graph of `end` slots. */
function insertSamples(scratch: i32, epoch: i32, end: i32): void {
  const visited = visitedWord(scratch);
  const gathered = scratch + GATHERED;
  const stride = end < SAMPLES ? 1 : end >> SAMPLE_SHIFT;
  let count: i32 = 0;
  for (let first: i32 = 0; first < end && count < SAMPLES; first += stride) {
    const last = first + (stride < SAMPLE_STEPS ? stride : SAMPLE_STEPS);
    let slot = first;
    while (slot < last && slot < end && (isCopy(slot) || !leadsToResult(scratch, slot))) slot++;
    if (slot >= last || slot >= end) continue;
    setI32(gathered + count, slot);
    count += visitedMark(visited, epoch, slot);
  }
  mergeGathered(scratch, count);
}

/**
 * Begins a search with a beam of `ef` where a descent has led, POOL: at those of its slots that
 * lead to results, at what the others are bridges to, and all over the graph. Its epoch.
 */
function enter(scratch: i32, ef: i32, end: i32): i32 {
  const pool = scratch + POOL;
  const list = scratch + SELECTED;
  const visited = visitedWord(scratch);
  const found = poolSize(pool);
  const seeds = found < MAX_SEEDS ? found : MAX_SEEDS;
  for (let i: i32 = 0; i < seeds; i++) setI32(list + i, poolNode(pool, i));
  poolReset(pool, ef);
  const epoch = visitedReset(scratch);
  let count: i32 = 0;
  for (let i: i32 = 0; i < seeds; i++) {
    const slot = i32At(list + i);
    const fresh = visitedMark(visited, epoch, slot);
    if (leadsToResult(scratch, slot)) {
      setI32(scratch + GATHERED + count, slot);
      count += fresh;
      if (count === MAX_DEGREE) count = flush(scratch, count);
      continue;
    }
    if (count + maxDegree(0) > MAX_DEGREE) count = flush(scratch, count);
    count = gatherLeading(scratch, rowOf(slot, 0), epoch, count);
    setI32(scratch + HOP_COUNT, i32At(scratch + HOP_COUNT) + 1);
  }
  mergeGathered(scratch, count);
  insertSamples(scratch, epoch, end);
  return epoch;
}

/**
 * Leaves in POOL the `ef` nearest slots of level 0 that lead to results, of the `end` slots of the
 * graph, beginning with what a descent left there. Ends early when distances and rows, at these
 * costs, have cost `budget`; true unless it did.
 */
export function searchLeading(
  scratch: i32,
  ef: i32,
  end: i32,
  distanceCost: f64,
  rowCost: f64,
  budget: f64,
): boolean {
  const pool = scratch + POOL;
  const epoch = enter(scratch, ef, end);
  let cursor: i32 = 0;
  while (cursor < poolSize(pool)) {
    const distances: f64 = i32At(scratch + DISTANCE_COUNT);
    const rows: f64 = i32At(scratch + HOP_COUNT);
    if (distances * distanceCost + rows * rowCost > budget) return false;
    const lowest = hop(scratch, rowOf(poolExpand(pool, cursor), 0), epoch);
    cursor = poolNext(pool, lowest < cursor ? lowest : cursor);
  }
  return true;
}
