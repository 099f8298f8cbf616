// Bits with corrections: RaBitQ (arXiv 2405.12497). A vector is rotated at random and centred; one
// bit a component says its sign. What the signs alone get wrong is known of the vector itself: with
// v the centred vector, s its signs and q the query, <v, q> is estimated by |v|^2 / |v|_1 * <s, q>,
// without bias. The query has 4 bits a component. A row is the bits, padded to registers, then
//
//   BASE     float32  |v|^2, half of it under cosine and dot: what the vector adds to a distance
//   FACTOR   float32  |v|^2 / |v|_1; twice that under l2
//   ERROR    the upper half of a float32: standard error of the estimate for a query of length 1;
//            in the lower half how many bits are set
//
// An estimate is the metric's own distance in sortable form, so that keys order as distances do.

import { countRow, dotPlanes } from './code-kernels.ts';
import {
  BINARY_FACTORS,
  BUFFER_WORD,
  CODE_WORDS,
  CODES,
  DIMENSION,
  ENCODED_WORD,
  MEANS,
  METRIC,
  QUAD,
  QUERY_CODE_WORD,
  QUERY_PLANES,
  QUERY_TERMS,
} from './fields.ts';
import { clear, f32At, i32At, setF32, setI32, sortableAt, truncate } from './machine.ts';

const FACTOR: i32 = 1;
const ERROR: i32 = 2;
const LOWER_HALF: i32 = 0xffff;
const LEVELS: i32 = 1 << QUERY_PLANES;

/**
 * Terms of a query: distance = WEIGHT * BASE + QUERY_BASE - FACTOR * signed, where signed is
 * STEP * dot + LOW * bits - SUM. A dot product has no use for BASE, decoding has.
 */
const QUERY_BASE: i32 = 0;
const STEP: i32 = 1;
const LOW: i32 = 2;
const SUM: i32 = 3;
/** What the errors of the row, and of rounding the query, are multiplied by. */
const LENGTH: i32 = 4;
const ROUNDING: i32 = 5;
const WEIGHT: i32 = 6;

/**
 * Standard errors between an estimate and its bound. The estimate's error is near a normal
 * distribution's: one in three million is farther out than five.
 */
const ERRORS: f64 = 5;

/** Words of the bits of a row. */
function planeWords(): i32 {
  return i32At(CODE_WORDS) - BINARY_FACTORS;
}

/** Lets the lower half of a word be used: the upper half of the float there, rounded up. */
function roundUpHalf(word: i32): i32 {
  return (i32At(word) + LOWER_HALF) & ~LOWER_HALF;
}

/** Encodes the floats at BUFFER of the scratch block, rotated already, to the codes of `slot`. */
export function encodeBinary(scratch: i32, slot: i32): void {
  const words = planeWords();
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const dimension = i32At(DIMENSION);
  const vector = scratch + i32At(BUFFER_WORD);
  const means = i32At(MEANS);
  clear(code, words);
  const size: f64 = dimension;
  let square: f64 = 0;
  let sum: f64 = 0;
  for (let i: i32 = 0; i < dimension; i++) {
    const value: f64 = f32At(vector + i) - f32At(means + i);
    square += value * value;
    sum += value < 0 ? -value : value;
    if (value > 0) setI32(code + (i >> 5), i32At(code + (i >> 5)) | (1 << (i & 31)));
  }
  const weight: f64 = i32At(METRIC) === 0 ? 2 : 1;
  const factors = code + words;
  setF32(factors, (square * weight) / 2);
  setF32(factors + FACTOR, sum > 0 ? (weight * square) / sum : 0);
  // The cosine between the vector and its signs is |v|_1 / (|v| sqrt(D)).
  const spread: f64 = sum > 0 ? (square * square * size) / (sum * sum) - square : 0;
  const freedom: f64 = size > 1 ? size - 1 : 1;
  setF32(factors + ERROR, weight * Math.sqrt((spread > 0 ? spread : 0) / freedom));
  setI32(factors + ERROR, roundUpHalf(factors + ERROR) | countRow(code, words));
}

