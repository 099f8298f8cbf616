// Parents: a tree over level 0 of a graph that grows, by which a batch of insertions keeps every
// slot reachable without walking the whole graph. The row of a slot's parent names the slot, and
// parents lead to the entry point. Only where a prune drops a child is anything to be mended: the
// child is an orphan, a tree of its own. It gets a parent outside that tree, so that there is one
// tree fewer with each orphan, and no tree edge is given up for it: one pass mends all.

import { bindNode } from './distance.ts';
import {
  EDGE_HEADS,
  EDGE_TARGETS,
  ENTRY_POINTS,
  NONE,
  ORPHAN,
  PARENTS,
  POOL,
  SELECTED,
} from './fields.ts';
import { hasDetour } from './find.ts';
import { appendNeighbor, hasNeighbor, isCopy, maxDegree, rowOf } from './graph.ts';
import { clear, i32At, setI32 } from './machine.ts';
import { poolNode, poolSize } from './pool.ts';
import { descend, searchLevel } from './search.ts';

/** Beam width of the search for a host when all neighbors of an orphan descend from it. */
const HOST_EF: i32 = 64;
/** A graph has all its slots after six or eight. */
const MAX_SWEEPS: i32 = 16;

function parentOf(slot: i32): i32 {
  return i32At(i32At(PARENTS) + slot);
}

function setParent(slot: i32, parent: i32): void {
  setI32(i32At(PARENTS) + slot, parent);
}

/** True when following parents from `slot` passes `ancestor`. */
function descendsFrom(slot: i32, ancestor: i32): boolean {
  let at = slot;
  while (at >= 0 && at !== ancestor) at = parentOf(at);
  return at === ancestor;
}

function hasChildren(slot: i32): boolean {
  const row = rowOf(slot, 0);
  const last = row + i32At(row);
  for (let word = row + 1; word <= last; word++) {
    if (parentOf(i32At(word)) === slot) return true;
  }
  return false;
}

/** True when `host` may become the parent of `slot`; most are `childless`, and that is quick. */
function mayHost(host: i32, slot: i32, childless: boolean): boolean {
  return childless ? host !== slot : !descendsFrom(host, slot);
}

/** The smallest neighbor of `slot` above `last`, or NONE. */
function nextNeighbor(slot: i32, last: i32): i32 {
  const row = rowOf(slot, 0);
  const end = row + i32At(row);
  let next: i32 = NONE;
  for (let word = row + 1; word <= end; word++) {
    const neighbor = i32At(word);
    if (neighbor > last && (next === NONE || neighbor < next)) next = neighbor;
  }
  return next;
}

/**
 * Gives `slot` a parent that names it already. The smallest slot is asked first: the longer one is
 * in the graph, the shorter its way to the entry point, also where each vector lies near the last.
 */
function joinNeighbor(slot: i32, childless: boolean): boolean {
  let neighbor = nextNeighbor(slot, NONE);
  while (neighbor !== NONE) {
    if (hasNeighbor(rowOf(neighbor, 0), slot) && mayHost(neighbor, slot, childless)) {
      setParent(slot, neighbor);
      return true;
    }
    neighbor = nextNeighbor(slot, neighbor);
  }
  return false;
}

/**
 * Where in the row of `host` a neighbor may be given up: it is no child, and if possible another
 * neighbor leads to it; looked for from the end. 0 when all are children.
 */
function sparePlace(host: i32): i32 {
  const row = rowOf(host, 0);
  let spare: i32 = 0;
  for (let i = i32At(row); i > 0; i--) {
    const neighbor = i32At(row + i);
    if (parentOf(neighbor) === host) continue;
    if (hasDetour(row, 0, neighbor)) return i;
    if (spare === 0) spare = i;
  }
  return spare;
}

/** Makes `host` the parent of `slot` if its row names it or has room. */
function adoptBy(host: i32, slot: i32): boolean {
  const row = rowOf(host, 0);
  if (!hasNeighbor(row, slot)) {
    if (i32At(row) === maxDegree(0)) return false;
    appendNeighbor(row, slot);
  }
  setParent(slot, host);
  return true;
}

/**
 * Links `slot` from `host`, which is full, in a place that can be spared, or from who descends from
 * it: a row that is full of children has one to go on with, and one without any has such a place.
 */
function adoptByForce(host: i32, slot: i32): void {
  let adopter = host;
  let place = sparePlace(adopter);
  while (place === 0) {
    adopter = i32At(rowOf(adopter, 0) + 1);
    if (adoptBy(adopter, slot)) return;
    place = sparePlace(adopter);
  }
  setI32(rowOf(adopter, 0) + place, slot);
  setParent(slot, adopter);
}

/**
 * Links `slot` from the first of `count` hosts in SELECTED with room, else from the first by force;
 * false when all of them descend from it.
 */
function adoptFromSelected(scratch: i32, count: i32, slot: i32, childless: boolean): boolean {
  let nearest: i32 = NONE;
  for (let i: i32 = 0; i < count; i++) {
    const host = i32At(scratch + SELECTED + i);
    if (!mayHost(host, slot, childless)) continue;
    if (adoptBy(host, slot)) return true;
    if (nearest === NONE) nearest = host;
  }
  if (nearest === NONE) return false;
  adoptByForce(nearest, slot);
  return true;
}

/** Offers the neighbors of `slot` as hosts in SELECTED; how many. */
function offerNeighbors(scratch: i32, slot: i32): i32 {
  const row = rowOf(slot, 0);
  const degree = i32At(row);
  for (let i: i32 = 0; i < degree; i++) setI32(scratch + SELECTED + i, i32At(row + 1 + i));
  return degree;
}

