// Several threads: pools that build and search, and threads that attach to an index of another.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type workerThreads from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { VectorIndex } from '@nigh/core';
import { type Checks, DIMENSION, hashOf, queries, refuses, rowOf, vectors } from './check.ts';
import type { Question } from './reader-thread.ts';

const options = { dimension: DIMENSION, flatThreshold: 0 } as const;

const READER = new URL('./reader-thread.ts', import.meta.url);
/** How long a busy reader looks for news: long enough for a message, whatever else runs. */
const PATIENCE_MS = 3000;

/** A thread that is attached to an index. */
class Reader {
  readonly #thread: Worker;
  readonly #ended: Promise<unknown>;
  /** How many vectors it saw at once. */
  readonly seen: Promise<unknown>;

  constructor(index: VectorIndex) {
    this.#thread = new Worker(READER, { workerData: index.share() });
    this.#ended = once(this.#thread, 'exit');
    this.seen = once(this.#thread, 'message').then(([count]) => count);
  }

  async ask(question: Question): Promise<unknown> {
    const answer = once(this.#thread, 'message');
    this.#thread.postMessage(question);
    return (await answer)[0];
  }

  async close(): Promise<void> {
    assert.equal(await this.ask('close'), 'closed');
    await this.#thread.terminate(); // Deno's ports of parents have no close
    await this.#ended;
  }
}

/** Lets `use` run while the threads that are started come to `onStart`. */
async function watchingThreads(
  onStart: (thread: Worker) => void,
  use: () => Promise<void>,
): Promise<void> {
  const threads: typeof workerThreads = createRequire(import.meta.url)('node:worker_threads');
  const Original = threads.Worker;
  threads.Worker = class extends Original {
    constructor(file: string | URL, options?: workerThreads.WorkerOptions) {
      super(file, options);
      onStart(this);
    }
  };
  syncBuiltinESMExports();
  try {
    await use();
  } finally {
    threads.Worker = Original;
    syncBuiltinESMExports();
  }
}

export const threadChecks: Checks = {
  'build with two threads': async (folder) => {
    const hashes: string[] = [];
    for (const threads of [1, 2]) {
      for (const more of [{}, { builder: 'insertion' }, { precision: 'float16' }] as const) {
        const path = join(folder, 'threads.nigh');
        const index = await VectorIndex.build(vectors, { ...options, ...more, threads });
        await index.save(path);
        await index.close();
        hashes.push(await hashOf(path));
      }
    }
    assert.deepEqual(hashes.slice(0, 3), hashes.slice(3));
    return hashes.slice(3).join(' ');
  },

  'search batches with two threads': async () => {
    const index = await VectorIndex.build(vectors, { ...options, threads: 2 });
    const { nodes } = await index.searchBatch(queries, 10);
    const alone = Array.from({ length: 200 }, (_, row) => [
      ...index.search(rowOf(queries, row), 10).nodes,
    ]);
    assert.deepEqual([...nodes], alone.flat());
    await index.close();
    return undefined;
  },

  'a thread that dies is replaced': async (folder) => {
    const path = join(folder, 'deaths.nigh');
    let started = 0;
    let delay = 0;
    const kill = (thread: Worker): void => {
      // The first of two; those that come in its place live.
      if (started++ === 0) setTimeout(() => void thread.terminate(), delay);
    };
    const hashes = new Set<string>();
    await watchingThreads(kill, async () => {
      for (delay of [5, 60, 90, 120, 150]) {
        started = 0;
        const index = await VectorIndex.build(vectors, { ...options, threads: 2 });
        assert.deepEqual(index.verify(), []);
        await index.save(path);
        await index.close();
        hashes.add(await hashOf(path));
        assert.ok(started >= 2);
      }
    });
    assert.equal(hashes.size, 1);
    return [...hashes][0];
  },

  'abort threads': async () => {
    const signal = AbortSignal.timeout(60);
    const index = VectorIndex.create({ ...options, threads: 2, efConstruction: 1000 });
    await refuses('ABORTED', () => index.add(vectors, { signal }));
    assert.deepEqual(index.verify(), []);
    await index.link();
    assert.equal(index.search(rowOf(vectors, 9), 1).nodes[0], 9);
    await index.close();
    return undefined;
  },

  'attach from another thread': async () => {
    const index = await VectorIndex.build(vectors, { ...options, threads: 2 });
    const reader = new Reader(index);
    assert.equal(await reader.seen, index.count);
    for (let row = 0; row < 20; row++) {
      const query = rowOf(queries, row);
      assert.deepEqual(await reader.ask({ query }), [...index.search(query, 10).nodes]);
    }
    await reader.close();
    await index.close();
    return undefined;
  },

  'attached threads see further segments': async () => {
    const index = VectorIndex.create({ ...options, threads: 1, capacity: 500 });
    await index.add(vectors.subarray(0, 400 * DIMENSION));
    const reader = new Reader(index);
    await reader.seen;
    await index.add(vectors.subarray(400 * DIMENSION, 900 * DIMENSION));
    const query = rowOf(vectors, 800);
    // A turn of the event loop or two may pass before it has heard.
    let found: unknown;
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end) {
      found = await reader.ask({ query });
      if ((found as number[])[0] === 800) break;
    }
    assert.deepEqual(found, [...index.search(query, 10).nodes]);
    await reader.close();
    await index.close();
    return undefined;
  },

  'busy threads see them too': async () => {
    const index = VectorIndex.create({ ...options, threads: 1, capacity: 500 });
    await index.add(vectors.subarray(0, 400 * DIMENSION));
    const reader = new Reader(index);
    await reader.seen;
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const watching = reader.ask({ until: 900, milliseconds: PATIENCE_MS, begun });
    // From here on it hears nothing that its event loop would have to tell.
    while (Atomics.load(begun, 0) === 0) await sleep(1);
    await index.add(vectors.subarray(400 * DIMENSION, 900 * DIMENSION));
    const seen = await watching;
    await reader.close();
    await index.close();
    assert.equal(seen, 900);
    return undefined;
  },
};
