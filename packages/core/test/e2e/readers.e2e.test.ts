// Threads search an index in tight loops while its owner adds, updates, removes and consolidates,
// and the owner searches between its own awaits. Every vector says which version of which node it
// is, so that each hit is compared with what could be found at that moment.

import { Worker } from 'node:worker_threads';
import { type IndexOptions, VectorIndex } from '@nigh/core';
import { Random } from '@nigh/testkit';
import { expect, test } from 'vitest';
import {
  ADDED,
  allocateNotes,
  DIMENSION,
  ENOUGH,
  type Notes,
  vectorOf,
} from './support/versions.ts';
import { type Watched, Watcher } from './support/watcher.ts';
import type { WatchingData } from './support/watching-thread.ts';

const READERS = 3;
const COUNT = 800;
const ROUNDS = 12;
/** What every reader does at least, however fast the writer is. */
const READER_SEARCHES = 200;
const MAX_NODES = 4000;

function vectorsOf(nodes: readonly number[], version: (node: number) => number): Float32Array {
  const vectors = new Float32Array(nodes.length * DIMENSION);
  for (const [i, node] of nodes.entries())
    vectors.set(vectorOf(node, version(node)), i * DIMENSION);
  return vectors;
}

/** Writes to an index and notes what it does, before and after. */
class NotingWriter {
  readonly index: VectorIndex;
  readonly notes: Notes = allocateNotes(MAX_NODES);
  readonly #random: Random = new Random(5);

  constructor(index: VectorIndex) {
    this.index = index;
  }

  /** Settles when what it added is linked. */
  add(count: number): Promise<unknown> {
    const { begun, done, state } = this.notes;
    const first = Atomics.load(state, ADDED);
    const nodes = Array.from({ length: count }, (_, i) => first + i);
    for (const node of nodes) Atomics.store(begun, node, 1);
    const adding = this.index.add(vectorsOf(nodes, () => 1));
    for (const node of nodes) Atomics.store(done, node, 1);
    Atomics.store(state, ADDED, first + count);
    return adding;
  }

  update(count: number): Promise<unknown> {
    const { begun, done } = this.notes;
    const nodes = this.#draw(count);
    for (const node of nodes) Atomics.add(begun, node, 1);
    const updating = this.index.update(
      nodes,
      vectorsOf(nodes, (node) => begun[node]),
    );
    for (const node of nodes) Atomics.add(done, node, 1);
    return updating;
  }

  remove(count: number): void {
    const { removing, removed } = this.notes;
    const nodes = this.#draw(count);
    for (const node of nodes) Atomics.store(removing, node, 1);
    this.index.remove(nodes);
    for (const node of nodes) Atomics.store(removed, node, 1);
  }

  /** Nodes that are there, each once. */
  #draw(count: number): number[] {
    const drawn = new Set<number>();
    while (drawn.size < count) {
      const node = this.#random.integer(0, Atomics.load(this.notes.state, ADDED));
      if (Atomics.load(this.notes.removed, node) === 0) drawn.add(node);
    }
    return [...drawn];
  }
}

/** Starts a reader; what it has seen comes when it has ended. */
async function startReader(data: WatchingData): Promise<{ watched: Promise<Watched> }> {
  const url = new URL('./support/watching-thread.ts', import.meta.url);
  const reader = new Worker(url, { workerData: data });
  const failed = new Promise<never>((_, reject) => reader.once('error', reject));
  await Promise.race([new Promise((resolve) => reader.once('message', resolve)), failed]);
  const watched = new Promise<Watched>((resolve) => reader.once('message', resolve));
  return { watched: Promise.race([watched, failed]) };
}

/** Searches on this thread whenever it has nothing else to do, until `work` has settled. */
async function lookDuring(watcher: Watcher, work: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  do {
    watcher.look();
    await new Promise((resolve) => setImmediate(resolve));
  } while (!isOver);
  await over;
}

/** Some rounds of all kinds of writes, searched by the owner between awaits. */
async function writeAll(writer: NotingWriter, watcher: Watcher): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await lookDuring(watcher, writer.add(60));
    const updating = writer.update(40);
    watcher.look();
    // Two at a time, of which the second waits for the first to be linked.
    await lookDuring(watcher, Promise.all([updating, writer.update(20)]));
    writer.remove(50);
    watcher.look();
    if (round % 6 === 5) await lookDuring(watcher, writer.index.consolidate());
  }
}

/** What was seen is sound, and it was looked at least so often as no clock can change. */
function expectSound(watched: Watched, leastSearches: number): void {
  const { searches, asked, missed, few, counts, examples } = watched;
  expect({ counts, examples }).toEqual({ counts: {}, examples: {} });
  expect(searches).toBeGreaterThanOrEqual(leastSearches);
  expect(missed).toBeLessThanOrEqual(0.02 * asked);
  expect(few).toBeLessThanOrEqual(0.02 * searches);
}

test.each<Partial<IndexOptions>>([
  { capacity: 1000, consolidateAt: 0.1 },
  { capacity: 500, consolidateAt: 0.1, precision: 'int8', originals: 'memory' },
  { capacity: 3000, consolidateAt: 0.2, threads: 1 },
])('three readers and the owner find what is there while it is written: %o', async (options) => {
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, threads: 2, flatThreshold: 0 },
    ...options,
  });
  const writer = new NotingWriter(index);
  await writer.add(COUNT);
  const { notes } = writer;
  const shared = index.share();
  const reading = await Promise.all(
    Array.from({ length: READERS }, (_, seed) => {
      return startReader({ shared, notes, seed, searches: READER_SEARCHES });
    }),
  );
  const watcher = new Watcher(index, notes, 99);
  await writeAll(writer, watcher);
  Atomics.store(notes.state, ENOUGH, 1);
  for (const { watched } of reading) expectSound(await watched, READER_SEARCHES);
  expectSound(watcher.watched, 4 * ROUNDS); // once at least in every part of a round
  await index.link(); // behind what still runs in the background
  expect(index.verify()).toEqual([]);
  const { removed } = notes;
  const live = Array.from({ length: notes.state[ADDED] }, (_, node) => node).filter(
    (node) => removed[node] === 0,
  );
  expect([...index.nodes()]).toEqual(live);
  await index.close();
});
