// What can go wrong with a collection itself, by stable code. Errors of its parts pass through as
// they are: VectorIndexError, FilterError, TextError and StorageError have codes of their own.

import { type Check, type ErrorDetails, NighError } from '@nigh/base';

/** Stable codes of {@link CollectionError}. The design page on errors says when each is thrown. */
export const CollectionErrorCode = {
  invalidOption: 'INVALID_OPTION',
  invalidArgument: 'INVALID_ARGUMENT',
  invalidDocument: 'INVALID_DOCUMENT',
  invalidKey: 'INVALID_KEY',
  schemaMismatch: 'SCHEMA_MISMATCH',
  noSchema: 'NO_SCHEMA',
  noVectors: 'NO_VECTORS',
  dimensionMismatch: 'DIMENSION_MISMATCH',
  noText: 'NO_TEXT',
  keyNotFound: 'KEY_NOT_FOUND',
  collectionCorrupt: 'COLLECTION_CORRUPT',
  collectionFailed: 'COLLECTION_FAILED',
  readOnly: 'READ_ONLY',
  inMemory: 'IN_MEMORY',
  closed: 'CLOSED',
  aborted: 'ABORTED',
} as const;
/** A code of {@link CollectionError}. */
export type CollectionErrorCode = (typeof CollectionErrorCode)[keyof typeof CollectionErrorCode];

/**
 * What is wrong with a collection, or with what it is asked. Its parts throw errors of their own.
 */
export class CollectionError extends NighError<CollectionErrorCode> {
  override readonly name = 'CollectionError';
}

/** The error for an argument of a call. */
export function argumentError(message: string, details: ErrorDetails): CollectionError {
  return new CollectionError(CollectionErrorCode.invalidArgument, message, details);
}

/** The error for a document. */
export function documentError(message: string, details: ErrorDetails): CollectionError {
  return new CollectionError(CollectionErrorCode.invalidDocument, message, details);
}

/** The error for an option. */
export function optionError(message: string, details: ErrorDetails): CollectionError {
  return new CollectionError(CollectionErrorCode.invalidOption, message, details);
}

/** The check of an argument of a call. */
export const argumentCheck = (name: string): Check => ({ name, error: argumentError });

/** The check of an option. */
export const optionCheck = (name: string): Check => ({ name, error: optionError });

/** The error for vectors in a collection that has none. */
export function noVectorsError(advice: string, details: ErrorDetails = {}): CollectionError {
  const rest = `${advice}, or make one with \`vector\``;
  const message = `this collection was made without vectors; ${rest}`;
  return new CollectionError(CollectionErrorCode.noVectors, message, details);
}

/**
 * Runs what may run code of the caller's: getters, and proxies in the place of objects. What they
 * throw becomes an error of ours.
 */
export function reading<T>(read: () => T, wrong: (cause: unknown) => CollectionError): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof NighError ? error : wrong(error);
  }
}

/** The error for a document that could not be read, by its number among those given. */
export function unreadable(row: number, path?: string): (cause: unknown) => CollectionError {
  return (cause) => {
    const message = `${path === undefined ? '' : `${path} of `}document ${row} could not be read`;
    const details = { row, ...(path !== undefined && { path }) };
    return new CollectionError(CollectionErrorCode.invalidDocument, message, details, cause);
  };
}

/** The error for files or tables that contradict each other. */
export function corruptError(message: string, details: ErrorDetails = {}): CollectionError {
  return new CollectionError(CollectionErrorCode.collectionCorrupt, message, details);
}

/** The error for work that its signal stopped. */
export function abortedError(signal: AbortSignal): CollectionError {
  const message = 'stopped by its signal; what was acknowledged before stays';
  return new CollectionError(CollectionErrorCode.aborted, message, {}, signal.reason);
}
