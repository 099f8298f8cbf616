// One cluster at a time, on one thread: it is split by its own leaders until the parts fit into
// leaves, and every leaf proposes neighbors for its members. What a cluster writes belongs to its
// memberships alone.

import * as F from '../../hot/fields.ts';
import { uniform } from '../../random.ts';
import type { Segment } from '../../segments/segment.ts';
import { assignToLeaders } from './assign.ts';
import { candidateWidth, slotOf, type Workspace } from './workspace.ts';

/** Parts smaller than this share a leaf. */
const MIN_LEAF = 48;
/** A part with more than this share of its parent is cut, not split again. */
const STUBBORN_SHARE = 0.75;

/** A cluster being taken apart; members are numbered by their position in it. */
class Cluster {
  readonly #segment: Segment;
  readonly #bench: number;
  readonly #work: Workspace;
  readonly #memberships: Int32Array;
  readonly #slots: Int32Array;
  /** Leaves each member has been in, and the last leaf it was put into. */
  readonly #leaves: Uint8Array;
  readonly #lastLeaf: Int32Array;
  readonly #seed: number;
  #leafCount = 0;

  constructor(segment: Segment, bench: number, work: Workspace, cluster: number) {
    this.#segment = segment;
    this.#bench = bench;
    this.#work = work;
    this.#seed = work.seed + cluster;
    const { clusterStarts, memberships, parameters } = work;
    this.#memberships = memberships.subarray(clusterStarts[cluster], clusterStarts[cluster + 1]);
    const size = this.#memberships.length;
    this.#slots = new Int32Array(size);
    this.#leaves = new Uint8Array(size);
    this.#lastLeaf = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      this.#slots[i] = slotOf(work, Math.floor(this.#memberships[i] / parameters.fanout));
    }
  }

  /** Links everything: the whole, or its parts. */
  link(): void {
    const all = new Int32Array(this.#slots.length);
    for (let i = 0; i < all.length; i++) all[i] = i;
    this.#linkPart(all, this.#work.parameters.splitFanout);
    this.#fillUp();
  }

  /** Says for members that were in fewer leaves than others that there is nobody. */
  #fillUp(): void {
    const { candidates, parameters } = this.#work;
    const width = candidateWidth(parameters);
    for (let i = 0; i < this.#leaves.length; i++) {
      const used = F.LEAF_NEIGHBORS * this.#leaves[i];
      const start = this.#memberships[i] * width;
      for (let at = used; at < width; at++) candidates[start + at] = F.NONE;
    }
  }

  #linkPart(part: Int32Array, fanout: number): void {
    if (part.length <= F.MAX_LEAF) {
      this.#linkLeaf(part);
      return;
    }
    let small: number[] = [];
    for (const next of this.#split(part, fanout)) {
      if (next.length > F.MAX_LEAF) {
        if (next.length > part.length * STUBBORN_SHARE) this.#cut(next);
        else this.#linkPart(next, 1);
      } else if (next.length >= MIN_LEAF) {
        this.#linkLeaf(next);
      } else {
        small.push(...next);
        if (small.length < MIN_LEAF) continue;
        this.#linkLeaf(Int32Array.from(small));
        small = [];
      }
    }
    if (small.length > 0) this.#linkLeaf(Int32Array.from(small));
  }

  /** Leaves of neighbors by number, for vectors that no leader tells apart. */
  #cut(part: Int32Array): void {
    const pieces = Math.ceil(part.length / F.MAX_LEAF);
    for (let i = 0; i < pieces; i++) {
      const first = Math.floor((i * part.length) / pieces);
      const end = Math.floor(((i + 1) * part.length) / pieces);
      this.#linkLeaf(part.subarray(first, end));
    }
  }

  /** The members of `part` by their nearest `fanout` leaders, drawn from the part. */
  #split(part: Int32Array, fanout: number): Int32Array[] {
    const { leafTarget } = this.#work.parameters;
    const wanted = Math.ceil((part.length * fanout) / leafTarget);
    const leaderCount = Math.max(2, Math.min(F.MAX_LEADERS, wanted));
    const used = Math.min(fanout, leaderCount);
    const slots = this.#slots;
    const leaderAt = (index: number): number => {
      const draw = index + uniform(this.#seed, index);
      return slots[part[Math.floor((draw * part.length) / leaderCount)]];
    };
    const nearest = new Uint16Array(part.length * used);
    assignToLeaders(
      this.#segment,
      this.#bench,
      { count: leaderCount, slotAt: leaderAt },
      { first: 0, end: part.length, slotAt: (i) => slots[part[i]], nearest, fanout: used },
    );
    return distribute(part, nearest, used, leaderCount);
  }

  #linkLeaf(members: Int32Array): void {
    const { i32s, hot } = this.#segment;
    const list = this.#bench + F.LIST;
    const slots = this.#slots;
    const lastLeaf = this.#lastLeaf;
    this.#leafCount++;
    let count = 0;
    for (let i = 0; i < members.length; i++) {
      const member = members[i];
      // Parts that share a leaf may both have a member.
      if (lastLeaf[member] === this.#leafCount) continue;
      lastLeaf[member] = this.#leafCount;
      i32s[list + count] = slots[member];
      members[count] = member;
      count++;
    }
    hot.linkLeaf(this.#bench, count);
    this.#keep(members, count);
  }

  /** Copies what a leaf proposes to its members' memberships. */
  #keep(members: Int32Array, count: number): void {
    const { i32s } = this.#segment;
    const { candidates, parameters } = this.#work;
    const width = candidateWidth(parameters);
    const memberships = this.#memberships;
    const leaves = this.#leaves;
    let from = this.#bench + F.OUT;
    for (let i = 0; i < count; i++) {
      const member = members[i];
      const to = memberships[member] * width + F.LEAF_NEIGHBORS * leaves[member];
      candidates[to] = i32s[from];
      candidates[to + 1] = i32s[from + 1];
      candidates[to + 2] = i32s[from + 2];
      leaves[member]++;
      from += F.LEAF_NEIGHBORS;
    }
  }
}

/** `part` sorted by leader: the members of each of the leaders that have some. */
function distribute(
  part: Int32Array,
  assigned: Uint16Array,
  fanout: number,
  leaderCount: number,
): Int32Array[] {
  const starts = new Int32Array(leaderCount + 1);
  for (let i = 0; i < assigned.length; i++) starts[assigned[i] + 1]++;
  for (let i = 0; i < leaderCount; i++) starts[i + 1] += starts[i];
  const sorted = new Int32Array(assigned.length);
  const next = starts.slice();
  for (let i = 0; i < part.length; i++) {
    for (let j = 0; j < fanout; j++) sorted[next[assigned[i * fanout + j]]++] = part[i];
  }
  return Array.from({ length: leaderCount }, (_, i) =>
    sorted.subarray(starts[i], starts[i + 1]),
  ).filter((members) => members.length > 0);
}

/** Links the leaves of one cluster. */
export function linkCluster(
  segment: Segment,
  bench: number,
  work: Workspace,
  cluster: number,
): void {
  new Cluster(segment, bench, work, cluster).link();
}
