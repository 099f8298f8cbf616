/**
 * Asking an index: what it finds, how many queries it answers in a second, and how long one takes.
 * Libraries that answer at once are asked in a plain loop: waiting would cost them time.
 */
import { percentile } from '../harness/stats.ts';
import { type Found, nodesOf } from './adapter.ts';

/** The answer to one of the queries. */
export type Ask = (query: number) => Found | Promise<Found>;

export interface Latency {
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

/** A slow library is asked fewer queries, but this many where that takes no more than PATIENCE. */
const LEAST_QUERIES = 100;
/** Times the time that there is. */
const PATIENCE = 8;

/** Says when enough was asked: everything, or what there was time for. */
function whenEnough(seconds: number): (asked: number) => boolean {
  const start = performance.now();
  return (asked) => {
    const share = (performance.now() - start) / 1000 / seconds;
    return share > PATIENCE || (share > 1 && asked >= LEAST_QUERIES);
  };
}

/** What is found for the first queries: for all, or for as many as there is time for. */
export async function findAll(ask: Ask, most: number, seconds: number): Promise<number[][]> {
  const found: number[][] = [];
  const isEnough = whenEnough(seconds);
  for (let query = 0; query < most && !isEnough(query); query++) {
    found.push(nodesOf(await ask(query)));
  }
  return found;
}

/** Queries per second over so many questions; after the last query the first is asked again. */
export async function measureSpeed(ask: Ask, queryCount: number, asked: number): Promise<number> {
  let sink = 0; // what is found is used, so no compiler may leave the search out
  const start = performance.now();
  const first = ask(0);
  if (first instanceof Promise) {
    sink += Number((await first)[0] ?? 0);
    for (let i = 1; i < asked; i++) sink += Number((await ask(i % queryCount))[0] ?? 0);
  } else {
    sink += Number(first[0] ?? 0);
    for (let i = 1; i < asked; i++) sink += Number((ask(i % queryCount) as Found)[0] ?? 0);
  }
  const seconds = (performance.now() - start) / 1000;
  if (Number.isNaN(sink)) throw new Error('a search returned NaN for a node');
  return asked / seconds;
}

/** Times of single queries, in a pass of their own: reading the clock slows the others down. */
export async function measureLatency(ask: Ask, most: number, seconds: number): Promise<Latency> {
  const times: number[] = [];
  const isEnough = whenEnough(seconds);
  for (let query = 0; query < most && !isEnough(query); query++) {
    const start = performance.now();
    const found = ask(query);
    if (found instanceof Promise) await found;
    times.push(1000 * (performance.now() - start));
  }
  return { p50Microseconds: percentile(times, 50), p99Microseconds: percentile(times, 99) };
}
