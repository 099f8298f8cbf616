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
import {
  f32At,
  i32At,
  maxMagnitude,
  setI32,
  setU8,
  squareCodes,
  truncate,
  u8At,
} from './machine.ts';

const MAX_CODE: i32 = 127;
/** Code of the mean, plus one half so that truncation rounds. */
const CENTRE: f64 = 64.5;

/** Writes the code of `value`, clipped to the range. */
function encodeComponent(code: i32, index: i32, value: f64, inverse: f64): void {
  const scaled = (value - f32At(i32At(MEANS) + index)) * inverse + CENTRE;
  setU8(code, index, scaled < 0 ? 0 : scaled >= 128 ? MAX_CODE : truncate(scaled));
}

/** Encodes the vector at `vector` to the row at `code`. */
function encodeVector(vector: i32, code: i32): void {
  const dimension = i32At(DIMENSION);
  const inverse: f64 = 1 / f32At(CODE_SCALE);
  for (let i: i32 = 0; i < dimension; i++) {
    encodeComponent(code, i, f32At(vector + i), inverse);
  }
}

/** What the distance formula takes as the norm of a code row. */
export function codeNorm(code: i32): i32 {
  if (i32At(METRIC) !== 2) return squareCodes(code, i32At(CODE_WORDS));
  const dimension = i32At(DIMENSION);
  let sum: i32 = 0;
  for (let i: i32 = 0; i < dimension; i++) sum += u8At(code, i);
  return sum * 128;
}

/** Encodes the nodes [first, end): codes and norms. */
export function encodeNodes(first: i32, end: i32): void {
  const words = i32At(CODE_WORDS);
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    const code = i32At(CODES) + node * words;
    encodeVector(i32At(VECTORS) + node * dimension, code);
    setI32(i32At(NORMS) + node, codeNorm(code));
  }
}

/**
 * Binds the floats at QUERY as the query of this scratch block. Under dot the order does not depend
 * on the query's length, so it is scaled to use all of -127..127 and norms are left out.
 */
export function bindQuery(scratch: i32): void {
  const code = scratch + i32At(QUERY_CODE_WORD);
  const query = scratch + QUERY;
  const dimension = i32At(DIMENSION);
  setI32(scratch + QUERY_CODES, code);
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
