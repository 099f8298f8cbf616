// A thread that follows the list of an index it is sent: busy, without a turn of its event loop
// until it is told to stop, or idle, without a single operation on the index.

import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { type SharedIndex, VectorIndex } from '@nigh/core';

/** Words of what a busy thread reports while it searches. */
export const STOP = 0;
export const LOOPS = 1;
export const COUNT = 2;
export const SEGMENTS = 3;
export const SEALED = 4;
export const WRONG = 5;
export const PROGRESS_WORDS = 6;

/** Squared distance of a vector and its float16: it may be sealed between two operations. */
const ROUNDING = 1e-4;

export type Request =
  | { readonly kind: 'spin'; readonly shared: SharedIndex; readonly progress: Int32Array }
  | { readonly kind: 'hold'; readonly shared: SharedIndex }
  | { readonly kind: 'forget' }
  | { readonly kind: 'held' };

/** Collects what nothing refers to. Bun has a call for it; V8 gives one away when a flag is set. */
function garbageCollector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(now: boolean): void } };
  if (Bun) return () => Bun.gc(true);
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

const collectGarbage = garbageCollector();

let index: VectorIndex | undefined;
let memory: WeakRef<object> | undefined;

/** Looks at the index and searches it until told to stop; how often the event loop turned. */
async function spin(shared: SharedIndex, progress: Int32Array): Promise<number> {
  let turns = 0;
  const turned = setInterval(() => turns++, 0);
  const follower = VectorIndex.attach(shared);
  for (let loop = 0; Atomics.load(progress, STOP) === 0; loop++) {
    const count = follower.count;
    const node = loop % 2 === 0 ? count - 1 : loop % count;
    const vector = follower.getVector(node);
    const { nodes, distances } = follower.search(vector, 1, { exact: true });
    const near = follower.search(vector, 5).nodes;
    if (
      nodes[0] !== node ||
      (distances[0] as number) > ROUNDING ||
      near.length !== Math.min(5, count)
    ) {
      Atomics.add(progress, WRONG, 1);
    }
    const { segments } = follower.share();
    Atomics.store(progress, SEGMENTS, segments.length);
    Atomics.store(progress, SEALED, segments.filter(({ layout }) => layout.sealed).length);
    Atomics.store(progress, COUNT, count);
    Atomics.add(progress, LOOPS, 1);
  }
  clearInterval(turned);
  await follower.close();
  return turns;
}

/** Attaches, and keeps an eye on the memory of the first segment. */
function hold(shared: SharedIndex): void {
  index = VectorIndex.attach(shared);
  memory = new WeakRef(shared.segments[0]?.memory.wasm as object);
}

/** Whether the first segment's memory is still there when garbage was collected. */
async function isHeld(): Promise<boolean> {
  for (let i = 0; i < 20 && memory?.deref(); i++) {
    await sleep(10); // what is looked at stays until the end of the turn
    collectGarbage();
  }
  return memory?.deref() !== undefined;
}

async function answer(request: Request): Promise<unknown> {
  if (request.kind === 'spin') return spin(request.shared, request.progress);
  if (request.kind === 'hold') return hold(request.shared);
  if (request.kind === 'forget') {
    index = undefined;
    return undefined;
  }
  const held = await isHeld();
  return { held, open: index !== undefined };
}

parentPort?.on('message', async (request: Request) => {
  parentPort?.postMessage(await answer(request));
});
