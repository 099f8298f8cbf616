/**
 * One searching library in a process of its own, driven by macro/search.ts. It makes the data anew
 * from the seed: nothing but settings and figures crosses the process boundary.
 */
import { type Tier, VectorIndex } from '@nigh/core';
import type { BuildOptions, MeasuredIndex, Search } from '../compare/adapter.ts';
import { answerParent } from '../harness/child.ts';
import { createData, createQueries, type DataOptions } from '../harness/data.ts';
import { measuredNigh } from '../harness/nigh.ts';
import { loadPeers } from '../harness/peers.ts';

/** A tier of nigh on a snapshot, or a peer that builds its own index first. */
export type ContestantSettings = { readonly data: DataOptions; readonly k: number } & (
  | { readonly tier: Tier; readonly snapshot: string }
  | { readonly peer: string; readonly buildOptions: BuildOptions }
);

export interface SearchQuestion {
  readonly efSearch: number;
  /** How often all queries are asked; 0 asks once, untimed, and returns what was found. */
  readonly passes: number;
}

export interface SearchAnswer {
  readonly queriesPerSecond: number;
  /** One list of nodes per query, only when `passes` is 0. */
  readonly found: readonly (readonly number[])[];
}

const settings = JSON.parse(process.argv[2] ?? '{}') as ContestantSettings;
const { queryCount } = settings.data;
const index = await prepareIndex();
const search = index.prepareSearch(createQueries(settings.data));
answerParent(answer);

function prepareIndex(): Promise<MeasuredIndex> {
  if ('tier' in settings) {
    const { tier, snapshot } = settings;
    return VectorIndex.load(snapshot, { tier, threads: 1 }).then(measuredNigh);
  }
  const { peer, buildOptions } = settings;
  const adapter = loadPeers(true).find(({ name }) => name === peer);
  if (adapter === undefined) throw new Error(`no peer is called ${peer}`);
  return adapter.prepareBuild(createData(settings.data).vectors, buildOptions)();
}

function answer({ efSearch, passes }: SearchQuestion): SearchAnswer {
  if (passes > 0) return { queriesPerSecond: measure(search, efSearch, passes), found: [] };
  const found: number[][] = [];
  for (let query = 0; query < queryCount; query++) {
    found.push(Array.from(search(query, settings.k, efSearch)));
  }
  return { queriesPerSecond: 0, found };
}

function measure(ask: Search, efSearch: number, passes: number): number {
  let sink = 0; // what is found is used, so no compiler may leave the search out
  const start = performance.now();
  for (let pass = 0; pass < passes; pass++) {
    for (let query = 0; query < queryCount; query++) {
      sink += ask(query, settings.k, efSearch)[0] ?? 0;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  if (Number.isNaN(sink)) throw new Error('a search returned NaN for a node');
  return (passes * queryCount) / seconds;
}
