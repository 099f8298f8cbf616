// The threads of an index: a pool that starts when there is first something for it to do.

import type { WorkerPool } from './build/pool.ts';
import type { Crew } from './build/runner.ts';
import { ErrorCode, VectorIndexError } from './errors.ts';
import type { SegmentList } from './segments/segment-list.ts';

/** @throws {VectorIndexError} UNSUPPORTED_RUNTIME in a bundle for pages */
async function startPool(list: SegmentList): Promise<WorkerPool> {
  // Bundlers for pages put an empty module in its place, as package.json says.
  const { WorkerPool }: Partial<typeof import('./build/pool.ts')> = await import('./build/pool.ts');
  if (WorkerPool) return new WorkerPool(list.blocks.claim(list.options.threads));
  throw new VectorIndexError(
    ErrorCode.unsupportedRuntime,
    'threads are left out of bundles for pages; set threads to 1, or bundle for Node',
  );
}

export class IndexThreads {
  readonly #list: SegmentList;
  #pool: Promise<WorkerPool> | undefined;

  constructor(list: SegmentList) {
    this.#list = list;
  }

  /** Who works on the segments as they are now. */
  crew(): Crew {
    const { all, options, blocks } = this.#list;
    const { threads } = options;
    const pool = (): Promise<WorkerPool> => {
      this.#pool ??= startPool(this.#list);
      return this.#pool;
    };
    return { segments: [...all], threads, blocks, pool };
  }

  /** Lets threads go of the segments they hold, which the list does not have any more. */
  renew(): void {
    void this.#pool?.then(
      (pool) => pool.renew(),
      () => undefined,
    );
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined); // one that could not start is not there
    await pool?.close();
  }
}
