/**
 * nigh behind the same contract as its peers. Vectors and queries are Float32Arrays, the form it
 * takes, so `prepare…` has nothing to convert.
 */
import { readFileSync } from 'node:fs';
import { type Tier, VectorIndex } from '@nigh/core';
import { type Adapter, type MeasuredIndex, rowsOf } from '../compare/adapter.ts';

/** All tiers, fastest first. */
export const TIERS: readonly Tier[] = ['relaxed', 'simd', 'javascript'];

/** @param tier the target to run; the one chosen at start-up when left out. */
export function createNigh(tier?: Tier): Adapter {
  return {
    name: 'nigh',
    version: coreVersion(),
    note: 'vectors and queries are Float32Arrays',
    prepareBuild: (vectors, options) => async () => {
      const index = await VectorIndex.build(vectors, {
        ...options,
        metric: 'l2',
        ...(tier === undefined ? {} : { tier }),
      });
      return measuredNigh(index);
    },
  };
}

export function measuredNigh(index: VectorIndex): MeasuredIndex {
  return {
    prepareSearch: (queries) => {
      const rows = rowsOf(queries, index.dimension);
      return (query, k, efSearch) => {
        return index.search(rows[query] as Float32Array, k, { efSearch }).nodes;
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

function coreVersion(): string {
  const path = new URL(import.meta.resolve('@nigh/core/package.json'));
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
