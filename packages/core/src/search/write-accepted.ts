// Writes down, in the scratch block of a search, which local nodes of a segment it may return:
// those that a filter lets through and that were not removed. What a block has is left as it is
// when it is still right, so that a filter costs a segment nothing from its second search on.

import * as F from '../hot/fields.ts';
import { acceptRange, bitWords } from '../memory/layout.ts';
import type { AcceptedBits } from '../node-filter.ts';
import type { Segment } from '../segment.ts';

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

/** The same where numbers are written down, node by node. */
function gatherBits(segment: Segment, word: number, count: number, bits: Int32Array): void {
  const { i32s, layout } = segment;
  const numbers = layout.regions.numbers.word;
  const end = bits.length;
  for (let first = 0; first < count; first += 32) {
    const last = Math.min(first + 32, count);
    let mask = 0;
    for (let local = first; local < last; local++) {
      const node = i32s[numbers + local];
      const at = node >>> 5;
      if (at < end) mask |= ((bits[at] >>> (node & 31)) & 1) << (local - first);
    }
    i32s[word + (first >>> 5)] = mask;
  }
}

function write(segment: Segment, scratch: number, count: number, accept?: AcceptedBits): number {
  const { i32s, layout, hot } = segment;
  const { word } = acceptRange(layout, scratch);
  const words = bitWords(count) + 1;
  let shift = 0;
  if (!accept) i32s.fill(-1, word, word + words);
  else if (segment.numbered) gatherBits(segment, word, count, accept.bits);
  else shift = copyBits(segment, word, words, accept.bits);
  i32s[scratch + F.ACCEPT_STAMP] += 1;
  i32s[scratch + F.ACCEPT_WRITTEN] = Math.max(i32s[scratch + F.ACCEPT_WRITTEN], words);
  return hot.sieve(scratch, count, shift);
}

/**
 * Says which of the first `count` local nodes of the segment a search with block `block` may
 * return; how many they are.
 */
export function writeAccepted(
  segment: Segment,
  block: number,
  count: number,
  accept?: AcceptedBits,
): number {
  const { i32s, removed, layout } = segment;
  const scratch = segment.scratch(block);
  i32s[scratch + F.ACCEPT] = 0;
  if (!accept && removed === 0) return count;
  const key = accept ? accept.key : EVERYTHING;
  const blocks = writtenTo.get(segment) ?? [];
  const last = blocks[block];
  const stamp = i32s[scratch + F.ACCEPT_STAMP];
  const isSame = last?.stamp === stamp && last.count === count && last.removed === removed;
  if (key && isSame && last.key.deref() === key) {
    i32s[scratch + F.ACCEPT] = acceptRange(layout, scratch).word;
    return last.accepted;
  }
  const accepted = write(segment, scratch, count, accept);
  if (!key) return accepted;
  blocks[block] = { key: new WeakRef(key), count, removed, stamp: stamp + 1, accepted };
  writtenTo.set(segment, blocks);
  return accepted;
}
