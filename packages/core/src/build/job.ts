// A job is what the threads share: a segment's phase or a batch of queries, plus two control words.
// Every thread takes the next item until none is left or the job is cancelled; a cancelled thread
// finishes its item, so nothing is half-written.

import { allocateWords } from '../memory/words.ts';
import { type BatchQueries, runQueries } from '../search/batch-queries.ts';
import type { Segment, SegmentHandle } from '../segments/segment.ts';
import {
  isRepeatable as isRepeatablePhase,
  itemCount,
  type Phase,
  phaseTotal,
  runItem,
  type Scratch,
} from './phases.ts';
import { runSeal, type SealJob, sealItemSize } from './seal.ts';

/** Words of a job's control array; Atomics only. */
export const NEXT_ITEM = 0;
export const CANCELLED = 1;
export const DONE = 2;
/** Per share of the job: 1 + the item it is at, 0 between two. */
export const CURRENT = 3;

/** The control array of a job done in `shares`. */
export function allocateControl(shares: number, shared: boolean): Int32Array {
  return allocateWords(CURRENT + shares, shared);
}

export interface PhaseJob {
  readonly kind: 'phase';
  readonly segment: number;
  readonly phase: Phase;
}

export interface QueryJob {
  readonly kind: 'queries';
  readonly batch: BatchQueries;
}

export type Job = PhaseJob | QueryJob | SealJob;

const QUERY_ITEM = 8;

/**
 * Queries per item: an exact one reads all vectors, which is work enough between two looks around.
 */
function queryItem({ plan }: BatchQueries): number {
  return plan.exact || plan.exhaustive ? 1 : QUERY_ITEM;
}

/** What a pool worker is sent: everything it needs, nothing it must remember. */
export interface JobMessage {
  readonly segments: readonly SegmentHandle[];
  readonly job: Job;
  readonly control: Int32Array;
  /** Which share of the job this is: a thread in the place of a dead one has the dead one's. */
  readonly share: number;
  /** Scratch blocks this thread may use while the job runs. */
  readonly blocks: readonly number[];
}

/** Items of a job; fixed by the work, never by the number of threads. */
export function jobItems(job: Job): number {
  if (job.kind === 'phase') return itemCount(job.phase);
  return Math.ceil(jobTotal(job) / itemSize(job));
}

function itemSize(job: QueryJob | SealJob): number {
  return job.kind === 'seal' ? sealItemSize(job) : queryItem(job.batch);
}

/** True when an item may be done again after a thread died in the middle of it. */
export function isRepeatable(job: Job): boolean {
  return job.kind !== 'phase' || isRepeatablePhase(job.phase);
}

/** What a job's progress counts up to. */
export function jobTotal(job: Job): number {
  if (job.kind === 'phase') return phaseTotal(job.phase);
  return job.kind === 'seal' ? job.count : job.batch.count;
}

/** True when no thread need begin with this share: all items are taken, or it was cancelled. */
export function shareIsOver(message: Pick<JobMessage, 'job' | 'control' | 'share'>): boolean {
  const { job, control, share } = message;
  if (Atomics.load(control, CANCELLED) !== 0) return true;
  if (Atomics.load(control, CURRENT + share) > 0) return false;
  return Atomics.load(control, NEXT_ITEM) >= jobItems(job);
}

function runJobItem(
  segments: readonly Segment[],
  job: Job,
  blocks: readonly number[],
  item: number,
): number {
  if (job.kind !== 'phase') {
    const first = item * itemSize(job);
    const end = Math.min(first + itemSize(job), jobTotal(job));
    if (job.kind === 'seal') runSeal(segments, job, blocks[0], { first, end });
    else runQueries({ segments, block: blocks[0] }, job.batch, first, end);
    return end - first;
  }
  const segment = segments[job.segment];
  const scratch: Scratch = {
    own: segment.scratch(blocks[0]),
    bench: segment.bench(blocks[0]),
    marker: segment.scratch(blocks[1] ?? blocks[0]),
  };
  return runItem(segment, scratch, job.phase, item);
}

/**
 * The item this share does next: what a dead thread left, else a fresh one. It is noted before it
 * is taken, so that none is lost whenever a thread dies; at worst two threads do one item, and
 * write the same.
 */
function takeItem(control: Int32Array, current: number): number {
  const left = Atomics.load(control, current) - 1;
  if (left >= 0) return left;
  for (;;) {
    const item = Atomics.load(control, NEXT_ITEM);
    Atomics.store(control, current, item + 1);
    if (Atomics.compareExchange(control, NEXT_ITEM, item, item + 1) === item) return item;
  }
}

/**
 * Takes and runs items until none is left, the job is cancelled or `deadline` (a time of
 * performance.now) has passed; false when there may be more.
 */
export function runJob(
  segments: readonly Segment[],
  message: Omit<JobMessage, 'segments'>,
  deadline: number = Number.POSITIVE_INFINITY,
): boolean {
  const { job, control, blocks, share } = message;
  const items = jobItems(job);
  const current = CURRENT + share;
  while (Atomics.load(control, CANCELLED) === 0) {
    const item = takeItem(control, current);
    if (item >= items) return true;
    const done = runJobItem(segments, job, blocks, item);
    Atomics.store(control, current, 0);
    Atomics.add(control, DONE, done);
    if (performance.now() >= deadline) return false;
  }
  return true;
}
