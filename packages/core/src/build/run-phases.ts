// Runs work that consists of phases of one segment on the crew's threads, with the caller's
// progress and signal.

import type { Segment } from '../segments/segment.ts';
import { dropGraph } from './link-segment.ts';
import { type Phase, writesGraph } from './phases.ts';
import { type Crew, runWork, type WorkOptions } from './runner.ts';

/** What such work is given. */
export interface PhaseTools {
  readonly segment: Segment;
  /** Whether threads other than this one work on it. */
  readonly shared: boolean;
  /** Runs a phase on all threads, reporting `done` of this phase's unit. */
  readonly run: (phase: Phase, onDone?: (done: number) => void) => Promise<void>;
  readonly report: (phase: string, done: number, total: number) => void;
}

/** A signal that is aborted with either of two. Joining them takes some 5 us. */
function eitherOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other ? AbortSignal.any([one, other]) : one;
}

/**
 * Does `work` on segment `index` of the crew.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED; or what onProgress threw
 */
export async function runPhases<T>(
  crew: Crew,
  index: number,
  options: WorkOptions,
  work: (tools: PhaseTools) => Promise<T>,
): Promise<T> {
  const { onProgress } = options;
  const segment = crew.segments[index];
  // A callback that throws stops the work like an abort, and its error is what the caller gets.
  const thrown = new AbortController();
  const signal = onProgress ? eitherOf(thrown.signal, options.signal) : options.signal;
  const run = async (phase: Phase, onDone?: (done: number) => void): Promise<void> => {
    const watch = { signal: writesGraph(phase) ? undefined : signal, ...(onDone && { onDone }) };
    try {
      await runWork(crew, { kind: 'phase', segment: index, phase }, watch);
    } catch (error) {
      // A thread died while it wrote rows. What is left cannot be trusted: scan until linked anew.
      if (writesGraph(phase)) dropGraph(segment);
      throw error;
    }
  };
  const report = (phase: string, done: number, total: number): void => {
    try {
      onProgress?.({ phase, done, total });
    } catch (error) {
      thrown.abort(error);
    }
  };
  const shared = crew.threads > 1;
  const result = await work({ segment, shared, run, report }).catch((error: unknown) => {
    throw thrown.signal.aborted ? thrown.signal.reason : error;
  });
  thrown.signal.throwIfAborted();
  return result;
}
