// Vectors on their way in: copied into free slots, checked there, brought to unit length for
// cosine. Nothing is published here, so when a vector is bad nothing has changed.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import type { Metric, VectorKind } from '../memory/layout.ts';
import {
  type ResolvedVectorOptions,
  resolveVectorOptions,
  type VectorOptions,
} from '../options.ts';
import type { Slots } from '../segments/segment-list.ts';
import { copyQuery, copyVectors, countVectors, type Vectors } from './vectors.ts';

const MAX_FLOAT32 = 3.4028234663852886e38;

const MAX_FLOAT16 = 65504;

/** Of the square of a limit, what no rounding of a sum lifts above it. */
const SOUND = 0.999;

/**
 * Largest magnitude of a component: beyond it a squared distance would overflow float32, or the
 * component the format it is kept in. Under cosine any length will do.
 */
export function componentLimit(
  dimension: number,
  metric: Metric,
  vectors: VectorKind = 'float32',
): number {
  if (metric === 'cosine') return MAX_FLOAT32;
  const limit = Math.sqrt(MAX_FLOAT32 / dimension) / 2;
  return vectors === 'float16' ? Math.min(limit, MAX_FLOAT16) : limit;
}

/** The error for a vector of which some component is not finite or above the limit. */
function componentError(vector: Float32Array, limit: number, row?: number): VectorIndexError {
  const component = vector.findIndex((value) => !(Math.abs(value) <= limit));
  const got = vector[component];
  const where = row === undefined ? 'the query' : `row ${row}`;
  const details = { row, component, got };
  if (!Number.isFinite(got)) {
    return new VectorIndexError(
      ErrorCode.notFinite,
      `${where} has ${got} (as float32) at component ${component}; components must be finite`,
      details,
    );
  }
  return new VectorIndexError(
    ErrorCode.valueTooLarge,
    `${where} has ${got} at component ${component}; beyond ${limit.toExponential(2)} ` +
      'components or their squares overflow: scale the vectors down',
    { ...details, expected: limit },
  );
}

function zeroError(row?: number): VectorIndexError {
  const where = row === undefined ? 'the query' : `row ${row}`;
  return new VectorIndexError(
    ErrorCode.zeroVector,
    `${where} is a zero vector, which has no direction; cosine needs a direction`,
    { row },
  );
}

/** Checks the vectors in `slots`; `row` is the caller's number of the first. */
function checkSlots(slots: Slots, row: number, kept: VectorKind): void {
  const { segment, first, count } = slots;
  const { dimension, metric } = segment.layout;
  const limit = componentLimit(dimension, metric, kept);
  const end = first + count;
  const bad = segment.hot.findInvalid(first, end, limit, metric === 'cosine' ? 0 : -1);
  if (bad < 0) return;
  const vector = segment.vectors(bad, 1);
  if (vector.every((value) => value === 0)) throw zeroError(row + bad - first);
  throw componentError(vector, limit, row + bad - first);
}

/**
 * Checks vectors that lie in `slots` already and prepares them for the metric. `kept` is what they
 * will be kept as one day.
 */
export function admit(slots: readonly Slots[], kept: VectorKind): void {
  let row = 0;
  for (const part of slots) {
    checkSlots(part, row, kept);
    row += part.count;
  }
  for (const { segment, first, count } of slots) {
    if (segment.layout.metric === 'cosine') segment.hot.normalizeNodes(first, first + count);
  }
}

function allocateFloats(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    const message = `cannot copy rows of ${length} components in all; add fewer at a time`;
    throw new VectorIndexError(ErrorCode.outOfMemory, message, { bytes: 4 * length }, cause);
  }
}

/**
 * Vectors whose reading runs no code of the caller's: typed arrays as they are, rows copied. A row
 * or a component may be a getter that adds to the same index, so rows are read before anybody
 * decides where in the index they go.
 *
 * @throws {VectorIndexError} INVALID_VECTORS, DIMENSION_MISMATCH, OUT_OF_MEMORY; NOT_FINITE,
 *   VALUE_TOO_LARGE, ZERO_VECTOR when such a row stands before the one that could not be read
 */
