/**
 * Many queries at once: `searchBatch` on one thread and on two, beside a loop of `search`. All
 * three search the same graph, take turns, and have to find the very same.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BatchResult, VectorIndex } from '@nigh/core';
import { rowsOf } from '../compare/adapter.ts';
import { createData } from '../harness/data.ts';
import { readOptions } from '../harness/options.ts';
import { type Goal, publish, type Row } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { medianRatio, significant, summarize } from '../harness/stats.ts';

const K = 10;
const THREADS = [1, 2];
const LOOP = 'loop of search';
const REQUIRED_TWO_THREADS = 1.85;

const options = readOptions({
  ...{ count: 100_000, dimension: 128, queries: 10_000 },
  ...{ seed: 1, rounds: 7 },
});

const { count, dimension, queries: queryCount, seed, rounds } = options;
console.log('making data, building …');
const data = createData({ count, dimension, queryCount, seed });
const queries = rowsOf(data.queries, dimension);
const indexes = await openIndexes();
const [single] = indexes;
if (single === undefined) throw new Error('there is no index to search');
const samples = await measure(single);
await compareResults(single);
for (const index of indexes) await index.close();
report();

/** One index for every number of threads, from the same bytes. */
async function openIndexes(): Promise<VectorIndex[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-batch-'));
  const path = join(folder, 'index.nigh');
  const built = await VectorIndex.build(data.vectors, { dimension });
  await built.save(path);
  await built.close();
  const opened: VectorIndex[] = [];
  for (const threads of THREADS) opened.push(await VectorIndex.load(path, { threads }));
  await rm(folder, { recursive: true });
  return opened;
}

function batchName(threads: number): string {
  return `searchBatch, threads ${threads}`;
}

function measure(index: VectorIndex): Promise<Map<string, number[]>> {
  const contestants = indexes.map((one, i) => ({
    name: batchName(THREADS[i] ?? 0),
    measure: () => queriesPerSecond(() => one.searchBatch(data.queries, K)),
  }));
  const loop = { name: LOOP, measure: () => queriesPerSecond(() => searchAll(index)) };
  return interleave([loop, ...contestants], { rounds });
}

async function queriesPerSecond(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return queryCount / ((performance.now() - start) / 1000);
}

/** The nodes and distances of all queries, asked one by one. */
function searchAll(index: VectorIndex): Pick<BatchResult, 'nodes' | 'distances'> {
  const nodes = new Uint32Array(queryCount * K);
  const distances = new Float32Array(queryCount * K);
  for (const [i, query] of queries.entries()) {
    const found = index.search(query, K);
    nodes.set(found.nodes, i * K);
    distances.set(found.distances, i * K);
  }
  return { nodes, distances };
}

/** @throws when a batch found anything else than the single queries. */
async function compareResults(index: VectorIndex): Promise<void> {
  const expected = searchAll(index);
  for (const one of indexes) {
    const { nodes, distances } = await one.searchBatch(data.queries, K);
    const same =
      nodes.every((node, i) => node === expected.nodes[i]) &&
      distances.every((distance, i) => distance === expected.distances[i]);
    if (!same) throw new Error(`${batchName(one.stats().threads)} found something else`);
  }
}

function row(name: string): Row {
  const speeds = samplesOf(samples, name);
  const { median: middle, min, max } = summarize(speeds);
  const overLoop = medianRatio(speeds, samplesOf(samples, LOOP));
  return {
    name,
    queriesPerSecond: significant(middle),
    ...{ min: significant(min), max: significant(max) },
    overLoop: significant(overLoop, 3),
  };
}

function goals(): Goal[] {
  const [one, two] = THREADS.map((threads) => samplesOf(samples, batchName(threads)));
  if (one === undefined || two === undefined) return [];
  return [
    {
      goal: `searchBatch of ${queryCount} queries, two threads over one`,
      measured: significant(medianRatio(two, one), 3),
      required: REQUIRED_TWO_THREADS,
      direction: 'at least',
    },
  ];
}

function report(): void {
  publish(
    {
      program: 'batch',
      command: 'pnpm --filter @nigh/benchmarks run batch',
      data: { description: data.description, count, dimension, queryCount, seed },
      parameters: { k: K, rounds, threads: THREADS },
      method: [
        'Default settings; all three search the same graph and take turns, after a warm-up round.',
        'Nodes and distances of all queries were compared after the rounds and are identical.',
        'Queries per second is the median of the rounds; ratios are medians of ratios by round.',
      ],
      tables: { batch: [LOOP, ...THREADS.map(batchName)].map(row) },
      comparisons: [],
      goals: goals(),
    },
    options.save,
  );
}
