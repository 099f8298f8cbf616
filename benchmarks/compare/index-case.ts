/**
 * One contestant on one set in a process of its own, driven by compare/main.ts: it builds or loads
 * and answers. It reads the set from its folder: nothing but settings and figures crosses over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answering, answerParent } from '../harness/child.ts';
import { finishReading, startReading } from '../harness/resident.ts';
import { time } from '../harness/run.ts';
import type { BuildOptions, LaterSearch, MeasuredIndex } from './adapter.ts';
import { type Ask, findAll, type Latency, measureLatency, measureSpeed } from './asking.ts';
import { EF_SEARCH } from './constants.ts';
import { type AnyAdapter, loadContestant } from './peers.ts';
import { categoriesOf, readQueries, readVectors, type StoredSet } from './sets.ts';

export interface IndexTask {
  readonly contestant: string;
  readonly set: StoredSet;
  readonly k: number;
  readonly build: Pick<BuildOptions, 'M' | 'efConstruction' | 'seed' | 'threads'>;
  /** Whether every vector comes with a category, to be filtered by. */
  readonly hasCategories: boolean;
  /** Where a library that lives in files puts them. */
  readonly folder: string;
}

/** What is searched: everything, or the categories below `limit`. */
interface Asking {
  readonly efSearch: number;
  readonly limit?: number;
}

export type IndexQuestion =
  | { readonly kind: 'build' }
  | { readonly kind: 'save'; readonly path: string }
  | { readonly kind: 'load'; readonly path: string }
  | (Asking & { readonly kind: 'find'; readonly most?: number })
  | (Asking & { readonly kind: 'speed'; readonly seconds: number })
  | (Asking & { readonly kind: 'latency'; readonly seconds: number });

export interface BuildAnswer {
  readonly seconds: number;
  /** Growth of the resident set by the index; null where the system does not say. */
  readonly residentBytes: number | null;
  /** What it says it holds, and where it lives when that is files. */
  readonly bytes: number | null;
  readonly path: string | null;
  readonly canSave: boolean;
  readonly canFilter: boolean;
}

export interface TimedAnswer {
  readonly milliseconds: number;
}

export interface FindAnswer {
  /** One list of nodes per query, of the first ones when it is slow. */
  readonly found: readonly (readonly number[])[];
}

export interface SpeedAnswer {
  readonly queriesPerSecond: number;
}

export type LatencyAnswer = Latency;

/** A slow contestant is asked for its recall for so long. */
const FIND_SECONDS = 1.5;
/** What a timed pass asks at least: some answer two queries in a second. */
const LEAST_TIMED = 5;
const REST_MS = 100;

/** An index and its searches. */
class Measured {
  readonly #index: MeasuredIndex<LaterSearch>;
  readonly #k: number;
  readonly #options: BuildOptions;
  readonly #queries: Float32Array;
  readonly #searches = new Map<number | undefined, LaterSearch>();
  /** Queries per second, roughly, of what was asked last. */
  #rate = 0;

  constructor(index: MeasuredIndex<LaterSearch>, { set, k }: IndexTask, options: BuildOptions) {
    this.#index = index;
    this.#k = k;
    this.#options = options;
    this.#queries = readQueries(set);
  }

