// Product quantization (Jegou, Douze, Schmid 2011): a vector is cut into subspaces, and of each
// the number of its nearest of 256 centroids is kept, one byte. A query is bound once to a table
// of what each centroid adds to its distance (asymmetric: the query is not encoded); an estimate
// is the sum of as many entries as there are subspaces. It is the distance to what the codes stand
// for: under l2 its square, under cosine half of that, under dot the negated dot product.
//
// Subspace j has the components [floor(j D / m), floor((j + 1) D / m)): sizes differ by one at
// most.

import {
  BUFFER_WORD,
  CENTROID_COUNT,
  CENTROID_GROUP,
  CENTROIDS,
  CODE_WORDS,
  CODES,
  DIMENSION,
  ENCODED_WORD,
  METRIC,
  QUAD,
  QUERY_CODE_WORD,
  SUBSPACES,
} from './fields.ts';
import { clear, f32At, i32At, setF32, setU8, sortableAt, truncate, u8At } from './machine.ts';
import { dotTable, smallestEntry, squareTable } from './product-kernels.ts';

const BYTE: i32 = 255;

/** The first component of subspace `index` of `subspaces`. */
export function firstComponent(index: i32, dimension: i32, subspaces: i32): i32 {
  const size: f64 = dimension;
  return truncate((size * index) / subspaces);
}

/**
 * Words from the first of a subspace's centroids to centroid `number`; its components are
 * CENTROID_GROUP words apart.
 */
export function centroidOffset(number: i32, length: i32): i32 {
  return (number & -CENTROID_GROUP) * length + (number & (CENTROID_GROUP - 1));
}

/**
 * The centroid of subspace `index` nearest to the floats at `piece`; the squared distances to all
 * are left at QUERY_CODE_WORD of the scratch block.
 */
export function nearestCentroid(scratch: i32, index: i32, piece: i32): i32 {
  const dimension = i32At(DIMENSION);
  const subspaces = i32At(SUBSPACES);
  const first = firstComponent(index, dimension, subspaces);
  const length = firstComponent(index + 1, dimension, subspaces) - first;
  const table = scratch + i32At(QUERY_CODE_WORD);
  squareTable(piece, i32At(CENTROIDS) + CENTROID_COUNT * first, length, 1, table);
  return smallestEntry(table);
}

/** Encodes the floats at BUFFER of the scratch block to the codes of `slot`. */
export function encodeProducts(scratch: i32, slot: i32): void {
  const dimension = i32At(DIMENSION);
  const subspaces = i32At(SUBSPACES);
  const words = i32At(CODE_WORDS);
  const code = i32At(CODES) + slot * words;
  const vector = scratch + i32At(BUFFER_WORD);
  clear(code, words);
  for (let j: i32 = 0; j < subspaces; j++) {
    const piece = vector + firstComponent(j, dimension, subspaces);
    setU8(code, j, nearestCentroid(scratch, j, piece));
  }
}

/** Binds the floats at ENCODED as the query of this scratch block. */
export function bindProducts(scratch: i32): void {
  const dimension = i32At(DIMENSION);
  const subspaces = i32At(SUBSPACES);
  const query = scratch + i32At(ENCODED_WORD);
  const metric = i32At(METRIC);
  let table = scratch + i32At(QUERY_CODE_WORD);
  for (let j: i32 = 0; j < subspaces; j++) {
    const first = firstComponent(j, dimension, subspaces);
    const length = firstComponent(j + 1, dimension, subspaces) - first;
    const centroids = i32At(CENTROIDS) + CENTROID_COUNT * first;
    if (metric === 2) dotTable(query + first, centroids, length, table);
    else squareTable(query + first, centroids, length, metric === 1 ? 0.5 : 1, table);
    table += CENTROID_COUNT;
  }
}

/** Estimated distance of the bound query to `slot`, the metric's own, sortable. */
export function productDistance(scratch: i32, slot: i32): i32 {
  const subspaces = i32At(SUBSPACES);
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const whole = subspaces >> 2;
  let table = scratch + i32At(QUERY_CODE_WORD);
  // Four sums: the additions of one would wait for each other.
  let a: f64 = 0;
  let b: f64 = 0;
  let c: f64 = 0;
  let d: f64 = 0;
  for (let i: i32 = 0; i < whole; i++) {
    const four = i32At(code + i);
    a += f32At(table + (four & BYTE));
    b += f32At(table + CENTROID_COUNT + ((four >> 8) & BYTE));
    c += f32At(table + 2 * CENTROID_COUNT + ((four >> 16) & BYTE));
    d += f32At(table + 3 * CENTROID_COUNT + ((four >> 24) & BYTE));
    table += 4 * CENTROID_COUNT;
  }
  for (let j: i32 = 4 * whole; j < subspaces; j++) {
    a += f32At(table + u8At(code, j));
    table += CENTROID_COUNT;
  }
  setF32(scratch + QUAD, a + b + (c + d));
  return sortableAt(scratch + QUAD);
}

/** Writes the vector that the codes of `slot` stand for to BUFFER of the scratch block. */
export function decodeProducts(scratch: i32, slot: i32): void {
  const dimension = i32At(DIMENSION);
  const subspaces = i32At(SUBSPACES);
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const buffer = scratch + i32At(BUFFER_WORD);
  for (let j: i32 = 0; j < subspaces; j++) {
    const first = firstComponent(j, dimension, subspaces);
    const length = firstComponent(j + 1, dimension, subspaces) - first;
    const centroid = i32At(CENTROIDS) + CENTROID_COUNT * first;
    const from = centroid + centroidOffset(u8At(code, j), length);
    for (let i: i32 = 0; i < length; i++)
      setF32(buffer + first + i, f32At(from + i * CENTROID_GROUP));
  }
}
