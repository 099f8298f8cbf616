// Scans of what a filter lets through. Few are found by their bits and measured on their vectors;
// many are compared by their codes, slot after slot, and the nearest finished as a search of the
// graph finishes its beam: four times less to read.

import { isAccepted, leadByCopy } from './accept.ts';
import { measureGathered, touchGathered } from './distance.ts';
import { measureNode, measureQuad, measureSlot, offer } from './exact.ts';
import {
  ACCEPT,
  COPY_COUNT,
  DIMENSION,
  DISTANCES,
  EXACT_COUNT,
  FLOAT32_VECTORS,
  GATHERED,
  MAX_DEGREE,
  NO_VECTORS,
  NODES,
  POOL,
  QUAD,
  SINK,
  VECTOR_KIND,
  VECTOR_WORDS,
  VECTORS,
} from './fields.ts';
import { isCopy, nodeOf } from './graph.ts';
import { i32At, lowestBit, setI32, sortableAt, touch } from './machine.ts';
import { poolMerge, poolReset } from './pool.ts';

/** Vectors that are loaded ahead of those being measured. */
const AHEAD: i32 = 4;

/** Appends the nodes of word `word` of the bits to GATHERED, those in [first, end); how many. */
function gatherWord(scratch: i32, word: i32, first: i32, end: i32, count: i32): i32 {
  const gathered = scratch + GATHERED;
  const start = word << 5;
  let bits = i32At(i32At(scratch + ACCEPT) + word);
  if (start < first) bits &= -1 << (first - start);
  if (end - start < 32) bits &= (1 << (end - start)) - 1;
  let filled = count;
  while (bits !== 0) {
    setI32(gathered + filled, start + lowestBit(bits));
    filled++;
    bits &= bits - 1;
  }
  return filled;
}

function touchNodes(scratch: i32, first: i32, end: i32): i32 {
  const words = i32At(VECTOR_WORDS);
  const vectors = i32At(VECTORS);
  let mix: i32 = 0;
  for (let i = first; i < end; i++) {
    mix ^= touch(vectors + i32At(scratch + GATHERED + i) * words, words);
  }
  return mix;
}

/** Offers the first four nodes of the list at `list` by their floats. */
function offerFour(scratch: i32, list: i32): void {
  const dimension = i32At(DIMENSION);
  const vectors = i32At(VECTORS);
  const a = vectors + i32At(list) * dimension;
  const b = vectors + i32At(list + 1) * dimension;
  const c = vectors + i32At(list + 2) * dimension;
  measureQuad(scratch, a, b, c, vectors + i32At(list + 3) * dimension);
  const key = scratch + DISTANCES;
  for (let i: i32 = 0; i < 4; i++) {
    setI32(key + i, sortableAt(scratch + QUAD + i));
    offer(scratch, i32At(key + i), i32At(list + i));
  }
}

/** Offers the gathered nodes by their vectors. */
function offerGathered(scratch: i32, count: i32): void {
  const list = scratch + GATHERED;
  const fours = i32At(VECTOR_KIND) === FLOAT32_VECTORS ? count & ~3 : 0;
  let sink = touchNodes(scratch, 0, count < AHEAD ? count : AHEAD);
  let i: i32 = 0;
  for (; i < fours; i += 4) {
    const next = i + AHEAD;
    sink ^= touchNodes(scratch, next, next + 4 < count ? next + 4 : count);
    offerFour(scratch, list + i);
  }
  for (; i < count; i++) {
    measureNode(scratch, i32At(list + i));
    offer(scratch, sortableAt(scratch + QUAD), i32At(list + i));
  }
  setI32(scratch + SINK, sink);
}

/** Offers what a filter lets through of all slots, by what their codes stand for. */
function scanSlots(scratch: i32, end: i32): void {
  for (let slot: i32 = 0; slot < end; slot++) {
    const node = nodeOf(slot);
    if (!isAccepted(scratch, node)) continue;
    measureSlot(scratch, slot);
    offer(scratch, sortableAt(scratch + QUAD), node);
  }
}

/**
 * Offers those of the nodes [first, end) that may be returned, by the best that is kept of them.
 * Where that is codes, which are kept by slot, all nodes of the segment at once.
 */
export function scanAccepted(scratch: i32, first: i32, end: i32): void {
  if (i32At(VECTOR_KIND) === NO_VECTORS) {
    scanSlots(scratch, end);
    return;
  }
  let count: i32 = 0;
  for (let word = first >> 5; word << 5 < end; word++) {
    count = gatherWord(scratch, word, first, end, count);
    if (count + 32 <= MAX_DEGREE) continue;
    offerGathered(scratch, count);
    setI32(scratch + EXACT_COUNT, i32At(scratch + EXACT_COUNT) + count);
    count = 0;
  }
  offerGathered(scratch, count);
  setI32(scratch + EXACT_COUNT, i32At(scratch + EXACT_COUNT) + count);
}

/** Measures the gathered slots by their codes and keeps the nearest in POOL. */
function keepNearest(scratch: i32, count: i32): i32 {
  const mix = touchGathered(scratch, count);
  measureGathered(scratch, count);
  poolMerge(scratch + POOL, scratch + DISTANCES, scratch + GATHERED, count);
  return mix;
}

/**
 * Leaves in POOL those slots of [0, end) that are nearest to the bound query by their codes, at
 * most `width`, among those that lead to results.
 */
export function scanCodes(scratch: i32, width: i32, end: i32): void {
  const gathered = scratch + GATHERED;
  const nodes = i32At(NODES);
  const bits = i32At(scratch + ACCEPT);
  const copied = i32At(COPY_COUNT) > 0;
  let sink: i32 = 0;
  let count: i32 = 0;
  poolReset(scratch + POOL, width);
  for (let slot: i32 = 0; slot < end; slot++) {
    const node = i32At(nodes + slot);
    let leads = (i32At(bits + (node >> 5)) >> (node & 31)) & 1;
    if (copied) leads = isCopy(slot) ? 0 : leads | leadByCopy(scratch, slot);
    setI32(gathered + count, slot);
    count += leads;
    if (count < MAX_DEGREE) continue;
    sink ^= keepNearest(scratch, count);
    count = 0;
  }
  sink ^= keepNearest(scratch, count);
  setI32(scratch + SINK, sink);
}
