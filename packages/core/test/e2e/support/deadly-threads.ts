// Loaded first by every thread of a test process: makes pool threads mortal without a hook in the
// product. A pool thread notes each work item it takes with one Atomics.store, which is counted
// here; at a given count the thread dies, with the item taken and not done. The main thread decides
// who dies by the environment of the thread it starts, which is a copy, so that the one that
// replaces a dead thread lives.

import { createRequire, syncBuiltinESMExports } from 'node:module';
import type workerThreads from 'node:worker_threads';
import { isMainThread } from 'node:worker_threads';

/** How a thread dies: 'fail' throws and lives on, 'stillborn' never gets to its first item. */
export type DeathKind = 'exit' | 'fail' | 'terminate' | 'stillborn';

export interface DeathPlan {
  readonly kind: DeathKind;
  /** Items the thread takes before; milliseconds for 'terminate'. */
  readonly after: number;
  /** Whether every thread dies of it, also one in the place of a dead one. */
  readonly every?: boolean;
}

/** The main thread's: what the next thread started is to die of, and how many were started. */
export const nextDeath: { plan: DeathPlan | undefined; started: number } = {
  plan: undefined,
  started: 0,
};

function mortalWorker(Original: typeof workerThreads.Worker): typeof workerThreads.Worker {
  return class extends Original {
    constructor(file: string | URL, options: workerThreads.WorkerOptions = {}) {
      const { plan } = nextDeath;
      nextDeath.started++;
      const NIGH_TEST_DEATH = plan === undefined ? '' : JSON.stringify(plan);
      super(file, { ...options, env: { ...process.env, NIGH_TEST_DEATH } });
      if (plan === undefined) return;
      if (plan.kind !== 'stillborn' && !plan.every) nextDeath.plan = undefined;
      if (plan.kind === 'terminate') setTimeout(() => this.terminate(), plan.after);
    }
  };
}

/** Where a job's control words say what each share is at (build/job.ts). */
const FIRST_SHARE = 3;

function dieWhileWorking({ kind, after }: DeathPlan): void {
  const store = Atomics.store;
  let items = 0;
  Atomics.store = ((...args: Parameters<typeof store>) => {
    const stored = store(...args);
    const [, word, value] = args;
    // The words before are those of the whole job, and 0 is noted between two items.
    if (word < FIRST_SHARE || Number(value) === 0) return stored;
    items++;
    if (items === after && kind === 'exit') process.exit(1);
    if (items === after) throw new Error('this item failed');
    return stored;
  }) as typeof store;
}

function sentence(plan: DeathPlan): void {
  if (plan.kind === 'stillborn') throw new Error('this thread cannot start');
  if (plan.kind !== 'terminate') dieWhileWorking(plan);
}

if (isMainThread) {
  const require = createRequire(import.meta.url);
  const threads = require('node:worker_threads') as typeof workerThreads;
  threads.Worker = mortalWorker(threads.Worker);
  syncBuiltinESMExports();
} else if (process.env.NIGH_TEST_DEATH) {
  sentence(JSON.parse(process.env.NIGH_TEST_DEATH) as DeathPlan);
}
