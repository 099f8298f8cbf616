// What a search is asked for, checked and resolved to a plan.

import { argument, assertBoolean, assertInteger, assertOptions, option } from '../assert.ts';
import { MAX_POOL } from '../hot/fields.ts';
import { DEFAULT_EF_SEARCH, MAX_EF_SEARCH } from '../options.ts';
import type { SearchPlan } from './search-segment.ts';

export interface SearchOptions {
  /** Beam width: more finds more and takes longer. At least k is used. 1 to 4,096, default 64. */
  readonly efSearch?: number;
  /** Measure every vector instead of searching the graph: recall 1. */
  readonly exact?: boolean;
}

export const MAX_K: number = 2 ** 31 - 1;

/**
 * The plan for `k` results of an index of `count` vectors.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION
 */
export function planSearch(k: unknown, raw: unknown, count: number): SearchPlan {
  const given = assertOptions(raw, ['efSearch', 'exact']);
  const wanted = Math.min(assertInteger(k, [1, MAX_K], argument('k')), count);
  const efSearch =
    given.efSearch === undefined
      ? DEFAULT_EF_SEARCH
      : assertInteger(given.efSearch, [1, MAX_EF_SEARCH], argument('efSearch'));
  const exact = given.exact === undefined ? false : assertBoolean(given.exact, option('exact'));
  return { k: wanted, efSearch, exact, exhaustive: wanted > MAX_POOL };
}
