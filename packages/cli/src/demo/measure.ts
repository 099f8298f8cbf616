// The two measurements of the demo that core's evaluate() does not make: the exact scan on one
// thread, and batches on all threads. Both stop after about a second.

import { setImmediate } from 'node:timers/promises';
import type { EvaluatePoint, VectorIndex } from '@nigh/core';

import type { ExactSpeed } from '../output/evaluation-table.ts';

const MEASURE_MILLISECONDS = 1000;
const MAX_EXACT_QUERIES = 100;

export interface Measurement {
  readonly index: VectorIndex;
  /** Queries one after the other. */
  readonly queries: Float32Array;
  readonly k: number;
  readonly signal: AbortSignal;
}

/** Compares queries with every vector, one query at a time on this thread. */
export async function measureExact(measurement: Measurement): Promise<ExactSpeed> {
  const { index, queries, k, signal } = measurement;
  const { dimension } = index;
  const queryCount = Math.min(MAX_EXACT_QUERIES, queries.length / dimension);
  const times: number[] = [];
  let sum = 0;
  for (let i = 0; i < queryCount && sum < MEASURE_MILLISECONDS; i++) {
    await setImmediate(); // lets Ctrl-C through
    signal.throwIfAborted();
    const query = queries.subarray(i * dimension, (i + 1) * dimension);
    const startedAt = performance.now();
    index.search(query, k, { exact: true });
    const time = performance.now() - startedAt;
    times.push(time);
    sum += time;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return {
    queriesPerSecond: times.length / (sum / 1000),
    p50: at(0.5) as number,
    p99: at(0.99) as number,
  };
}

export interface BatchSpeed {
  readonly efSearch: number;
  /** Of the same queries at the same efSearch on one thread: threads do not change results. */
  readonly recall: number;
  readonly queriesPerSecond: number;
}

/** Searches for all queries at once on all threads, again and again for about a second. */
export async function measureBatch(
  measurement: Measurement,
  point: EvaluatePoint,
): Promise<BatchSpeed> {
  const { index, queries, k, signal } = measurement;
  const { efSearch, recall } = point;
  const queryCount = queries.length / index.dimension;
  await index.searchBatch(queries, k, { efSearch }); // starts the threads
  const startedAt = performance.now();
  let passes = 0;
  let elapsed = 0;
  while (elapsed < MEASURE_MILLISECONDS) {
    signal.throwIfAborted();
    await index.searchBatch(queries, k, { efSearch });
    passes++;
    elapsed = performance.now() - startedAt;
  }
  return { efSearch, recall, queriesPerSecond: (passes * queryCount) / (elapsed / 1000) };
}
