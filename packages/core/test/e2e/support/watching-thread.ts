// A thread that attaches to an index and watches it until its owner has written enough. It runs as
// it stands: Node strips the types.

import { parentPort, workerData } from 'node:worker_threads';
import { type SharedIndex, VectorIndex } from '@nigh/core';
import { ENOUGH, type Notes } from './versions.ts';
import { Watcher } from './watcher.ts';

export interface WatchingData {
  readonly shared: SharedIndex;
  readonly notes: Notes;
  readonly seed: number;
  /** Searches at least, however soon the writer is done. */
  readonly searches: number;
}

const { shared, notes, seed, searches } = workerData as WatchingData;
const index = VectorIndex.attach(shared);
const watcher = new Watcher(index, notes, seed);
parentPort?.postMessage('attached');
while (Atomics.load(notes.state, ENOUGH) === 0 || watcher.watched.searches < searches) {
  watcher.look();
}
await index.close();
parentPort?.postMessage(watcher.watched);
