// Everything that can go wrong, by stable code. Messages say where, what was expected, what was got
// and what to do, and may change between releases; codes may not.

/** Stable codes of {@link VectorIndexError}. The design page on errors says when each is thrown. */
export const ErrorCode = {
  invalidOption: 'INVALID_OPTION',
  invalidArgument: 'INVALID_ARGUMENT',
  invalidVectors: 'INVALID_VECTORS',
  dimensionMismatch: 'DIMENSION_MISMATCH',
  notFinite: 'NOT_FINITE',
  valueTooLarge: 'VALUE_TOO_LARGE',
  zeroVector: 'ZERO_VECTOR',
  capacityExceeded: 'CAPACITY_EXCEEDED',
  nodeNotFound: 'NODE_NOT_FOUND',
  noReservation: 'NO_RESERVATION',
  reservationOpen: 'RESERVATION_OPEN',
  outOfMemory: 'OUT_OF_MEMORY',
  unsupportedRuntime: 'UNSUPPORTED_RUNTIME',
  busy: 'BUSY',
  readOnly: 'READ_ONLY',
  shareOutdated: 'SHARE_OUTDATED',
  closed: 'CLOSED',
  aborted: 'ABORTED',
  workerFailed: 'WORKER_FAILED',
  snapshotCorrupt: 'SNAPSHOT_CORRUPT',
  snapshotUnsupported: 'SNAPSHOT_UNSUPPORTED',
  fileFailed: 'FILE_FAILED',
} as const;
/** A code of {@link VectorIndexError}. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Facts about an error a program may want: `row`, `expected`, `got`, `path`, `offset`, ... */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What is wrong with an index, or with what it is asked. */
export class VectorIndexError extends Error {
  override readonly name = 'VectorIndexError';
  /** What went wrong, for programs. Part of the interface; the message is not. */
  readonly code: ErrorCode;
  /** The facts, as plain values: what was expected, what was got, where. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** A value for an error's details: a number or text as it is, never an object of the caller's. */
export function detail(value: unknown): unknown {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? describe(value) : value;
}

/** A value for an error message: short, quoted when it is a string, never a whole array. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
