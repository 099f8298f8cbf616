// Loaded first by every thread of a test process: kills pool threads in a phase of the caller's
// choice, without a hook in the product. The main thread reads the messages that hand out work and
// arms the death when the phase comes; a pool thread dies right after it has noted which item it is
// at, so that the item is taken and not done.

import { createRequire, syncBuiltinESMExports } from 'node:module';
import type workerThreads from 'node:worker_threads';
import {
  getEnvironmentData,
  isMainThread,
  MessagePort,
  setEnvironmentData,
} from 'node:worker_threads';

/** How a thread dies: its process ends, or it throws and lives on. */
export type Doom = 'exit' | 'fail';

export interface DoomPlan {
  /** The kind of phase, and which of its runs counted from 1. */
  readonly phase: string;
  readonly run: number;
  readonly deaths: number;
  readonly doom: Doom;
}

const KEY = 'nigh-test-doom';
/** Words shared with the pool threads: how many deaths are due, how they die, who has died. */
const DUE = 0;
const FAILS = 1;
const DEAD = 2;
/** Words of a job's control array: the first of those that say who is at which item. */
const CURRENT = 3;
/** No control array is as long as this, and nothing else is as short. */
const LONGEST_CONTROL = 16;

interface Posted {
  readonly task?: {
    readonly job?: { readonly kind: string; readonly phase?: { readonly kind: string } };
    readonly control?: Int32Array;
  };
}

function words(): Int32Array {
  return getEnvironmentData(KEY) as unknown as Int32Array;
}

/** What is planned, and the phases seen so far; of the main thread. */
const state = { plan: undefined as DoomPlan | undefined, runs: 0, last: undefined as unknown };

/** Lets threads die as planned from now on; nothing more happens without a plan. */
export function setDoom(plan: DoomPlan | undefined): void {
  state.plan = plan;
  state.runs = 0;
  words().fill(0);
}

/** How many threads have died since the last plan. */
export function deadThreads(): number {
  return Atomics.load(words(), DEAD);
}

function watch({ task }: Posted): void {
  const { plan } = state;
  // Sealing has no phases: its jobs are known by their kind.
  const phase = task?.job?.phase?.kind ?? task?.job?.kind;
  if (phase !== plan?.phase || plan === undefined) return;
  // All shares of one run have the same control array.
  if (task?.control === state.last) return;
  state.last = task?.control;
  state.runs++;
  Atomics.store(words(), FAILS, plan.doom === 'fail' ? 1 : 0);
  Atomics.store(words(), DUE, state.runs === plan.run ? plan.deaths : 0);
}

function dieAtItems(shared: Int32Array): void {
  const store = Atomics.store;
  Atomics.store = ((array: Int32Array, index: number, value: number) => {
    const result = store(array, index, value);
    if (index < CURRENT || value === 0 || array.length > LONGEST_CONTROL) return result;
    if (Atomics.sub(shared, DUE, 1) <= 0) {
      Atomics.add(shared, DUE, 1);
      return result;
    }
    Atomics.add(shared, DEAD, 1);
    if (Atomics.load(shared, FAILS) === 0) process.exit(1);
    throw new Error('this item failed');
  }) as typeof store;
}

if (isMainThread) {
  setEnvironmentData(KEY, new Int32Array(new SharedArrayBuffer(12)) as never);
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (this: MessagePort, message, ...rest) {
    watch(message as Posted);
    return post.call(this, message, ...rest);
  } as typeof post;
  const require = createRequire(import.meta.url);
  const threads = require('node:worker_threads') as typeof workerThreads;
  threads.MessagePort = MessagePort;
  syncBuiltinESMExports();
} else if (words() !== undefined) {
  dieAtItems(words());
}
