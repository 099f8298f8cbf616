// Insertion (Algorithm 1) in mini-batches against a frozen graph, as ParlayANN does it: every node
// of a batch searches the graph without the batch and writes its own rows (linkNodes); the edges
// are turned round and listed by target (groupEdges); every target takes its edges (applyEdges).
// Within a step each row has one writer, so the result does not depend on how many threads share
// the work.

import { bindNode, measureGathered } from './distance.ts';
import {
  ALPHA,
  CAPACITY,
  DISTANCES,
  EDGE_HEADS,
  EDGE_TARGETS,
  EDGES,
  EF_CONSTRUCTION,
  ENTRY_COUNT,
  ENTRY_POINTS,
  FORWARD,
  GATHERED,
  M,
  MAX_LEVEL,
  ORPHAN,
  PARENTED,
  PARENTS,
  POOL,
  SELECTED,
  UPPER_HEADS,
} from './fields.ts';
import { appendNeighbor, hasNeighbor, levelOf, maxDegree, rowOf } from './graph.ts';
import { i32At, setI32 } from './machine.ts';
import { poolInsertOnce, poolReset } from './pool.ts';
import { descend, searchLevel } from './search.ts';
import { selectNeighbors, writeSelected } from './select.ts';

/** Beam width on the levels above a new node. */
const DESCENT_WIDTH: i32 = 8;
/** Candidates a prune looks at: a full row and the nearest of what wants to enter it. */
const PRUNE_POOL: i32 = 512;

/** Searches the frozen graph for one new node and writes its rows. */
function linkNode(scratch: i32, node: i32): void {
  if (i32At(ENTRY_COUNT) === 0) return;
  if (i32At(PARENTED) > 0) setI32(i32At(PARENTS) + node, ORPHAN);
  bindNode(scratch, node);
  const top = i32At(MAX_LEVEL);
  const level = levelOf(node);
  const first = level < top ? level : top;
  descend(scratch, first, DESCENT_WIDTH, false);
  for (let l = first; l >= 0; l--) {
    searchLevel(scratch, l, i32At(EF_CONSTRUCTION));
    const count = selectNeighbors(scratch, l === 0 ? i32At(FORWARD) : i32At(M), i32At(ALPHA));
    writeSelected(scratch, rowOf(node, l), count);
  }
}

/** Links `count` nodes: `node`, then every `stride`-th modulo `modulus`. */
export function linkNodes(scratch: i32, node: i32, count: i32, stride: i32, modulus: i32): void {
  let next = node;
  for (let i: i32 = 0; i < count; i++) {
    linkNode(scratch, next);
    next += stride;
    if (next >= modulus) next -= modulus;
  }
}

/** The index of a row's list of reverse edges. */
function edgeHead(node: i32, level: i32): i32 {
  const heads = i32At(EDGE_HEADS);
  if (level === 0) return heads + node;
  return heads + i32At(CAPACITY) + i32At(i32At(UPPER_HEADS) + node) + level - 1;
}

/** Lists the reverse edges of one new node; a list holds 1 + the edge's index, 0 ends it. */
function groupNode(node: i32, edgeCount: i32, targetCount: i32, level: i32): i32 {
  const row = rowOf(node, level);
  const degree = i32At(row);
  const targets = i32At(EDGE_TARGETS);
  let added: i32 = 0;
  for (let i: i32 = 0; i < degree; i++) {
    const target = i32At(row + 1 + i);
    const head = edgeHead(target, level);
    const edge = i32At(EDGES) + 2 * (edgeCount + i);
    if (i32At(head) === 0) {
      const entry = targets + 2 * (targetCount + added);
      setI32(entry, target);
      setI32(entry + 1, level);
      added++;
    }
    setI32(edge, node);
    setI32(edge + 1, i32At(head));
    setI32(head, edgeCount + i + 1);
  }
  return added;
}

/** Lists the batch's edges by target, one thread; how many rows get edges. */
export function groupEdges(node: i32, count: i32, stride: i32, modulus: i32): i32 {
  let next = node;
  let edges: i32 = 0;
  let targets: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    for (let level = levelOf(next); level >= 0; level--) {
      const degree = i32At(rowOf(next, level));
      targets += groupNode(next, edges, targets, level);
      edges += degree;
    }
    next += stride;
    if (next >= modulus) next -= modulus;
  }
  return targets;
}

