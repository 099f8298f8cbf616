// Does the checks in the runtime that runs it, and prints a line of JSON for each. Arguments: a
// folder to write in, and a suite. It must end by itself: one index is never closed.

import type { Checks } from './checks/check.ts';
import { lines } from './checks/report.ts';
import { takeWorkers } from './checks/without-workers.ts';
import { END } from './judge.ts';

const [folder = '', suite = ''] = process.argv.slice(2);

/** Takes shared memory away, as a page that is not isolated does, before anything is loaded. */
function takeSharedMemory(): void {
  const whole = WebAssembly.Memory;
  Object.defineProperty(globalThis, 'SharedArrayBuffer', { value: undefined });
  WebAssembly.Memory = class extends whole {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.shared) throw new TypeError('shared memory is not allowed here');
      super(descriptor);
    }
  };
}

/** Loaded late: modules look at the runtime once. */
const SUITES: Readonly<Record<string, () => Promise<Checks>>> = {
  all: async () => ({
    ...(await import('./checks/runtime-checks.ts')).runtimeChecks,
    ...(await import('./checks/index-checks.ts')).indexChecks,
    ...(await import('./checks/thread-checks.ts')).threadChecks,
    ...(await import('./checks/collection-checks.ts')).collectionChecks,
  }),
  unshared: async () => {
    takeSharedMemory();
    takeWorkers();
    return (await import('./checks/unshared-checks.ts')).unsharedChecks;
  },
};

for await (const line of lines((await SUITES[suite]?.()) ?? {}, folder)) console.log(line);
console.log(END);
