// The part of a region that a snapshot keeps, as bytes over the segment's memory.

import * as F from '../hot/fields.ts';
import { BYTES_PER_WORD, type RegionName, usedWords } from '../memory/layout.ts';
import type { Segment } from '../segment.ts';

/** The used bytes of a region by the counts in the segment's header: a view, not a copy. */
export function regionBytes(segment: Segment, name: RegionName): Uint8Array {
  const { count, linked, layout, i32s, u8s } = segment;
  const upperCount = linked > 0 ? i32s[F.UPPER_COUNT] : 0;
  const start = layout.regions[name].word * BYTES_PER_WORD;
  const length = usedWords(layout, name, { count, linked, upperCount }) * BYTES_PER_WORD;
  return u8s.subarray(start, start + length);
}
