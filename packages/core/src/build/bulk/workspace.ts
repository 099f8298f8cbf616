// What the threads of a bulk build share besides the segment: one graph level's points, who leads
// them, what their leaves propose, and the edges. Typed arrays of their own, let go at the end, so
// that a build leaves no memory behind; structured-cloneable when shared.

import { LEAF_NEIGHBORS } from '../../hot/fields.ts';
import { allocateWords } from '../../memory/words.ts';
import type { LevelParameters } from './quality.ts';

/** Points are numbered 0, 1, ... in slot order; a membership is point * fanout + rank of leader. */
export interface Workspace {
  readonly level: number;
  readonly count: number;
  readonly seed: number;
  readonly parameters: LevelParameters;
  /** Slots of the points; empty where every point is its own slot. */
  readonly members: Int32Array;
  /** Points that lead clusters, ascending; none where all points are compared with all. */
  readonly leaders: Int32Array;
  /** Per point its `fanout` nearest leaders, nearest first. */
  readonly nearest: Int32Array;
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
export function slotOf({ members }: Pick<Workspace, 'members'>, point: number): number {
  return members.length > 0 ? members[point] : point;
}

export interface WorkspaceShape {
  readonly level: number;
  readonly seed: number;
  readonly parameters: LevelParameters;
  readonly members: Int32Array;
  readonly count: number;
  readonly leaderCount: number;
}

/** @param shared whether threads other than this one read it */
export function allocateWorkspace(shape: WorkspaceShape, shared: boolean): Workspace {
  const { count, leaderCount, parameters, ...rest } = shape;
  const { fanout, forwardLimit } = parameters;
  const words = (length: number): Int32Array => allocateWords(length, shared);
  const memberships = leaderCount > 0 ? count * fanout : 0;
  // By the time edges are turned round nobody needs the candidates any more.
  const candidates = words(
    Math.max(memberships * candidateWidth(parameters), count * forwardLimit),
  );
  return {
    ...rest,
    count,
    parameters,
    leaders: words(leaderCount),
    nearest: words(memberships),
    memberships: words(memberships),
    clusterStarts: words(leaderCount + 1),
    candidates,
    forward: words(count * (1 + forwardLimit)),
    reverseStarts: words(count + 1),
    reverse: candidates,
  };
}

/** Bytes of a workspace: what a build needs besides the index itself. */
export function workspaceBytes(work: Workspace): number {
  const { leaders, nearest, memberships, clusterStarts, candidates, forward } = work;
  const arrays = [leaders, nearest, memberships, clusterStarts, candidates, forward];
  return [...arrays, work.reverseStarts, work.members].reduce((sum, a) => sum + a.byteLength, 0);
}
