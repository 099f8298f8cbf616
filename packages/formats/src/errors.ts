// The one error type of the readers. Codes are stable and may be matched on; messages may change.
// Everything a person needs to find the fault in the file travels with the error.

import { NighError } from '@nigh/base';

/** Stable codes of {@link FormatError}. */
export const FormatErrorCode = {
  /** There is no file at the path. */
  fileNotFound: 'FILE_NOT_FOUND',
  /** The file exists and cannot be opened or read (rights, a folder, a device error). */
  fileUnreadable: 'FILE_UNREADABLE',
  /** Neither the name nor the first bytes belong to a format we read. */
  formatUnknown: 'FORMAT_UNKNOWN',
  /** The file contradicts its own format: wrong length, broken header, rows that differ. */
  formatDamaged: 'FORMAT_DAMAGED',
  /** A correct file of a kind we do not read (big endian, column order, objects, one row). */
  formatUnsupported: 'FORMAT_UNSUPPORTED',
  /** The file is correct and holds no vector at all. */
  fileEmpty: 'FILE_EMPTY',
  /** The caller asked for rows that the file does not have. */
  rowOutOfRange: 'ROW_OUT_OF_RANGE',
  /** A text of rows that is not UTF-8. */
  textInvalid: 'TEXT_INVALID',
  /** A row that is no row: no JSON, no object, nested too deep, too long. */
  rowInvalid: 'ROW_INVALID',
  /** A value that a row cannot hold: bytes, an integer that a number rounds. */
  valueUnsupported: 'VALUE_UNSUPPORTED',
  /** A column was asked for that the file does not have. */
  columnNotFound: 'COLUMN_NOT_FOUND',
  /** Rows and vectors that belong together are not equally many. */
  countMismatch: 'COUNT_MISMATCH',
  /** An option of the caller is out of its range. */
  invalidOption: 'INVALID_OPTION',
  /** The file was closed while somebody still reads it. */
  closed: 'CLOSED',
} as const;

/** A code of {@link FormatError}. */
export type FormatErrorCode = (typeof FormatErrorCode)[keyof typeof FormatErrorCode];

/** What was found wrong, and where. All of it but the code and the cause becomes `details`. */
export interface FormatFault {
  /** What kind of fault it is. */
  readonly code: FormatErrorCode;
  /** The file. */
  readonly path: string;
  /** What is wrong, without the path: the error puts the path in front. */
  readonly problem: string;
  /** Byte offset in the file at which the fault was found. */
  readonly offset?: number;
  /** Line of a text, from 1 on. */
  readonly line?: number;
  /** Row, from 0 on. */
  readonly row?: number;
  /** The column. */
  readonly column?: string;
  /** What should have been there. */
  readonly expected?: string | number;
  /** What was there. */
  readonly got?: string | number;
  /** The error below it, if there is one. */
  readonly cause?: unknown;
}

/** A file that is missing, damaged or of a kind we do not read. `details` has path and place. */
export class FormatError extends NighError<FormatErrorCode> {
  override readonly name = 'FormatError';

  constructor(fault: FormatFault) {
    const { code, cause, ...details } = fault;
    const { path, problem, expected, got } = details;
    const compared = expected === undefined ? '' : ` (expected ${expected}, got ${got})`;
    super(code, `${path}: ${problem}${compared}`, details, cause);
  }
}
