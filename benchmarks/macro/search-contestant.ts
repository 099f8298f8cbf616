/**
 * One searching library in a process of its own, driven by macro/search.ts. It makes the data anew:
 * nothing but settings and figures crosses the process boundary.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VectorIndex } from '@nigh/core';
import { type MeasuredIndex, nodesOf, type Search } from '../compare/adapter.ts';
import { measuredNigh } from '../compare/peers/nigh.ts';
import { type Answering, answerParent } from '../harness/child.ts';
import { type DataSet, loadDataSet } from '../harness/data-sets.ts';
import { loadPeer } from '../harness/peers.ts';
import type { Contestant, NighSettings } from './search-contestants.ts';

export interface ContestantTask {
  readonly contestant: Contestant;
  readonly k: number;
  /** Vectors to take of the set, at most. */
  readonly count: number;
}

/** A round of a slow contestant asks fewer queries than all, so that it takes about so long. */
const MAX_ROUND_SECONDS = 0.5;
const MIN_TIMED_QUERIES = 100;

export interface SearchQuestion {
  readonly efSearch: number;
  /** Untimed, all queries are asked once and what was found is returned. */
  readonly timed: boolean;
}

export interface SearchAnswer {
  readonly queriesPerSecond: number;
  /** One list of nodes per query, only when not timed. */
  readonly found: readonly (readonly number[])[];
  /** What the index says it holds, for each vector; null where it cannot say. */
  readonly bytesPerVector: number | null;
}

const { contestant, k, count: limit } = JSON.parse(process.argv[2] ?? '{}') as ContestantTask;
await answerParent(prepare);

async function prepare(): Promise<Answering<SearchQuestion>> {
  const { settings, set: name } = contestant;
  const set = loadDataSet(name, limit);
  if (set === undefined) throw new Error(`${name} is not there`);
  const index =
    settings.library === 'nigh'
      ? await prepareNigh(settings, set)
      : await loadPeer(settings.peer).prepareBuild(set.vectors, settings.build)();
  const search = index.prepareSearch(set.queries);
  const queryCount = set.queries.length / set.dimension;
  const bytesPerVector = index.bytes === undefined ? null : index.bytes / set.count;
  let timedQueries = queryCount;
  return {
    answer: ({ efSearch, timed }): SearchAnswer => {
      if (timed) {
        const queriesPerSecond = measure(search, efSearch, timedQueries);
        return { queriesPerSecond, found: [], bytesPerVector };
      }
      const start = performance.now();
      const ask = (query: number) => nodesOf(search(query, k, efSearch));
      const found = Array.from({ length: queryCount }, (_, query) => ask(query));
      const share = (MAX_ROUND_SECONDS * 1000) / (performance.now() - start);
      const wanted = Math.max(MIN_TIMED_QUERIES, Math.round(queryCount * share));
      timedQueries = Math.min(queryCount, wanted);
      return { queriesPerSecond: 0, found, bytesPerVector };
    },
    close: () => index.close(),
  };
}

/** Built by the fastest tier; a slower one loads the same bytes, so that all search one graph. */
async function prepareNigh(
  { build, search, tier }: NighSettings,
  { vectors, dimension, metric }: DataSet,
): Promise<MeasuredIndex> {
  const built = await VectorIndex.build(vectors, { ...build, dimension, metric, threads: 1 });
  if (tier === undefined) return measuredNigh(built, search);
  const folder = await mkdtemp(join(tmpdir(), 'nigh-search-'));
  const snapshot = join(folder, 'index.nigh');
  await built.save(snapshot);
  await built.close();
  const loaded = await VectorIndex.load(snapshot, { tier, threads: 1 });
  await rm(folder, { recursive: true });
  return measuredNigh(loaded, search);
}

function measure(ask: Search, efSearch: number, queryCount: number): number {
  let sink = 0; // what is found is used, so no compiler may leave the search out
  const start = performance.now();
  for (let query = 0; query < queryCount; query++) sink += Number(ask(query, k, efSearch)[0] ?? 0);
  const seconds = (performance.now() - start) / 1000;
  if (Number.isNaN(sink)) throw new Error('a search returned NaN for a node');
  return queryCount / seconds;
}
