// How many components lie beyond the range of the 7-bit codes. Codes are chosen once, from the
// vectors of the first build; vectors that are added later may look different, and whatever is
// clipped is lost to the ranking. The counts cover the linked vectors, each once.

import * as F from '../hot/fields.ts';
import type { Segment } from '../segments/segment.ts';

/** Codes are out of date when they clip so much more of the components than they did at first. */
const MOST_MORE_CLIPPED = 0.005;

/** Beyond this a word cannot count. */
const MOST_COUNTED = 2 ** 31 - 1;

function sumOf(counts: Int32Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

/** Notes what new codes clip of the vectors they were chosen for, all of the segment. */
export function noteFirstCodes({ i32s }: Segment, clipped: Int32Array): void {
  i32s[F.FIRST_CODED] = clipped.length;
  i32s[F.FIRST_CLIPPED] = sumOf(clipped);
  i32s[F.CLIPPED] = i32s[F.FIRST_CLIPPED];
}

/**
 * Notes the same for codes that came from a file, which does not say it: codes at either end of
 * the range count as clipped. That is a little more than there are, before and after alike.
 */
export function noteLoadedCodes({ i32s, hot, linked }: Segment): void {
  if (i32s[F.FIRST_CODED] > 0) return;
  i32s[F.FIRST_CODED] = linked;
  i32s[F.FIRST_CLIPPED] = hot.countSaturated(0, linked);
  i32s[F.CLIPPED] = i32s[F.FIRST_CLIPPED];
}

/** Notes that vectors were linked of which so many components are clipped. */
export function noteCodes({ i32s }: Segment, clipped: Int32Array): void {
  i32s[F.CLIPPED] = Math.min(MOST_COUNTED, i32s[F.CLIPPED] + sumOf(clipped));
}

/** Forgets all counts: the next build chooses codes anew. */
export function forgetCodes({ i32s }: Segment): void {
  i32s[F.CLIPPED] = 0;
  i32s[F.FIRST_CODED] = 0;
  i32s[F.FIRST_CLIPPED] = 0;
}

/** The share of the components of all linked vectors that codes clip: 0 to 1. */
export function clippedShare({ i32s, layout, linked }: Segment): number {
  return linked === 0 ? 0 : i32s[F.CLIPPED] / (linked * layout.dimension);
}

/** True when codes that were chosen from all linked vectors would serve better. */
export function needsNewCodes(segment: Segment): boolean {
  const { i32s, layout, linked, sealed } = segment;
  const coded = i32s[F.FIRST_CODED];
  if (sealed || linked === 0 || coded === 0) return false;
  const first = i32s[F.FIRST_CLIPPED] / (coded * layout.dimension);
  return clippedShare(segment) > first + MOST_MORE_CLIPPED;
}
