// Who is in a rewritten segment: the vectors of some segments that were not removed, ascending by
// node. The roll is called once; what comes and goes while they are rewritten is brought over at
// the end.

import type { ScratchBlocks } from '../memory/scratch-blocks.ts';
import { allocateWords } from '../memory/words.ts';
import { readVector } from '../search/read-vector.ts';
import type { Segment } from '../segments/segment.ts';

/** A segment that is rewritten, as far as it had vectors when the roll was called. */
export interface Source {
  readonly segment: Segment;
  readonly count: number;
  /** How many of them were removed. */
  readonly removed: number;
  /** A copy or a view of the vector of a local node. */
  read(local: number): Float32Array;
}

/** A segment as it is now; its vectors are read with `blocks`. */
export function sourceOf(segment: Segment, blocks: ScratchBlocks): Source {
  const read = (local: number): Float32Array => {
    if (segment.layout.vectors === 'float32') return segment.vectors(local, 1);
    const claimed = blocks.claim(1);
    try {
      return readVector(segment, claimed[0], local);
    } finally {
      blocks.release(claimed);
    }
  };
  const { count, removed } = segment;
  return { segment, count, removed, read };
}

/** Per vector its node, the place of its source in `sources`, and its number there. */
export interface Roll {
  readonly sources: readonly Source[];
  readonly count: number;
  readonly nodes: Int32Array;
  readonly which: Int32Array;
  readonly locals: Int32Array;
}

/** Positions below this fit into a float beside a node: 31 + 22 bits. */
const SORTABLE = 2 ** 22;

/** How many of the first nodes ascend. */
function ascendingCount(nodes: Int32Array): number {
  for (let i = 1; i < nodes.length; i++) if (nodes[i] <= nodes[i - 1]) return i;
  return nodes.length;
}

/** The positions of `nodes` from `first` on, ascending by node. */
function sortFrom(nodes: Int32Array, first: number): Uint32Array {
  const order = Uint32Array.from({ length: nodes.length - first }, (_, i) => first + i);
  if (order.length >= SORTABLE) return order.sort((a, b) => nodes[a] - nodes[b]);
  const keys = new Float64Array(order.length);
  for (let i = 0; i < keys.length; i++) keys[i] = nodes[first + i] * SORTABLE + i;
  keys.sort();
  for (let i = 0; i < keys.length; i++) order[i] = first + (keys[i] % SORTABLE);
  return order;
}

/** The positions of `nodes`, of which `ascending` are in order and others are merged in. */
function orderOf(nodes: Int32Array, ascending: number): Uint32Array {
  const others = sortFrom(nodes, ascending);
  const order = new Uint32Array(nodes.length);
  let [first, second] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    const isFirst =
      first < ascending && (second === others.length || nodes[first] < nodes[others[second]]);
    order[i] = isFirst ? first++ : others[second++];
  }
  return order;
}

function permute(words: Int32Array, order: Uint32Array): Int32Array {
  const permuted = new Int32Array(words.length);
  for (let i = 0; i < permuted.length; i++) permuted[i] = words[order[i]];
  return permuted;
}

/** The vectors of `sources` that were not removed, ascending by node. */
export function callRoll(sources: readonly Source[]): Roll {
  const room = sources.reduce((sum, { count }) => sum + count, 0);
  const [nodes, which, locals] = [0, 1, 2].map(() => allocateWords(room, false));
  let count = 0;
  for (const [place, { segment, count: end }] of sources.entries()) {
    for (let local = 0; local < end; local++) {
      if (segment.isRemoved(local)) continue;
      nodes[count] = segment.numberOf(local);
      which[count] = place;
      locals[count] = local;
      count++;
    }
  }
  const roll = [nodes, which, locals].map((words) => words.subarray(0, count));
  const ascending = ascendingCount(roll[0]);
  const order = ascending < count ? orderOf(roll[0], ascending) : undefined;
  const [a, b, c] = order ? roll.map((words) => permute(words, order)) : roll;
  return { sources, count, nodes: a, which: b, locals: c };
}

/** One roll of several, whose nodes ascend from each to the next. */
export function joinRolls(rolls: readonly Roll[]): Roll {
  const count = rolls.reduce((sum, roll) => sum + roll.count, 0);
  const [nodes, which, locals] = [0, 1, 2].map(() => allocateWords(count, false));
  const sources: Source[] = [];
  let first = 0;
  for (const roll of rolls) {
    nodes.set(roll.nodes, first);
    locals.set(roll.locals, first);
    for (let i = 0; i < roll.count; i++) which[first + i] = sources.length + roll.which[i];
    sources.push(...roll.sources);
    first += roll.count;
  }
  return { sources, count, nodes, which, locals };
}

/** The part [first, end) of a roll. */
export function rollPart(roll: Roll, first: number, end: number): Roll {
  return {
    sources: roll.sources,
    count: end - first,
    nodes: roll.nodes.subarray(first, end),
    which: roll.which.subarray(first, end),
    locals: roll.locals.subarray(first, end),
  };
}
