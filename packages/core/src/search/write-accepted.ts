// Writes down, in the scratch block of a search, which local nodes of a segment it may return:
// those that a filter lets through and that were not removed. What a block has is left as it is
// when it is still right, so that a filter costs a segment nothing from its second search on.

import * as F from '../hot/fields.ts';
import { acceptRange, bitWords } from '../memory/layout.ts';
import type { AcceptedBits } from '../node-filter.ts';
import type { Segment } from '../segments/segment.ts';
import { gatherBits, type LocalRange } from './gather-bits.ts';

/** Who may be returned. */
export interface Admission {
  /** Only those that a filter lets through, if there is one. */
  readonly accept?: AcceptedBits;
  /** All, also what was removed: a calibration measures the graph as it is. */
  readonly removedToo?: boolean;
}

/** What was written to a block: for which filter, of which state of the segment, and when. */
interface Written {
  readonly key: WeakRef<object>;
  readonly count: number;
  readonly removed: number;
  readonly stamp: number;
  readonly accepted: number;
}

/** What this thread wrote last, by block. */
const writtenTo = new WeakMap<Segment, Written[]>();
/** Stands for no filter. */
const EVERYTHING = {};

/** Copies the words of a filter that hold the segment's nodes; how many bits too high they are. */
function copyBits(segment: Segment, word: number, words: number, bits: Int32Array): number {
  const { i32s, firstNode } = segment;
  const part = bits.subarray(firstNode >>> 5, (firstNode >>> 5) + words);
  i32s.set(part, word);
  i32s.fill(0, word + part.length, word + words);
  return firstNode & 31;
}

/** Brings the bits of a filter down to where they belong, and takes out who was removed. */
function sieveFrozen(segment: Segment, word: number, words: number, shift: number): void {
  const { i32s, tombstones } = segment;
  for (let i = 0; i < words - 1; i++) {
    const high = shift === 0 ? 0 : i32s[word + i + 1] << (32 - shift);
    i32s[word + i] = ((i32s[word + i] >>> shift) | high) & ~tombstones[i];
  }
}

/** Writes the bits of a block; those of local nodes before the range are there already. */
function write(
  segment: Segment,
  scratch: number,
  range: LocalRange,
  accept?: AcceptedBits,
): number {
  const { i32s, layout, hot, handle } = segment;
  const { word } = acceptRange(layout, scratch);
  const { count } = range;
  const words = bitWords(count) + 1;
  let shift = 0;
  if (!accept) i32s.fill(-1, word, word + words);
  else if (segment.numbered) gatherBits(segment, word, range, accept.bits);
  else shift = copyBits(segment, word, words, accept.bits);
  i32s[scratch + F.ACCEPT_STAMP] += 1;
  i32s[scratch + F.ACCEPT_WRITTEN] = Math.max(i32s[scratch + F.ACCEPT_WRITTEN], words);
  if (!handle.frozen) return hot.sieve(scratch, count, shift, layout.regions.tombstones.word);
  // Those of a snapshot are in no segment's memory.
  sieveFrozen(segment, word, words, shift);
  return hot.sieve(scratch, count, 0, 0);
}

/**
 * Says which of the first `count` local nodes of the segment a search with block `block` may
 * return; how many they are.
 */
export function writeAccepted(
  segment: Segment,
  block: number,
  count: number,
  { accept, removedToo }: Admission,
): number {
  const { i32s, removed, layout } = segment;
  const scratch = segment.scratch(block);
  i32s[scratch + F.ACCEPT] = 0;
  if (removedToo || (!accept && removed === 0)) return count;
  const key = accept ? accept.key : EVERYTHING;
  const blocks = writtenTo.get(segment) ?? [];
  const last = blocks[block];
  const stamp = i32s[scratch + F.ACCEPT_STAMP];
  const same = key && last?.stamp === stamp && last.key.deref() === key ? last : undefined;
  if (same?.count === count && same.removed === removed) {
    i32s[scratch + F.ACCEPT] = acceptRange(layout, scratch).word;
    return same.accepted;
  }
  // Who was removed since is taken out again below; nobody comes back.
  const first = same && same.count <= count ? same.count & ~31 : 0;
  const accepted = write(segment, scratch, { first, count }, accept);
  if (!key) return accepted;
  blocks[block] = { key: new WeakRef(key), count, removed, stamp: stamp + 1, accepted };
  writtenTo.set(segment, blocks);
  return accepted;
}
