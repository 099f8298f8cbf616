// Answers from all distances, measured and sorted: to a k beyond the sorted pool (4,096), and to
// everything within a distance. Exact.

import * as F from '../hot/fields.ts';
import { nodeWord } from '../memory/layout.ts';
import type { Segment } from '../segment.ts';
import { measureStored } from './finish-from-file.ts';
import type { Reader, ResultTarget, WorkCounts } from './search-segment.ts';

/** Distances are measured in pieces that fit where a search keeps its pool. */
const PIECE = F.MAX_POOL;

/** Distances of the query in `block` to the first `counts[i]` vectors of every segment. */
function measureAll(
  segments: readonly Segment[],
  block: number,
  counts: readonly number[],
): Float32Array {
  const distances = new Float32Array(counts.reduce((sum, count) => sum + count, 0));
  const setBySlot = (segment: Segment, slot: number, distance: number): void => {
    const node = segment.i32s[nodeWord(segment.layout, slot)];
    distances[segment.firstNode + node] = distance;
  };
  for (const [i, segment] of segments.entries()) {
    const scratch = segment.scratch(block);
    const { stored } = segment;
    if (stored) {
      for (let node = 0; node < counts[i]; node++) {
        distances[segment.firstNode + node] = measureStored(segment, stored, scratch, node);
      }
      continue;
    }
    if (segment.sealed) segment.hot.bindQuery(scratch);
    const out = segment.scratch(block) + F.POOL;
    for (let first = 0; first < counts[i]; first += PIECE) {
      const end = Math.min(first + PIECE, counts[i]);
      segment.hot.measureRange(segment.scratch(block), first, end, out);
      const measured = segment.f32s.subarray(out, out + end - first);
      if (segment.layout.vectors !== 'none') distances.set(measured, segment.firstNode + first);
      else for (const [j, distance] of measured.entries()) setBySlot(segment, first + j, distance);
    }
  }
  return distances;
}

/** All nodes within a distance, ascending by (distance, node), and all distances by node. */
export interface Ranking {
  readonly order: Uint32Array;
  readonly distances: Float32Array;
}

/** Measures every vector and ranks those within `maxDistance`. */
export function rankWithin(reader: Reader, maxDistance: number, work: WorkCounts): Ranking {
  const { segments, block } = reader;
  // Read once: the owner of the index may publish more vectors at any moment.
  const counts = segments.map((segment) => segment.count);
  const distances = measureAll(segments, block, counts);
  work.distanceCount += distances.length;
  work.exactCount += distances.length;
  const nodes = Uint32Array.from({ length: distances.length }, (_, node) => node);
  const order = nodes.filter((node) => distances[node] <= maxDistance);
  order.sort((a, b) => distances[a] - distances[b] || a - b);
  return { order, distances };
}

/** Results of `distances`, ascending, that are not beyond `maxDistance`. */
export function countWithin(distances: Float32Array, maxDistance: number): number {
  const beyond = distances.findIndex((distance) => distance > maxDistance);
  return beyond === -1 ? distances.length : beyond;
}

/** Writes the k nearest of all vectors to `target`, by (distance, node); how many. */
export function searchExhaustively(
  reader: Reader,
  plan: { readonly k: number; readonly maxDistance?: number },
  target: ResultTarget,
  work: WorkCounts,
): number {
  const { order, distances } = rankWithin(
    reader,
    plan.maxDistance ?? Number.POSITIVE_INFINITY,
    work,
  );
  const found = Math.min(plan.k, order.length);
  for (let i = 0; i < found; i++) {
    target.nodes[target.offset + i] = order[i];
    target.distances[target.offset + i] = distances[order[i]];
  }
  return found;
}
