// The words of an index's control block, by name: what belongs to the index as a whole and not to
// one of its segments, which come and go. All threads that use the index have the same block, and
// it never moves. Atomics only.

import { MAX_SCRATCH_COUNT } from '../hot/fields.ts';

/** How often the list of segments has changed. Stored last: by then the change was told. */
export const LIST_VERSION = 0;
/** The same, stored first, before the change is told. */
export const LIST_CHANGING = 1;
/** Odd while nodes are switched to new vectors. */
export const SWITCHES = 2;
/** One more than the largest number that a node was ever given. */
export const NEXT_NODE = 3;
/** One word per scratch block: 0 free, 1 taken. Searches of several threads never write here. */
export const SCRATCH_OWNERS = 16;
export const CONTROL_WORDS: number = SCRATCH_OWNERS + MAX_SCRATCH_COUNT;
