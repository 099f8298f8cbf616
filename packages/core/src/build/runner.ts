// Runs a job to its end: on the pool's threads, or in slices on this one, giving the event loop its
// turn in between. Either way the same items are done, so the same bytes come out.

import { yieldToEventLoop } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import type { ScratchBlocks } from '../memory/scratch-blocks.ts';
import type { Segment } from '../segments/segment.ts';
import {
  allocateControl,
  CANCELLED,
  DONE,
  isRepeatable,
  type Job,
  jobItems,
  jobTotal,
  runJob,
} from './job.ts';
import type { WorkerPool } from './pool.ts';

/** How far a phase is: `total` vectors (or queries), of which `done` are finished. */
export interface Progress {
  /** What is being done: `read`, `encode`, `leaves`, ... New ones may come with any release. */
  readonly phase: string;
  /** How much of it is done, out of `total`. */
  readonly done: number;
  /** How much there is: vectors, in most phases. */
  readonly total: number;
}

/** Options of everything that takes long. */
export interface WorkOptions {
  /** Called on this thread, often: after every batch, and some ten times a second in long ones. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops cleanly: threads finish what they hold, nothing is half-written. */
  readonly signal?: AbortSignal;
}

/** Longest stretch this thread computes, in one job or several, before the event loop's turn. */
export const SLICE_MS = 8;
const TICK_MS = 100;
/** Fewer items are not worth a message to a thread (about 50 us a round trip). */
const MIN_POOL_ITEMS = 2;

/** Who runs jobs: the segments, the threads, and the scratch blocks they may use. */
export interface Crew {
  readonly segments: readonly Segment[];
  readonly threads: number;
  readonly blocks: ScratchBlocks;
  /** The pool, started at the first call. */
  pool(): Promise<WorkerPool>;
}

/** The error of every call on an index that was closed. */
export function closedError(cause?: unknown): VectorIndexError {
  return new VectorIndexError(ErrorCode.closed, 'this index was closed', {}, cause);
}

/** The error an aborted operation rejects with: CLOSED when it was close that aborted it. */
export function abortedError(signal: AbortSignal): VectorIndexError {
  const { reason } = signal;
  if (reason instanceof VectorIndexError && reason.code === ErrorCode.closed) {
    return closedError(reason);
  }
  return new VectorIndexError(ErrorCode.aborted, 'the operation was aborted', {}, reason);
}

/** When this thread's slice ends; undefined when the event loop has had its turn since. */
let sliceEnd: number | undefined;
let lastTurn: Promise<void> = Promise.resolve();

/**
 * Waits until this thread may compute, and says until when. All jobs of a thread share its slices,
 * because most batches of a build are shorter than one; jobs that wait take turns.
 */
async function takeSlice(): Promise<number> {
  if (sliceEnd !== undefined && performance.now() < sliceEnd) return sliceEnd;
  if (sliceEnd !== undefined) {
    lastTurn = lastTurn.then(yieldToEventLoop);
    await lastTurn;
  }
  sliceEnd = performance.now() + SLICE_MS;
  void yieldToEventLoop().then(() => {
    sliceEnd = undefined;
  });
  return sliceEnd;
}

/** Runs what a slice has time for; true when the job is over. */
function runSlice(crew: Crew, job: Job, control: Int32Array, deadline: number): boolean {
  // Nothing is kept in a block between two items, so a job that waits needs none.
  const blocks = crew.blocks.claim(job.kind === 'phase' ? 2 : 1);
  try {
    return runJob(crew.segments, { job, control, blocks, share: 0 }, deadline);
  } finally {
    crew.blocks.release(blocks);
  }
}

async function runHere(crew: Crew, job: Job, control: Int32Array, tick: () => void): Promise<void> {
  let last = performance.now();
  while (!runSlice(crew, job, control, await takeSlice())) {
    if (performance.now() - last < TICK_MS) continue;
    last = performance.now();
    tick();
  }
}

/**
 * One thread's share. When its thread dies another takes its place, once, and begins with the item
 * the dead one was at, if that may be done twice.
 */
async function runShare(crew: Crew, job: Job, control: Int32Array, share: number): Promise<void> {
  const segments = crew.segments.map((segment) => segment.handle);
  const pool = await crew.pool();
  const run = (): Promise<void> => pool.run({ segments, job, control, share });
  try {
    await run().catch((error: unknown) => {
      if (!isRepeatable(job)) throw error;
      return run();
    });
  } catch (error) {
    Atomics.store(control, CANCELLED, 1); // the others need not go on
    throw error;
  }
}

async function runOnPool(
  crew: Crew,
  job: Job,
  control: Int32Array,
  tick: () => void,
): Promise<void> {
  const shares = Math.min(crew.threads, jobItems(job));
  const timer = setInterval(tick, TICK_MS);
  try {
    // All shares settle before anything is thrown: no thread writes once this function has
    // returned.
    const settled = await Promise.allSettled(
      Array.from({ length: shares }, (_, share) => runShare(crew, job, control, share)),
    );
    const failed = settled.find((share) => share.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    clearInterval(timer);
  }
}

/** What a caller wants to know while a job runs. */
export interface JobWatch {
  readonly signal?: AbortSignal | undefined;
  /** Items done so far, in the job's own unit. Stops the job when it throws. */
  readonly onDone?: (done: number) => void;
}

/**
 * Runs all items of a job.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED, or what onDone threw; no thread is
 *   writing any more when it throws
 */
export async function runWork(crew: Crew, job: Job, watch: JobWatch = {}): Promise<void> {
  const { signal, onDone } = watch;
  if (signal?.aborted) throw abortedError(signal);
  const onPool = crew.threads > 1 && jobItems(job) >= MIN_POOL_ITEMS;
  const control = allocateControl(crew.threads, onPool);
  const cancel = (): void => void Atomics.store(control, CANCELLED, 1);
  let thrown: { readonly error: unknown } | undefined;
  // Called by a timer, where an error would end the process instead of the job.
  const tick = (): void => {
    try {
      // What a dead thread had all but finished counts twice.
      if (!thrown) onDone?.(Math.min(Atomics.load(control, DONE), jobTotal(job)));
    } catch (error) {
      thrown = { error };
      cancel();
    }
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    await (onPool ? runOnPool : runHere)(crew, job, control, tick);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
  if (!thrown && signal?.aborted) throw abortedError(signal);
  tick();
  if (thrown) throw thrown.error;
}
