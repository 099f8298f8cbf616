// The one error type of the vector file readers. Codes are stable and may be matched on; messages
// may change. Everything a person needs to find the fault in the file travels with the error.

/** Stable codes of {@link VectorFileError}. */
export const VectorFileErrorCode = {
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
  noVectors: 'NO_VECTORS',
  /** The caller asked for rows that the file does not have. */
  rowOutOfRange: 'ROW_OUT_OF_RANGE',
} as const;

export type VectorFileErrorCode = (typeof VectorFileErrorCode)[keyof typeof VectorFileErrorCode];

/** What was found wrong, and where. */
export interface VectorFileFault {
  readonly code: VectorFileErrorCode;
  readonly path: string;
  /** What is wrong, without the path: the error puts the path in front. */
  readonly problem: string;
  /** Byte offset in the file at which the fault was found. */
  readonly offset?: number;
  readonly expected?: string | number;
  readonly got?: string | number;
  readonly cause?: unknown;
}

/** A vector file that is missing, damaged or of a kind we do not read. */
export class VectorFileError extends Error {
  readonly code: VectorFileErrorCode;
  readonly path: string;
  readonly offset: number | undefined;
  readonly expected: string | number | undefined;
  readonly got: string | number | undefined;

  constructor(fault: VectorFileFault) {
    const compared =
      fault.expected === undefined ? '' : ` (expected ${fault.expected}, got ${fault.got})`;
    super(`${fault.path}: ${fault.problem}${compared}`, { cause: fault.cause });
    this.name = 'VectorFileError';
    this.code = fault.code;
    this.path = fault.path;
    this.offset = fault.offset;
    this.expected = fault.expected;
    this.got = fault.got;
  }
}
