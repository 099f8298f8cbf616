// Vectors to 7-bit codes. Component i becomes round((x - mean[i]) / scale) + 64, clipped to 0..127:
// one scale for all components, so that code distance orders as l2 does. Bytes beyond the last
// component are zero. Under dot the means are zero and a row's "norm" is 128 times the sum of its
// codes: then norm(a) + norm(b) - 2ab is -2 (a - 64)(b - 64) plus a constant, the true order of
// inner products by the same formula.

import { bindBinary, decodeBinary, encodeBinary } from './binary.ts';
import { decodeBytes } from './code-kernels.ts';
import {
  BINARY_CODES,
  BUFFER_WORD,
  CLIPPED_COUNT,
  CODE_KIND,
  CODE_SCALE,
  CODE_WORDS,
  CODES,
  DIMENSION,
  ENCODED_WORD,
  FINE_CODES,
  HIDDEN,
  INT8_CODES,
  MEANS,
  METRIC,
  NORM_MASK,
  NORMS,
  PRODUCT_CODES,
  QUERY,
  QUERY_CODE_WORD,
  QUERY_CODES,
  QUERY_NORM,
  ROTATED,
  UNDERFLOW,
  VECTOR_WORDS,
  VECTORS,
} from './fields.ts';
import { bindFine, decodeFine, encodeFine } from './fine.ts';
import { nodeOf } from './graph.ts';
import {
  copyWords,
  encodeFloats,
  f32At,
  i32At,
  l2Floats,
  maxMagnitude,
  multiply,
  setI32,
  setU8,
  squareCodes,
  truncate,
  u8At,
} from './machine.ts';
import { bindProducts, decodeProducts, encodeProducts } from './product.ts';
import { rotate, rotateBack } from './rotate.ts';

/** The 7-bit code of the mean. */
const ZERO: i32 = 64;
/** Half a step more, so that truncation rounds. */
const CENTRE: f64 = 64.5;
/** 1 in each of four bytes, and the top bit of each. */
const EACH: i32 = 0x01010101;
const SIGNS: i32 = 0x80808080 | 0;
/** What a residual misses by rounding: this share of the largest component, for each component. */
const ROUNDING: f64 = 2.5e-7;

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

/**
 * The vector at `vector` as it is encoded: rotated to BUFFER of the scratch block if this index
 * rotates, else where it is.
 */
function encodedFrom(scratch: i32, vector: i32): i32 {
  if (i32At(ROTATED) === 0) return vector;
  const buffer = scratch + i32At(BUFFER_WORD);
  copyWords(vector, buffer, i32At(DIMENSION));
  rotate(buffer);
  return buffer;
}

/** Writes what 7-bit codes stand for to `out`, rotated still. */
export function decodeCode(code: i32, out: i32): void {
  decodeBytes(code, ZERO, i32At(MEANS), i32At(DIMENSION), f32At(CODE_SCALE), out);
}

/** The floats of the query as they are encoded, rotated if this index rotates. */
export function encodedQuery(scratch: i32): i32 {
  return i32At(ROTATED) === 0 ? scratch + QUERY : scratch + i32At(ENCODED_WORD);
}

/**
 * At most how far a vector is from what its codes stand for, as floats tell: the Euclidean length
 * of the difference. ENCODED of the scratch block is overwritten.
 */
function residualOf(scratch: i32, vector: i32, code: i32): f64 {
  const dimension = i32At(DIMENSION);
  const decoded = scratch + i32At(ENCODED_WORD);
  decodeCode(code, decoded);
  const size: f64 = dimension;
  const largest = maxMagnitude(vector, dimension);
  const square: f64 = l2Floats(vector, decoded, dimension);
  return 1.001 * Math.sqrt(square + UNDERFLOW * size) + ROUNDING * largest * Math.sqrt(size);
}

/** True when one of four codes is 0 or 127, which may stand for what lies beyond. */
function isAtEnd(word: i32): boolean {
  return (((word + EACH) | ~((word | SIGNS) - EACH)) & SIGNS) !== 0;
}

/** How many components of the vector at `vector` lie beyond the range of its codes at `code`. */
function clippedIn(vector: i32, code: i32): i32 {
  const dimension = i32At(DIMENSION);
  const means = i32At(MEANS);
  const inverse: f64 = 1 / f32At(CODE_SCALE);
  let clipped: i32 = 0;
  for (let four: i32 = 0; four < dimension; four += 4) {
    if (!isAtEnd(i32At(code + (four >> 2)))) continue;
    const last = four + 4 < dimension ? four + 4 : dimension;
    for (let i = four; i < last; i++) {
      const scaled = (f32At(vector + i) - f32At(means + i)) * inverse + CENTRE; // as encodeFloats
      if (scaled < 0 || scaled >= 128) clipped++;
    }
  }
  return clipped;
}

