// One writer: linking, saving and whatever else needs the index to stand still run one after
// another, in the order in which they were asked for. A failed one does not stop the next.

import * as F from '../hot/fields.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Segment } from '../segment.ts';
import { dropGraph, type LinkTask, linkSegment } from './link-segment.ts';
import type { Phase } from './phases.ts';
import { abortedError, type Crew, runWork, type WorkOptions } from './runner.ts';

export class Writer {
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  /** True while something runs or waits. */
  get busy(): boolean {
    return this.#unfinished > 0;
  }

  /** Runs `work` when everything asked for earlier has ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#unfinished++;
    const result = this.#last.then(work).finally(() => {
      this.#unfinished--;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Settles when nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** Phases that write rows of the published graph: they are short, and run to their end. */
function writesGraph(phase: Phase): boolean {
  return phase.kind === 'apply' || phase.kind === 'repair';
}

/** True when the segment has vectors that belong into a graph and are not linked. */
function needsLinking(segment: Segment, flatThreshold: number): boolean {
  const { count, linked, i32s } = segment;
  // Codes that could not rank half as many vectors are not tried again.
  const least = Math.max(1, flatThreshold, 2 * i32s[F.UNRANKABLE]);
  return count > linked && count >= least;
}

/** The options of an index that shape its graph, other than those its memory knows. */
type LinkSettings = Pick<LinkTask, 'seed' | 'builder' | 'quality'>;

/** Links one segment on the crew's threads. */
async function linkOne(
  crew: Crew,
  index: number,
  settings: LinkSettings,
  options: WorkOptions,
): Promise<void> {
  const { onProgress } = options;
  const segment = crew.segments[index];
  // A callback that throws stops the work like an abort, and its error is what the caller gets.
  const thrown = new AbortController();
  const signal = AbortSignal.any([thrown.signal, ...(options.signal ? [options.signal] : [])]);
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
  // A first graph keeps all threads busy: they start while the codes are chosen. A thread that
  // cannot start fails the first job, not this. A few vectors added later need none.
  if (shared && segment.linked === 0) await crew.pool().then((pool) => pool.start());
  await linkSegment({ segment, ...settings, shared, run, report }).catch((error: unknown) => {
    throw thrown.signal.aborted ? thrown.signal.reason : error;
  });
  thrown.signal.throwIfAborted();
}

/**
 * Links all vectors of all segments that are large enough for a graph.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED: the vectors stay and are scanned
 */
export async function linkSegments(
  crew: Crew,
  settings: ResolvedOptions,
  options: WorkOptions,
): Promise<void> {
  const { seed, builder, quality } = settings;
  for (let index = 0; index < crew.segments.length; index++) {
    if (options.signal?.aborted) throw abortedError(options.signal);
    if (!needsLinking(crew.segments[index], settings.flatThreshold)) continue;
    await linkOne(crew, index, { seed, builder, quality }, options);
  }
}
