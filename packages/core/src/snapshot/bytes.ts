// What an index is written to and read from where that is no path: functions of the caller's. What
// they throw becomes a typed error, as what a file system refuses does.

import { argument, type Blame, option } from '../assert.ts';
import { describe, detail, ErrorCode, VectorIndexError } from '../errors.ts';

/**
 * Writes all of `bytes` at `position`. Calls come one after another, from position 0 on without
 * gaps. The bytes are memory of the index, shared with its threads: they must be written or copied
 * when the promise settles, and not be written to.
 */
export type WriteBytes = (bytes: Uint8Array, position: number) => Promise<void>;

/** Bytes that can be read anywhere. */
export interface ReadableBytes {
  /** How many bytes there are. */
  readonly byteLength: number;
  /**
   * Fills `target` from `position`, or as far as there are bytes; how many those are. Some reads
   * are under way at once. `target` may lie in shared memory, and is not to be written to when the
   * promise has settled.
   */
  read(target: Uint8Array, position: number): Promise<number>;
}

/** What an index is called in errors that has no path. */
const NO_NAME = 'the index';

/** The typed error for a failed file operation. */
export function fileError(action: string, path: string, cause: unknown): VectorIndexError {
  const code = (cause as { code?: string } | null | undefined)?.code;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VectorIndexError(
    ErrorCode.fileFailed,
    `cannot ${action} ${path}: ${reason}`,
    { path, errno: code },
    cause,
  );
}

function invalid({ code, name }: Blame, expected: string, got: unknown): VectorIndexError {
  const message = `${name} must be ${expected}; got ${describe(got)}`;
  return new VectorIndexError(code, message, { name, expected, got: detail(got) });
}

/** The option `name`: what errors call the index. */
export function readName(value: unknown): string {
  if (value === undefined) return NO_NAME;
  if (typeof value === 'string' && value.length > 0) return value;
  throw invalid(option('name'), 'a non-empty string', value);
}

/** `value` as a function that writes and fails with FILE_FAILED only. */
export function assertWrite(value: unknown, name: string): WriteBytes {
  if (typeof value !== 'function') throw invalid(argument('write'), 'a function', value);
  return async (bytes, position) => {
    try {
      await value(bytes, position);
    } catch (cause) {
      throw fileError('write', name, cause);
    }
  };
}

/** `value` as bytes whose length stays and whose `read` fails with FILE_FAILED only. */
export function assertReadable(value: unknown, name: string): ReadableBytes {
  const source = value as ReadableBytes;
  const isSource = typeof value === 'object' && value !== null && typeof source.read === 'function';
  const expected = 'an object with a byteLength and a function read';
  if (!isSource) throw invalid(argument('source'), expected, value);
  const { byteLength } = source;
  if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
    throw invalid(argument('source.byteLength'), 'a number of bytes', byteLength);
  }
  const read = async (target: Uint8Array, position: number): Promise<number> => {
    try {
      return await source.read(target, position);
    } catch (cause) {
      throw fileError('read', name, cause);
    }
  };
  return { byteLength, read };
}
