/**
 * One contestant on one set in a process of its own, driven by compare/main.ts: it builds or loads
 * and answers. It reads the set from its folder: nothing but settings and figures crosses over.
 */
import { type Answering, answerParent } from '../harness/child.ts';
import { finishReading, startReading } from '../harness/resident.ts';
import { time } from '../harness/run.ts';
import type { BuildOptions, LaterSearch, MeasuredIndex } from './adapter.ts';
import { type Ask, findAll, type Latency, measureLatency, measureSpeed } from './asking.ts';
import { loadContestant } from './peers.ts';
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
const LEAST_TIMED = 20;

const task = JSON.parse(process.argv[2] ?? '{}') as IndexTask;
const adapter = loadContestant(task.contestant);
const options: BuildOptions = {
  ...{ dimension: task.set.dimension, metric: task.set.metric, ...task.build },
  ...(task.hasCategories && { categories: categoriesOf(task.set.count) }),
  folder: task.folder,
};

/** An index and its searches. */
class Measured {
  readonly #index: MeasuredIndex<LaterSearch>;
  readonly #queries = readQueries(task.set);
  readonly #searches = new Map<number | undefined, LaterSearch>();
  /** Queries per second, roughly, of what was asked last. */
  #rate = 0;

  constructor(index: MeasuredIndex<LaterSearch>) {
    this.#index = index;
  }

  get queryCount(): number {
    return this.#queries.length / task.set.dimension;
  }

  async find(asking: Asking, most: number): Promise<FindAnswer> {
    const ask = this.#ask(asking);
    await ask(0); // what is slow at the first call with another efSearch
    const start = performance.now();
    const found = await findAll(ask, Math.min(most, this.queryCount), FIND_SECONDS);
    this.#rate = (1000 * found.length) / (performance.now() - start);
    return { found };
  }

  async speed(asking: Asking, seconds: number): Promise<SpeedAnswer> {
    const asked = Math.max(LEAST_TIMED, Math.round(this.#rate * seconds));
    const ask = this.#ask(asking);
    await ask(0);
    this.#rate = await measureSpeed(ask, this.queryCount, asked);
    return { queriesPerSecond: this.#rate };
  }

  async latency(asking: Asking, seconds: number): Promise<LatencyAnswer> {
    const ask = this.#ask(asking);
    await ask(0);
    return measureLatency(ask, this.queryCount, seconds);
  }

  save(path: string): Promise<void> | undefined {
    return this.#index.save?.(path);
  }

  close(): Promise<void> {
    return this.#index.close();
  }

  #ask({ efSearch, limit }: Asking): Ask {
    const known = this.#searches.get(limit);
    const search = known ?? this.#prepare(limit);
    this.#searches.set(limit, search);
    return (query) => search(query, task.k, efSearch);
  }

  #prepare(limit: number | undefined): LaterSearch {
    if (limit === undefined) return this.#index.prepareSearch(this.#queries);
    const { categories = new Uint8Array(0) } = options;
    const search = this.#index.prepareFilteredSearch?.(this.#queries, { categories, limit });
    if (search === undefined) throw new Error(`${adapter.name} cannot search under a filter`);
    return search;
  }
}

let measured: Measured | undefined;
/** What a build was given stays until memory was read: that it goes is no gain of an index. */
const kept: { given?: unknown } = {};

if (import.meta.main) {
  await answerParent(async (): Promise<Answering<IndexQuestion>> => {
    return { answer, close: async () => measured?.close() };
  });
}

async function build(): Promise<BuildAnswer> {
  const work = adapter.prepareBuild(readVectors(task.set), options);
  kept.given = work;
  const canRead = process.platform === 'linux' && globalThis.gc !== undefined;
  const before = canRead ? startReading() : 0;
  const start = performance.now();
  const index = await work();
  const seconds = (performance.now() - start) / 1000;
  const residentBytes = canRead ? finishReading(before).grown : null;
  kept.given = undefined;
  measured = new Measured(index);
  return {
    ...{ seconds, residentBytes, bytes: index.bytes ?? null, path: index.path ?? null },
    canSave: index.save !== undefined,
    canFilter: index.prepareFilteredSearch !== undefined,
  };
}

async function load(path: string): Promise<TimedAnswer> {
  const milliseconds = await time(async () => {
    const index = await adapter.load?.(path, options);
    if (index === undefined) throw new Error(`${adapter.name} loads nothing`);
    measured = new Measured(index);
  });
  return { milliseconds };
}

async function answer(question: IndexQuestion): Promise<object> {
  if (question.kind === 'build') return build();
  if (question.kind === 'load') return load(question.path);
  if (measured === undefined) throw new Error('nothing was built or loaded');
  const index = measured;
  switch (question.kind) {
    case 'save':
      return { milliseconds: await time(() => index.save(question.path)) };
    case 'find':
      return index.find(question, question.most ?? index.queryCount);
    case 'speed':
      return index.speed(question, question.seconds);
    case 'latency':
      return index.latency(question, question.seconds);
  }
}
