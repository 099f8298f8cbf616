// The options of writes, checked.

import { assertBoolean, assertChoice, assertOptions, option } from '../assert.ts';
import type { WorkOptions } from '../build/runner.ts';
import { checkWorkOptions, WORK_OPTION_NAMES } from '../work-options.ts';

const REBUILDS = ['auto', 'never', 'now'] as const;
/** Whether a graph is built anew by an add. */
export type Rebuild = (typeof REBUILDS)[number];

/** How vectors are added. */
export interface AddOptions extends WorkOptions {
  /**
   * Whether the graph is built anew with what is added: when that is faster than inserting it, or
   * codes no longer fit the vectors ('auto', the default), never, or in any case ('now'). Sealed
   * segments take no vectors and stay.
   */
  readonly rebuild?: Rebuild;
  /**
   * Whether the vectors are linked before the promise settles (default). With false they are left
   * to the next write that links, or to `link()`, and scanned until then: for many adds in a row.
   */
  readonly link?: boolean;
}

/** The same, checked. */
export interface WriteOptions extends WorkOptions {
  readonly rebuild: Rebuild;
  readonly link: boolean;
}

/** @throws {VectorIndexError} INVALID_OPTION */
export function readWriteOptions(raw: unknown): WriteOptions {
  const given = assertOptions(raw, [...WORK_OPTION_NAMES, 'rebuild', 'link']);
  const work = checkWorkOptions(given);
  const wanted = given.rebuild === undefined ? 'auto' : given.rebuild;
  const rebuild = assertChoice(wanted, REBUILDS, option('rebuild'));
  const link = given.link === undefined ? true : assertBoolean(given.link, option('link'));
  return { rebuild, link, ...work };
}
