// Reachability: every linked node must be found from the entry point on level 0. Pruning a row may
// cut the only path to a node; what was cut off is linked again here. The marks are a scratch
// block's visited bytes, the queue lies in EDGE_HEADS, which is all zero between two batches and
// again after.

import { bindNode } from './distance.ts';
import { COUNT, EDGE_HEADS, ENTRY_COUNT, ENTRY_POINTS, POOL } from './fields.ts';
import { appendNeighbor, hasNeighbor, isCopy, maxDegree, rowOf } from './graph.ts';
import { clear, i32At, setI32, setU8, u8At } from './machine.ts';
import { poolNode, poolSize } from './pool.ts';
import { descend, searchLevel } from './search.ts';
import { visitedAdd, visitedReset, visitedWord } from './visited.ts';

/** Beam width of the search for somebody who can take a stranded node in. */
const REPAIR_EF: i32 = 64;
/** A graph has them all after three or four. */
const MAX_SWEEPS: i32 = 8;

/** Marks everything reachable from `start` on level 0; how many nodes are newly marked. */
function spread(marks: i32, epoch: i32, start: i32): i32 {
  const queue = i32At(EDGE_HEADS);
  let head: i32 = 0;
  let tail: i32 = 0;
  if (visitedAdd(marks, epoch, start)) {
    setI32(queue, start);
    tail = 1;
  }
  while (head < tail) {
    const row = rowOf(i32At(queue + head), 0);
    const end = row + 1 + i32At(row);
    head++;
    for (let word = row + 1; word < end; word++) {
      const neighbor = i32At(word);
      if (!visitedAdd(marks, epoch, neighbor)) continue;
      setI32(queue + tail, neighbor);
      tail++;
    }
  }
  clear(queue, tail);
  return tail;
}

/** Expands every marked node of [0, end) that was not expanded; how many. In the order they lie. */
function sweep(marks: i32, epoch: i32, done: i32, doneEpoch: i32): i32 {
  const end = i32At(COUNT);
  let expanded: i32 = 0;
  for (let node: i32 = 0; node < end; node++) {
    if (u8At(marks, node) !== epoch || !visitedAdd(done, doneEpoch, node)) continue;
    const row = rowOf(node, 0);
    const last = row + i32At(row);
    for (let word = row + 1; word <= last; word++) setU8(marks, i32At(word), epoch);
    expanded++;
  }
  return expanded;
}

/** Marks all that the marked nodes lead to which were not expanded; how many are marked then. */
function spreadRest(marks: i32, epoch: i32, done: i32, doneEpoch: i32): i32 {
  const end = i32At(COUNT);
  for (let node: i32 = 0; node < end; node++) {
    if (u8At(marks, node) !== epoch || u8At(done, node) === doneEpoch) continue;
    const row = rowOf(node, 0);
    const last = row + i32At(row);
    for (let word = row + 1; word <= last; word++) spread(marks, epoch, i32At(word));
  }
  let reached: i32 = 0;
  for (let node: i32 = 0; node < end; node++) {
    if (u8At(marks, node) === epoch) reached++;
  }
  return reached;
}

/**
 * Marks all that level 0 reaches from the entry point in `marker`'s visited bytes; how many. What
 * was expanded is marked in `scratch`, another block. Reading rows where they lie and writing marks
 * without a question takes a fifth of a walk from node to node, which waits for memory; a few
 * sweeps reach nearly all, and the walk takes the rest, so that no graph takes many.
 */
export function markReachable(scratch: i32, marker: i32): i32 {
  const epoch = visitedReset(marker);
  const doneEpoch = visitedReset(scratch);
  if (i32At(ENTRY_COUNT) === 0) return 0;
  const marks = visitedWord(marker);
  const done = visitedWord(scratch);
  setU8(marks, i32At(i32At(ENTRY_POINTS)), epoch);
  let reached: i32 = 0;
  for (let i: i32 = 0; i < MAX_SWEEPS; i++) {
    const expanded = sweep(marks, epoch, done, doneEpoch);
    if (expanded === 0) return reached;
    reached += expanded;
  }
  return spreadRest(marks, epoch, done, doneEpoch);
}

/** Puts `node` between `host`, whose row is full, and the last of its neighbors. */
function splice(node: i32, host: i32): void {
  const hostRow = rowOf(host, 0);
  const last = hostRow + i32At(hostRow);
  const displaced = i32At(last);
  const row = rowOf(node, 0);
  setI32(last, node);
  if (hasNeighbor(row, displaced)) return;
  if (i32At(row) < maxDegree(0)) appendNeighbor(row, displaced);
  else setI32(row + i32At(row), displaced);
}

/** Links one stranded node from the nearest marked node with room, or splices it in. */
function adopt(scratch: i32, marks: i32, epoch: i32, node: i32): void {
  bindNode(scratch, node);
  descend(scratch, 0, REPAIR_EF >> 2, false);
  searchLevel(scratch, 0, REPAIR_EF);
  const pool = scratch + POOL;
  const size = poolSize(pool);
  const cap = maxDegree(0);
  let host = i32At(i32At(ENTRY_POINTS));
  for (let i: i32 = size - 1; i >= 0; i--) {
    if (u8At(marks, poolNode(pool, i)) === epoch) host = poolNode(pool, i);
  }
  for (let i: i32 = 0; i < size; i++) {
    const candidate = poolNode(pool, i);
    if (u8At(marks, candidate) !== epoch) continue;
    const row = rowOf(candidate, 0);
    if (i32At(row) === cap) continue;
    appendNeighbor(row, node);
    return;
  }
  splice(node, host);
}

/**
 * Links every one of the nodes [0, end) that markReachable left unmarked in `marker`; how many.
 * `scratch` is another block than `marker`.
 */
export function repair(scratch: i32, marker: i32, end: i32): i32 {
  const marks = visitedWord(marker);
  const epoch = i32At(marker);
  let repaired: i32 = 0;
  for (let node: i32 = 0; node < end; node++) {
    if (u8At(marks, node) === epoch || isCopy(node)) continue;
    adopt(scratch, marks, epoch, node);
    spread(marks, epoch, node);
    repaired++;
  }
  return repaired;
}
