// Vectors to 7-bit codes. Component i becomes round((x - mean[i]) / scale) + 64, clipped to 0..127:
// one scale for all components, so that code distance orders as l2 does. Bytes beyond the last
// component are zero. Under dot the means are zero and a row's "norm" is 128 times the sum of its
// codes: then norm(a) + norm(b) - 2ab is -2 (a - 64)(b - 64) plus a constant, the true order of
// inner products by the same formula.

import {
  CODE_SCALE,
  CODE_WORDS,
  CODES,
  DIMENSION,
  HIDDEN,
  MEANS,
  METRIC,
  NORM_MASK,
  NORMS,
  QUERY,
  QUERY_CODE_WORD,
  QUERY_CODES,
  QUERY_NORM,
  VECTORS,
} from './fields.ts';
import { nodeOf } from './graph.ts';
import {
  encodeFloats,
  f32At,
  i32At,
  maxMagnitude,
  multiply,
  setI32,
  setU8,
  squareCodes,
  truncate,
  u8At,
} from './machine.ts';

/** Encodes the vector at `vector` to the row at `code`. */
function encodeVector(vector: i32, code: i32): void {
  const inverse: f64 = 1 / f32At(CODE_SCALE);
  encodeFloats(vector, i32At(MEANS), i32At(DIMENSION), inverse, code);
}

/** What the distance formula takes as the norm of a code row. */
export function codeNorm(code: i32): i32 {
  if (i32At(METRIC) !== 2) return squareCodes(code, i32At(CODE_WORDS));
  const dimension = i32At(DIMENSION);
  let sum: i32 = 0;
  for (let i: i32 = 0; i < dimension; i++) sum += u8At(code, i);
  return sum * 128;
}

/** Encodes the slots [first, end) from the vectors of their nodes: codes and norms. */
export function encodeSlots(first: i32, end: i32): void {
  const words = i32At(CODE_WORDS);
  const dimension = i32At(DIMENSION);
  for (let slot = first; slot < end; slot++) {
    const code = i32At(CODES) + slot * words;
    encodeVector(i32At(VECTORS) + nodeOf(slot) * dimension, code);
    setI32(i32At(NORMS) + slot, codeNorm(code));
  }
}

/** Writes a hash of the codes of each of the slots [first, end) to `out`: FNV-1a by words. */
export function hashCodes(first: i32, end: i32, out: i32): void {
  const words = i32At(CODE_WORDS);
  for (let slot = first; slot < end; slot++) {
    let hash: i32 = 0x811c9dc5 | 0;
    const code = i32At(CODES) + slot * words;
    for (let i: i32 = 0; i < words; i++) hash = multiply(hash ^ i32At(code + i), 0x01000193);
    setI32(out + slot - first, hash ^ (hash >> 15));
  }
}

/**
 * Binds the floats at QUERY as the query of this scratch block. Under dot the order does not depend
 * on the query's length, so it is scaled to use all of -127..127 and norms are left out. Nothing is
 * hidden from it.
 */
export function bindQuery(scratch: i32): void {
  const code = scratch + i32At(QUERY_CODE_WORD);
  const query = scratch + QUERY;
  const dimension = i32At(DIMENSION);
  setI32(scratch + QUERY_CODES, code);
  setI32(scratch + HIDDEN, 0);
  if (i32At(METRIC) !== 2) {
    encodeVector(query, code);
    setI32(scratch + QUERY_NORM, squareCodes(code, i32At(CODE_WORDS)));
    setI32(scratch + NORM_MASK, -1);
    return;
  }
  const largest = maxMagnitude(query, dimension);
  const factor: f64 = largest > 0 ? 127 / largest : 0;
  for (let i: i32 = 0; i < dimension; i++) {
    const value = f32At(query + i) * factor;
    setU8(code, i, truncate(value < 0 ? value - 0.5 : value + 0.5) & 255);
  }
  setI32(scratch + QUERY_NORM, 0);
  setI32(scratch + NORM_MASK, 0);
}
