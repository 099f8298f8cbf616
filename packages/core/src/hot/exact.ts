// Distances on the original floats: the rerank that finishes a graph search, and the exact scan.
// Both collect into RESULTS, a pool whose keys are floats in sortable form. A key is -dot for dot,
// 1 - cos clamped to [0, 2] for cosine (vectors and query have unit length), the square for l2.

import { bindQuery } from './encode.ts';
import {
  COPIES,
  COPY_COUNT,
  DIMENSION,
  DISTANCE_COUNT,
  HIDDEN,
  METRIC,
  POOL,
  QUAD,
  QUERY,
  RESULTS,
  SAME_VECTOR,
  VECTORS,
} from './fields.ts';
import { nodeOf } from './graph.ts';
import {
  dotFloats,
  dotFloatsQuad,
  f32At,
  i32At,
  l2Floats,
  l2FloatsQuad,
  setF32,
  setFromSortable,
  setI32,
  sortableAt,
} from './machine.ts';
import { poolInsert, poolKey, poolNode, poolRejects, poolReset, poolSize } from './pool.ts';
import { descend, searchLevel } from './search.ts';

const MIN_DESCENT_WIDTH: i32 = 16;

/** Turns the raw kernel result at `word` into the metric's distance. Zero is always +0. */
function finishDistance(word: i32): void {
  const metric = i32At(METRIC);
  if (metric === 0) return;
  const dot = f32At(word);
  if (metric === 2) {
    setF32(word, 0 - dot);
    return;
  }
  const distance = 1 - dot;
  setF32(word, distance < 0 ? 0 : distance > 2 ? 2 : distance);
}

/** Distances of the query to four vectors, into QUAD. */
function measureQuad(scratch: i32, a: i32, b: i32, c: i32, d: i32): void {
  const dimension = i32At(DIMENSION);
  const quad = scratch + QUAD;
  if (i32At(METRIC) === 0) {
    l2FloatsQuad(scratch + QUERY, a, b, c, d, dimension, quad);
    return;
  }
  dotFloatsQuad(scratch + QUERY, a, b, c, d, dimension, quad);
  for (let i: i32 = 0; i < 4; i++) finishDistance(quad + i);
}

/** Distance of the query to one vector, into QUAD. */
function measureOne(scratch: i32, vector: i32): void {
  const dimension = i32At(DIMENSION);
  const quad = scratch + QUAD;
  if (i32At(METRIC) === 0) {
    setF32(quad, l2Floats(scratch + QUERY, vector, dimension));
    return;
  }
  setF32(quad, dotFloats(scratch + QUERY, vector, dimension));
  finishDistance(quad);
}

function offer(scratch: i32, key: i32, node: i32): void {
  const results = scratch + RESULTS;
  if (poolRejects(results, key)) return;
  poolInsert(results, key, node);
}

/** Empties RESULTS and sets how many it keeps. */
export function resultsReset(scratch: i32, k: i32): void {
  poolReset(scratch + RESULTS, k);
}

/**
 * Offers the nodes [first, end) to RESULTS by their exact distances; `first` as results call it.
 */
export function scanExact(scratch: i32, first: i32, end: i32): void {
  const dimension = i32At(DIMENSION);
  let vector = i32At(VECTORS) + first * dimension;
  let node = first;
  for (; node + 4 <= end; node += 4) {
    const second = vector + dimension;
    const third = second + dimension;
    measureQuad(scratch, vector, second, third, third + dimension);
    for (let i: i32 = 0; i < 4; i++) offer(scratch, sortableAt(scratch + QUAD + i), node + i);
    vector = third + 2 * dimension;
  }
  for (; node < end; node++) {
    measureOne(scratch, vector);
    offer(scratch, sortableAt(scratch + QUAD), node);
    vector += dimension;
  }
}

/** Writes the exact distances of the nodes [first, end) as floats to `out`. */
export function measureRange(scratch: i32, first: i32, end: i32, out: i32): void {
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    measureOne(scratch, i32At(VECTORS) + node * dimension);
    setF32(out + node - first, f32At(scratch + QUAD));
  }
}

