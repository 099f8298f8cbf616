// Rows of a matrix of floats.

/** Vectors of `rows` of a matrix, without a copy where they follow each other. */
export function pickRows(
  floats: Float32Array,
  rows: readonly number[],
  dimension: number,
): Float32Array {
  const [first = 0, last = -1] = [rows[0], rows[rows.length - 1]];
  if (last - first + 1 === rows.length) {
    return floats.subarray(first * dimension, (last + 1) * dimension);
  }
  const picked = new Float32Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) {
    picked.set(floats.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  }
  return picked;
}