export function ownVectors(input: Vectors, dimension: number, metric: Metric): Vectors {
  if (!Array.isArray(input)) return input;
  const count = input.length;
  const floats = allocateFloats(count * dimension);
  try {
    copyVectors(input, dimension, { first: 0, count }, floats);
  } catch (error) {
    // Of several bad rows the first is named: look at the numbers of those already copied.
    const row = error instanceof VectorIndexError ? Number(error.details.row) : 0;
    checkRows(floats.subarray(0, row * dimension), { dimension, metric, kept: 'float32' });
    throw error;
  }
  return floats;
}

/** Copies vectors that are ours into `slots`, checks them and prepares them for the metric. */
export function ingest(own: Vectors, slots: readonly Slots[], kept: VectorKind): void {
  let row = 0;
  for (const { segment, first, count } of slots) {
    const { dimension } = segment.layout;
    copyVectors(own, dimension, { first: row, count }, segment.vectors(first, count));
    row += count;
  }
  admit(slots, kept);
}

/**
 * A checked copy of vectors that an index with these options takes: count * dimension float32, as
 * they came. For those who write vectors down before they add them.
 *
 * @throws {VectorIndexError} INVALID_OPTION; INVALID_VECTORS, DIMENSION_MISMATCH, NOT_FINITE,
 *   VALUE_TOO_LARGE, ZERO_VECTOR, OUT_OF_MEMORY as VectorIndex.add does, with the row
 */
export function readVectors(vectors: Vectors, options: VectorOptions): Float32Array {
  const shape = resolveVectorOptions(options);
  const { dimension, metric } = shape;
  const count = countVectors(vectors, dimension);
  const own = ownVectors(vectors, dimension, metric);
  // Rows are a copy by now, typed arrays are the caller's still.
  const isCopy = own !== vectors && own instanceof Float32Array;
  const floats = isCopy ? own : allocateFloats(count * dimension);
  if (!isCopy) copyVectors(own, dimension, { first: 0, count }, floats);
  checkRows(floats, shape);
  return floats;
}

/**
 * Copies one query and checks it; the copy is `own`, whose length is the dimension. Reading an
 * array may run code of the caller's, which may search meanwhile: it gets a fresh one.
 */
export function readQuery(query: unknown, own: Float32Array, metric: Metric): Float32Array {
  const floats = Array.isArray(query) ? new Float32Array(own.length) : own;
  copyQuery(query, own.length, floats);
  checkQuery(floats, metric);
  return floats;
}

/**
 * Checks the numbers of rows, the first being row 0. Sums of squares tell of nearly all rows that
 * they are sound: half the time of looking for the largest component.
 */
function checkRows(floats: Float32Array, { dimension, metric, kept }: ResolvedVectorOptions): void {
  const limit = componentLimit(dimension, metric, kept);
  const sound = SOUND * limit * limit;
  const least = metric === 'cosine' ? 0 : -1;
  for (let first = 0; first < floats.length; first += dimension) {
    const square = squareSum(floats, first, first + dimension);
    if (square <= sound && square > least) continue;
    checkQuery(floats.subarray(first, first + dimension), metric, first / dimension, kept);
  }
}

/** The sum of the squares of [first, end): in float64, where none is lost and none overflows. */
function squareSum(floats: Float32Array, first: number, end: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = first;
  for (; i + 4 <= end; i += 4) {
    const w = floats[i];
    const x = floats[i + 1];
    const y = floats[i + 2];
    const z = floats[i + 3];
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (; i < end; i++) a += floats[i] * floats[i];
  return a + b + c + d;
}

/** Checks one query's numbers; `row` is its number in a batch, `kept` what it will be kept as. */
export function checkQuery(
  floats: Float32Array,
  metric: Metric,
  row?: number,
  kept?: VectorKind,
): void {
  const limit = componentLimit(floats.length, metric, kept);
  let largest = 0;
  // No branch, and NaN wins: four times the speed of looking at each component.
  for (let i = 0; i < floats.length; i++) largest = Math.max(largest, Math.abs(floats[i]));
  if (!(largest <= limit)) throw componentError(floats, limit, row);
  if (largest === 0 && metric === 'cosine') throw zeroError(row);
}
