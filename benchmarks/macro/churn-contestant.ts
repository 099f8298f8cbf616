/**
 * One library under one stream of replacements, in a process of its own, driven by macro/churn.ts.
 * It plays the stream itself: only settings and figures cross the process boundary.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { clusteredSource } from '@nigh/testkit';
import { type Ask, measureSpeed } from '../compare/asking.ts';
import type { IndexState, VectorsOf, WritableOptions } from '../compare/writable.ts';
import { type Answering, answerParent } from '../harness/child.ts';
import { createQueries } from '../harness/data.ts';
import { keyLimit, Stream, type Workload } from '../harness/replacements.ts';
import { finishReading, residentBytes, startReading } from '../harness/resident.ts';
import { time } from '../harness/run.ts';
import {
  type AnyWritableIndex,
  type AnyWritableLibrary,
  loadWritable,
} from '../harness/writable.ts';

export interface ChurnTask {
  readonly library: string;
  readonly workload: Workload;
  /** Whether the stream is played without an index, and one of what is live at its end built. */
  readonly fresh: boolean;
  readonly count: number;
  readonly dimension: number;
  readonly queryCount: number;
  readonly seed: number;
  readonly k: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly efSearch: number;
  /** Live vectors that are asked for themselves. */
  readonly sample: number;
}

export type ChurnQuestion =
  | { readonly kind: 'replace'; readonly rounds: number }
  | { readonly kind: 'search' }
  | { readonly kind: 'speed' }
  | { readonly kind: 'inspect' };

export interface ReplaceAnswer {
  /** Of each round. */
  readonly seconds: readonly number[];
  readonly failedCalls: number;
}

export interface SearchAnswer {
  /** The keys found for each query. */
  readonly found: readonly (readonly number[])[];
}

export interface SpeedAnswer {
  readonly queriesPerSecond: number;
}

export interface InspectAnswer extends IndexState {
  /** Of the sample, those that are not among the `k` nearest of themselves. */
  readonly missed: number;
  /** Growth of the resident set since before the index was there, garbage collected. */
  readonly grown: number;
  /** The same before garbage was collected. */
  readonly grownUncollected: number;
}

/** The queries are asked so many times in a timed pass: once would be over in 20 ms. */
const PASSES = 3;
const WARM_COUNT = 2_000;
/** What a turn of the event loop used is held until it ends. */
const REST_MS = 50;

const task = JSON.parse(process.argv[2] ?? '{}') as ChurnTask;
await answerParent(prepare);

async function prepare(): Promise<Answering<ChurnQuestion>> {
  const { count, dimension, queryCount, seed, workload, k } = task;
  const source = clusteredSource({ count, dimension, seed });
  const vectorsOf: VectorsOf = (keys) => {
    const vectors = new Float32Array(keys.length * dimension);
    for (const [i, key] of keys.entries()) {
      source.fill(vectors.subarray(i * dimension, (i + 1) * dimension), key);
    }
    return vectors;
  };
  const firstNewKey = count + queryCount;
  const stream = new Stream(workload, count, firstNewKey, seed);
  if (task.fresh) for (let round = 0; round < workload.rounds; round++) stream.next();
  const queries = createQueries({ count, dimension, queryCount, seed });
  const { M, efConstruction, efSearch } = task;
  const settings = { dimension, M, efConstruction, efSearch, seed, threads: 1 };
  const library = loadWritable(task.library);
  const build = library.prepare({
    ...settings,
    keyLimit: keyLimit(firstNewKey, count, workload),
    capacity: stream.live.length,
  });
  await warmUp(library, settings, vectorsOf);
  const before = startReading();
  const index = await build(stream.live.slice(), vectorsOf);
  const search = index.prepareSearch(queries);
  return {
    answer: async (question) => {
      if (question.kind === 'replace') return replace(index, stream, vectorsOf, question.rounds);
      if (question.kind === 'inspect') return inspect(index, stream.live, vectorsOf, before);
      if (question.kind === 'speed') return speedOf((query) => search(query, k));
      const found: number[][] = [];
      for (let query = 0; query < queryCount; query++) {
        found.push(index.keysOf(await search(query, k)));
      }
      return { found } satisfies SearchAnswer;
    },
    close: () => index.close(),
  };
}

/** By then code is compiled, which is no growth of an index. */
async function warmUp(
  library: AnyWritableLibrary,
  settings: Omit<WritableOptions, 'keyLimit' | 'capacity'>,
  vectorsOf: VectorsOf,
): Promise<void> {
  const keys = Int32Array.from({ length: WARM_COUNT }, (_, key) => key);
  const build = library.prepare({ ...settings, keyLimit: WARM_COUNT, capacity: WARM_COUNT });
  const index = await build(keys, vectorsOf);
  await index.prepareSearch(vectorsOf(keys))(0, task.k);
  await index.close();
  await sleep(REST_MS);
}

async function replace(
  index: AnyWritableIndex,
  stream: Stream,
  vectorsOf: VectorsOf,
  rounds: number,
): Promise<ReplaceAnswer> {
  const seconds: number[] = [];
  let failedCalls = 0;
  for (let round = 0; round < rounds; round++) {
    const work = index.prepareReplace(stream.next(), vectorsOf);
    const milliseconds = await time(async () => {
      failedCalls += await work();
    });
    seconds.push(milliseconds / 1000);
  }
  return { seconds, failedCalls };
}

async function speedOf(search: Ask): Promise<SpeedAnswer> {
  const { queryCount } = task;
  return { queriesPerSecond: await measureSpeed(search, queryCount, PASSES * queryCount) };
}

/** The resident set is read first: what is done to look at the rest is no growth of the index. */
async function inspect(
  index: AnyWritableIndex,
  live: Int32Array,
  vectorsOf: VectorsOf,
  before: number,
): Promise<InspectAnswer> {
  await sleep(REST_MS);
  const grownUncollected = residentBytes() - before;
  const { grown } = finishReading(before);
  const size = Math.min(task.sample, live.length);
  const keys = Int32Array.from({ length: size }, (_, i) => {
    return live[Math.floor((i * live.length) / size)] as number;
  });
  const search = index.prepareSearch(vectorsOf(keys));
  let missed = 0;
  for (const [i, key] of keys.entries()) {
    if (!index.keysOf(await search(i, task.k)).includes(key)) missed++;
  }
  return { ...index.state(), missed, grown, grownUncollected };
}
