// A typed array that grows at its end. `values` is replaced when it grows: read it anew after every
// call that may add something, and hoist it into a local in loops.

import type { ArrayKind, ArrayOf } from './image.ts';
import { allocateArray } from './shared-arrays.ts';

const FEWEST = 16;
/** From so many bytes on an array grows by a quarter: half of it in reserve would be too much. */
const LARGE: number = 8 * 2 ** 20;

/** A typed array that grows, over shared memory. Growing moves it: do not keep `values`. */
export class GrowingArray<K extends ArrayKind> {
  /** What its elements are. */
  readonly kind: K;
  /** The elements, and behind `length` zeros in reserve. */
  values: ArrayOf<K>;
  /** How many elements there are. */
  length: number;

  constructor(kind: K, capacity: number = FEWEST) {
    this.kind = kind;
    this.values = allocateArray(kind, Math.max(FEWEST, capacity));
    this.length = 0;
  }

  /** Takes over an array as it is, without a copy. */
  static over<K extends ArrayKind>(kind: K, values: ArrayOf<K>): GrowingArray<K> {
    const array = new GrowingArray(kind, 0);
    if (values.length > 0) array.values = values;
    array.length = values.length;
    return array;
  }

  /** Makes room for `capacity` elements in all. */
  reserve(capacity: number): void {
    if (capacity <= this.values.length) return;
    const factor = this.values.byteLength < LARGE ? 2 : 1.25;
    const length = Math.max(capacity, Math.ceil(factor * this.values.length));
    const values = allocateArray(this.kind, length);
    values.set(this.values.subarray(0, this.length));
    this.values = values;
  }

  /** Lengthens the array by zeros; never shortens it. */
  extend(length: number): void {
    if (length <= this.length) return;
    this.reserve(length);
    this.length = length;
  }

  /** Appends one element. */
  push(value: number): void {
    if (this.length === this.values.length) this.reserve(this.length + 1);
    this.values[this.length++] = value;
  }

  /** Appends elements. */
  append(values: ArrayLike<number>): void {
    this.reserve(this.length + values.length);
    this.values.set(values, this.length);
    this.length += values.length;
  }

  /** The elements, over the same memory. */
  view(): ArrayOf<K> {
    return this.values.subarray(0, this.length) as ArrayOf<K>;
  }

  /** A copy of the elements that nobody changes. */
  copy(): ArrayOf<K> {
    const copy = allocateArray(this.kind, this.length);
    copy.set(this.view());
    return copy;
  }

  /** Bytes of memory, those in reserve too. */
  get byteLength(): number {
    return this.values.byteLength;
  }
}
