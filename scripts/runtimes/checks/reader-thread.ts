// A thread that attaches to an index and says what it sees, now and whenever it is asked; asked to
// watch, it searches without a turn of its event loop until there are as many vectors as it is told.

import { parentPort, workerData } from 'node:worker_threads';
import { type SharedIndex, VectorIndex } from '@nigh/core';

/** What is asked: to search, to watch until there are so many vectors, or to close. */
export type Question =
  | { readonly query: Float32Array }
  | { readonly until: number; readonly milliseconds: number; readonly begun: Int32Array }
  | 'close';

const index = VectorIndex.attach(workerData as SharedIndex);

function answer(question: Question): unknown {
  if (question === 'close') return index.close().then(() => 'closed');
  if ('query' in question) return [...index.search(question.query, 10).nodes];
  const end = performance.now() + question.milliseconds;
  Atomics.store(question.begun, 0, 1);
  while (performance.now() < end) if (index.count === question.until) break;
  return index.count;
}

parentPort?.on('message', async (question: Question) => {
  parentPort?.postMessage(await answer(question));
});
parentPort?.postMessage(index.count);
