// The sparse half of the partition builder: what the leaves propose becomes rows. A node's forward
// neighbors are selected from the union of its leaves' proposals; then every node takes its forward
// and reverse edges, selecting anew when they exceed its row. Distances are exact on 7-bit codes.
// LIST holds slots, repetitions allowed, and NONE among candidates. A row has one writer: the
// worker that does its node.

import { bindNode, measureGathered } from './distance.ts';
import { DISTANCES, GATHERED, LIST, MAX_DEGREE, NONE, POOL, UNION_ALPHA } from './fields.ts';
import { maxDegree, rowOf } from './graph.ts';
import { i32At, setI32 } from './machine.ts';
import {
  poolInsert,
  poolInsertOnce,
  poolRejects,
  poolRemove,
  poolReset,
  poolWiden,
} from './pool.ts';
import { searchLevel } from './search.ts';
import { selectNeighbors, writeSelected } from './select.ts';
import { visitedAdd, visitedReset, visitedWord } from './visited.ts';

/** Candidates for a row: the nearest of its forward and reverse edges. */
const CANDIDATE_LIMIT: i32 = 512;
/** Candidates for the forward neighbors: so many times as may be selected, the nearest. */
const CANDIDATES_PER_NEIGHBOR: i32 = 4;
/** Share of a row, in 1/1024, that a selection leaves free: a tenth. */
const HEADROOM: i32 = 102;

/** Puts the gathered slots into POOL by their distance to the bound slot. */
function offerGathered(scratch: i32, count: i32): void {
  const pool = scratch + POOL;
  measureGathered(scratch, count);
  for (let i: i32 = 0; i < count; i++) {
    const key = i32At(scratch + DISTANCES + i);
    if (poolRejects(pool, key)) continue;
    poolInsert(pool, key, i32At(scratch + GATHERED + i));
  }
}

/** Puts the nearest `limit` of the slots [list, end), other than `slot`, into POOL, each once. */
function offerList(scratch: i32, slot: i32, list: i32, end: i32, limit: i32): void {
  const visited = visitedWord(scratch);
  const epoch = visitedReset(scratch);
  visitedAdd(visited, epoch, slot);
  bindNode(scratch, slot);
  poolReset(scratch + POOL, limit);
  let gathered: i32 = 0;
  for (let word = list; word < end; word++) {
    const other = i32At(word);
    if (other === NONE || !visitedAdd(visited, epoch, other)) continue;
    setI32(scratch + GATHERED + gathered, other);
    gathered++;
    if (gathered < MAX_DEGREE) continue;
    offerGathered(scratch, gathered);
    gathered = 0;
  }
  offerGathered(scratch, gathered);
}

/**
 * Selects at most `limit` neighbors for each of `count` slots. LIST holds for each the slot, how
 * many candidates it has, and those; `out` gets rows of 1 + limit words: degree, neighbors.
 */
export function selectForward(scratch: i32, bench: i32, count: i32, limit: i32, out: i32): void {
  let list = bench + LIST;
  for (let i: i32 = 0; i < count; i++) {
    const end = list + 2 + i32At(list + 1);
    offerList(scratch, i32At(list), list + 2, end, CANDIDATES_PER_NEIGHBOR * limit);
    list = end;
    writeSelected(
      scratch,
      out + i * (1 + limit),
      selectNeighbors(scratch, limit, i32At(UNION_ALPHA)),
    );
  }
}

/** Copies the slots of LIST, each once, to the row if it has room for all; false if not. */
function writeAll(scratch: i32, bench: i32, slot: i32, count: i32, level: i32): boolean {
  const visited = visitedWord(scratch);
  const epoch = visitedReset(scratch);
  const row = rowOf(slot, level);
  const cap = maxDegree(level);
  let degree: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const other = i32At(bench + LIST + i);
    if (!visitedAdd(visited, epoch, other)) continue;
    if (degree === cap) return false;
    degree++;
    setI32(row + degree, other);
  }
  setI32(row, degree);
  return true;
}

/**
 * Writes the row of `slot` on `level` from the `count` slots of LIST: all of them, or a selection
 * that leaves a tenth of the row free for what comes later.
 */
export function writeRow(scratch: i32, bench: i32, slot: i32, count: i32, level: i32): void {
  if (writeAll(scratch, bench, slot, count, level)) return;
  const cap = maxDegree(level);
  offerList(scratch, slot, bench + LIST, bench + LIST + count, CANDIDATE_LIMIT);
  const kept = selectNeighbors(scratch, cap - ((cap * HEADROOM) >> 10), i32At(UNION_ALPHA));
  writeSelected(scratch, rowOf(slot, level), kept);
}

/**
 * Selects at most `limit` neighbors for `slot` on level 0 anew: from its row, and from what a beam
 * of `ef` finds that starts there. `out` gets degree and neighbors.
 */
export function refineForward(scratch: i32, slot: i32, ef: i32, limit: i32, out: i32): void {
  const pool = scratch + POOL;
  const row = rowOf(slot, 0);
  const degree = i32At(row);
  bindNode(scratch, slot);
  poolReset(pool, ef);
  for (let i: i32 = 0; i < degree; i++) setI32(scratch + GATHERED + i, i32At(row + 1 + i));
  offerGathered(scratch, degree);
  searchLevel(scratch, 0, ef);
  poolRemove(pool, slot);
  poolWiden(pool, ef + MAX_DEGREE);
  for (let i: i32 = 0; i < degree; i++) setI32(scratch + GATHERED + i, i32At(row + 1 + i));
  measureGathered(scratch, degree);
  for (let i: i32 = 0; i < degree; i++) {
    poolInsertOnce(pool, i32At(scratch + DISTANCES + i), i32At(scratch + GATHERED + i));
  }
  writeSelected(scratch, out, selectNeighbors(scratch, limit, i32At(UNION_ALPHA)));
}
