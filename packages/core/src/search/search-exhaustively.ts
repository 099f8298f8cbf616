// The answer to a k beyond the sorted pool (4,096): measure every vector, sort, take k. Exact.

import * as F from '../hot/fields.ts';
import type { Segment } from '../segment.ts';
import type { Reader, ResultTarget, WorkCounts } from './search-segment.ts';

/** Distances are measured in pieces that fit where a search keeps its pool. */
const PIECE = F.MAX_POOL;

/** Distances of the query in `block` to all vectors of all segments. */
function measureAll(segments: readonly Segment[], block: number, count: number): Float32Array {
  const distances = new Float32Array(count);
  for (const segment of segments) {
    const out = segment.scratch(block) + F.POOL;
    for (let first = 0; first < segment.count; first += PIECE) {
      const end = Math.min(first + PIECE, segment.count);
      segment.hot.measureRange(segment.scratch(block), first, end, out);
      distances.set(segment.f32s.subarray(out, out + end - first), segment.firstNode + first);
    }
  }
  return distances;
}

/** Writes the k nearest of all vectors to `target`, by (distance, node); how many. */
export function searchExhaustively(
  reader: Reader,
  k: number,
  target: ResultTarget,
  work: WorkCounts,
): number {
  const { segments, block } = reader;
  const count = segments.reduce((sum, segment) => sum + segment.count, 0);
  const distances = measureAll(segments, block, count);
  const order = Uint32Array.from({ length: count }, (_, node) => node);
  order.sort((a, b) => distances[a] - distances[b] || a - b);
  const found = Math.min(k, count);
  for (let i = 0; i < found; i++) {
    target.nodes[target.offset + i] = order[i];
    target.distances[target.offset + i] = distances[order[i]];
  }
  work.distanceCount += count;
  return found;
}
