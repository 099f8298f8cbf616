// The error that something throws, as what tests compare.

import { FilterError } from '../../src/index.ts';

/** The FilterError thrown; what else is thrown is passed on. */
export function errorOf(act: () => unknown): FilterError {
  try {
    act();
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
