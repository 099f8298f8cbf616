// The bits of a filter in the order of a segment whose numbers are written down. Before nodes are
// updated they are numbered through, and those that come later ascend for a while: where numbers
// follow one another, their bits are those of the filter, shifted. Only the others are looked up.

import { numberWord } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';

/** What is known of the first `seen` numbers of a segment, which are never written again. */
interface Order {
  readonly seen: number;
  /** Local nodes below this follow one another. */
  readonly dense: number;
  /** Local nodes below this ascend. */
  readonly ascending: number;
  readonly largest: number;
}

const NOTHING: Order = { seen: 0, dense: 0, ascending: 0, largest: -1 };
const orders = new WeakMap<Segment, Order>();

/** The order of the first `count` numbers, or of more; looks only at what has come since. */
function orderOf(segment: Segment, count: number): Order {
  const known = orders.get(segment) ?? NOTHING;
  if (known.seen >= count) return known;
  const { i32s, layout } = segment;
  const first = numberWord(layout, 0);
  let { seen, dense, ascending, largest } = known;
  for (; seen < count; seen++) {
    const node = i32s[first + seen];
    if (dense === seen && node === i32s[first] + seen) dense++;
    if (node <= largest) continue;
    if (ascending === seen) ascending++;
    largest = node;
  }
  const order = { seen, dense, ascending, largest };
  orders.set(segment, order);
  return order;
}

/** Words of bits to be written: `words` of them from `word` on. */
interface Target {
  readonly i32s: Int32Array;
  readonly word: number;
  readonly words: number;
}

/** Copies the bits of nodes from `node` on; a word behind the target is written to, too. */
function copyBits({ i32s, word, words }: Target, bits: Int32Array, node: number): void {
  const first = node >>> 5;
  const shift = node & 31;
  const part = bits.subarray(first, first + words + 1);
  i32s.set(part, word);
  i32s.fill(0, word + part.length, word + words + 1);
  if (shift === 0) return;
  for (let i = word; i < word + words; i++) {
    i32s[i] = (i32s[i] >>> shift) | (i32s[i + 1] << (32 - shift));
  }
}

/** The bits of 32 nodes that follow one another. */
function wordFrom(bits: Int32Array, node: number): number {
  const word = node >>> 5;
  const shift = node & 31;
  const low = word < bits.length ? bits[word] >>> shift : 0;
  if (shift === 0 || word + 1 >= bits.length) return low;
  return low | (bits[word + 1] << (32 - shift));
}

/** The bits of the nodes that are written in [first, end), 32 at most. */
function lookUp(i32s: Int32Array, first: number, end: number, bits: Int32Array): number {
  let mask = 0;
  for (let i = end - 1; i >= first; i--) {
    const node = i32s[i];
    const word = node >>> 5;
    mask <<= 1;
    if (word < bits.length) mask |= (bits[word] >>> (node & 31)) & 1;
  }
  return mask;
}

/**
 * Looks up the bits of the nodes that are written from word `from` on, by a filter that has a word
 * for each of them: half the time of asking whether it has.
 */
function lookUpWords({ i32s, word, words }: Target, bits: Int32Array, from: number): void {
  for (let i = 0; i < words; i++) {
    let mask = 0;
    const first = from + 32 * i;
    for (let at = first + 28; at >= first; at -= 4) {
      const a = i32s[at];
      const b = i32s[at + 1];
      const c = i32s[at + 2];
      const d = i32s[at + 3];
      const low = ((bits[a >>> 5] >>> a) & 1) | (((bits[b >>> 5] >>> b) & 1) << 1);
      const high = ((bits[c >>> 5] >>> c) & 1) | (((bits[d >>> 5] >>> d) & 1) << 1);
      mask = (mask << 4) | low | (high << 2);
    }
    i32s[word + i] = mask;
  }
}

/**
 * A filter with a word for each node up to `largest`; nothing where that would be more than one for
 * each of `count` vectors.
 */
function reaching(bits: Int32Array, largest: number, count: number): Int32Array | undefined {
  const words = (largest >>> 5) + 1;
  if (words <= bits.length) return bits;
  if (words > count) return undefined;
  const wider = new Int32Array(words);
  wider.set(bits);
  return wider;
}

/** Local nodes from `first`, a multiple of 32, up to `count`. */
export interface LocalRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Writes to the words from `word` on which of a range of local nodes a filter lets through. A word
 * behind those that the nodes take may be written to, too.
 */
export function gatherBits(
  segment: Segment,
  word: number,
  range: LocalRange,
  bits: Int32Array,
): void {
  const { i32s, layout } = segment;
  const { count } = range;
  const order = orderOf(segment, count);
  const numbers = numberWord(layout, 0);
  const wide = reaching(bits, order.largest, count);
  let { first } = range;
  const dense = (Math.min(order.dense, count) - first) >> 5;
  if (dense > 0) {
    const target = { i32s, word: word + (first >>> 5), words: dense };
    copyBits(target, bits, i32s[numbers + first]);
    first += 32 * dense;
  }
  for (; first + 32 <= Math.min(order.ascending, count); first += 32) {
    const at = numbers + first;
    const out = word + (first >>> 5);
    if (i32s[at + 31] - i32s[at] === 31) i32s[out] = wordFrom(bits, i32s[at]);
    else if (wide) lookUpWords({ i32s, word: out, words: 1 }, wide, at);
    else i32s[out] = lookUp(i32s, at, at + 32, bits);
  }
  if (wide) {
    const rest = (count - first) >> 5;
    lookUpWords({ i32s, word: word + (first >>> 5), words: rest }, wide, numbers + first);
    first += 32 * rest;
  }
  for (; first < count; first += 32) {
    const end = numbers + Math.min(first + 32, count);
    i32s[word + (first >>> 5)] = lookUp(i32s, numbers + first, end, bits);
  }
}
