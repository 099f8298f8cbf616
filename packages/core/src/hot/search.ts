// Beam search, Algorithms 2 and 5 of arXiv 1603.09320, with three deviations: candidates and
// nearest share one sorted pool; a hop gathers its unvisited neighbors, touches their cache lines
// and only then computes; distances are integers on 7-bit codes, floats only finish (exact.ts).

import { distanceTo, measureGathered, touchGathered } from './distance.ts';
import {
  BY_HUBS,
  DISTANCE_COUNT,
  DISTANCES,
  ENTRY_KIND,
  ENTRY_POINTS,
  EPOCH,
  GATHERED,
  HIDDEN,
  HOP_COUNT,
  NONE,
  POOL,
  SINK,
} from './fields.ts';
import { levelOf, maxDegree, rowOf } from './graph.ts';
import { enterByHubs } from './hubs.ts';
import { i32At, setI32, touch, u8At } from './machine.ts';
import {
  poolExpand,
  poolInsert,
  poolInsertOnce,
  poolKey,
  poolMerge,
  poolNext,
  poolNode,
  poolRemoveAt,
  poolReopen,
  poolReset,
  poolSize,
} from './pool.ts';
import { visitedAdd, visitedMark, visitedReset, visitedWord } from './visited.ts';

const NO_LIMIT: i32 = 0x7fffffff;

/** Copies the neighbors of a row that were not visited yet to GATHERED; how many. */
function gatherUnvisited(scratch: i32, row: i32, epoch: i32): i32 {
  const visited = visitedWord(scratch);
  const gathered = scratch + GATHERED;
  const end = row + 1 + i32At(row);
  let count: i32 = 0;
  for (let word = row + 1; word < end; word++) {
    const neighbor = i32At(word);
    setI32(gathered + count, neighbor);
    count += visitedMark(visited, epoch, neighbor);
  }
  return count;
}

/**
 * Loads the row that is read next unless this hop finds something nearer, while the distances of
 * this hop are computed (1.06x at 100k x 128). Returns a value that must be kept alive.
 */
function touchNextRow(pool: i32, cursor: i32, level: i32): i32 {
  const next = poolNext(pool, cursor + 1);
  if (next === poolSize(pool)) return 0;
  return touch(rowOf(poolNode(pool, next), level), maxDegree(level) + 1);
}

/**
 * Starts a visited set that holds the pool's nodes and the hidden one; its epoch. A node that
 * stands in the pool twice is taken out: a table of hubs that is chosen anew meanwhile may offer
 * the same one again.
 */
function visitPool(scratch: i32): i32 {
  const pool = scratch + POOL;
  const epoch = visitedReset(scratch);
  const visited = visitedWord(scratch);
  const hidden = i32At(scratch + HIDDEN);
  if (hidden > 0) visitedAdd(visited, epoch, hidden - 1);
  let index: i32 = 0;
  while (index < poolSize(pool)) {
    if (visitedAdd(visited, epoch, poolNode(pool, index))) index++;
    else poolRemoveAt(pool, index);
  }
  return epoch;
}

/**
 * True when the pair at `cursor` is so much farther than the nearest that a descent leaves it out:
 * 3/16 more, in squared distance. Behind it nothing is nearer.
 */
function isFar(pool: i32, cursor: i32): boolean {
  const nearest = poolKey(pool, 0);
  return poolKey(pool, cursor) - nearest > (nearest >> 3) + (nearest >> 4);
}

/**
 * SEARCH-LAYER from the nodes in POOL, which have rows on `level`: leaves the `ef` nearest nodes of
 * that level to the bound query in POOL, ascending by (distance, node). Ends as soon as `target` is
 * seen, if it is a node; when all that is left is far, if it is `brief`; and when the block has
 * counted `limit` distances.
 */
function searchUntil(
  scratch: i32,
  level: i32,
  ef: i32,
  target: i32,
  brief: boolean,
  limit: i32,
): void {
  const pool = scratch + POOL;
  poolReopen(pool, ef);
  const epoch = visitPool(scratch);
  let hops: i32 = 0;
  let sink: i32 = 0;
  let cursor: i32 = 0;
  const visited = visitedWord(scratch);
  while (cursor < poolSize(pool) && (target === NONE || u8At(visited, target) !== epoch)) {
    if (brief && isFar(pool, cursor)) break;
    if (i32At(scratch + DISTANCE_COUNT) >= limit) break;
    const row = rowOf(poolExpand(pool, cursor), level);
    sink ^= touchNextRow(pool, cursor, level);
    const count = gatherUnvisited(scratch, row, epoch);
    sink ^= touchGathered(scratch, count);
    measureGathered(scratch, count);
    const lowest = poolMerge(pool, scratch + DISTANCES, scratch + GATHERED, count);
    cursor = poolNext(pool, lowest < cursor ? lowest : cursor);
    hops++;
  }
  setI32(scratch + SINK, sink);
  setI32(scratch + HOP_COUNT, i32At(scratch + HOP_COUNT) + hops);
}

export function searchLevel(scratch: i32, level: i32, ef: i32): void {
  searchUntil(scratch, level, ef, NONE, false, NO_LIMIT);
}

/** searchLevel of level 0 that ends when the block has counted `limit` distances. */
export function searchWithin(scratch: i32, ef: i32, limit: i32): void {
  searchUntil(scratch, 0, ef, NONE, false, limit);
}

/** True when a search of `level` for the bound `target` comes across it. */
export function finds(scratch: i32, level: i32, ef: i32, target: i32): boolean {
  searchUntil(scratch, level, ef, target, false, NO_LIMIT);
  return u8At(visitedWord(scratch), target) === i32At(scratch + EPOCH);
}

/**
 * Searches from the entry point down to the level above `level` with a beam of `width`; POOL then
 * holds the seeds. The paper walks greedily (a width of 1), which ends in a wrong cluster now and
 * then: 2-4 % of the queries on clustered 100k x 128 (docs/decisions/0003). A `brief` one
 * leaves out what is far: half the distances, for the same seeds nearby. Its keys must begin at 0.
 */
function descendLevels(scratch: i32, level: i32, width: i32, brief: boolean): void {
  const pool = scratch + POOL;
  const entry = i32At(i32At(ENTRY_POINTS));
  const distance = distanceTo(scratch, entry);
  poolReset(pool, width);
  poolInsert(pool, distance, entry);
  for (let l = levelOf(entry); l > level; l--)
    searchUntil(scratch, l, width, NONE, brief, NO_LIMIT);
  // Everything is reachable from the entry point, but nothing need link back to it.
  poolReopen(pool, width + 1);
  poolInsertOnce(pool, distance, entry);
}

/**
 * Leaves the seeds of a search of `level` in POOL, some `width` of them. By hubs nothing is
 * searched that a `brief` descent could leave out.
 */
export function descend(scratch: i32, level: i32, width: i32, brief: boolean): void {
  if (i32At(ENTRY_KIND) === BY_HUBS) enterByHubs(scratch, width);
  else descendLevels(scratch, level, width, brief);
}
