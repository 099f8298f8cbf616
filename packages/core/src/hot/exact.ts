// Distances on what is kept of the vectors themselves: floats, halves, or where there are neither,
// what the codes stand for. They are collected in RESULTS, a pool whose keys are floats in sortable
// form: -dot for dot, 1 - cos clamped to [0, 2] for cosine (vectors and query have unit length),
// the square for l2.

import { isAccepted, numberOf } from './accept.ts';
import { decodeHalves } from './code-kernels.ts';
import { estimate } from './distance.ts';
import { decodeSteps, encodedQuery } from './encode.ts';
import {
  BUFFER_WORD,
  CODE_KIND,
  DIMENSION,
  FINE_CODES,
  FLOAT32_VECTORS,
  INT8_CODES,
  METRIC,
  NO_VECTORS,
  QUAD,
  QUERY,
  RESULTS,
  VECTOR_KIND,
  VECTOR_WORDS,
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
  sortableAt,
} from './machine.ts';
import { poolInsert, poolKey, poolRejects, poolReset, poolSize } from './pool.ts';

function clampCosine(word: i32, distance: f64): void {
  setF32(word, distance < 0 ? 0 : distance > 2 ? 2 : distance);
}

/** Turns the raw kernel result at `word` into the metric's distance. Zero is always +0. */
function finishDistance(word: i32): void {
  const metric = i32At(METRIC);
  if (metric === 0) return;
  const dot = f32At(word);
  if (metric === 2) setF32(word, 0 - dot);
  else clampCosine(word, 1 - dot);
}

/** Distances of the query to four float vectors, into QUAD. */
export function measureQuad(scratch: i32, a: i32, b: i32, c: i32, d: i32): void {
  const dimension = i32At(DIMENSION);
  const quad = scratch + QUAD;
  if (i32At(METRIC) === 0) {
    l2FloatsQuad(scratch + QUERY, a, b, c, d, dimension, quad);
    return;
  }
  dotFloatsQuad(scratch + QUERY, a, b, c, d, dimension, quad);
  for (let i: i32 = 0; i < 4; i++) finishDistance(quad + i);
}

/** Distance of the floats at `query` to those at `vector`, into QUAD. */
function measureFloats(scratch: i32, query: i32, vector: i32): void {
  const dimension = i32At(DIMENSION);
  const quad = scratch + QUAD;
  if (i32At(METRIC) === 0) {
    setF32(quad, l2Floats(query, vector, dimension));
    return;
  }
  setF32(quad, dotFloats(query, vector, dimension));
  finishDistance(quad);
}

/** Distance of the query to the floats at `vector`, into QUAD. */
export function measureOne(scratch: i32, vector: i32): void {
  measureFloats(scratch, scratch + QUERY, vector);
}

/** Distance of the query to the vector of `node`, float32 or float16, into QUAD. */
export function measureNode(scratch: i32, node: i32): void {
  const vector = i32At(VECTORS) + node * i32At(VECTOR_WORDS);
  if (i32At(VECTOR_KIND) === FLOAT32_VECTORS) {
    measureOne(scratch, vector);
    return;
  }
  const buffer = scratch + i32At(BUFFER_WORD);
  decodeHalves(vector, i32At(DIMENSION), buffer);
  measureOne(scratch, buffer);
}

/** Distance of the bound query to what the codes of `slot` stand for, into QUAD. */
function measureCodes(scratch: i32, slot: i32): void {
  const kind = i32At(CODE_KIND);
  if (kind !== INT8_CODES && kind !== FINE_CODES) {
    const quad = scratch + QUAD;
    setFromSortable(quad, estimate(scratch, slot));
    const metric = i32At(METRIC);
    if (metric === 0 && f32At(quad) < 0) setF32(quad, 0);
    else if (metric === 1) clampCosine(quad, f32At(quad));
    return;
  }
  const decoded = scratch + i32At(BUFFER_WORD);
  decodeSteps(scratch, slot);
  // Rotated codes stand for rotated vectors, and rotated queries are as far from those.
  const query = encodedQuery(scratch);
  if (i32At(METRIC) !== 1) {
    measureFloats(scratch, query, decoded);
    return;
  }
  // What codes stand for has no unit length: half the square errs less than 1 - cos.
  const square: f64 = l2Floats(query, decoded, i32At(DIMENSION));
  clampCosine(scratch + QUAD, square / 2);
}

/** Distance of the query to `slot` by the best that is kept of it, into QUAD. */
export function measureSlot(scratch: i32, slot: i32): void {
  if (i32At(VECTOR_KIND) === NO_VECTORS) measureCodes(scratch, slot);
  else measureNode(scratch, nodeOf(slot));
}

/** Offers a local node whose distance, sortable, is `key` to RESULTS, which hold nodes. */
export function offer(scratch: i32, key: i32, node: i32): void {
  const results = scratch + RESULTS;
  if (poolRejects(results, key) || !isAccepted(scratch, node)) return;
  poolInsert(results, key, numberOf(node));
}

/** Empties RESULTS and sets how many it keeps. */
export function resultsReset(scratch: i32, k: i32): void {
  poolReset(scratch + RESULTS, k);
}

/** Offers the float vectors of the nodes [first, end). */
function scanFloats(scratch: i32, first: i32, end: i32): void {
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

/**
 * Offers the nodes [first, end) to RESULTS by the best that is kept of them. Where that is codes,
 * which are kept by slot, all nodes of the segment at once.
 */
export function scanExact(scratch: i32, first: i32, end: i32): void {
  const kind = i32At(VECTOR_KIND);
  if (kind === FLOAT32_VECTORS) {
    scanFloats(scratch, first, end);
    return;
  }
  for (let i = first; i < end; i++) {
    if (kind === NO_VECTORS) measureCodes(scratch, i);
    else measureNode(scratch, i);
    offer(scratch, sortableAt(scratch + QUAD), kind === NO_VECTORS ? nodeOf(i) : i);
  }
}

/**
 * Writes the distances of the nodes [first, end) as floats to `out`; of slots where only codes are
 * kept.
 */
export function measureRange(scratch: i32, first: i32, end: i32, out: i32): void {
  const codes = i32At(VECTOR_KIND) === NO_VECTORS;
  for (let i = first; i < end; i++) {
    if (codes) measureCodes(scratch, i);
    else measureNode(scratch, i);
    setF32(out + i - first, f32At(scratch + QUAD));
  }
}

/** Turns the sortable keys of RESULTS into float bits; how many results there are. */
export function finishResults(scratch: i32): i32 {
  const results = scratch + RESULTS;
  const size = poolSize(results);
  for (let i: i32 = 0; i < size; i++) setFromSortable(results + 2 + 2 * i, poolKey(results, i));
  return size;
}
