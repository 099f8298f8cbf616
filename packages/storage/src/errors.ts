// Everything that can go wrong, by stable code. Messages say where, what was expected, what was got
// and what to do, and may change between releases; codes may not.

import { type ErrorDetails, NighError } from '@nigh/base';

const codes = {
  invalidOption: 'INVALID_OPTION',
  invalidArgument: 'INVALID_ARGUMENT',
  recordTooLarge: 'RECORD_TOO_LARGE',
  notReady: 'NOT_READY',
  readOnly: 'READ_ONLY',
  closed: 'CLOSED',
  aborted: 'ABORTED',
  locked: 'LOCKED',
  notAStore: 'NOT_A_STORE',
  notEmpty: 'NOT_EMPTY',
  manifestCorrupt: 'MANIFEST_CORRUPT',
  logCorrupt: 'LOG_CORRUPT',
  snapshotCorrupt: 'SNAPSHOT_CORRUPT',
  formatUnsupported: 'FORMAT_UNSUPPORTED',
  fileFailed: 'FILE_FAILED',
  storageFailed: 'STORAGE_FAILED',
} as const;
/** Stable codes of {@link StorageError}. The design page on errors says when each is thrown. */
export const StorageErrorCode: typeof codes = Object.freeze(codes);
/** A code of {@link StorageError}. */
export type StorageErrorCode = (typeof codes)[keyof typeof codes];

/** What is wrong with a folder or its disk, or with what a store is asked. */
export class StorageError extends NighError<StorageErrorCode> {
  override readonly name = 'StorageError';
}

/** Makes the errors of the checks at the door. */
export function invalidArgument(message: string, details: ErrorDetails): StorageError {
  return new StorageError(StorageErrorCode.invalidArgument, message, details);
}

export function invalidOption(message: string, details: ErrorDetails): StorageError {
  return new StorageError(StorageErrorCode.invalidOption, message, details);
}

/** The error for a file that another release wrote. */
export function otherVersion(path: string, got: number, expected: number): StorageError {
  return new StorageError(
    StorageErrorCode.formatUnsupported,
    `${path} has format version ${got}; this release reads ${expected}: use the release that ` +
      'wrote it. Nothing was changed',
    { path, got, expected },
  );
}

/** What the system calls an error: `ENOENT`, `EIO`, ... */
export function systemCode(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