/** Offers what a search for `slot` finds as hosts in SELECTED; how many. */
function offerFound(scratch: i32, slot: i32): i32 {
  bindNode(scratch, slot);
  descend(scratch, 0, HOST_EF >> 2, false);
  searchLevel(scratch, 0, HOST_EF);
  const size = poolSize(scratch + POOL);
  for (let i: i32 = 0; i < size; i++) {
    setI32(scratch + SELECTED + i, poolNode(scratch + POOL, i));
  }
  return size;
}

/** Gives an orphan a parent that does not descend from it. The entry point never does. */
function attach(scratch: i32, slot: i32): void {
  const childless = !hasChildren(slot);
  if (joinNeighbor(slot, childless)) return;
  if (adoptFromSelected(scratch, offerNeighbors(scratch, slot), slot, childless)) return;
  if (adoptFromSelected(scratch, offerFound(scratch, slot), slot, childless)) return;
  const entry = i32At(i32At(ENTRY_POINTS));
  if (!adoptBy(entry, slot)) adoptByForce(entry, slot);
}

/** Makes `slot` the parent of its neighbors nobody reached before; `mark` says that they are. */
function reachFrom(slot: i32, mark: i32): i32 {
  const marks = i32At(EDGE_HEADS);
  const row = rowOf(slot, 0);
  const end = row + i32At(row);
  let reached: i32 = 0;
  for (let word = row + 1; word <= end; word++) {
    const neighbor = i32At(word);
    if (i32At(marks + neighbor) !== 0) continue;
    setI32(marks + neighbor, mark);
    setParent(neighbor, slot);
    reached++;
  }
  return reached;
}

/**
 * Walks on from the slots marked `mark`, from one to the next that was reached. The queue is a list
 * through the marks: 1 + the slot that comes next, for the last one itself.
 */
function reachRest(end: i32, mark: i32): void {
  const queue = i32At(EDGE_HEADS);
  let slot: i32 = NONE;
  let last: i32 = NONE;
  for (let i: i32 = 0; i < end; i++) {
    if (i32At(queue + i) !== mark) continue;
    if (last === NONE) slot = i;
    else setI32(queue + last, i + 1);
    setI32(queue + i, i + 1);
    last = i;
  }
  while (slot !== NONE) {
    const row = rowOf(slot, 0);
    const lastWord = row + i32At(row);
    for (let word = row + 1; word <= lastWord; word++) {
      const neighbor = i32At(word);
      if (i32At(queue + neighbor) !== 0) continue;
      setParent(neighbor, slot);
      setI32(queue + last, neighbor + 1);
      setI32(queue + neighbor, neighbor + 1);
      last = neighbor;
    }
    slot = slot === last ? NONE : i32At(queue + slot) - 1;
  }
}

/**
 * Walks level 0 in breadth from the entry point: who reaches a slot first is its parent. Each sweep
 * takes the slots as far away as the next in the order they lie, a fifth of the time of a queue;
 * where that takes many, a queue takes the rest. EDGE_HEADS holds the marks.
 */
function spreadParents(end: i32): void {
  const marks = i32At(EDGE_HEADS);
  const root = i32At(i32At(ENTRY_POINTS));
  setParent(root, NONE);
  setI32(marks + root, 1);
  for (let mark: i32 = 1; mark <= MAX_SWEEPS; mark++) {
    let reached: i32 = 0;
    for (let slot: i32 = 0; slot < end; slot++) {
      if (i32At(marks + slot) === mark) reached += reachFrom(slot, mark + 1);
    }
    if (reached === 0) return;
  }
  reachRest(end, MAX_SWEEPS + 1);
}

/**
 * Gives the slots [0, end) of a graph their parents; one that the entry point does not reach is
 * linked. How many those were: none, in a graph that is sound.
 */
export function growTree(scratch: i32, end: i32): i32 {
  spreadParents(end);
  const marks = i32At(EDGE_HEADS);
  let orphans: i32 = 0;
  for (let slot: i32 = 0; slot < end; slot++) {
    if (i32At(marks + slot) !== 0 || isCopy(slot)) continue;
    setParent(slot, ORPHAN);
    orphans++;
  }
  clear(marks, end);
  if (orphans === 0) return 0;
  for (let slot: i32 = 0; slot < end; slot++) {
    if (!isCopy(slot) && parentOf(slot) === ORPHAN) attach(scratch, slot);
  }
  return orphans;
}

/** Gives the orphans of the batch's targets, which prunes listed, new parents. */
function attachOrphans(scratch: i32, targets: i32): void {
  const list = i32At(EDGE_TARGETS);
  for (let i: i32 = 0; i < targets; i++) {
    if (i32At(list + 2 * i + 1) !== 0) continue;
    const head = i32At(EDGE_HEADS) + i32At(list + 2 * i);
    let orphan = i32At(head) - 1;
    setI32(head, 0);
    while (orphan >= 0) {
      const next = ORPHAN - parentOf(orphan) - 1;
      attach(scratch, orphan);
      orphan = next;
    }
  }
}

/**
 * Makes one tree again of what a batch left: its nodes have no parents yet, its `targets` lost
 * children, and its entry point may be another than `root`. New nodes come first, while nobody
 * descends from them.
 */
export function mendTree(
  scratch: i32,
  node: i32,
  count: i32,
  stride: i32,
  modulus: i32,
  targets: i32,
  root: i32,
): void {
  const entry = i32At(i32At(ENTRY_POINTS));
  setParent(entry, NONE); // the old root has none either
  let next = node;
  for (let i: i32 = 0; i < count; i++) {
    if (next !== entry) attach(scratch, next);
    next += stride;
    if (next >= modulus) next -= modulus;
  }
  if (root !== entry) attach(scratch, root);
  attachOrphans(scratch, targets);
}
