// The options of everything that takes long, checked.

import { option } from './assert.ts';
import type { WorkOptions } from './build/runner.ts';
import { describe, VectorIndexError } from './errors.ts';

export const WORK_OPTION_NAMES: readonly string[] = ['onProgress', 'signal'];

/**
 * The progress callback and the signal among `given` options, checked.
 *
 * @throws {VectorIndexError} INVALID_OPTION
 */
export function checkWorkOptions(given: Record<string, unknown>): WorkOptions {
  const { onProgress, signal } = given;
  const fail = (name: string, expected: string, got: unknown): never => {
    const message = `${name} must be ${expected}; got ${describe(got)}`;
    throw new VectorIndexError(option(name).code, message, { name, expected, got });
  };
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    fail('onProgress', 'a function', onProgress);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    fail('signal', 'an AbortSignal', signal);
  }
  const work = {
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  };
  return work as WorkOptions;
}
