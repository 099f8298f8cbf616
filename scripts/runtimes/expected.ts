// What does not work where, as the guide tells: docs/guide/runtimes.md is held against this, and
// the runs of the suites are too. What is listed here and works all the same is a failure as well.

import type { RuntimeName } from './runtimes.ts';

type Reasons = Readonly<Record<string, string>>;

/** Checks of the portable suite that fail, and why. */
export const FAILING: Readonly<Partial<Record<RuntimeName, Reasons>>> = {
  node22: { '`await using`': 'its engine does not know the syntax; `close()` does the same' },
  bun: { 'busy threads see them too': 'messages come by turns of the event loop only' },
  deno: { 'busy threads see them too': 'messages come by turns of the event loop only' },
};

/** What threads die of is planted by flags that threads of Node inherit. */
const PLANTED = ['worker-death', 'many-deaths', 'bulk-worker-death', 'seal', 'threads'];
/** Readers that never turn their event loop, and must hear all the same. */
const BUSY = ['follow', 'readers'];

/** Files of the e2e tests that are about Node's own ways. */
const OF_NODE = [...PLANTED, ...BUSY];

/**
 * Files of the e2e tests that are left out, which the guide lists with the reasons, by the start of
 * their names. `kills` is about what a system does to processes, whatever runs in them.
 */
export const LEFT_OUT: Readonly<Partial<Record<RuntimeName, readonly string[]>>> = {
  bun: [...OF_NODE, 'kills'],
  // A child that is interrupted dies of the signal before the program hears of it.
  deno: [...OF_NODE, 'kills', 'cli', 'collection.e2e'],
};

/**
 * What a quick run leaves out besides, because the portable suite compares the bytes that these
 * algorithms leave, and because other tests that stay in kill threads and programs too. Of 330 s of
 * e2e tests they take 210 s.
 */
export const SLOW: readonly string[] = [
  ...['bulk', 'seal', 'products', 'hubs'],
  ...['collection.e2e', 'kills', 'worker-death', 'threads'],
];
