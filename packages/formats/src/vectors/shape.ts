// Checks that every format shares: the numbers of a header against the length of the file, and the
// rows a caller asks for against the rows there are. Nothing from a header is used before this.

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import { readExactly } from '../positioned-read.ts';

/** Where the rows of a file lie and how many bytes each takes. */
export interface RowLayout {
  readonly count: number;
  readonly dimension: number;
  /** Byte at which the first row begins. */
  readonly dataOffset: number;
  /** Bytes from the start of a row to the start of the next. */
  readonly rowByteLength: number;
}

/**
 * The first bytes of a file, in which there is `what`.
 *
 * @throws FormatError FORMAT_DAMAGED where the file is shorter.
 */
export async function readStart(
  file: OpenedFile,
  byteLength: number,
  what: string,
): Promise<DataView> {
  if (file.byteLength < byteLength) {
    throw new FormatError({
      code: FormatErrorCode.formatDamaged,
      path: file.path,
      problem: `the file is too short for a ${what}`,
      offset: 0,
      expected: `at least ${byteLength} bytes`,
      got: `${file.byteLength} bytes`,
    });
  }
  const bytes = new Uint8Array(byteLength);
  await readExactly(file, bytes, 0);
  return new DataView(bytes.buffer);
}

/**
 * Checks that the file is exactly as long as its header says.
 *
 * @throws FormatError FILE_EMPTY or FORMAT_DAMAGED.
 */
export function checkLayout(file: OpenedFile, layout: RowLayout): void {
  const { count, dimension, dataOffset, rowByteLength } = layout;
  if (count === 0) {
    throw new FormatError({
      code: FormatErrorCode.fileEmpty,
      path: file.path,
      problem: 'the file holds no vectors',
    });
  }
  if (dimension === 0) {
    throw new FormatError({
      code: FormatErrorCode.formatDamaged,
      path: file.path,
      problem: 'the header says that vectors have no components',
      expected: 'a dimension of at least 1',
      got: dimension,
    });
  }
  // A product past 2^53 is rounded, and still far larger than any file, so the comparison holds.
  const expected = dataOffset + count * rowByteLength;
  if (expected !== file.byteLength) {
    const fault = expected > file.byteLength ? 'is cut short' : 'has bytes left over';
    throw new FormatError({
      code: FormatErrorCode.formatDamaged,
      path: file.path,
      problem: `the file ${fault}: its header says ${count} vectors of ${dimension} components`,
      offset: Math.min(expected, file.byteLength),
      expected: `${expected} bytes`,
      got: `${file.byteLength} bytes`,
    });
  }
}

/** Checks a request for rows. @throws FormatError ROW_OUT_OF_RANGE. */
export function checkRows(path: string, count: number, firstRow: number, rowCount: number): void {
  const isRange = Number.isInteger(firstRow) && Number.isInteger(rowCount);
  if (isRange && firstRow >= 0 && rowCount >= 0 && firstRow + rowCount <= count) return;
  throw new FormatError({
    code: FormatErrorCode.rowOutOfRange,
    path,
    problem: 'there are no such rows in the file',
    expected: `rows from 0 to ${count - 1}`,
    got: `${rowCount} row(s) from row ${firstRow}`,
  });
}

/** @throws RangeError when `target` cannot hold the rows: a mistake of the caller, not the file. */
export function checkTarget(target: Float32Array, rowCount: number, dimension: number): void {
  if (target.length >= rowCount * dimension) return;
  throw new RangeError(
    `target holds ${target.length} floats; ${rowCount} rows of ${dimension} need more`,
  );
}
