// Whether the numbers of nodes are sound: what hot code cannot see, because nodes are one numbering
// for all segments.

import { numberWord } from './memory/layout.ts';
import type { Segment } from './segment.ts';
import type { Problem, ProblemKind } from './verify.ts';

function countBits(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** Tombstones of the vectors of a segment. */
function countTombstones({ i32s, layout, count }: Segment): number {
  const { word } = layout.regions.tombstones;
  let removed = 0;
  for (let i = 0; i < count >> 5; i++) removed += countBits(i32s[word + i]);
  const rest = count & 31;
  return rest === 0 ? removed : removed + countBits(i32s[word + (count >> 5)] & ((1 << rest) - 1));
}

/** The live nodes of numbered segments, ascending. */
function numberedNodes(segments: readonly Segment[]): Uint32Array {
  const numbered = segments.filter((segment) => segment.numbered);
  const nodes = new Uint32Array(numbered.reduce((sum, { live }) => sum + Math.max(0, live), 0));
  let size = 0;
  for (const segment of numbered) {
    const numbers = numberWord(segment.layout, 0);
    for (let local = 0; local < segment.count; local++) {
      if (!segment.isRemoved(local)) nodes[size++] = segment.i32s[numbers + local];
    }
  }
  return nodes.sort();
}

/** The first of `nodes`, ascending, that is two vectors at once; NONE is -1. */
function findTwice(segments: readonly Segment[], nodes: Uint32Array): number {
  for (let i = 1; i < nodes.length; i++) if (nodes[i] === nodes[i - 1]) return nodes[i];
  const ranges = segments.filter((segment) => !segment.numbered && segment.count > 0);
  for (const segment of ranges) {
    const end = segment.firstNode + segment.count;
    const twice = nodes.find(
      (node) => node >= segment.firstNode && node < end && segment.find(node) >= 0,
    );
    if (twice !== undefined) return twice;
    const other = ranges.find(({ firstNode }) => firstNode > segment.firstNode && firstNode < end);
    if (other) return other.firstNode;
  }
  const starts = new Set(ranges.map(({ firstNode }) => firstNode));
  return starts.size < ranges.length ? ranges[0].firstNode : -1;
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
  const nodes = numberedNodes(segments);
  const twice = findTwice(segments, nodes);
  if (twice >= 0) tell('bad-number', twice, `node ${twice} is more than one vector`);
  const last = segments.reduce(
    (most, { numbered, firstNode, count }) => (numbered ? most : Math.max(most, firstNode + count)),
    nodes.length > 0 ? nodes[nodes.length - 1] + 1 : 0,
  );
  if (last > nextNode) tell('bad-number', last - 1, `node ${last - 1} was never given out`);
  return problems;
}
