// Loaded first by every thread of a test process: kills pool threads in a phase of the caller's
// choice, without a hook in the product. The main thread reads the messages that hand out work and
// arms the death when the phase comes; a pool thread dies right after it has noted which item it is
// at, which is not taken then, right after it has taken it, or right before it notes that it is
// done. Ending a thread from outside hits it anywhere.

import { createRequire, syncBuiltinESMExports } from 'node:module';
import { setTimeout as after } from 'node:timers';
import type workerThreads from 'node:worker_threads';
import {
  getEnvironmentData,
  isMainThread,
  MessagePort,
  setEnvironmentData,
} from 'node:worker_threads';

/**
 * How a thread dies: its process ends, it throws and lives on, its heap is full, or it is ended
 * from outside.
 */
export type Doom = 'exit' | 'fail' | 'memory' | 'terminate';

/** Where a thread is with its item when it dies. */
export type Moment = 'noted' | 'taken' | 'done';

export interface DoomPlan {
  /** The kind of phase, or 'any'; and which of its runs counted from 1. */
  readonly phase: string;
  readonly run: number;
  readonly deaths: number;
  readonly doom: Doom;
  /** Items that are done before, or milliseconds for 'terminate'. Default 0. */
  readonly delay?: number;
  /** Default 'noted'. */
  readonly moment?: Moment;
}

const KEY = 'nigh-test-doom';
/** Words shared with the pool threads: how many deaths are due, how they die, who has died. */
const DUE = 0;
const HOW = 1;
const DEAD = 2;
/** Items until the first death, and where in the next one it comes. */
const DELAY = 3;
const MOMENT = 4;
const WORDS = 5;
/** Words of a job's control array: the next item, and the first that says who is at which. */
const NEXT_ITEM = 0;
const CURRENT = 3;
/** No control array is as long as this, and nothing else is as short. */
const LONGEST_CONTROL = 16;

const DOOMS: readonly Doom[] = ['fail', 'exit', 'memory', 'terminate'];
const MOMENTS: readonly Moment[] = ['noted', 'taken', 'done'];
/** A thread needs a tenth of this to start, and fills it within a tenth of a second. */
const HEAP_MEGABYTES = 24;

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
const state = {
  plan: undefined as DoomPlan | undefined,
  runs: 0,
  last: undefined as unknown,
  phase: undefined as string | undefined,
};
const threads = new Set<workerThreads.Worker>();

/** Lets threads die as planned from now on; nothing more happens without a plan. */
export function setDoom(plan: DoomPlan | undefined): void {
  state.plan = plan;
  state.runs = 0;
  state.phase = undefined;
  words().fill(0);
}

/** How many threads have died since the last plan. */
export function deadThreads(): number {
  return Atomics.load(words(), DEAD);
}

/** How many runs of the planned phase have begun since, and in which one death was armed. */
export function seenSince(): { readonly runs: number; readonly phase: string | undefined } {
  return { runs: state.runs, phase: state.phase };
}

/** Ends as many threads as planned from outside, whatever they do then. */
function endThreads(plan: DoomPlan): void {
  after(() => {
    if (state.plan !== plan) return;
    for (const thread of [...threads].slice(0, plan.deaths)) {
      Atomics.add(words(), DEAD, 1);
      void thread.terminate();
    }
  }, plan.delay ?? 0).unref();
}

function arm({ doom, delay = 0, moment = 'noted', deaths }: DoomPlan): void {
  Atomics.store(words(), HOW, DOOMS.indexOf(doom));
  Atomics.store(words(), DELAY, delay);
  Atomics.store(words(), MOMENT, MOMENTS.indexOf(moment));
  Atomics.store(words(), DUE, deaths);
}

function watch({ task }: Posted): void {
  const { plan } = state;
  if (plan === undefined || task?.job === undefined) return;
  // Sealing has no phases: its jobs are known by their kind.
  const phase = task.job.phase?.kind ?? task.job.kind;
  if (plan.phase !== 'any' && phase !== plan.phase) return;
  // All shares of one run have the same control array.
  if (task.control === state.last) return;
  state.last = task.control;
  state.runs++;
  const isNow = state.runs === plan.run;
  if (isNow) state.phase = phase;
  if (isNow && plan.doom === 'terminate') endThreads(plan);
  else if (isNow) arm(plan);
  else if (plan.phase !== 'any') Atomics.store(words(), DUE, 0);
}

/** Takes one off a word that is above 0; false when it is not. */
function takeOne(shared: Int32Array, word: number): boolean {
  if (Atomics.sub(shared, word, 1) > 0) return true;
  Atomics.add(shared, word, 1);
  return false;
}

function die(shared: Int32Array): void {
  Atomics.add(shared, DEAD, 1);
  const doom = DOOMS[Atomics.load(shared, HOW)];
  if (doom === 'fail') throw new Error('this item failed');
  if (doom === 'exit') process.exit(1);
  const hoard: number[][] = [];
  for (;;) hoard.push(new Array(20_000).fill(0.5));
}

function dieAtItems(shared: Int32Array): void {
  const { store, compareExchange } = Atomics;
  const dieAt = (moment: Moment): void => {
    if (MOMENTS[Atomics.load(shared, MOMENT)] !== moment || Atomics.load(shared, DUE) <= 0) return;
    if (!takeOne(shared, DELAY) && takeOne(shared, DUE)) die(shared);
  };
  Atomics.store = ((array: Int32Array, index: number, value: number) => {
    const isNote = index >= CURRENT && array.length <= LONGEST_CONTROL;
    if (isNote && value === 0) dieAt('done');
    const result = store(array, index, value);
    if (isNote && value !== 0) dieAt('noted');
    return result;
  }) as typeof store;
  Atomics.compareExchange = ((array: Int32Array, index: number, old: number, value: number) => {
    const result = compareExchange(array, index, old, value);
    const isTaken = index === NEXT_ITEM && array.length <= LONGEST_CONTROL && result === old;
    if (isTaken) dieAt('taken');
    return result;
  }) as typeof compareExchange;
}

function mortalWorker(Original: typeof workerThreads.Worker): typeof workerThreads.Worker {
  return class extends Original {
    constructor(file: string | URL, options: workerThreads.WorkerOptions = {}) {
      super(file, { ...options, resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES } });
      threads.add(this);
      this.once('exit', () => threads.delete(this));
    }
  };
}

if (isMainThread) {
  const buffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(KEY, new Int32Array(buffer) as never);
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (this: MessagePort, message, ...rest) {
    watch(message as Posted);
    return post.call(this, message, ...rest);
  } as typeof post;
  const require = createRequire(import.meta.url);
  const module = require('node:worker_threads') as typeof workerThreads;
  module.MessagePort = MessagePort;
  module.Worker = mortalWorker(module.Worker);
  syncBuiltinESMExports();
} else if (words() !== undefined) {
  dieAtItems(words());
}
