// What happens to vectors at the door: every component checked, cosine vectors brought to unit
// length in place. The finders return the first bad node, so that an error can name the row.

import { DIMENSION, FLOAT16_VECTORS, NONE, VECTOR_KIND, VECTOR_WORDS, VECTORS } from './fields.ts';
import { dotFloats, i32At, maxMagnitude, scaleFloats, squareScaled } from './machine.ts';

/** All set in a float16 that is infinite or not a number. */
const EXPONENT: i32 = 0x7c00;

/** The first of the nodes [first, end) with a float16 that is not finite. */
function findInfiniteHalf(first: i32, end: i32): i32 {
  const words = i32At(VECTOR_WORDS);
  for (let node = first; node < end; node++) {
    const vector = i32At(VECTORS) + node * words;
    for (let i: i32 = 0; i < words; i++) {
      const pair = i32At(vector + i);
      if ((pair & EXPONENT) === EXPONENT || ((pair >> 16) & EXPONENT) === EXPONENT) return node;
    }
  }
  return NONE;
}

/**
 * The first of the nodes [first, end) with a component that is not finite or above `limit`, or
 * whose largest component is `least` or less: -1 for any, 0 to refuse zero vectors.
 */
export function findInvalid(first: i32, end: i32, limit: f64, least: f64): i32 {
  if (i32At(VECTOR_KIND) === FLOAT16_VECTORS) return findInfiniteHalf(first, end);
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    const largest = maxMagnitude(i32At(VECTORS) + node * dimension, dimension);
    if (!(largest <= limit && largest > least)) return node;
  }
  return NONE;
}

/**
 * Scales the float vector at `vector` to unit length; false when it is zero. Scaled by its largest
 * component first: the square of 1e-30 is no float32, and barely a float64 for a denormal.
 */
export function normalize(vector: i32, dimension: i32): boolean {
  const largest = maxMagnitude(vector, dimension);
  if (largest === 0) return false;
  const norm = Math.sqrt(squareScaled(vector, dimension, 1 / largest));
  scaleFloats(vector, dimension, 1 / (largest * norm));
  return true;
}

/**
 * The first of the nodes [first, end) that has no unit length, NaN included: what normalizeNodes
 * wrote is off by some 1e-7, and float32 sums of 32,768 squares by less than 1e-3.
 */
export function findNonUnit(first: i32, end: i32): i32 {
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    const vector = i32At(VECTORS) + node * dimension;
    const excess: f64 = dotFloats(vector, vector, dimension) - 1;
    if (!(excess >= -1e-3 && excess <= 1e-3)) return node;
  }
  return NONE;
}

/** Brings the nodes [first, end) to unit length, none of them zero. */
export function normalizeNodes(first: i32, end: i32): void {
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    normalize(i32At(VECTORS) + node * dimension, dimension);
  }
}
