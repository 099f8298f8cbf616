/**
 * Searches under a filter, by the share it lets through and by whether it goes with the vectors:
 * recall, speed, work, how it was searched, and the slowest queries beside an exact scan of what is
 * let through. hnswlib-node, whose filter is a function called for every candidate, takes turns.
 */
import { type NodeFilter, type SearchResult, type Strategy, VectorIndex } from '@nigh/core';
import { recall } from '@nigh/testkit';
import { type MeasuredIndex, nodesOf, rowsOf, type Search } from '../compare/adapter.ts';
import { createHnswlibNode } from '../compare/peers/hnswlib-node.ts';
import { cheapest } from '../harness/cheapest.ts';
import { createData } from '../harness/data.ts';
import { FILTER_KINDS, filterMaker } from '../harness/filters.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { type Goal, publish, type Row } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { median, medianRatio, percentile, significant } from '../harness/stats.ts';

const K = 10;
const SHARES = [0.001, 0.01, 0.05, 0.2, 0.5, 0.9];
const EF_SEARCH = 64;
const MAX_PEER_EF = 2048;
const PEER = 'hnswlib-node';
const REQUIRED = { recall: 0.95, overPeer: 5, worst: 1.2 };
/** Scans of fewer take microseconds: what is compared there is the clock. */
const LEAST_SCANNED = 1000;
/** Of the repetitions of a single query the fastest counts: the others were disturbed. */
const REPETITIONS = 9;

const options = readOptions({
  ...{ count: 100_000, dimension: 128, queries: 200 },
  ...{ peerQueries: 50, seed: 1, rounds: 5, peer: 1 },
});
const { count, dimension, queries: queryCount, peerQueries, seed, rounds } = options;

interface Setting {
  readonly kind: string;
  readonly share: number;
  readonly filter: NodeFilter;
  readonly truth: readonly Uint32Array[];
}

console.log('making data, building …');
const data = createData({ count, dimension, queryCount, seed });
const queries = rowsOf(data.queries, dimension);
const index = await VectorIndex.build(data.vectors, { dimension, threads: 1 });
const peer = await buildPeer();
const rows: Row[] = [];
for (const setting of settings()) {
  const row = await measure(setting);
  rows.push(row);
  console.log(JSON.stringify(row));
}
await index.close();
await peer?.close();
report();

async function buildPeer(): Promise<MeasuredIndex | undefined> {
  if (options.peer === 0) return undefined;
  try {
    const build = { dimension, M: 16, efConstruction: 100, seed, threads: 1 };
    return await createHnswlibNode().prepareBuild(data.vectors, build)();
  } catch (error) {
    if (options.save) throw error;
    console.log(`without ${PEER}: ${String(error)}`);
    return undefined;
  }
}

function* settings(): Generator<Setting> {
  const make = filterMaker({ ...data, dimension, seed });
  for (const kind of FILTER_KINDS) {
    for (const share of SHARES) {
      const filter = make(kind, share);
      const truth = queries.map(
        (query) => index.search(query, K, { accept: filter, exact: true }).nodes,
      );
      yield { kind, share, filter, truth };
    }
  }
}

