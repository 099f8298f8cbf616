// What the two kinds of columns have in common for the table above them.

import type { Image } from '@nigh/base';
import type { FieldType } from './fields.ts';
import type { Leaf } from './predicate.ts';

/** The values of one field, a row each. Rows that are not live have none. */
export interface Column {
  readonly type: FieldType;
  /** Grows by every change of a value: what was worked out from an older one is out of date. */
  readonly version: number;
  readonly byteLength: number;
  /** Makes room for `capacity` rows in all; changes nothing when it throws. */
  reserve(capacity: number): void;
  /** Whether a value is one of the field's type; undefined and null are missing, and so fit. */
  accepts(value: unknown): boolean;
  /** Replaces the value of a row there is room for. What does not fit counts as missing. */
  set(row: number, value: unknown): void;
  /** Whether a row has this value. */
  holds(row: number, value: unknown): boolean;
  /** Takes the value of a row away. */
  clear(row: number): void;
  /**
   * A bit for each of the first `rows` rows that meets the leaf; those of other rows mean
   * nothing.
   */
  select(leaf: Leaf, rows: number): Uint32Array;
  /** By the end of a name: the column and what is beside it, as they are now. */
  images(rows: number): Readonly<Record<string, Image>>;
  /** What is wrong; nothing where all is well. */
  verify(rows: number): string[];
}
