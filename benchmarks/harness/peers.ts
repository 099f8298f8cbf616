/**
 * Loads the peers, if they were installed. They live in their own package (compare/) with its own
 * lockfile, so that an ordinary install of the workspace compiles nothing.
 */
import type { Adapter } from '../compare/adapter.ts';
import { createHnswlibNode } from '../compare/hnswlib-node.ts';

/**
 * The peers that are installed; says on the console which are not.
 * @throws when `required` and one is missing: a saved result without its peer compares nothing.
 */
export function loadPeers(required: boolean): Adapter[] {
  try {
    return [createHnswlibNode()];
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    const advice = 'run `npm install` in benchmarks/compare to measure beside it';
    const message = `hnswlib-node is not installed (${reason}); ${advice}`;
    if (required) throw new Error(message);
    console.log(`${message}. Measuring nigh alone.`);
    return [];
  }
}
