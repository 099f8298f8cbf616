// The serial steps between the parallel ones: drawing leaders, numbering points by their nearest
// leader, listing clusters, turning edges round. Counting sorts over typed arrays.

import { uniform } from '../../random.ts';
import { MAX_FANOUT } from './quality.ts';
import { type Assignment, slotOf, type Workspace } from './workspace.ts';

/** Vectors per leader at the top, and how many leaders there may be. */
const POINTS_PER_LEADER = 300;
const MIN_LEADERS = 16;
const MAX_TOP_LEADERS = 1000;

/** Leaders of the top level for `count` points. */
export function leaderCountOf(count: number): number {
  return Math.max(MIN_LEADERS, Math.min(MAX_TOP_LEADERS, Math.floor(count / POINTS_PER_LEADER)));
}

/** Draws the leaders: one of each stretch of points. */
export function drawLeaders({ leaders, count, seed }: Assignment): void {
  const step = count / leaders.length;
  for (let i = 0; i < leaders.length; i++) {
    leaders[i] = Math.floor((i + uniform(seed, i)) * step);
  }
}

/** Points looked at to tell how crowded leaders are. */
const CROWD_SAMPLE = 512;
/** Crowded: the last leader is less than this times as far away as the first, squared, in half. */
const CROWD_RATIO = 1.4;

/**
 * True when for most points the last of the nearest leaders is hardly farther away than the first:
 * where one cluster ends and the next begins is then a matter of chance. `distance` is that of two
 * slots.
 */
export function isCrowded(
  assignment: Assignment,
  distance: (a: number, b: number) => number,
): boolean {
  const { count, leaders, nearest } = assignment;
  const sample = Math.min(CROWD_SAMPLE, count);
  let looked = 0;
  let crowded = 0;
  for (let i = 0; i < sample; i++) {
    const point = Math.floor((i * count) / sample);
    const slot = slotOf(assignment, point);
    const [first, last] = [0, MAX_FANOUT - 1].map((rank) =>
      distance(slot, slotOf(assignment, leaders[nearest[point * MAX_FANOUT + rank]])),
    );
    if (first === 0) continue; // a leader itself
    looked++;
    if (last < CROWD_RATIO * first) crowded++;
  }
  return 2 * crowded > looked;
}

/** Points by their nearest leader, ties in order: the new numbering, by old number. */
export function orderByLeader({ nearest, leaders, count }: Assignment): Int32Array {
  const starts = new Int32Array(leaders.length + 1);
  for (let point = 0; point < count; point++) starts[nearest[point * MAX_FANOUT] + 1]++;
  for (let i = 0; i < leaders.length; i++) starts[i + 1] += starts[i];
  const order = new Int32Array(count);
  for (let point = 0; point < count; point++) {
    order[starts[nearest[point * MAX_FANOUT]]++] = point;
  }
  return order;
}

/**
 * Lists the memberships of every cluster. Point i of the new numbering is `order[i]` of the old
 * one, in which `nearest` is written.
 */
export function listClusters(work: Workspace, order?: Int32Array): void {
  const { nearest, memberships, clusterStarts, count, parameters } = work;
  const { fanout } = parameters;
  clusterStarts.fill(0);
  for (let point = 0; point < count; point++) {
    for (let rank = 0; rank < fanout; rank++) {
      clusterStarts[nearest[point * MAX_FANOUT + rank] + 1]++;
    }
  }
  for (let i = 1; i < clusterStarts.length; i++) clusterStarts[i] += clusterStarts[i - 1];
  const next = clusterStarts.slice();
  for (let point = 0; point < count; point++) {
    const from = (order ? order[point] : point) * MAX_FANOUT;
    for (let rank = 0; rank < fanout; rank++) {
      memberships[next[nearest[from + rank]]++] = point * fanout + rank;
    }
  }
}

/** The point of each slot of a level, by slot. */
function pointsBySlot(members: Int32Array): Map<number, number> {
  const points = new Map<number, number>();
  for (let point = 0; point < members.length; point++) points.set(members[point], point);
  return points;
}

/** Replaces the slots of `forward` by points. */
function toPoints({ forward, members, count, parameters }: Workspace): Int32Array {
  if (members.length === 0) return forward;
  const points = pointsBySlot(members);
  const stride = 1 + parameters.forwardLimit;
  const targets = forward.slice();
  for (let from = 0; from < count * stride; from += stride) {
    for (let i = 1; i <= forward[from]; i++) {
      const point = points.get(forward[from + i]);
      if (point === undefined) throw new Error('an edge leaves its level'); // cannot happen
      targets[from + i] = point;
    }
  }
  return targets;
}

/** Lists the sources of every point's reverse edges. */
export function listReverse(work: Workspace): void {
  const { reverse, reverseStarts, count, parameters } = work;
  const targets = toPoints(work);
  const stride = 1 + parameters.forwardLimit;
  reverseStarts.fill(0);
  for (let point = 0; point < count; point++) {
    const from = point * stride;
    const end = from + targets[from];
    for (let at = from + 1; at <= end; at++) reverseStarts[targets[at] + 1]++;
  }
  for (let i = 0; i < count; i++) reverseStarts[i + 1] += reverseStarts[i];
  const next = reverseStarts.slice();
  for (let point = 0; point < count; point++) {
    const slot = slotOf(work, point);
    const from = point * stride;
    const end = from + targets[from];
    for (let at = from + 1; at <= end; at++) {
      const target = targets[at];
      reverse[next[target]] = slot;
      next[target]++;
    }
  }
}
