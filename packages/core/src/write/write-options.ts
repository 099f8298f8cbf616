// The options of writes, checked.

import { assertChoice, assertOptions, option } from '../assert.ts';
import type { WorkOptions } from '../build/runner.ts';
import { checkWorkOptions, WORK_OPTION_NAMES } from '../work-options.ts';

export const REBUILDS = ['auto', 'never', 'now'] as const;
export type Rebuild = (typeof REBUILDS)[number];

export interface AddOptions extends WorkOptions {
  /**
   * Whether the graph is built anew with what is added: when that is faster than inserting it, or
   * codes no longer fit the vectors ('auto', the default), never, or in any case ('now'). Sealed
   * segments take no vectors and stay.
   */
  readonly rebuild?: Rebuild;
}

/** The same, checked. */
export interface WriteOptions extends WorkOptions {
  readonly rebuild: Rebuild;
}

/** @throws {VectorIndexError} INVALID_OPTION */
export function readWriteOptions(raw: unknown): WriteOptions {
  const given = assertOptions(raw, [...WORK_OPTION_NAMES, 'rebuild']);
  const work = checkWorkOptions(given);
  const wanted = given.rebuild === undefined ? 'auto' : given.rebuild;
  const rebuild = assertChoice(wanted, REBUILDS, option('rebuild'));
  return { rebuild, ...work };
}
