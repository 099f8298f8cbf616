// Vectors as callers give them: flat typed arrays or rows. Shape and types are checked here;
// numbers are checked after they are copied, on our own memory, where nobody can change them any
// more.

import { describe, detail, ErrorCode, VectorIndexError } from '../errors.ts';

type TypedVectors = Float32Array | Float64Array | Int8Array | Uint8Array;

/**
 * `count * dimension` numbers in one typed array (Float32Array, Float64Array, Int8Array or
 * Uint8Array), or an array of rows, each an array of numbers or such a typed array.
 */
export type Vectors = TypedVectors | readonly (readonly number[] | TypedVectors)[];
/** One vector: a typed array (Float32Array, Float64Array, Int8Array, Uint8Array), or numbers. */
export type Query = TypedVectors | readonly number[];

function isTyped(value: unknown): value is TypedVectors {
  return (
    value instanceof Float32Array ||
    value instanceof Float64Array ||
    value instanceof Int8Array ||
    value instanceof Uint8Array
  );
}

function isDetached(view: TypedVectors): boolean {
  return 'detached' in view.buffer && view.buffer.detached === true;
}

function invalid(
  message: string,
  details: Record<string, unknown>,
  cause?: unknown,
): VectorIndexError {
  return new VectorIndexError(ErrorCode.invalidVectors, message, details, cause);
}

function assertAttached(view: TypedVectors): void {
  if (isDetached(view)) throw invalid('the vectors lie in a buffer that was transferred away', {});
}

function mismatch(got: number, dimension: number, row?: number): VectorIndexError {
  const where = row === undefined ? 'the query' : `row ${row}`;
  return new VectorIndexError(
    ErrorCode.dimensionMismatch,
    `${where} has ${got} components; this index holds vectors of ${dimension}`,
    { row, expected: dimension, got },
  );
}

/** How many vectors `input` holds; rows are checked one by one when they are copied. */
export function countVectors(input: unknown, dimension: number): number {
  if (isTyped(input)) {
    assertAttached(input);
    if (input.length % dimension === 0) return input.length / dimension;
    throw new VectorIndexError(
      ErrorCode.dimensionMismatch,
      `${input.length} components are no multiple of the dimension ${dimension}`,
      {
        row: Math.floor(input.length / dimension),
        expected: dimension,
        got: input.length % dimension,
      },
    );
  }
  if (Array.isArray(input)) return input.length;
  throw invalid(
    'vectors must be a Float32Array, Float64Array, Int8Array, Uint8Array or an array of rows; ' +
      `got ${describe(input)}`,
    { got: describe(input) },
  );
}

/**
 * Copies one row of `dimension` numbers; a hole, a string or an object is not converted but
 * refused. A component may be a getter of the caller's, which may throw or change the row: the
 * dimension, not the row, says how many are copied.
 */
function copyNumbers(
  values: readonly unknown[],
  dimension: number,
  { target, start }: Destination,
  row?: number,
): void {
  const where = row === undefined ? 'the query' : `row ${row}`;
  let value: unknown;
  let i = 0;
  try {
    for (; i < dimension; i++) {
      value = values[i];
      if (typeof value !== 'number') break;
      target[start + i] = value;
    }
  } catch (cause) {
    const message = `component ${i} of ${where} could not be read`;
    throw invalid(message, { row, component: i }, cause);
  }
  if (i === dimension) return;
  throw invalid(`${where} has ${describe(value)} at component ${i}; components are numbers`, {
    row,
    component: i,
    got: detail(value),
  });
}

function copyRow(
  row: unknown,
  index: number | undefined,
  dimension: number,
  into: Destination,
): void {
  if (isTyped(row)) {
    assertAttached(row);
    if (row.length !== dimension) throw raggedOr(row.length, dimension, index);
    into.target.set(row, into.start);
    return;
  }
  if (!Array.isArray(row)) {
    const where = index === undefined ? 'the query' : `row ${index}`;
    throw invalid(`${where} must be an array of numbers; got ${describe(row)}`, { row: index });
  }
  if (row.length !== dimension) throw raggedOr(row.length, dimension, index);
  copyNumbers(row, dimension, into, index);
}

/** The first row of a wrong length is of another dimension; a later one makes the rows ragged. */
function raggedOr(got: number, dimension: number, row: number | undefined): VectorIndexError {
  if (row === undefined || row === 0) return mismatch(got, dimension, row);
  return invalid(`row ${row} has ${got} components; the rows before have ${dimension}`, {
    row,
    expected: dimension,
    got,
  });
}

interface Destination {
  readonly target: Float32Array;
  readonly start: number;
}

/** Reads row `index`, which may be a getter of the caller's that throws. */
function readRow(rows: readonly unknown[], index: number): unknown {
  try {
    return rows[index];
  } catch (cause) {
    throw invalid(`row ${index} could not be read`, { row: index }, cause);
  }
}

/** True for blocks of vectors that come one after another. */
export function isBlocks(input: unknown): input is AsyncIterable<Vectors> {
  return typeof input === 'object' && input !== null && Symbol.asyncIterator in input;
}

/** Copies the vectors [first, first + count) of `input` to the start of `target`. */
export function copyVectors(
  input: Vectors,
  dimension: number,
  range: { readonly first: number; readonly count: number },
  target: Float32Array,
): void {
  const { first, count } = range;
  if (isTyped(input)) {
    target.set(input.subarray(first * dimension, (first + count) * dimension));
    return;
  }
  for (let i = 0; i < count; i++) {
    const row = readRow(input, first + i);
    copyRow(row, first + i, dimension, { target, start: i * dimension });
  }
}

/** Copies a query to `target`. */
export function copyQuery(query: unknown, dimension: number, target: Float32Array): void {
  copyRow(query, undefined, dimension, { target, start: 0 });
}
