// Attached indexes follow their owner in threads of their own: busy ones that never turn their
// event loop, idle ones that do nothing else, many changes, any order of closing. The threads run
// support/follower-thread.ts, the processes support/sharing-program.ts.

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type IndexOptions, VectorIndex } from '@nigh/core';
import { gaussian } from '@nigh/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import * as T from './support/follower-thread.ts';
import { runProgram } from './support/programs.ts';

const DIMENSION = 16;
const vectors = gaussian({ count: 6000, dimension: DIMENSION });
const rows = (first: number, count: number): Float32Array =>
  vectors.subarray(first * DIMENSION, (first + count) * DIMENSION);

const threads: Worker[] = [];

function startThread(): Worker {
  const thread = new Worker(new URL('./support/follower-thread.ts', import.meta.url));
  threads.push(thread);
  return thread;
}

function ask<Answer>(thread: Worker, request: T.Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    thread.removeAllListeners('error');
    thread.once('error', reject);
    thread.once('message', resolve);
    thread.postMessage(request);
  });
}

/** A thread that searches the index until stopped, and where it says what it sees. */
function startSpinning(index: VectorIndex): { progress: Int32Array; turns: Promise<number> } {
  const progress = new Int32Array(new SharedArrayBuffer(4 * T.PROGRESS_WORDS));
  const shared = index.share();
  return { progress, turns: ask<number>(startThread(), { kind: 'spin', shared, progress }) };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(2);
}

function createIndex(options: Partial<IndexOptions> = {}): VectorIndex {
  return VectorIndex.create({
    ...{ dimension: DIMENSION, threads: 2, flatThreshold: 0, allowLowDimension: true },
    ...options,
  });
}

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

describe('a busy reader', () => {
  test.each<Partial<IndexOptions>>([{ tier: 'relaxed' }, { tier: 'javascript' }])(
    'sees the sealed form of a segment, and vectors of a later one: %o',
    async (options) => {
      const index = createIndex({ precision: 'float16', capacity: 500, ...options });
      await index.add(rows(0, 400));
      const { progress, turns } = startSpinning(index);
      await until(() => Atomics.load(progress, T.COUNT) === 400);
      expect([...progress.subarray(T.COUNT, T.WRONG)]).toEqual([400, 1, 0]);
      await index.add(rows(400, 100));
      await until(() => Atomics.load(progress, T.SEALED) === 1);
      await index.add(rows(500, 50));
      await until(() => Atomics.load(progress, T.COUNT) === 550);
      const loops = Atomics.load(progress, T.LOOPS);
      await until(() => Atomics.load(progress, T.LOOPS) > loops + 2);
      expect([...progress.subarray(T.COUNT)]).toEqual([550, 2, 1, 0]);
      Atomics.store(progress, T.STOP, 1);
      expect(await turns).toBe(0);
      await index.close();
    },
  );

  test('is one of three that see 50 changes in a row', async () => {
    // So little room that every 100 vectors or so fill a segment, which is sealed.
    const index = createIndex({ precision: 'float16', segmentByteLimit: 4_500_000, M: 4 });
    const size = index.available;
    expect(25 * size).toBeLessThan(6000);
    await index.add(rows(0, 10));
    const readers = [startSpinning(index), startSpinning(index), startSpinning(index)];
    await until(() => readers.every(({ progress }) => Atomics.load(progress, T.LOOPS) > 0));
    for (let i = 0; i < 25; i++) {
      const { count } = index;
      await index.add(rows(count, (i + 1) * size + 10 - count));
    }
    expect(index.count).toBe(25 * size + 10);
    const seen = [index.count, 26, 25, 0];
    await until(() =>
      readers.every(({ progress }) => Atomics.load(progress, T.COUNT) === index.count),
    );
    for (const { progress, turns } of readers) {
      const loops = Atomics.load(progress, T.LOOPS);
      await until(() => Atomics.load(progress, T.LOOPS) > loops + 2);
      expect([...progress.subarray(T.COUNT)]).toEqual(seen);
      Atomics.store(progress, T.STOP, 1);
      expect(await turns).toBe(0);
    }
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});

describe('an idle reader', () => {
  test('lets memory go that its owner has replaced', async () => {
    const index = createIndex({ precision: 'float16', capacity: 500 });
    await index.add(rows(0, 400));
    const thread = startThread();
    await ask(thread, { kind: 'hold', shared: index.share() });
    expect(await ask(thread, { kind: 'held' })).toEqual({ held: true, open: true });
    await index.add(rows(400, 100)); // seals the segment
    expect(await ask(thread, { kind: 'held' })).toEqual({ held: false, open: true });
    await index.close();
  });

  test('keeps nothing when its index was forgotten without being closed', async () => {
    const index = createIndex({ capacity: 500 });
    await index.add(rows(0, 400));
    const thread = startThread();
    await ask(thread, { kind: 'hold', shared: index.share() });
    await ask(thread, { kind: 'forget' });
    expect(await ask(thread, { kind: 'held' })).toEqual({ held: false, open: false });
    await index.add(rows(400, 200)); // which nobody hears
    await index.close();
  });
});

test.each(['leave', 'owner-first', 'reader-first', 'twice', 'dying-reader'])(
  'a process whose threads share an index ends by itself: %s',
  async (mode) => {
    const ending = await runProgram('sharing-program.ts', { args: [mode] });
    const { exitCode, stderr, lines, hung } = ending;
    expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
    expect(lines).toEqual([{ workDone: true, seen: [40, 90, 90] }]);
  },
);

test('a process ends by itself after any order of sharing, changing and closing', async () => {
  const ending = await runProgram('sharing-program.ts', { args: ['any-order'] });
  const { exitCode, stderr, lines, hung } = ending;
  expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
  expect(lines).toEqual([{ workDone: true, seen: [] }]);
});
