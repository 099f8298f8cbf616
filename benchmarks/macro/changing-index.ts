/**
 * The writer of macro/writes.ts: adds, updates and removes seeded batches, and notes in versions
 * that all threads see what may be found from when on, and until when.
 */
import type { VectorIndex } from '@nigh/core';
import { Random } from '@nigh/testkit';
import type { VersionedVectors, Versions } from './versions.ts';

/** Vectors of one write, and writes that are under way at a time. */
export const BATCH = 32;
const MAX_PENDING = 4;
/** It is consolidated so often, besides when that is due by itself. */
export const CONSOLIDATE_SECONDS = 15;
const WATCH_MS = 200;

/** What the writer did. */
export interface Written {
  readonly seconds: number;
  /** Vectors added, updated and removed. */
  readonly written: number;
  readonly consolidations: number;
}

export class ChangingIndex {
  readonly #index: VectorIndex;
  readonly #versions: Versions;
  readonly #vectors: VersionedVectors;
  readonly #random: Random;
  readonly #live: number[];
  /** Vectors it holds, and BATCH more in between. */
  readonly #count: number;
  readonly #pending: Set<Promise<unknown>> = new Set();
  #nextNode: number;

  /** @param index of the nodes [0, count), whose first versions were begun. */
  constructor(index: VectorIndex, versions: Versions, vectors: VersionedVectors, seed: number) {
    this.#index = index;
    this.#versions = versions;
    this.#vectors = vectors;
    this.#random = new Random(seed);
    this.#live = Array.from(index.nodes());
    this.#count = this.#live.length;
    this.#nextNode = this.#count;
  }

  /** Writes for some seconds, about as much of each kind, so that the count stays. */
  async run(wanted: number): Promise<Written> {
    const endWatch = this.#watchConsolidations();
    const start = performance.now();
    const elapsed = (): number => (performance.now() - start) / 1000;
    let written = 0;
    for (let consolidateAt = CONSOLIDATE_SECONDS; elapsed() < wanted; written += BATCH) {
      await this.#writeOne();
      if (elapsed() < consolidateAt) continue;
      consolidateAt += CONSOLIDATE_SECONDS;
      this.#follow(this.#index.consolidate());
    }
    const seconds = elapsed();
    await Promise.all(this.#pending);
    await this.#index.link(); // behind what goes on by itself
    return { seconds, written, consolidations: endWatch() };
  }

  async #writeOne(): Promise<void> {
    if (this.#random.integer(0, 3) === 0) this.#follow(this.#update());
    else if (this.#live.length <= this.#count) this.#follow(this.#add());
    else this.#remove();
    if (this.#pending.size >= MAX_PENDING) await Promise.race(this.#pending);
    else await new Promise((resolve) => setImmediate(resolve));
  }

  async #add(): Promise<void> {
    const nodes = Array.from({ length: BATCH }, () => this.#nextNode++);
    const versions = nodes.map((node) => this.#versions.begin(node));
    const added = this.#index.add(this.#vectors.of(nodes, versions));
    this.#versions.publish(nodes);
    this.#live.push(...nodes);
    const { first } = await added;
    if (first !== nodes[0]) throw new Error(`added as ${first}, expected ${nodes[0]}`);
  }

  /** The new vectors are found from the call on, and the old ones by no query that begins then. */
  #update(): Promise<void> {
    const nodes = this.#draw();
    const old = nodes.map((node) => this.#versions.newest(node));
    const fresh = nodes.map((node) => this.#versions.begin(node));
    const updated = this.#index.update(nodes, this.#vectors.of(nodes, fresh));
    this.#versions.publish(nodes);
    this.#versions.end(nodes, old);
    this.#live.push(...nodes);
    return updated;
  }

  #remove(): void {
    const nodes = this.#draw();
    this.#index.remove(nodes);
    const last = nodes.map((node) => this.#versions.newest(node));
    this.#versions.end(nodes, last);
  }

  /** Takes live nodes out of the list of them. */
  #draw(): number[] {
    return Array.from({ length: BATCH }, () => {
      const place = this.#random.integer(0, this.#live.length);
      const node = this.#live[place] as number;
      this.#live[place] = this.#live.at(-1) as number;
      this.#live.pop();
      return node;
    });
  }

  #follow(work: Promise<unknown>): void {
    const settled = work.finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  /** Counts how often memory of removed vectors was given back; the function returned ends it. */
  #watchConsolidations(): () => number {
    let { removed } = this.#index.stats();
    let consolidations = 0;
    const look = (): void => {
      const now = this.#index.stats().removed;
      if (now < removed) consolidations++;
      removed = now;
    };
    const timer = setInterval(look, WATCH_MS);
    return () => {
      clearInterval(timer);
      look();
      return consolidations;
    };
  }
}
