// How the values of one type lie in a typed array: the seam between the types and the two kinds of
// columns, one value a row or a list of them. A stored number that is `missing` is no value: it is
// met by no leaf.

import type { Image, TypedArray } from '@nigh/base';
import { FilterError, FilterErrorCode } from '../errors.ts';
import type { ElementType } from '../fields.ts';
import type { Leaf } from '../predicate.ts';

export type ElementKind = 'float64' | 'uint32' | 'uint8';

export interface Elements {
  readonly type: ElementType;
  readonly kind: ElementKind;
  readonly missing: number;
  /** Bytes beside the array of values. */
  readonly byteLength: number;
  accepts(value: unknown): boolean;
  /** What is stored for a value; `missing` for what is not accepted. Never throws. */
  encode(value: unknown): number;
  /**
   * Sets a bit for every value that meets the leaf, which is not `exists`; all words are written.
   */
  select(leaf: Leaf, values: TypedArray, count: number, bits: Uint32Array): void;
  /** The same for values that are not missing. */
  selectPresent(values: TypedArray, count: number, bits: Uint32Array): void;
  /** After values were stored, of which `used` are in use: forgets what no value needs any more. */
  tidy(values: TypedArray, count: number, used: number): void;
  /** What is beside the array of values, as it is now. */
  image(): Image | undefined;
  /** What is wrong with the first `count` values; undefined where nothing is. */
  problem(values: TypedArray, count: number): string | undefined;
}

/** A predicate that was parsed for other fields. */
export function foreignLeaf(leaf: Leaf, type: ElementType): FilterError {
  return new FilterError(
    FilterErrorCode.wrongType,
    `field ${JSON.stringify(leaf.field)} is of type ${type}: parse the filter for these fields`,
    { path: leaf.field, field: leaf.field, expected: type, got: leaf.kind },
  );
}
