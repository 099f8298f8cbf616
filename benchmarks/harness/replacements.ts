/**
 * Seeded streams of vectors that come and go. A vector is known by its key, the row of the data set
 * it is, so every process that plays a stream knows what is live without being told.
 */
import { Random } from '@nigh/testkit';
import type { Replacement } from '../compare/writable.ts';

export interface Workload {
  readonly name: string;
  readonly rounds: number;
  /** Of the live vectors, those that a round removes. */
  readonly share: number;
  /** Whether as many new ones take their place. */
  readonly adds: boolean;
  /** Every so many rounds it is looked at what came of it. */
  readonly every: number;
}

export const WORKLOADS: readonly Workload[] = [
  { name: '1 % replaced, 100 times', rounds: 100, share: 0.01, adds: true, every: 20 },
  { name: '10 % replaced, 20 times', rounds: 20, share: 0.1, adds: true, every: 4 },
  { name: '60 % replaced, 5 times', rounds: 5, share: 0.6, adds: true, every: 1 },
  { name: '75 % removed at once', rounds: 1, share: 0.75, adds: false, every: 1 },
];

/** Largest key that a stream comes to, and one. */
export function keyLimit(firstNewKey: number, count: number, workload: Workload): number {
  const { rounds, share, adds } = workload;
  return firstNewKey + (adds ? rounds * Math.round(count * share) : 0);
}

export class Stream {
  readonly #workload: Workload;
  readonly #random: Random;
  readonly #live: Int32Array;
  #count: number;
  #nextKey: number;
  #round = 0;

  /** Begins with the keys [0, count). @param firstNewKey the keys of new vectors ascend from it. */
  constructor(workload: Workload, count: number, firstNewKey: number, seed: number) {
    this.#workload = workload;
    this.#random = new Random(seed);
    this.#live = Int32Array.from({ length: count }, (_, key) => key);
    this.#count = count;
    this.#nextKey = firstNewKey;
  }

  /** The keys of the live vectors: a view that the next round changes. */
  get live(): Int32Array {
    return this.#live.subarray(0, this.#count);
  }

  next(): Replacement {
    const { share, adds } = this.#workload;
    const leaving = Math.round(this.#count * share);
    const live = this.live;
    for (let i = 0; i < leaving; i++) {
      const other = this.#random.integer(i, live.length);
      const key = live[i] as number;
      live[i] = live[other] as number;
      live[other] = key;
    }
    const removed = live.slice(0, leaving);
    const added = Int32Array.from({ length: adds ? leaving : 0 }, (_, i) => this.#nextKey + i);
    this.#nextKey += added.length;
    live.set(added);
    if (!adds) {
      live.copyWithin(0, leaving);
      this.#count -= leaving;
    }
    this.#round++;
    return { removed, added, updates: adds && this.#round % 2 === 0 };
  }
}
