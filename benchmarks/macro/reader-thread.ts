/**
 * A thread that searches an attached index while its owner writes, and checks every hit; driven by
 * macro/writes.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type SearchResult, type SharedIndex, VectorIndex } from '@nigh/core';
import { Random, recall } from '@nigh/testkit';
import { judge, type Verdict, VersionedVectors, Versions } from './versions.ts';

export interface ReaderTask {
  readonly shared: SharedIndex;
  readonly versions: SharedArrayBuffer;
  readonly count: number;
  readonly dimension: number;
  readonly seed: number;
  /** Tells the readers apart. */
  readonly reader: number;
  readonly k: number;
}

/** What a reader saw in some seconds. */
export interface ReaderFigures {
  readonly queries: number;
  /** Spent in searches, of which exact ones are none. */
  readonly seconds: number;
  readonly microseconds: Float64Array;
  readonly hits: Readonly<Record<Verdict, number>>;
  /** Sum of the recalls of those queries that were asked exactly too, and their number. */
  readonly recallSum: number;
  readonly recalls: number;
  /** Live vectors that were asked for themselves, and those that were not found. */
  readonly selves: number;
  readonly selvesMissed: number;
}

/** Of so many queries one is asked exactly too, which takes a hundred times as long. */
const EXACT_EVERY = 64;
const MAX_SAMPLES = 100_000;

const task = workerData as ReaderTask;
const { k } = task;
const random = new Random(task.seed, task.reader + 1);
const vectors = new VersionedVectors(task);
const versions = new Versions(task.versions);
const index = VectorIndex.attach(task.shared);
parentPort?.on('message', (seconds: number) => parentPort?.postMessage(read(seconds)));
parentPort?.postMessage('ready');

function read(seconds: number): ReaderFigures {
  const hits: Record<Verdict, number> = { right: 0, removed: 0, stale: 0, wrong: 0 };
  const microseconds = new Float64Array(MAX_SAMPLES);
  const sums = { queries: 0, seconds: 0, recallSum: 0, recalls: 0, selves: 0, selvesMissed: 0 };
  const ask = (query: Float32Array): SearchResult => {
    const start = versions.now();
    const begin = performance.now();
    const found = index.search(query, k);
    const milliseconds = performance.now() - begin;
    if (sums.queries < MAX_SAMPLES) microseconds[sums.queries] = milliseconds * 1000;
    sums.queries++;
    sums.seconds += milliseconds / 1000;
    check(query, found, start, hits);
    return found;
  };
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round++) {
    const query = vectors.query(random.integer(0, task.count));
    const { nodes } = ask(query);
    if (round % EXACT_EVERY === 0) {
      const start = versions.now();
      const exact = index.search(query, k, { exact: true });
      check(query, exact, start, hits);
      sums.recallSum += recall(nodes, exact.nodes);
      sums.recalls++;
    }
    askForItself(ask, sums);
  }
  const samples = microseconds.slice(0, Math.min(sums.queries, MAX_SAMPLES));
  return { ...sums, hits, microseconds: samples };
}

function check(
  query: Float32Array,
  { nodes, distances }: SearchResult,
  start: number,
  hits: Record<Verdict, number>,
): void {
  for (const [i, node] of nodes.entries()) {
    const distance = distances[i] as number;
    hits[judge({ node, distance, start }, query, versions, vectors)]++;
  }
}

/** A node that has one vector from before its query until after it has to be found by it. */
function askForItself(
  ask: (query: Float32Array) => SearchResult,
  sums: { selves: number; selvesMissed: number },
): void {
  const start = versions.now();
  const node = random.integer(0, versions.nodes);
  const version = versions.newest(node);
  if (!versions.isPublished(node) || !versions.mayFind(node, version, start)) return;
  const { nodes } = ask(vectors.of([node], [version]));
  const stays = versions.newest(node) === version;
  if (!stays || !versions.mayFind(node, version, versions.now())) return;
  sums.selves++;
  if (!nodes.includes(node)) sums.selvesMissed++;
}
