// The options of long work: progress and cancelling.

import { assertOptions } from '@nigh/base';
import type { WorkOptions } from '@nigh/core';
import { optionCheck, optionError } from './errors.ts';

/** @throws {CollectionError} INVALID_OPTION */
export function readWork(options: unknown): WorkOptions {
  const names = ['onProgress', 'signal'];
  const { onProgress, signal } = assertOptions(options, names, optionCheck('options'));
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw optionError('onProgress must be a function', { name: 'onProgress' });
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw optionError('signal must be an AbortSignal', { name: 'signal' });
  }
  return {
    ...(onProgress !== undefined && {
      onProgress: onProgress as NonNullable<WorkOptions['onProgress']>,
    }),
    ...(signal !== undefined && { signal }),
  };
}