/** How many codes of the slots [first, end) are 0 or 127: at least those that clip. */
export function countSaturated(first: i32, end: i32): i32 {
  const dimension = i32At(DIMENSION);
  let saturated: i32 = 0;
  for (let slot = first; slot < end; slot++) {
    const code = i32At(CODES) + slot * i32At(CODE_WORDS);
    for (let four: i32 = 0; four < dimension; four += 4) {
      if (!isAtEnd(i32At(code + (four >> 2)))) continue;
      const last = four + 4 < dimension ? four + 4 : dimension;
      for (let i = four; i < last; i++) {
        const byte = u8At(code, i);
        if (byte === 0 || byte === 127) saturated++;
      }
    }
  }
  return saturated;
}

/**
 * Encodes the slots [first, end) from the vectors of their nodes to 7-bit codes and norms; the
 * largest residual. CLIPPED_COUNT says how many components the codes clip.
 */
export function encodeSlots(first: i32, end: i32, scratch: i32): f64 {
  const words = i32At(CODE_WORDS);
  let largest: f64 = 0;
  let clipped: i32 = 0;
  for (let slot = first; slot < end; slot++) {
    const code = i32At(CODES) + slot * words;
    const vector = i32At(VECTORS) + nodeOf(slot) * i32At(VECTOR_WORDS);
    const from = encodedFrom(scratch, vector);
    encodeVector(from, code);
    setI32(i32At(NORMS) + slot, codeNorm(code));
    const residual = residualOf(scratch, from, code);
    if (residual > largest) largest = residual;
    clipped += clippedIn(from, code);
  }
  setI32(scratch + CLIPPED_COUNT, clipped);
  return largest;
}

/** Encodes the floats at BUFFER of the scratch block, which are lost, to the codes of `slot`. */
export function encodeBuffer(scratch: i32, slot: i32): void {
  const buffer = scratch + i32At(BUFFER_WORD);
  if (i32At(ROTATED) !== 0) rotate(buffer);
  const kind = i32At(CODE_KIND);
  if (kind === BINARY_CODES) {
    encodeBinary(scratch, slot);
  } else if (kind === INT8_CODES) {
    const code = i32At(CODES) + slot * i32At(CODE_WORDS);
    encodeVector(buffer, code);
    setI32(i32At(NORMS) + slot, codeNorm(code));
  } else if (kind === FINE_CODES) {
    encodeFine(scratch, slot);
  } else {
    encodeProducts(scratch, slot);
  }
}

/** Writes what codes of 7 or 8 bits a component stand for to BUFFER, rotated still. */
export function decodeSteps(scratch: i32, slot: i32): void {
  if (i32At(CODE_KIND) === FINE_CODES) {
    decodeFine(scratch, slot);
    return;
  }
  decodeCode(i32At(CODES) + slot * i32At(CODE_WORDS), scratch + i32At(BUFFER_WORD));
}

/** Writes the vector that the codes of `slot` stand for to BUFFER of the scratch block. */
export function decodeSlot(scratch: i32, slot: i32): void {
  const kind = i32At(CODE_KIND);
  if (kind === BINARY_CODES) decodeBinary(scratch, slot);
  else if (kind === PRODUCT_CODES) decodeProducts(scratch, slot);
  else decodeSteps(scratch, slot);
  if (i32At(ROTATED) !== 0) rotateBack(scratch + i32At(BUFFER_WORD));
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
 * Binds a query to 7-bit codes. Under dot the order does not depend on the query's length, so it is
 * scaled to use all of -127..127 and norms are left out.
 */
function bindCodes(scratch: i32, query: i32): void {
  const code = scratch + i32At(QUERY_CODE_WORD);
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

/** Copies the query to ENCODED, rotated if this index rotates. */
function copyQuery(scratch: i32): void {
  const encoded = scratch + i32At(ENCODED_WORD);
  copyWords(scratch + QUERY, encoded, i32At(DIMENSION));
  if (i32At(ROTATED) !== 0) rotate(encoded);
}

/**
 * Binds the floats at QUERY as the query of this scratch block, from which nothing is hidden.
 */
export function bindQuery(scratch: i32): void {
  setI32(scratch + HIDDEN, 0);
  const kind = i32At(CODE_KIND);
  if (kind === INT8_CODES) {
    if (i32At(ROTATED) !== 0) copyQuery(scratch);
    bindCodes(scratch, encodedQuery(scratch));
    return;
  }
  copyQuery(scratch);
  if (kind === BINARY_CODES) bindBinary(scratch);
  else if (kind === FINE_CODES) bindFine(scratch, scratch + i32At(ENCODED_WORD));
  else bindProducts(scratch);
}