  get #queryCount(): number {
    return this.#queries.length / this.#options.dimension;
  }

  async answer(question: Exclude<IndexQuestion, { kind: 'build' | 'load' }>): Promise<object> {
    if (question.kind === 'save') {
      return { milliseconds: await time(() => this.#index.save?.(question.path)) };
    }
    const ask = this.#ask(question);
    await ask(0); // what is slow at the first call with another efSearch
    if (question.kind === 'speed') return this.#speed(ask, question.seconds);
    if (question.kind === 'latency') {
      return measureLatency(ask, this.#queryCount, question.seconds);
    }
    return this.#find(ask, Math.min(question.most ?? this.#queryCount, this.#queryCount));
  }

  close(): Promise<void> {
    return this.#index.close();
  }

  async #find(ask: Ask, most: number): Promise<FindAnswer> {
    const start = performance.now();
    const found = await findAll(ask, most, FIND_SECONDS);
    this.#rate = (1000 * found.length) / (performance.now() - start);
    return { found };
  }

  async #speed(ask: Ask, seconds: number): Promise<SpeedAnswer> {
    const asked = Math.max(LEAST_TIMED, Math.round(this.#rate * seconds));
    this.#rate = await measureSpeed(ask, this.#queryCount, asked);
    return { queriesPerSecond: this.#rate };
  }

  #ask({ efSearch, limit }: Asking): Ask {
    const known = this.#searches.get(limit);
    const search = known ?? this.#prepare(limit);
    this.#searches.set(limit, search);
    return (query) => search(query, this.#k, efSearch);
  }

  #prepare(limit: number | undefined): LaterSearch {
    if (limit === undefined) return this.#index.prepareSearch(this.#queries);
    const { categories = new Uint8Array(0) } = this.#options;
    const search = this.#index.prepareFilteredSearch?.(this.#queries, { categories, limit });
    if (search === undefined) throw new Error('it cannot search under a filter');
    return search;
  }
}

/** A contestant with its set: nothing at first, then what it built or loaded. */
class IndexCase {
  readonly #task: IndexTask;
  readonly #adapter: AnyAdapter;
  readonly #options: BuildOptions;
  #measured: Measured | undefined;
  /** What a build was given stays until memory was read: that it goes is no gain of an index. */
  given: unknown;

  constructor(task: IndexTask) {
    const { set, build, hasCategories, folder } = task;
    this.#task = task;
    this.#adapter = loadContestant(task.contestant);
    this.#options = {
      ...{ dimension: set.dimension, metric: set.metric, ...build, folder },
      ...(hasCategories && { categories: categoriesOf(set.count) }),
    };
  }

  async answer(question: IndexQuestion): Promise<object> {
    if (question.kind === 'build') return this.#build();
    if (question.kind === 'load') return this.#load(question.path);
    if (this.#measured === undefined) throw new Error('nothing was built or loaded');
    return this.#measured.answer(question);
  }

  async close(): Promise<void> {
    await this.#measured?.close();
  }

  async #build(): Promise<BuildAnswer> {
    const work = this.#adapter.prepareBuild(readVectors(this.#task.set), this.#options);
    this.given = work;
    const canRead = process.platform === 'linux' && globalThis.gc !== undefined;
    // What was needed to prepare is given back a little after it was collected.
    globalThis.gc?.();
    await sleep(REST_MS);
    const before = canRead ? startReading() : 0;
    const start = performance.now();
    const index = await work();
    const seconds = (performance.now() - start) / 1000;
    const residentBytes = canRead ? finishReading(before).grown : null;
    this.given = undefined;
    this.#measured = new Measured(index, this.#task, this.#options);
    return {
      ...{ seconds, residentBytes, bytes: index.bytes ?? null, path: index.path ?? null },
      canSave: index.save !== undefined,
      canFilter: index.prepareFilteredSearch !== undefined,
    };
  }

  /** Until the first query is answered: some read most of their files only then. */
  async #load(path: string): Promise<TimedAnswer> {
    const { set, k } = this.#task;
    const query = readQueries(set).slice(0, set.dimension);
    const start = performance.now();
    const index = await this.#adapter.load?.(path, this.#options);
    if (index === undefined) throw new Error('it loads nothing');
    await index.prepareSearch(query)(0, k, EF_SEARCH);
    const milliseconds = performance.now() - start;
    this.#measured = new Measured(index, this.#task, this.#options);
    return { milliseconds };
  }
}

if (import.meta.main) {
  const task = JSON.parse(process.argv[2] ?? '{}') as IndexTask;
  await answerParent(async (): Promise<Answering<IndexQuestion>> => {
    const own = new IndexCase(task);
    return { answer: (question) => own.answer(question), close: () => own.close() };
  });
}
