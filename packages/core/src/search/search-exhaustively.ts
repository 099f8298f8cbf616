// Answers from all distances, measured and sorted: to a k beyond the sorted pool (4,096), and to
// everything within a distance. Exact.

import * as F from '../hot/fields.ts';
import { nodeWord } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';
import { measureStored } from './finish-from-file.ts';
import { noteStrategy, type Reader, type ResultTarget, type WorkCounts } from './search-segment.ts';
import { type Admission, writeAccepted } from './write-accepted.ts';

/** Distances are measured in pieces that fit where a search keeps its pool. */
const PIECE = F.MAX_POOL;

/** Nodes and the distances of the query to them. */
export interface Ranking {
  readonly nodes: Uint32Array;
  readonly distances: Float32Array;
}

/** What may be ranked. */
export interface RankingPlan extends Admission {
  readonly maxDistance?: number;
}

/** Measures those of the first `count` vectors of a segment that may be returned, in any order. */
function measureSegment(
  segment: Segment,
  block: number,
  count: number,
  take: (local: number, distance: number) => void,
): void {
  const { hot, f32s, i32s, layout, stored } = segment;
  const scratch = segment.scratch(block);
  if (stored) {
    for (let local = 0; local < count; local++) {
      if (!hot.isAccepted(scratch, local)) continue;
      take(local, measureStored(segment, stored, scratch, local));
    }
    return;
  }
  if (segment.sealed) hot.bindQuery(scratch);
  const out = scratch + F.POOL;
  for (let first = 0; first < count; first += PIECE) {
    const end = Math.min(first + PIECE, count);
    hot.measureRange(scratch, first, end, out);
    for (let i = first; i < end; i++) {
      const local = layout.vectors === 'none' ? i32s[nodeWord(layout, i)] : i;
      if (hot.isAccepted(scratch, local)) take(local, f32s[out + i - first]);
    }
  }
}

/** Measures every vector and ranks those that the plan lets through, by (distance, node). */
export function rankWithin(reader: Reader, plan: RankingPlan, work: WorkCounts): Ranking {
  const { segments, block } = reader;
  const { maxDistance = Number.POSITIVE_INFINITY } = plan;
  // Read once: the owner of the index may publish more vectors at any moment.
  const counts = segments.map((segment) => segment.count);
  const room = counts.reduce((sum, count) => sum + count, 0);
  const nodes = new Uint32Array(room);
  const distances = new Float32Array(room);
  let found = 0;
  for (const [i, segment] of segments.entries()) {
    if (writeAccepted(segment, block, counts[i], plan) === 0) continue;
    measureSegment(segment, block, counts[i], (local, distance) => {
      if (distance > maxDistance) return;
      nodes[found] = segment.numberOf(local);
      distances[found] = distance;
      found++;
    });
  }
  if (room > 0) noteStrategy(work, 'scan');
  work.distanceCount += room;
  work.exactCount += room;
  const order = Uint32Array.from({ length: found }, (_, i) => i);
  order.sort((a, b) => distances[a] - distances[b] || nodes[a] - nodes[b]);
  return {
    nodes: order.map((i) => nodes[i]),
    distances: Float32Array.from(order, (i) => distances[i]),
  };
}

/** Results of `distances`, ascending, that are not beyond `maxDistance`. */
export function countWithin(distances: Float32Array, maxDistance: number): number {
  const beyond = distances.findIndex((distance) => distance > maxDistance);
  return beyond === -1 ? distances.length : beyond;
}

/** Writes the k nearest of all vectors to `target`, by (distance, node); how many. */
export function searchExhaustively(
  reader: Reader,
  plan: RankingPlan & { readonly k: number },
  target: ResultTarget,
  work: WorkCounts,
): number {
  const { nodes, distances } = rankWithin(reader, plan, work);
  const found = Math.min(plan.k, nodes.length);
  target.nodes.set(nodes.subarray(0, found), target.offset);
  target.distances.set(distances.subarray(0, found), target.offset);
  return found;
}
