// A random rotation that costs D log D: twice over, signs and a Walsh-Hadamard transform of the
// first components, then signs and one of the last ("FHT-Kac", RaBitQ library; arXiv 2405.12497).
// Both transforms are as long as the largest power of two, so that they overlap unless they are
// the whole and nothing is padded. It spreads what a vector says evenly over its components.

import { hadamard, multiplyFloats } from './code-kernels.ts';
import { DIMENSION, ROTATION, ROTATION_STAGES } from './fields.ts';
import { i32At } from './machine.ts';

/** The largest power of two that is not above `dimension`. */
export function transformLength(dimension: i32): i32 {
  let length: i32 = 1;
  while (2 * length <= dimension) length *= 2;
  return length;
}

/** Rotates the floats at `vector`. */
export function rotate(vector: i32): void {
  const dimension = i32At(DIMENSION);
  const length = transformLength(dimension);
  for (let stage: i32 = 0; stage < ROTATION_STAGES; stage++) {
    multiplyFloats(vector, i32At(ROTATION) + stage * dimension, dimension);
    hadamard(vector + ((stage & 1) === 0 ? 0 : dimension - length), length);
  }
}

/** Undoes rotate, up to rounding: the transform is its own inverse. */
export function rotateBack(vector: i32): void {
  const dimension = i32At(DIMENSION);
  const length = transformLength(dimension);
  for (let stage: i32 = ROTATION_STAGES - 1; stage >= 0; stage--) {
    hadamard(vector + ((stage & 1) === 0 ? 0 : dimension - length), length);
    multiplyFloats(vector, i32At(ROTATION) + stage * dimension, dimension);
  }
}