/** Offers the copies of `slot`, whose own key is `key`. Of the same vector, they share it. */
function offerCopies(scratch: i32, slot: i32, key: i32): void {
  const copies = i32At(COPIES);
  let next = i32At(copies + slot);
  let current = key;
  while (next !== 0) {
    const copy = (next & ~SAME_VECTOR) - 1;
    const node = nodeOf(copy);
    if ((next & SAME_VECTOR) === 0) {
      measureOne(scratch, i32At(VECTORS) + node * i32At(DIMENSION));
      current = sortableAt(scratch + QUAD);
      setI32(scratch + DISTANCE_COUNT, i32At(scratch + DISTANCE_COUNT) + 1);
    }
    offer(scratch, current, node);
    next = i32At(copies + copy);
  }
}

/** Offers the node of `slot`, whose distance lies at `word`, and its copies. */
function offerSlot(scratch: i32, slot: i32, word: i32): void {
  const key = sortableAt(word);
  offer(scratch, key, nodeOf(slot));
  if (i32At(COPY_COUNT) > 0) offerCopies(scratch, slot, key);
}

/** Offers the `width` nearest of POOL that lie below `end` to RESULTS by their exact distances. */
function rerank(scratch: i32, width: i32, end: i32): void {
  const pool = scratch + POOL;
  const vectors = i32At(VECTORS);
  const dimension = i32At(DIMENSION);
  const size = poolSize(pool);
  const count = width < size ? width : size;
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const a = vectors + nodeOf(poolNode(pool, i)) * dimension;
    const b = vectors + nodeOf(poolNode(pool, i + 1)) * dimension;
    const c = vectors + nodeOf(poolNode(pool, i + 2)) * dimension;
    measureQuad(scratch, a, b, c, vectors + nodeOf(poolNode(pool, i + 3)) * dimension);
    for (let j: i32 = 0; j < 4; j++) {
      const slot = poolNode(pool, i + j);
      if (slot < end) offerSlot(scratch, slot, scratch + QUAD + j);
    }
  }
  for (; i < count; i++) {
    const slot = poolNode(pool, i);
    measureOne(scratch, vectors + nodeOf(slot) * dimension);
    if (slot < end) offerSlot(scratch, slot, scratch + QUAD);
  }
}

/** Beam width on the upper levels: a quarter of that on level 0, at least 16. */
function descentWidth(ef: i32): i32 {
  const quarter = ef >> 2;
  return quarter > MIN_DESCENT_WIDTH ? quarter : MIN_DESCENT_WIDTH;
}

/** Offers what the graph finds for the bound query. */
function searchBound(scratch: i32, ef: i32, width: i32, end: i32): void {
  descend(scratch, 0, descentWidth(ef));
  searchLevel(scratch, 0, ef);
  rerank(scratch, width, end);
}

/**
 * Offers what the graph finds for the query at QUERY: a beam of `ef`, then `width` exact distances.
 * Nodes from `end` on may be in rows already while they are being linked; they are the scan's.
 */
export function searchGraph(scratch: i32, ef: i32, width: i32, end: i32): void {
  bindQuery(scratch);
  searchBound(scratch, ef, width, end);
}

/** searchGraph in the graph as it were without `slot`, which must not be the entry point. */
export function searchWithout(scratch: i32, ef: i32, width: i32, end: i32, slot: i32): void {
  bindQuery(scratch);
  setI32(scratch + HIDDEN, slot + 1);
  searchBound(scratch, ef, width, end);
}

/** Turns the sortable keys of RESULTS into float bits; how many results there are. */
export function finishResults(scratch: i32): i32 {
  const results = scratch + RESULTS;
  const size = poolSize(results);
  for (let i: i32 = 0; i < size; i++) setFromSortable(results + 2 + 2 * i, poolKey(results, i));
  return size;
}
