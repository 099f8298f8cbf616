// Vectors with the same codes, of which the graph takes one. Thousands of copies would otherwise
// propose each other, fill their rows with themselves and absorb every search that comes near.

import * as F from '../../hot/fields.ts';
import { copyWord, nodeWord } from '../../memory/layout.ts';
import { allocateWords } from '../../memory/words.ts';
import type { Segment } from '../../segments/segment.ts';

/** Which nodes share their codes with an earlier one. */
export interface Copies {
  /** Nodes whose codes no earlier node has, ascending. */
  readonly firsts: Int32Array;
  /** The other nodes, ascending, and for each the first node of the same codes. */
  readonly nodes: readonly number[];
  readonly originals: readonly number[];
}

/**
 * Finds copies among all nodes, whose codes lie in node order and have these hashes.
 *
 * @param shared whether other threads will read `firsts`
 */
export function findCopies(segment: Segment, hashes: Int32Array, shared: boolean): Copies {
  const count = hashes.length;
  const { hot } = segment;
  const mask = 2 ** Math.ceil(Math.log2(2 * count + 2)) - 1;
  const table = new Int32Array(mask + 1); // open addressing: 1 + node, 0 for nobody
  const firsts = allocateWords(count, shared);
  const nodes: number[] = [];
  const originals: number[] = [];
  let firstCount = 0;
  for (let node = 0; node < count; node++) {
    const hash = hashes[node];
    let place = hash & mask;
    let other = table[place] - 1;
    while (other >= 0 && !(hashes[other] === hash && hot.haveSameCodes(other, node))) {
      place = (place + 1) & mask;
      other = table[place] - 1;
    }
    if (other >= 0) {
      nodes.push(node);
      originals.push(other);
    } else {
      table[place] = node + 1;
      firsts[firstCount] = node;
      firstCount++;
    }
  }
  return { firsts: firsts.subarray(0, firstCount), nodes, originals };
}

function haveSameVectors(segment: Segment, a: number, b: number): boolean {
  const one = segment.vectors(a, 1);
  const other = segment.vectors(b, 1);
  return one.every((value, i) => value === other[i]);
}

/**
 * Chains the copies, whose slots follow those of the firsts: the slot of a first leads to that of
 * its first copy, which leads to the next.
 */
export function chainCopies(segment: Segment, copies: Copies): void {
  const { i32s, layout } = segment;
  const firstCopy = copies.firsts.length;
  /** The end of each chain, by the node it began with. */
  const ends = new Map<number, { slot: number; node: number }>();
  const originals = new Set(copies.originals);
  for (let slot = 0; slot < firstCopy; slot++) {
    const node = i32s[nodeWord(layout, slot)];
    if (originals.has(node)) ends.set(node, { slot, node });
  }
  copies.nodes.forEach((node, i) => {
    const end = ends.get(copies.originals[i]);
    if (!end) throw new Error(`node ${node} copies a node without a slot`); // cannot happen
    const same = haveSameVectors(segment, end.node, node) ? F.SAME_VECTOR : 0;
    i32s[copyWord(layout, end.slot)] = (firstCopy + i + 1) | same;
    end.slot = firstCopy + i;
    end.node = node;
  });
  i32s[F.FIRST_COPY] = firstCopy;
  i32s[F.COPY_COUNT] = copies.nodes.length;
}