/** How often each strategy was taken, as text. */
function shares(results: readonly SearchResult[]): string {
  const counts = new Map<Strategy, number>();
  for (const { strategy } of results) counts.set(strategy, (counts.get(strategy) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return most.map(([name, n]) => `${name} ${Math.round((100 * n) / results.length)} %`).join(', ');
}

/** The fastest of some runs, in milliseconds. */
function fastest(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPETITIONS; i++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** For each query its time over that of the exact scan. */
function overScan({ filter: accept }: Setting): number[] {
  return queries.map((query) => {
    const scan = fastest(() => index.search(query, K, { accept, exact: true }));
    return fastest(() => index.search(query, K, { accept })) / scan;
  });
}

function queriesPerSecond(asked: number, search: (query: number) => unknown): number {
  const start = performance.now();
  for (let query = 0; query < asked; query++) search(query);
  return (1000 * asked) / (performance.now() - start);
}

/** The smallest efSearch with which the peer finds as much as we do, if there is one. */
function equalWidth(search: Search, truth: readonly Uint32Array[], wanted: number): number {
  const asked = truth.slice(0, peerQueries);
  return cheapest({ min: K, max: MAX_PEER_EF }, (efSearch) => {
    const found = meanRecall(asked, (query) => nodesOf(search(query, K, efSearch)));
    return found >= wanted;
  });
}

async function besidePeer(setting: Setting, ours: number): Promise<Row> {
  const { filter, truth } = setting;
  const categories = new Uint8Array(count).fill(1);
  for (const node of filter.nodes()) categories[node] = 0;
  const search = peer?.prepareFilteredSearch?.(data.queries, { categories, limit: 1 });
  if (search === undefined) return {};
  const asked = truth.slice(0, peerQueries);
  const recallAt = (efSearch: number): number =>
    meanRecall(asked, (query) => nodesOf(search(query, K, efSearch)));
  const width = equalWidth(search, truth, ours);
  const timed = (name: string, efSearch: number) => ({
    name,
    measure: () => queriesPerSecond(peerQueries, (query) => search(query, K, efSearch)),
  });
  const samples = await interleave(
    [
      { name: 'nigh', measure: () => queriesPerSecond(queryCount, asker(filter)) },
      timed('usual', EF_SEARCH),
      timed('equal', width),
    ],
    { rounds },
  );
  const over = (name: string): number =>
    significant(medianRatio(samplesOf(samples, 'nigh'), samplesOf(samples, name)), 3);
  return {
    peerRecall: significant(recallAt(EF_SEARCH)),
    overPeer: over('usual'),
    peerEfSearch: width,
    peerEqualRecall: significant(recallAt(width)),
    overPeerEqual: over('equal'),
  };
}

function asker(accept: NodeFilter): (query: number) => unknown {
  const asked = { accept };
  return (query) => index.search(queries[query] as Float32Array, K, asked);
}

async function measure(setting: Setting): Promise<Row> {
  const { kind, share, filter: accept, truth } = setting;
  const results = queries.map((query) => index.search(query, K, { accept }));
  const found = truth.reduce((sum, exact, i) => sum + recall(nodesAt(results, i), exact), 0);
  const short = results.filter(({ nodes }, i) => nodes.length < (truth[i]?.length ?? 0)).length;
  const speeds: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const speed = queriesPerSecond(queryCount, asker(accept));
    if (round >= 0) speeds.push(speed);
  }
  const ratios = overScan(setting);
  const mean = (of: (result: SearchResult) => number): number =>
    significant(results.reduce((sum, result) => sum + of(result), 0) / results.length);
  const ours = found / truth.length;
  return {
    ...{ kind, share: significant(share), accepted: accept.count },
    recall: significant(ours),
    short,
    queriesPerSecond: significant(median(speeds)),
    distances: mean(({ distanceCount }) => distanceCount),
    rows: mean(({ hopCount }) => hopCount),
    strategies: shares(results),
    scanP50: significant(median(ratios), 3),
    scanP99: significant(percentile(ratios, 99), 3),
    scanMax: significant(Math.max(...ratios), 3),
    ...(await besidePeer(setting, ours)),
  };
}

function nodesAt(results: readonly SearchResult[], query: number): Uint32Array {
  return results[query]?.nodes ?? new Uint32Array(0);
}

function least(key: string): number {
  return Math.min(...rows.map((row) => Number(row[key] ?? Number.NaN)));
}

function goals(): Goal[] {
  const large = rows.filter(({ accepted }) => Number(accepted) >= LEAST_SCANNED);
  const worst = Math.max(...large.map(({ scanMax }) => Number(scanMax)));
  const short = rows.reduce((sum, { short: few }) => sum + Number(few), 0);
  const own: Goal[] = [
    {
      goal: 'least recall@10 under a filter, default settings',
      measured: least('recall'),
      required: REQUIRED.recall,
      direction: 'at least',
    },
    {
      goal: 'filtered queries with fewer results than there are',
      measured: short,
      required: 0,
      direction: 'at most',
    },
    {
      goal: `slowest filtered query over the exact scan, of ${LEAST_SCANNED} or more`,
      measured: significant(worst, 3),
      required: REQUIRED.worst,
      direction: 'at most',
    },
  ];
  if (peer === undefined) return own;
  return [
    ...own,
    {
      goal: `least ratio over ${PEER} with its filter at efSearch ${EF_SEARCH}`,
      measured: least('overPeer'),
      required: REQUIRED.overPeer,
      direction: 'at least',
    },
  ];
}

function report(): void {
  publish(
    {
      program: 'filters',
      command: 'pnpm --filter @nigh/benchmarks run filters',
      data: { description: data.description, count, dimension, queryCount, seed },
      parameters: { k: K, rounds, efSearch: EF_SEARCH, shares: SHARES, peerQueries },
      method: [
        'Default settings, one thread. Truth is an exact scan of what the filter lets through.',
        'A half space lies along a random direction; cells are those of 100 random vectors.',
        'Queries come from everywhere, so also from where nothing is let through.',
        'Over the scan: the time of a query over that of the exact scan of the same, each the',
        `fastest of ${REPETITIONS}; median, 99th percentile and the slowest of all queries.`,
        `${PEER} calls a function for every candidate; the same bits decide there.`,
        'Both take turns within a round; ratios are medians of ratios by round.',
      ],
      tables: { filters: rows },
      comparisons: [],
      goals: goals(),
    },
    options.save,
  );
}
