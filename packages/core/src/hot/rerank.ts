// Finishes a search of the graph: candidates in the order of their codes, each measured on its
// vector only while it can still be among the results ("smart distance"). What codes say is wrong
// by a bounded amount: 7-bit codes by no more than the residuals of query and vector, bits by no
// more than a multiple of their standard error.

import { binaryError } from './binary.ts';
import { isStepped } from './distance.ts';
import { bindQuery, decodeCode, encodedQuery } from './encode.ts';
import { measureOne, measureQuad, measureSlot, offer } from './exact.ts';
import {
  BINARY_CODES,
  BUFFER_WORD,
  CODE_KIND,
  CODE_SCALE,
  COPIES,
  COPY_COUNT,
  DIMENSION,
  EXACT_COUNT,
  FINE_CODES,
  FLOAT16_VECTORS,
  FLOAT32_VECTORS,
  HIDDEN,
  METRIC,
  POOL,
  QUAD,
  QUERY_CODES,
  QUERY_TERMS,
  RESIDUAL,
  RESULTS,
  SAME_VECTOR,
  UNDERFLOW,
  VECTOR_KIND,
  VECTORS,
} from './fields.ts';
import { nodeOf } from './graph.ts';
import { f32At, i32At, l2Floats, setF32, setFromSortable, setI32, sortableAt } from './machine.ts';
import { poolKey, poolNode, poolSize } from './pool.ts';
import { descend, searchLevel } from './search.ts';

const MIN_DESCENT_WIDTH: i32 = 16;
/** In QUERY_TERMS: how far codes and vectors of query and candidate may be apart together. */
const REACH: i32 = 0;
/** Rounding of float32 sums: a part of the result for each component, and some more. */
const ROUNDING: f64 = 1.2e-7;
/** Half of what halving may add to the square of a unit vector's length. */
const HALVING: f64 = 0.0005;

function countExact(scratch: i32, count: i32): void {
  setI32(scratch + EXACT_COUNT, i32At(scratch + EXACT_COUNT) + count);
}

/** Offers the copies of `slot`, whose own key is `key`. Of the same vector, they share it. */
function offerCopies(scratch: i32, slot: i32, key: i32): void {
  const copies = i32At(COPIES);
  let next = i32At(copies + slot);
  let current = key;
  while (next !== 0) {
    const copy = (next & ~SAME_VECTOR) - 1;
    if ((next & SAME_VECTOR) === 0) {
      measureSlot(scratch, copy);
      current = sortableAt(scratch + QUAD);
      countExact(scratch, 1);
    }
    offer(scratch, current, nodeOf(copy));
    next = i32At(copies + copy);
  }
}

/** Offers the node of `slot`, whose distance lies at `word`, and its copies. */
function offerSlot(scratch: i32, slot: i32, word: i32): void {
  const key = sortableAt(word);
  offer(scratch, key, nodeOf(slot));
  if (i32At(COPY_COUNT) > 0) offerCopies(scratch, slot, key);
}

/** Notes how far 7-bit codes may mislead about the bound query. */
export function bindReach(scratch: i32): void {
  const dimension = i32At(DIMENSION);
  const decoded = scratch + i32At(BUFFER_WORD);
  decodeCode(i32At(scratch + QUERY_CODES), decoded);
  const size: f64 = dimension;
  const square: f64 = l2Floats(encodedQuery(scratch), decoded, dimension) + UNDERFLOW * size;
  // Fine codes are compared as what they stand for: only the query is rounded.
  const residual: f64 = i32At(CODE_KIND) === FINE_CODES ? 0 : f32At(RESIDUAL);
  setF32(scratch + QUERY_TERMS + REACH, 1.001 * (Math.sqrt(square) + residual));
}

/** No more than the distance of a candidate whose distance by 7-bit codes is `key`. */
function boundOfCodes(scratch: i32, key: i32): f64 {
  // Of fine codes a key is in half steps squared, halved, and rounded down.
  const distance: f64 = i32At(CODE_KIND) === FINE_CODES ? (key - 1) * 0.5 : key;
  const apart = f32At(CODE_SCALE) * Math.sqrt(distance > 0 ? distance : 0);
  const least: f64 = apart - f32At(scratch + QUERY_TERMS + REACH);
  if (least <= 0) return 0;
  const size: f64 = i32At(DIMENSION);
  const square: f64 = least * least * (1 - ROUNDING * (size + 64)) - UNDERFLOW * size;
  if (i32At(METRIC) === 0) return square;
  const halving: f64 = i32At(VECTOR_KIND) === FLOAT16_VECTORS ? HALVING : 0;
  return square / 2 - ROUNDING * (size + 64) - halving;
}

