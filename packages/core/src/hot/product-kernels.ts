// The kernels of products in scalar form: one piece of a vector against all centroids of a
// subspace. assembly/product-kernels.ts is the WebAssembly twin; both give the same floats.
//
// Centroids lie in groups of 32: of a group all first components, then all second ones, and so on.
// A lane of a register is a centroid, so that every sum runs over components in their order.

import { CENTROID_COUNT, CENTROID_GROUP } from './fields.ts';
import { f32At, setF32 } from './machine.ts';

const round: (value: number) => number = Math.fround;

/**
 * Writes the squared distances of the `length` floats at `piece` to the 256 centroids at
 * `centroids`, each times `factor`, a power of two, to `out`.
 */
export function squareTable(piece: i32, centroids: i32, length: i32, factor: f64, out: i32): void {
  for (let group = 0; group < CENTROID_COUNT; group += CENTROID_GROUP) {
    const first = centroids + group * length;
    for (let lane = 0; lane < CENTROID_GROUP; lane++) {
      let sum = round(0);
      for (let i = 0; i < length; i++) {
        const difference = round(f32At(piece + i) - f32At(first + i * CENTROID_GROUP + lane));
        sum = round(sum + round(difference * difference));
      }
      setF32(out + group + lane, sum * factor);
    }
  }
}

/** Writes the negated dot products of the floats at `piece` with the centroids to `out`. */
export function dotTable(piece: i32, centroids: i32, length: i32, out: i32): void {
  for (let group = 0; group < CENTROID_COUNT; group += CENTROID_GROUP) {
    const first = centroids + group * length;
    for (let lane = 0; lane < CENTROID_GROUP; lane++) {
      let sum = round(0);
      for (let i = 0; i < length; i++) {
        sum = round(sum + round(f32At(piece + i) * f32At(first + i * CENTROID_GROUP + lane)));
      }
      setF32(out + group + lane, -sum);
    }
  }
}

/** The place of the smallest of 256 floats, of equal ones the first. */
export function smallestEntry(table: i32): i32 {
  let smallest = 0;
  for (let i = 1; i < CENTROID_COUNT; i++) {
    if (f32At(table + i) < f32At(table + smallest)) smallest = i;
  }
  return smallest;
}
