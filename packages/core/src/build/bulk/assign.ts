// Assigning slots to their nearest leaders, a bench full at a time: at the top for all points of a
// level, inside a cluster for the members of a part.

import * as F from '../../hot/fields.ts';
import type { Segment } from '../../segments/segment.ts';

export interface Leaders {
  readonly count: number;
  /** The slot of leader `index`. */
  readonly slotAt: (index: number) => number;
}

export interface Assigned {
  /** Points [first, end), and the slot of each. */
  readonly first: number;
  readonly end: number;
  readonly slotAt: (point: number) => number;
  /** Gets the `fanout` nearest leaders of point p from index p * fanout on, nearest first. */
  readonly nearest: Int32Array | Uint16Array;
  readonly fanout: number;
}

/** Finds the nearest leaders of every point; there must be at least `fanout` leaders. */
export function assignToLeaders(
  segment: Segment,
  bench: number,
  leaders: Leaders,
  points: Assigned,
): void {
  const { hot, i32s } = segment;
  const { first, end, nearest, fanout } = points;
  const list = bench + F.LIST;
  const out = bench + F.OUT;
  for (let i = 0; i < leaders.count; i++) i32s[list + i] = leaders.slotAt(i);
  hot.loadLeaders(bench, leaders.count);
  for (let point = first; point < end; point += F.MAX_POINTS) {
    const count = Math.min(F.MAX_POINTS, end - point);
    for (let i = 0; i < count; i++) i32s[list + i] = points.slotAt(point + i);
    hot.assignPoints(bench, count, leaders.count, fanout);
    nearest.set(i32s.subarray(out, out + count * fanout), point * fanout);
  }
}