/** No more than the distance of pair `i` of POOL, as its codes tell; of bits: most likely. */
function boundOf(scratch: i32, i: i32): f64 {
  const key = poolKey(scratch + POOL, i);
  if (i32At(CODE_KIND) !== BINARY_CODES) return boundOfCodes(scratch, key);
  setFromSortable(scratch + QUAD, key);
  const estimate = f32At(scratch + QUAD);
  return estimate - binaryError(scratch, poolNode(scratch + POOL, i));
}

/** True when codes can tell that a candidate is too far: products and dots of steps cannot. */
function canBound(): boolean {
  return i32At(CODE_KIND) === BINARY_CODES || (isStepped() && i32At(METRIC) !== 2);
}

/** The distance of the farthest result once there are as many as wanted. */
function farthestResult(scratch: i32): f64 {
  const results = scratch + RESULTS;
  const size = poolSize(results);
  if (size < i32At(results + 1)) return Infinity;
  setFromSortable(scratch + QUAD, poolKey(results, size - 1));
  return f32At(scratch + QUAD);
}

/** True when the codes of pair `i` of POOL say that it is farther than all results. */
function isBeyond(scratch: i32, i: i32): boolean {
  return boundOf(scratch, i) > farthestResult(scratch);
}

/** True when pair `i` of POOL may be nearer than the farthest of the results. */
export function mayEnter(scratch: i32, i: i32): boolean {
  return !canBound() || !isBeyond(scratch, i);
}

/** Distances of four pairs of POOL from `first` on, on their floats, into QUAD. */
function measureFour(scratch: i32, first: i32): void {
  const pool = scratch + POOL;
  const vectors = i32At(VECTORS);
  const dimension = i32At(DIMENSION);
  const a = vectors + nodeOf(poolNode(pool, first)) * dimension;
  const b = vectors + nodeOf(poolNode(pool, first + 1)) * dimension;
  const c = vectors + nodeOf(poolNode(pool, first + 2)) * dimension;
  measureQuad(scratch, a, b, c, vectors + nodeOf(poolNode(pool, first + 3)) * dimension);
}

/**
 * Offers those of the `width` nearest of POOL that lie below `end` to RESULTS. 7-bit codes bound
 * all candidates by the same amount: the first that cannot enter ends it.
 */
export function rerank(scratch: i32, width: i32, end: i32): void {
  const pool = scratch + POOL;
  const size = poolSize(pool);
  const count = width < size ? width : size;
  const ordered = isStepped();
  const bounded = canBound();
  const fours = ordered && i32At(VECTOR_KIND) === FLOAT32_VECTORS ? count & ~3 : 0;
  let i: i32 = 0;
  for (; i < fours; i += 4) {
    if (bounded && isBeyond(scratch, i)) return;
    measureFour(scratch, i);
    countExact(scratch, 4);
    for (let j: i32 = 0; j < 4; j++) {
      const slot = poolNode(pool, i + j);
      if (slot < end) offerSlot(scratch, slot, scratch + QUAD + j);
    }
  }
  for (; i < count; i++) {
    const slot = poolNode(pool, i);
    if (bounded && isBeyond(scratch, i)) {
      if (ordered) return;
      continue;
    }
    measureSlot(scratch, slot);
    countExact(scratch, 1);
    if (slot < end) offerSlot(scratch, slot, scratch + QUAD);
  }
}

/** Offers the floats at BUFFER, read from elsewhere, as the vector of `node`. */
export function offerBuffer(scratch: i32, node: i32): void {
  measureOne(scratch, scratch + i32At(BUFFER_WORD));
  countExact(scratch, 1);
  offer(scratch, sortableAt(scratch + QUAD), node);
}

/** Beam width on the upper levels: a quarter of that on level 0, at least 16. */
export function descentWidth(ef: i32): i32 {
  const quarter = ef >> 2;
  return quarter > MIN_DESCENT_WIDTH ? quarter : MIN_DESCENT_WIDTH;
}

/**
 * Offers what the graph finds for the query at QUERY: a beam of `ef`, of which the `width` nearest
 * are finished. Nodes from `end` on may be in rows already while they are being linked; they are
 * the scan's.
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

/** Offers what the graph finds for the bound query. */
function searchBound(scratch: i32, ef: i32, width: i32, end: i32): void {
  const isBounded = isStepped() && i32At(METRIC) !== 2;
  if (isBounded) bindReach(scratch);
  descend(scratch, 0, descentWidth(ef), isBounded);
  searchLevel(scratch, 0, ef);
  rerank(scratch, width, end);
}
