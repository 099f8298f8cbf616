// Takes worker threads away, as where there are none, and tells whether anybody asked for one.

import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';

let asked = 0;

class NoWorker {
  constructor() {
    asked++;
    throw new Error('workers are not allowed here');
  }
}

/** Before anything is loaded: from here on no worker can be constructed. */
export function takeWorkers(): void {
  const put = { value: NoWorker, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(process.getBuiltinModule('node:worker_threads'), 'Worker', put);
  if (typeof globalThis.Worker === 'function') Object.defineProperty(globalThis, 'Worker', put);
  syncBuiltinESMExports();
}

/** Nobody has tried to start a worker, and whoever tries fails. */
export async function assertNoWorkers(): Promise<void> {
  assert.equal(asked, 0);
  const { Worker } = await import('node:worker_threads');
  assert.throws(() => new Worker('', { eval: true }), /workers are not allowed here/);
  const { Worker: required } = process.getBuiltinModule('node:worker_threads');
  assert.throws(() => new required('', { eval: true }), /workers are not allowed here/);
}
