// Rows and the vectors that belong to them, from two files, read in step: row i has vector i.

import { FormatError, FormatErrorCode } from './errors.ts';
import type { Rows, VectorBlock } from './rows/rows.ts';
import type { VectorFile } from './vectors/vector-file.ts';

/**
 * The blocks of `rows`, each with the vectors of its rows. Closes neither file.
 *
 * @throws FormatError COUNT_MISMATCH when there are more of one than of the other: at the start
 * where the rows are counted, else as soon as it is known, and at the latest at the end.
 */
export async function* zipBlocks(rows: Rows, vectors: VectorFile): AsyncGenerator<VectorBlock> {
  const { dimension } = vectors;
  if (rows.count !== undefined && rows.count !== vectors.count) {
    throw mismatch(rows, vectors, `${rows.count}`);
  }
  let firstRow = 0;
  for await (const block of rows) {
    const end = firstRow + block.length;
    if (end > vectors.count) throw mismatch(rows, vectors, `at least ${end}`);
    const values = new Float32Array(block.length * dimension);
    await vectors.read(values, firstRow, block.length);
    yield { firstRow, rows: block, vectors: values, dimension };
    firstRow = end;
  }
  if (firstRow < vectors.count) throw mismatch(rows, vectors, `${firstRow}`);
}

function mismatch(rows: Rows, vectors: VectorFile, got: string): FormatError {
  return new FormatError({
    code: FormatErrorCode.countMismatch,
    path: rows.path,
    problem: `there is not one vector in ${vectors.path} for each row`,
    expected: `${vectors.count} rows, as there are vectors`,
    got: `${got} rows`,
  });
}
