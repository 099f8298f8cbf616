// One column of rows as flat vectors: what an index is fed with.

import { describe } from '@nigh/base';

import { FormatError, FormatErrorCode } from '../errors.ts';
import { columnNotFound } from './columns.ts';
import type { FlatVectors, Row, VectorBlock } from './rows.ts';

/** Where a block lies. A `dimension` of 0 is not known yet: the first vector decides. */
export interface VectorPlace {
  readonly path: string;
  readonly column: string;
  readonly firstRow: number;
  readonly dimension: number;
}

/**
 * Moves the vectors of a block out of its rows; a block that has them flat already keeps them.
 *
 * @throws FormatError ROW_INVALID at a row without a vector of this dimension; COLUMN_NOT_FOUND
 * where no row of the first block has the column.
 */
export function takeVectors(
  rows: readonly Row[],
  flat: FlatVectors | undefined,
  place: VectorPlace,
): Omit<VectorBlock, 'firstRow'> {
  if (flat !== undefined) {
    const { values, dimension } = flat;
    const isOther = place.dimension !== 0 && dimension !== place.dimension;
    if (isOther || dimension === 0) throw refuse(place, 0, `a list of ${dimension}`);
    return { rows, vectors: values, dimension };
  }
  const { column, path, firstRow } = place;
  if (firstRow === 0 && rows.every((row) => !Object.hasOwn(row, column))) {
    throw columnNotFound(path, column, [...new Set(rows.flatMap((row) => Object.keys(row)))]);
  }
  const dimension = place.dimension === 0 ? lengthOf(rows[0]?.[column]) : place.dimension;
  const vectors = new Float32Array(rows.length * dimension);
  const others = rows.map((row, i) => {
    const { [column]: vector, ...rest } = row;
    const length = lengthOf(vector);
    if (length !== dimension || length === 0) throw refuse(place, i, describe(vector));
    copyNumbers(vector as ArrayLike<unknown>, vectors, i, place);
    return rest;
  });
  return { rows: others, vectors, dimension };
}

function lengthOf(vector: unknown): number {
  return Array.isArray(vector) || vector instanceof Float32Array ? vector.length : 0;
}

function copyNumbers(
  vector: ArrayLike<unknown>,
  target: Float32Array,
  row: number,
  place: VectorPlace,
): void {
  const start = row * vector.length;
  for (let i = 0; i < vector.length; i++) {
    const component = vector[i];
    if (typeof component !== 'number') {
      throw refuse(place, row, `${describe(component)} as component ${i}`);
    }
    target[start + i] = component;
  }
}

function refuse(place: VectorPlace, row: number, got: string): FormatError {
  const { path, column, firstRow, dimension } = place;
  return new FormatError({
    code: FormatErrorCode.rowInvalid,
    path,
    problem: `row ${firstRow + row} has no vector in column ${describe(column)}`,
    row: firstRow + row,
    column,
    expected: dimension === 0 ? 'a list of numbers' : `a list of ${dimension} numbers`,
    got,
  });
}
