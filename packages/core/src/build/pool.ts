// The pool of worker threads, and the only file that knows piscina. A task is one thread's share of
// a job. Piscina's AbortSignal would kill a thread while it writes, so jobs are cancelled through a
// word in shared memory instead. Piscina gives up threads that cannot start, so threads are not
// repaired but replaced: after a failure the next task gets fresh ones.

import { Piscina } from 'piscina';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { type JobMessage, shareIsOver } from './job.ts';

type Threads = Piscina<JobMessage, void>;

/** Threads run compiled files: the sources' pool uses the built worker beside them. */
function workerUrl(): string {
  const here = import.meta.url;
  const path = here.endsWith('.ts') ? '../../dist/build/worker.js' : './worker.js';
  return new URL(path, here).href;
}

function startThreads(count: number): Threads {
  const threads: Threads = new Piscina<JobMessage, void>({
    filename: workerUrl(),
    minThreads: count,
    maxThreads: count,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    maxQueue: 1024,
    recordTiming: false,
  });
  // Emitted for a thread that dies without a task. Unheard, it would end the process.
  threads.on('error', () => undefined);
  threads.on('workerDestroy', () =>
    queueMicrotask(() => {
      // Nobody is left to take what is queued: destroying the pool rejects it.
      if (threads.threads.length === 0 && threads.queueSize > 0) void threads.destroy();
    }),
  );
  return threads;
}

function workerFailed(cause: unknown, { job }: JobMessage): VectorIndexError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = job.kind === 'queries' ? 'search again' : 'call link() to finish linking';
  return new VectorIndexError(
    ErrorCode.workerFailed,
    `a worker thread failed: ${reason}; the index still answers, ${advice}`,
    { reason },
    cause,
  );
}

/** As many threads as scratch blocks. Shares of all jobs wait here, first come, first served. */
export class WorkerPool {
  readonly #size: number;
  readonly #idleBlocks: number[];
  readonly #waiting: ((block: number) => void)[] = [];
  readonly #running: Set<Promise<void>> = new Set();
  #threads: Threads | undefined;
  #retired: Promise<unknown> = Promise.resolve();

  constructor(blocks: readonly number[]) {
    this.#size = blocks.length;
    this.#idleBlocks = [...blocks];
  }

  /**
   * Runs one share of a job when a thread is free. Its block is free again when the thread is done
   * or dead, never earlier.
   *
   * @throws {VectorIndexError} WORKER_FAILED
   */
  async run(share: Omit<JobMessage, 'blocks'>): Promise<void> {
    const block =
      this.#idleBlocks.pop() ??
      (await new Promise<number>((resolve) => void this.#waiting.push(resolve)));
    try {
      if (!shareIsOver(share)) await this.#send({ ...share, blocks: [block] });
    } finally {
      const next = this.#waiting.shift();
      if (next) next(block);
      else this.#idleBlocks.push(block);
    }
  }

  /** Starts the threads, which takes them some 60 ms, before there is anything to do. */
  start(): void {
    this.#started();
  }

  /** Lets go of all that threads hold: those that come next have never seen it. */
  renew(): void {
    if (this.#threads) this.#retire(this.#threads);
  }

  /** Ends the threads. Only when no job runs: it would be cut off in the middle of a write. */
  async close(): Promise<void> {
    await this.#retired;
    await this.#threads?.destroy();
  }

  #started(): Threads {
    this.#threads ??= startThreads(this.#size);
    return this.#threads;
  }

  async #send(message: JobMessage): Promise<void> {
    const threads = this.#started();
    const task = threads.run(message);
    this.#running.add(task);
    try {
      await task;
    } catch (cause) {
      this.#retire(threads);
      throw workerFailed(cause, message);
    } finally {
      this.#running.delete(task);
    }
  }

  /** Gives threads no further task, and ends them when those they have are done. */
  #retire(threads: Threads): void {
    if (this.#threads !== threads) return;
    this.#threads = undefined;
    const settled = Promise.allSettled([...this.#running]);
    this.#retired = Promise.all([this.#retired, settled.then(() => threads.destroy())]);
  }
}
