// The part of a region that a snapshot keeps, as bytes over the segment's memory.

import { BYTES_PER_WORD, type RegionName, type UsedCounts, usedWords } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';

/** The used bytes of a region by the given counts: a view, not a copy. */
export function regionBytes(segment: Segment, name: RegionName, used: UsedCounts): Uint8Array {
  const { layout, u8s } = segment;
  const start = layout.regions[name].word * BYTES_PER_WORD;
  const length = usedWords(layout, name, used) * BYTES_PER_WORD;
  return u8s.subarray(start, start + length);
}
