// What the threads of a bulk build share besides the segment: one graph level's points, who leads
// them, what their leaves propose, and the edges. Typed arrays of their own, let go at the end, so
// that a build leaves no memory behind; structured-cloneable when shared.

import { LEAF_NEIGHBORS } from '../../hot/fields.ts';
import { allocateWords } from '../../memory/words.ts';
import { type LevelParameters, MAX_FANOUT } from './quality.ts';

/** The points of a level, numbered in slot order, and the leaders they are assigned to. */
export interface Assignment {
  readonly level: number;
  readonly count: number;
  readonly seed: number;
  /** Slots of the points; empty where every point is its own slot. */
  readonly members: Int32Array;
  /** Points that lead clusters, ascending; none where all points are compared with all. */
  readonly leaders: Int32Array;
  /** Per point its MAX_FANOUT nearest leaders, nearest first. */
  readonly nearest: Int32Array;
}

/** All of it. A membership is point * fanout + rank of the leader. */
export interface Workspace extends Assignment {
  readonly parameters: LevelParameters;
  /** Memberships, cluster by cluster; cluster c has those from clusterStarts[c] on. */
  readonly memberships: Int32Array;
  readonly clusterStarts: Int32Array;
  /** Per membership `candidateWidth` slots from its leaves. */
  readonly candidates: Int32Array;
  /** Per point degree and forward neighbors, 1 + forwardLimit words. */
  readonly forward: Int32Array;
  /** Sources of the reverse edges, target by target. */
  readonly reverseStarts: Int32Array;
  readonly reverse: Int32Array;
}

/** Slots the leaves of one membership propose. */
export function candidateWidth({ splitFanout }: LevelParameters): number {
  return splitFanout * LEAF_NEIGHBORS;
}

/** The slot of a point. */
export function slotOf({ members }: Pick<Assignment, 'members'>, point: number): number {
  return members.length > 0 ? members[point] : point;
}

export type AssignmentShape = Pick<Assignment, 'level' | 'count' | 'seed' | 'members'> & {
  readonly leaderCount: number;
};

/** @param shared whether threads other than this one read it */
export function allocateAssignment(shape: AssignmentShape, shared: boolean): Assignment {
  const { leaderCount, ...rest } = shape;
  return {
    ...rest,
    leaders: allocateWords(leaderCount, shared),
    nearest: allocateWords(leaderCount > 0 ? shape.count * MAX_FANOUT : 0, shared),
  };
}

/** The rest of the workspace of points that are assigned. */
export function extendAssignment(
  assignment: Assignment,
  parameters: LevelParameters,
  shared: boolean,
): Workspace {
  const { count, leaders } = assignment;
  const { fanout, forwardLimit } = parameters;
  const words = (length: number): Int32Array => allocateWords(length, shared);
  const memberships = leaders.length > 0 ? count * fanout : 0;
  const candidateCount = memberships * candidateWidth(parameters);
  // By the time edges are turned round nobody needs the candidates any more.
  const candidates = words(Math.max(candidateCount, count * forwardLimit));
  return {
    ...assignment,
    parameters,
    memberships: words(memberships),
    clusterStarts: words(leaders.length + 1),
    candidates,
    forward: words(count * (1 + forwardLimit)),
    reverseStarts: words(count + 1),
    reverse: candidates,
  };
}
