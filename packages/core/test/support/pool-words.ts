// Reads and fills pools in a segment's memory from outside the hot code.

import * as F from '../../src/hot/fields.ts';
import type { Segment } from '../../src/segments/segment.ts';
import type { Candidate } from './naive.ts';

const NODE_BITS = 0x7fffffff;

/** The pairs of POOL, in order, whether expanded or not. */
export function readPool(segment: Segment, scratch: number): Candidate[] {
  const { i32s } = segment;
  const pool = scratch + F.POOL;
  return Array.from({ length: i32s[pool] }, (_, i) => ({
    distance: i32s[pool + 2 + 2 * i],
    node: i32s[pool + 3 + 2 * i] & NODE_BITS,
  }));
}

/** Empties POOL, lets it keep `capacity` pairs and inserts `candidates`. */
export function fillPool(
  segment: Segment,
  scratch: number,
  candidates: readonly Candidate[],
  capacity: number = Math.max(1, candidates.length),
): void {
  segment.hot.poolReset(scratch + F.POOL, capacity);
  for (const { node, distance } of candidates) {
    segment.hot.poolInsert(scratch + F.POOL, distance, node);
  }
}
