// Whether the numbers of nodes are sound: what hot code cannot see, because nodes are one numbering
// for all segments.

import { countBits } from '../memory/words.ts';
import { liveNodes, type Segment } from '../segments/segment.ts';
import type { Problem, ProblemKind } from './verify.ts';

/** Tombstones of the vectors of a segment. */
function countTombstones({ i32s, layout, count }: Segment): number {
  const { word } = layout.regions.tombstones;
  let removed = 0;
  for (let i = 0; i < count >> 5; i++) removed += countBits(i32s[word + i]);
  const rest = count & 31;
  return rest === 0 ? removed : removed + countBits(i32s[word + (count >> 5)] & ((1 << rest) - 1));
}

/** Segments by how their nodes are known: one by one, or as a range that no other range meets. */
interface NodeSources {
  readonly listed: readonly Segment[];
  readonly ranges: readonly Segment[];
}

/**
 * Of two ranges that meet all but one vector of a node are removed: a segment that was written anew
 * may be numbered through like an older one whose nodes were updated.
 */
function sortSources(segments: readonly Segment[]): NodeSources {
  const through = segments.filter(({ numbered, count }) => !numbered && count > 0);
  const meets = (one: Segment, other: Segment): boolean =>
    one !== other &&
    one.firstNode < other.firstNode + other.count &&
    other.firstNode < one.firstNode + one.count;
  const ranges = through.filter((one) => !through.some((other) => meets(one, other)));
  return { listed: segments.filter((segment) => !ranges.includes(segment)), ranges };
}

/** The first of `nodes`, ascending, that is two vectors at once; NONE is -1. */
function findTwice(nodes: Uint32Array, ranges: readonly Segment[]): number {
  for (let i = 1; i < nodes.length; i++) if (nodes[i] === nodes[i - 1]) return nodes[i];
  for (const segment of ranges) {
    const end = segment.firstNode + segment.count;
    const twice = nodes.find(
      (node) => node >= segment.firstNode && node < end && segment.find(node) >= 0,
    );
    if (twice !== undefined) return twice;
  }
  return -1;
}

/** The first live node that is not where its number is looked up, or -1. */
function findLost(segments: readonly Segment[]): number {
  for (const segment of segments) {
    for (let local = 0; segment.numbered && local < segment.count; local++) {
      const node = segment.numberOf(local);
      if (!segment.isRemoved(local) && segment.find(node) !== local) return node;
    }
  }
  return -1;
}

/** Every problem with the numbers of nodes; each of them is below `nextNode`. */
export function findBadNodes(segments: readonly Segment[], nextNode: number): Problem[] {
  const problems: Problem[] = [];
  const tell = (kind: ProblemKind, node: number, message: string): void => {
    problems.push({ kind, count: 1, node, message });
  };
  for (const segment of segments) {
    const removed = countTombstones(segment);
    if (removed === segment.removed) continue;
    const first = segment.firstNode;
    tell('bad-tombstone', first, `${removed} tombstones, where ${segment.removed} are counted`);
  }
  const { listed, ranges } = sortSources(segments);
  const nodes = liveNodes(listed);
  const twice = findTwice(nodes, ranges);
  const lost = twice < 0 ? findLost(listed) : -1;
  if (twice >= 0) tell('bad-number', twice, `node ${twice} is more than one vector`);
  if (lost >= 0) tell('bad-number', lost, `node ${lost} is looked up where it was removed`);
  const last = segments.reduce(
    (most, { numbered, firstNode, count }) => (numbered ? most : Math.max(most, firstNode + count)),
    nodes.length > 0 ? nodes[nodes.length - 1] + 1 : 0,
  );
  if (last > nextNode) tell('bad-number', last - 1, `node ${last - 1} was never given out`);
  return problems;
}
