// The first searches of a thread wait for compilers: the engine compiles each function of the hot
// code when it is first called, and well when it was called often. Whoever loads an index waits
// anyway, so the load does them.

import type { Tier } from '../engine/tier.ts';
import type { Segment } from '../segments/segment.ts';

/** Enough for the engine to compile the search well; fewer where they take long. */
const MAX_SEARCHES = 64;
const MAX_MS = 12;

const warm = new Set<Tier>();

/** Calls `search` with some nodes of a segment when this thread has not done so for the tier. */
export function warmUp(tier: Tier, segment: Segment, search: (node: number) => void): void {
  const { count } = segment;
  if (warm.has(tier) || count === 0) return;
  warm.add(tier);
  const end = performance.now() + MAX_MS;
  for (let i = 0; i < MAX_SEARCHES && performance.now() < end; i++) {
    const local = Math.floor((i * count) / MAX_SEARCHES);
    if (!segment.isRemoved(local)) search(segment.numberOf(local));
  }
}
