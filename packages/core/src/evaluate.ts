// Recall against exact search, with the speed it was reached at, from the same run. Queries are
// given, or stored vectors drawn by the seed, each with itself left out of both answers. Stored
// vectors are easier than strangers: the graph knows them. For a figure to publish, give held-out
// queries.

import { argument, assertInteger, assertOptions } from './assert.ts';
import { abortedError, SLICE_MS, type WorkOptions } from './build/runner.ts';
import { yieldToEventLoop } from './engine/runtime.ts';
import { checkQuery } from './input/ingest.ts';
import { copyVectors, countVectors, type Vectors } from './input/vectors.ts';
import type { Metric } from './memory/layout.ts';
import { DEFAULT_EF_SEARCH, MAX_EF_SEARCH } from './options.ts';
import { drawSample } from './random.ts';
import type { BatchResult, SearchResult } from './results.ts';
import { assertRecall, effortTwice, MAX_K, type SearchOptions } from './search/search-options.ts';
import { checkWorkOptions } from './work-options.ts';

/** What to measure, with what. */
export interface EvaluateOptions extends WorkOptions {
  /** Results compared per query. Default 10. */
  readonly k?: number;
  /** Stored vectors to draw when no queries are given. Default 1,000. */
  readonly sample?: number;
  /** Queries that are not in the index. */
  readonly queries?: Vectors;
  /** Beam widths to measure, one or a list. Default 64. */
  readonly efSearch?: number | readonly number[];
  /** Instead of those: recalls to aim at, one or a list, each with the width chosen for it. */
  readonly recall?: number | readonly number[];
}

/** One beam width: its recall and what it cost. One thread, one query at a time. */
export interface EvaluatePoint {
  /** The beam width; 0 when everything was scanned because a recall asked for it. */
  readonly efSearch: number;
  /** The recall that was aimed at, if one was. */
  readonly target?: number;
  /** Mean of |found and exact| / min(k, count). */
  readonly recall: number;
  /** 1,000 over the mean milliseconds of a search. */
  readonly queriesPerSecond: number;
  /** Milliseconds, median. */
  readonly p50: number;
  /** Milliseconds, 99th percentile. */
  readonly p99: number;
  /** Distances computed, on codes and on vectors, mean per query. */
  readonly distanceCount: number;
  /** Rows of neighbors read, mean per query. */
  readonly hopCount: number;
}

/** Recall and speed, by width. */
export interface Evaluation {
  /** Results compared per query. */
  readonly k: number;
  /** Queries that were asked. */
  readonly sample: number;
  /** Whether they were given, or are stored vectors, each left out of its own results. */
  readonly queries: 'given' | 'leave-one-out';
  /** In the order in which widths or recalls were given. */
  readonly points: readonly EvaluatePoint[];
}

/** What evaluate needs of an index. */
export interface Searchable {
  readonly count: number;
  readonly dimension: number;
  readonly metric: Metric;
  nodes(): Uint32Array;
  getVector(node: number): Float32Array;
  search(query: Float32Array, k: number, options?: SearchOptions): SearchResult;
  searchBatch(queries: Vectors, k: number, options?: SearchOptions): Promise<BatchResult>;
}

/** What is measured: a beam width, or the one that a recall leads to. */
type Trial = { readonly efSearch: number } | { readonly efSearch: number; readonly recall: number };

/** The options of its searches. */
function searchOptions(trial: Trial): SearchOptions {
  return 'recall' in trial ? { recall: trial.recall } : { efSearch: trial.efSearch };
}

/** Queries with their exact answers; `self` is the stored node a query is, if it is one. */
interface Exam {
  readonly queries: readonly Float32Array[];
  readonly self: readonly number[];
  readonly k: number;
  readonly truth: readonly ReadonlySet<number>[];
}

const SAMPLE_SEED = 0x5eed;
const WARM_UP_QUERIES = 100;

function readQueries(queries: Vectors, { dimension, metric }: Searchable): Float32Array[] {
  const count = countVectors(queries, dimension);
  return Array.from({ length: count }, (_, i) => {
    const floats = new Float32Array(dimension);
    copyVectors(queries, dimension, { first: i, count: 1 }, floats);
    checkQuery(floats, metric, i);
    return floats;
  });
}

/** Results to ask for when the query itself will be one of them. */
function withSelf(k: number): number {
  return Math.min(k + 1, MAX_K);
}

/** The first k of the found nodes that are not the query itself. */
function withoutSelf(nodes: Uint32Array, self: number, k: number): Uint32Array {
  return nodes.filter((node) => node !== self).subarray(0, k);
}

/** A seeded sample of nodes. */
function sampleLive(nodes: Uint32Array, sample: number): number[] {
  return drawSample(nodes.length, sample, SAMPLE_SEED).map((i) => nodes[i]);
}

