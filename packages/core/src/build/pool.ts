// The pool of worker threads, and the only file that knows piscina. A task is one thread's share of
// a job. Piscina's AbortSignal would kill a thread while it writes, so jobs are cancelled through a
// word in shared memory instead; a thread that dies all the same rejects its task.

import { Piscina } from 'piscina';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import type { JobMessage } from './job.ts';

/** Threads run compiled files: the sources' pool uses the built worker beside them. */
function workerUrl(): string {
  const here = import.meta.url;
  const path = here.endsWith('.ts') ? '../../dist/build/worker.js' : './worker.js';
  return new URL(path, here).href;
}

export class WorkerPool {
  readonly #piscina: Piscina<JobMessage, void>;

  constructor(threads: number) {
    this.#piscina = new Piscina<JobMessage, void>({
      filename: workerUrl(),
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      maxQueue: 1024,
      recordTiming: false,
    });
  }

  /** Runs one share of a job on a thread. */
  async run(message: JobMessage): Promise<void> {
    try {
      await this.#piscina.run(message);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new VectorIndexError(
        ErrorCode.workerFailed,
        `a worker thread failed: ${reason}; the index still answers, call link() to finish linking`,
        { reason },
        cause,
      );
    }
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
