// The kernels of products in scalar form: one piece of a vector against all centroids of a
// subspace. assembly/product-kernels.ts is the WebAssembly twin; both give the same floats.
//
// Centroids lie in groups of 32: of a group all first components, then all second ones, and so on.
// A lane of a register is a centroid, so that every sum runs over components in their order.

import { CENTROID_COUNT, CENTROID_GROUP } from './fields.ts';
import { f32At, setF32 } from './machine.ts';

const round: (value: number) => number = Math.fround;

function setFour(word: i32, a: f64, b: f64, c: f64, d: f64): void {
  setF32(word, a);
  setF32(word + 1, b);
  setF32(word + 2, c);
  setF32(word + 3, d);
}

/**
 * Writes the squared distances of the `length` floats at `piece` to the 256 centroids at
 * `centroids`, each times `factor`, a power of two, to `out`.
 */
export function squareTable(piece: i32, centroids: i32, length: i32, factor: f64, out: i32): void {
  for (let number = 0; number < CENTROID_COUNT; number += 4) {
    const group = number & -CENTROID_GROUP;
    let at = centroids + group * length + number - group;
    let s0 = round(0);
    let s1 = round(0);
    let s2 = round(0);
    let s3 = round(0);
    for (let i = 0; i < length; i++) {
      const value = f32At(piece + i);
      const d0 = round(value - f32At(at));
      const d1 = round(value - f32At(at + 1));
      const d2 = round(value - f32At(at + 2));
      const d3 = round(value - f32At(at + 3));
      s0 = round(s0 + round(d0 * d0));
      s1 = round(s1 + round(d1 * d1));
      s2 = round(s2 + round(d2 * d2));
      s3 = round(s3 + round(d3 * d3));
      at += CENTROID_GROUP;
    }
    setFour(out + number, s0 * factor, s1 * factor, s2 * factor, s3 * factor);
  }
}

/** Writes the negated dot products of the floats at `piece` with the centroids to `out`. */
export function dotTable(piece: i32, centroids: i32, length: i32, out: i32): void {
  for (let number = 0; number < CENTROID_COUNT; number += 4) {
    const group = number & -CENTROID_GROUP;
    let at = centroids + group * length + number - group;
    let s0 = round(0);
    let s1 = round(0);
    let s2 = round(0);
    let s3 = round(0);
    for (let i = 0; i < length; i++) {
      const value = f32At(piece + i);
      s0 = round(s0 + round(value * f32At(at)));
      s1 = round(s1 + round(value * f32At(at + 1)));
      s2 = round(s2 + round(value * f32At(at + 2)));
      s3 = round(s3 + round(value * f32At(at + 3)));
      at += CENTROID_GROUP;
    }
    setFour(out + number, -s0, -s1, -s2, -s3);
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
