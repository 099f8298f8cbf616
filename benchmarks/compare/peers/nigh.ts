/**
 * nigh behind the same contract as its peers. Queries are Float32Arrays, the form it takes, so
 * there is nothing to convert.
 */
import { type SearchOptions, type Tier, VectorIndex } from '@nigh/core';
import { type MeasuredIndex, rowsOf } from '../adapter.ts';

/** All tiers, fastest first. */
export const TIERS: readonly Tier[] = ['relaxed', 'simd', 'javascript'];

/** @param options what a search is asked for besides efSearch. */
export function measuredNigh(index: VectorIndex, options: SearchOptions = {}): MeasuredIndex {
  return {
    bytes: index.stats().bytes.total,
    prepareSearch: (queries) => {
      const rows = rowsOf(queries, index.dimension);
      let asked = options;
      return (query, k, efSearch) => {
        if (efSearch !== asked.efSearch) asked = { ...options, efSearch };
        return index.search(rows[query] as Float32Array, k, asked).nodes;
      };
    },
    close: () => index.close(),
  };
}

/** Whether this runtime can run `tier`: relaxed SIMD is missing in some. */
export function tierRuns(tier: Tier): boolean {
  try {
    void VectorIndex.create({ dimension: 1, capacity: 1, threads: 1, tier }).close();
    return true;
  } catch (error) {
    console.log(`tier ${tier} does not run here: ${String(error)}`);
    return false;
  }
}
