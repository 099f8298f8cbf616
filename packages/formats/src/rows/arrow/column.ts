// What a column of a batch is to whoever makes rows of it.

import type { FlatVectors } from '../rows.ts';

/** The value of a row, counted from 0 within the batch. */
export type Getter = (row: number) => unknown;

export interface Column {
  readonly length: number;
  readonly get: Getter;
  /** Whether its length has bytes behind it: else only what it lies in bounds it. */
  readonly hasBytes: boolean;
  /** The numbers themselves, where there are only floats and no nulls. */
  readonly floats?: Float32Array | Float64Array;
  /** Of lists: rows [start, end) one after the other, where all are equally long vectors. */
  readonly vectors?: (start: number, end: number) => FlatVectors | undefined;
}