/** Puts the gathered nodes, once each, into POOL by their distance to the bound query. */
function collect(scratch: i32, count: i32): void {
  measureGathered(scratch, count);
  for (let i: i32 = 0; i < count; i++) {
    poolInsertOnce(scratch + POOL, i32At(scratch + DISTANCES + i), i32At(scratch + GATHERED + i));
  }
}

function isSelected(scratch: i32, count: i32, node: i32): boolean {
  for (let i: i32 = 0; i < count; i++) {
    if (i32At(scratch + SELECTED + i) === node) return true;
  }
  return false;
}

/**
 * Lists the children of `node` that are not selected to stay in its row. Their parent is this one,
 * so that nobody else writes theirs; the list begins where that of the edges did.
 */
function listOrphans(scratch: i32, node: i32, kept: i32): void {
  const row = rowOf(node, 0);
  const end = row + i32At(row);
  const parents = i32At(PARENTS);
  let first: i32 = 0;
  for (let word = row + 1; word <= end; word++) {
    const child = i32At(word);
    if (i32At(parents + child) !== node || isSelected(scratch, kept, child)) continue;
    setI32(parents + child, ORPHAN - first);
    first = child + 1;
  }
  setI32(edgeHead(node, 0), first);
}

/** Selects a row anew from its neighbors and the listed edges, leaving room for the next ones. */
function pruneRow(scratch: i32, node: i32, level: i32, first: i32): void {
  const row = rowOf(node, level);
  const degree = i32At(row);
  bindNode(scratch, node);
  poolReset(scratch + POOL, PRUNE_POOL);
  for (let i: i32 = 0; i < degree; i++) setI32(scratch + GATHERED + i, i32At(row + 1 + i));
  collect(scratch, degree);
  let edge = first;
  let gathered: i32 = 0;
  while (edge !== 0) {
    const word = i32At(EDGES) + 2 * (edge - 1);
    setI32(scratch + GATHERED + gathered, i32At(word));
    gathered++;
    edge = i32At(word + 1);
    if (gathered < 32 && edge !== 0) continue;
    collect(scratch, gathered);
    gathered = 0;
  }
  // 80 %: pruning to the brim would prune again at the next edge (FAISS calls it prune_headroom).
  const cap = maxDegree(level);
  const kept = selectNeighbors(scratch, cap - ((cap * 205) >> 10), i32At(ALPHA));
  if (level === 0 && i32At(PARENTED) > 0) listOrphans(scratch, node, kept);
  writeSelected(scratch, row, kept);
}

/** Appends a row's listed edges while there is room; prunes once when there is not. */
function applyTo(scratch: i32, node: i32, level: i32): void {
  const head = edgeHead(node, level);
  const row = rowOf(node, level);
  const cap = maxDegree(level);
  let edge = i32At(head);
  setI32(head, 0);
  while (edge !== 0) {
    const word = i32At(EDGES) + 2 * (edge - 1);
    const source = i32At(word);
    if (!hasNeighbor(row, source)) {
      if (i32At(row) === cap) {
        pruneRow(scratch, node, level, edge);
        return;
      }
      appendNeighbor(row, source);
    }
    edge = i32At(word + 1);
  }
}

/** Applies the listed edges of the targets [first, end). Each target is one worker's. */
export function applyEdges(scratch: i32, first: i32, end: i32): void {
  const targets = i32At(EDGE_TARGETS);
  for (let i = first; i < end; i++) {
    applyTo(scratch, i32At(targets + 2 * i), i32At(targets + 2 * i + 1));
  }
}

/** Makes a node the entry point when its level is higher, or equal with a smaller node. */
function considerEntry(node: i32): void {
  const level = levelOf(node);
  const entries = i32At(ENTRY_POINTS);
  const top = i32At(MAX_LEVEL);
  if (i32At(ENTRY_COUNT) > 0) {
    if (level < top) return;
    if (level === top && node > i32At(entries)) return;
  }
  setI32(entries, node);
  setI32(ENTRY_COUNT, 1);
  setI32(MAX_LEVEL, level);
}

/** Lets the linked batch offer its nodes as entry point. */
export function updateEntry(node: i32, count: i32, stride: i32, modulus: i32): void {
  let next = node;
  for (let i: i32 = 0; i < count; i++) {
    considerEntry(next);
    next += stride;
    if (next >= modulus) next -= modulus;
  }
}