/** Writes the query's numbers 0..15 as planes of bits; their sum. */
function writePlanes(query: i32, planes: i32, low: f64, step: f64): i32 {
  const dimension = i32At(DIMENSION);
  let sum: i32 = 0;
  clear(planes, QUERY_PLANES * planeWords());
  for (let i: i32 = 0; i < dimension; i++) {
    const scaled: f64 = step > 0 ? (f32At(query + i) - low) / step + 0.5 : 0;
    const level: i32 = scaled >= LEVELS ? LEVELS - 1 : truncate(scaled);
    sum += level;
    const word = planes + 16 * (i >> 7) + ((i >> 5) & 3);
    for (let j: i32 = 0; j < QUERY_PLANES; j++) {
      if (((level >> j) & 1) === 0) continue;
      setI32(word + 4 * j, i32At(word + 4 * j) | (1 << (i & 31)));
    }
  }
  return sum;
}

/**
 * Binds the floats at ENCODED, rotated already, as the query of this scratch block. Under l2 and
 * cosine they are centred there; a dot product keeps what the means contribute.
 */
export function bindBinary(scratch: i32): void {
  const dimension = i32At(DIMENSION);
  const query = scratch + i32At(ENCODED_WORD);
  const metric = i32At(METRIC);
  const means = i32At(MEANS);
  let base: f64 = 0;
  let square: f64 = 0;
  let low: f64 = 0;
  let high: f64 = 0;
  for (let i: i32 = 0; i < dimension; i++) {
    if (metric === 2) base -= f32At(query + i) * f32At(means + i);
    else setF32(query + i, f32At(query + i) - f32At(means + i));
    const value: f64 = f32At(query + i);
    square += value * value;
    if (i === 0 || value < low) low = value;
    if (i === 0 || value > high) high = value;
  }
  const size: f64 = dimension;
  const step: f64 = (high - low) / (LEVELS - 1);
  const planes = scratch + i32At(QUERY_CODE_WORD);
  const sum: f64 = writePlanes(query, planes, low, step);
  const terms = scratch + QUERY_TERMS;
  setF32(terms + QUERY_BASE, metric === 2 ? base : metric === 1 ? square / 2 : square);
  setF32(terms + WEIGHT, metric === 2 ? 0 : 1);
  setF32(terms + STEP, 2 * step);
  setF32(terms + LOW, 2 * low);
  setF32(terms + SUM, low * size + step * sum);
  setF32(terms + LENGTH, ERRORS * Math.sqrt(square));
  setF32(terms + ROUNDING, ERRORS * step * Math.sqrt(size / 12));
}

/** Estimated distance of the bound query to `slot`, sortable. */
export function binaryDistance(scratch: i32, slot: i32): i32 {
  const words = planeWords();
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const factors = code + words;
  const terms = scratch + QUERY_TERMS;
  const dot: f64 = dotPlanes(code, scratch + i32At(QUERY_CODE_WORD), words);
  const bits: f64 = i32At(factors + ERROR) & LOWER_HALF;
  const signed = f32At(terms + STEP) * dot + f32At(terms + LOW) * bits - f32At(terms + SUM);
  const base = f32At(terms + WEIGHT) * f32At(factors) + f32At(terms + QUERY_BASE);
  setF32(scratch + QUAD, base - f32At(factors + FACTOR) * signed);
  return sortableAt(scratch + QUAD);
}

/** How much nearer than its estimate the bound query may be to `slot`, with high probability. */
export function binaryError(scratch: i32, slot: i32): f64 {
  const factors = i32At(CODES) + slot * i32At(CODE_WORDS) + planeWords();
  const terms = scratch + QUERY_TERMS;
  setI32(scratch + QUAD, i32At(factors + ERROR) & ~LOWER_HALF);
  const error = f32At(scratch + QUAD) * f32At(terms + LENGTH);
  return error + f32At(factors + FACTOR) * f32At(terms + ROUNDING);
}

/**
 * Writes the vector that the codes of `slot` stand for to BUFFER, still rotated: its signs,
 * as long as the vector is in their direction.
 */
export function decodeBinary(scratch: i32, slot: i32): void {
  const dimension = i32At(DIMENSION);
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const factors = code + planeWords();
  const factor = f32At(factors + FACTOR);
  const size: f64 = dimension;
  // |v|_1 / D: half the weight times |v|^2, over the weight times |v|^2 / |v|_1.
  const length: f64 = factor > 0 ? (f32At(factors) * 2) / (factor * size) : 0;
  for (let i: i32 = 0; i < dimension; i++) {
    const sign: f64 = ((i32At(code + (i >> 5)) >> (i & 31)) & 1) !== 0 ? length : -length;
    setF32(scratch + i32At(BUFFER_WORD) + i, sign + f32At(i32At(MEANS) + i));
  }
}
