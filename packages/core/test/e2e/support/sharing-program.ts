// A program whose threads share an index that changes, and close it in some order or not at all.
// Prints one line at its end; it must get there without process.exit, and so must its threads.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type SharedIndex, uniform, VectorIndex } from '@nigh/core';
import { gaussian } from '@nigh/testkit';

const DIMENSION = 8;
const STEPS = 400;
const MOST_READERS = 30;
const vectors = gaussian({ count: 100, dimension: DIMENSION });
const rows = (first: number, end: number): Float32Array =>
  vectors.subarray(first * DIMENSION, end * DIMENSION);

/** What a reader does: attaches, and says what it sees whenever it is asked, until it is not. */
function read({ shared, mode }: { shared: SharedIndex; mode: string }): void {
  const index = VectorIndex.attach(shared);
  if (mode === 'dying-reader') process.exit(0);
  const ask = async (question: string): Promise<void> => {
    if (question === 'close') await index.close();
    if (question === 'close' && mode === 'twice') await index.close();
    parentPort?.postMessage(index.count);
    if (question === 'close' || question === 'leave') parentPort?.off('message', ask);
  };
  parentPort?.on('message', ask);
  parentPort?.postMessage(index.count);
}

async function answerOf(reader: Worker, question: string): Promise<number> {
  reader.postMessage(question);
  return (await once(reader, 'message'))[0];
}

/** One reader and one change, then the end; what the reader saw. */
async function share(mode: string): Promise<number[]> {
  const index = VectorIndex.create({ dimension: DIMENSION, capacity: 50, threads: 1 });
  await index.add(rows(0, 40));
  const workerDataOf = { shared: index.share(), mode };
  const reader = new Worker(new URL(import.meta.url), { workerData: workerDataOf });
  const ended = once(reader, 'exit');
  if (mode === 'dying-reader') {
    await ended;
    const own = VectorIndex.attach(index.share());
    const seen = [own.count];
    await index.add(rows(40, 90));
    return [...seen, own.count, index.count];
  }
  const seen = [(await once(reader, 'message'))[0]];
  await index.add(rows(40, 90));
  seen.push(await answerOf(reader, 'count'));
  if (mode === 'owner-first' || mode === 'twice') await index.close();
  if (mode === 'twice') await index.close();
  seen.push(await answerOf(reader, mode === 'leave' ? 'leave' : 'close'));
  await ended;
  if (mode === 'reader-first') {
    await index.add(rows(90, 100));
    await index.close();
  }
  return seen;
}

/** Owner and readers of one thread, and a seed's order of what they do. */
async function doAnything(seed: number): Promise<boolean> {
  let index = VectorIndex.create({ dimension: DIMENSION, capacity: 10, threads: 1 });
  const readers: VectorIndex[] = [];
  let sound = true;
  for (let step = 0; step < STEPS; step++) {
    const draw = Math.floor(8 * uniform(seed, step));
    const reader = readers[Math.floor(readers.length * uniform(seed, STEPS + step))];
    if (draw <= 1 && readers.length < MOST_READERS) readers.push(VectorIndex.attach(index.share()));
    if (draw === 2 && reader && readers.length < MOST_READERS) {
      readers.push(VectorIndex.attach(reader.share()));
    }
    if (draw === 3 && index.count < 3000) await index.add(rows(0, 1 + (step % 60)));
    if (draw === 4 && reader) {
      await reader.close();
      if (step % 2 === 0) await reader.close();
      readers.splice(readers.indexOf(reader), 1);
    }
    if (draw === 5) await new Promise((resolve) => setImmediate(resolve));
    if (draw === 6 && step % 5 === 0) {
      await index.close();
      readers.splice(0); // and never close them
      index = VectorIndex.create({ dimension: DIMENSION, capacity: 10, threads: 1 });
    }
    sound &&= readers.every((one) => one.count === index.count);
  }
  return sound;
}

if (isMainThread) {
  const [mode] = process.argv.slice(2) as [string];
  const seen = mode === 'any-order' ? [] : await share(mode);
  let workDone = true;
  for (let seed = 1; seed <= 10 && mode === 'any-order'; seed++) {
    workDone &&= await doAnything(seed);
  }
  process.on('exit', () => console.log(JSON.stringify({ workDone, seen })));
} else read(workerData);
