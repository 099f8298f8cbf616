/** How well a ranking finds the one document that is wanted. */
import { percentile } from './stats.ts';

export interface Relevance {
  /** Mean of 1 / rank, 0 where the document is not among the first k. */
  readonly reciprocalRank: number;
  /** The share of queries whose document is among the first k. */
  readonly success: number;
}

/** @param found ids by query, the best first @param wanted the id by query */
export function relevanceOf(
  found: readonly (readonly number[])[],
  wanted: readonly number[],
  k: number,
): Relevance {
  let [ranks, hits] = [0, 0];
  for (const [query, id] of wanted.entries()) {
    const at = found[query]?.slice(0, k).indexOf(id) ?? -1;
    if (at === -1) continue;
    ranks += 1 / (at + 1);
    hits++;
  }
  return { reciprocalRank: ranks / wanted.length, success: hits / wanted.length };
}

/** Some percentiles of latencies; their unit. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function latencyOf(samples: ArrayLike<number>): Latency {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(samples, percent));
  return { p50: p50 as number, p95: p95 as number, p99: p99 as number };
}

/** Milliseconds of each call, one after the other. */
export async function timeEach(
  count: number,
  call: (i: number) => Promise<unknown>,
): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call(i);
    milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}