async function prepareExam(index: Searchable, k: number, options: EvaluateOptions): Promise<Exam> {
  const given = options.queries && readQueries(options.queries, index);
  const self = given ? given.map(() => -1) : sampleLive(index.nodes(), options.sample ?? 1000);
  const queries = given ?? self.map((node) => index.getVector(node));
  const truth: Set<number>[] = [];
  options.onProgress?.({ phase: 'exact search', done: 0, total: queries.length });
  const block = 64;
  for (let first = 0; first < queries.length; first += block) {
    if (options.signal?.aborted) throw abortedError(options.signal);
    const part = queries.slice(first, first + block);
    const exact = await index.searchBatch(part, given ? k : withSelf(k), { exact: true });
    part.forEach((_, i) => {
      const nodes = exact.nodes.subarray(i * exact.k, i * exact.k + exact.lengths[i]);
      truth.push(new Set(withoutSelf(nodes, self[first + i], k)));
    });
    options.onProgress?.({ phase: 'exact search', done: truth.length, total: queries.length });
  }
  return { queries, self, k, truth };
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/**
 * Answers some queries untimed, so that the engine has compiled what the first ones would wait for.
 */
function warmUp(index: Searchable, exam: Exam, trial: Trial): void {
  for (const query of exam.queries.slice(0, WARM_UP_QUERIES)) {
    index.search(query, exam.k, searchOptions(trial));
  }
}

/** Answers the exam at one beam width, yielding to the event loop now and then. */
async function measurePoint(
  index: Searchable,
  exam: Exam,
  trial: Trial,
  options: EvaluateOptions,
): Promise<EvaluatePoint> {
  const { queries, self, k, truth } = exam;
  const { efSearch } = trial;
  const times = new Float64Array(queries.length);
  let hits = 0;
  let expected = 0;
  let distances = 0;
  let hops = 0;
  const report = (done: number): void =>
    options.onProgress?.({ phase: `efSearch ${efSearch}`, done, total: queries.length });
  report(0);
  warmUp(index, exam, trial);
  let slice = performance.now();
  for (let i = 0; i < queries.length; i++) {
    const start = performance.now();
    const found = index.search(queries[i], self[i] < 0 ? k : withSelf(k), searchOptions(trial));
    times[i] = performance.now() - start;
    for (const node of withoutSelf(found.nodes, self[i], k)) if (truth[i].has(node)) hits++;
    expected += truth[i].size;
    distances += found.distanceCount;
    hops += found.hopCount;
    if (performance.now() - slice < SLICE_MS) continue;
    if (options.signal?.aborted) throw abortedError(options.signal);
    report(i + 1);
    await yieldToEventLoop();
    slice = performance.now();
  }
  report(queries.length);
  const total = times.reduce((sum, time) => sum + time, 0);
  const sorted = times.sort();
  const count = Math.max(1, queries.length);
  return {
    efSearch,
    ...('recall' in trial && { target: trial.recall }),
    recall: expected > 0 ? hits / expected : 1,
    queriesPerSecond: total > 0 ? (1000 * queries.length) / total : 0,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    distanceCount: distances / count,
    hopCount: hops / count,
  };
}

function listOf(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) && raw.length > 0 ? raw : [raw];
}

/** The beam width that a recall leads to. */
export type ChooseWidth = (k: number, recall: number) => number;

/** What to measure, checked. */
function readTrials(options: EvaluateOptions, k: number, choose: ChooseWidth): Trial[] {
  const { efSearch, recall } = options;
  if (recall === undefined) {
    const widths = listOf(efSearch === undefined ? DEFAULT_EF_SEARCH : efSearch);
    return widths.map((width) => ({
      efSearch: assertInteger(width, [1, MAX_EF_SEARCH], argument('efSearch')),
    }));
  }
  if (efSearch !== undefined) throw effortTwice();
  return listOf(recall).map((value) => {
    const target = assertRecall(value);
    return { recall: target, efSearch: choose(k, target) };
  });
}

/**
 * Measures recall@k and speed at each beam width.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION, DIMENSION_MISMATCH, ABORTED
 */
export async function evaluateIndex(
  index: Searchable,
  raw: EvaluateOptions,
  choose: ChooseWidth,
): Promise<Evaluation> {
  const names = ['k', 'sample', 'queries', 'efSearch', 'recall', 'onProgress', 'signal'];
  const given = assertOptions(raw, names);
  checkWorkOptions(given);
  const options = given as EvaluateOptions;
  const k = assertInteger(options.k ?? 10, [1, MAX_K], argument('k'));
  assertInteger(options.sample ?? 1000, [1, 2 ** 31 - 1], argument('sample'));
  const trials = readTrials(options, k, choose);
  const exam = await prepareExam(index, k, options);
  const points: EvaluatePoint[] = [];
  for (const trial of trials) points.push(await measurePoint(index, exam, trial, options));
  const queries = options.queries ? 'given' : 'leave-one-out';
  return { k, sample: exam.queries.length, queries, points };
}
