// What happens to vectors at the door: every component checked, cosine vectors brought to unit
// length in place. The finders return the first bad node, so that an error can name the row.

import { DIMENSION, NONE, VECTORS } from './fields.ts';
import { dotFloats, f32At, i32At, maxMagnitude, setF32 } from './machine.ts';

/** The first of the nodes [first, end) with a component that is not finite or above `limit`. */
export function findInvalid(first: i32, end: i32, limit: f64): i32 {
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    if (!(maxMagnitude(i32At(VECTORS) + node * dimension, dimension) <= limit)) return node;
  }
  return NONE;
}

/**
 * Scales the float vector at `vector` to unit length; false when it is zero. Divided by its largest
 * component first: the square of 1e-30 is no float32, and barely a float64 for a denormal.
 */
export function normalize(vector: i32, dimension: i32): boolean {
  const largest = maxMagnitude(vector, dimension);
  if (largest === 0) return false;
  let sum: f64 = 0;
  for (let i: i32 = 0; i < dimension; i++) {
    const value = f32At(vector + i) / largest;
    sum += value * value;
  }
  const norm = Math.sqrt(sum);
  for (let i: i32 = 0; i < dimension; i++) {
    setF32(vector + i, f32At(vector + i) / largest / norm);
  }
  return true;
}

/** The first zero vector among the nodes [first, end), which has no direction. */
export function findZero(first: i32, end: i32): i32 {
  const dimension = i32At(DIMENSION);
  for (let node = first; node < end; node++) {
    if (maxMagnitude(i32At(VECTORS) + node * dimension, dimension) === 0) return node;
  }
  return NONE;
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
