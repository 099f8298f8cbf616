// Snapshots in memory: the list of an index as it is at one moment, over the same memory. Vectors
// that come later lie beyond its counts, it has its own tombstones, and a graph that it holds is
// copied before it changes. So taking one costs a bit per vector.

import type { Segment } from './segment.ts';
import { freezeSegment, SegmentList } from './segment-list.ts';

/** Which segments of a list are held by snapshots, and by how many. */
export class HeldSegments {
  readonly #holders: Map<Segment, number> = new Map();

  /** Whether the graph of `segment` must not change where it lies. */
  has(segment: Segment): boolean {
    return this.#holders.has(segment);
  }

  hold(segments: readonly Segment[]): void {
    for (const segment of segments) {
      this.#holders.set(segment, (this.#holders.get(segment) ?? 0) + 1);
    }
  }

  letGo(segments: readonly Segment[]): void {
    for (const segment of segments) {
      const others = (this.#holders.get(segment) ?? 1) - 1;
      if (others > 0) this.#holders.set(segment, others);
      else this.#holders.delete(segment);
    }
  }
}

/** A list as it is now, with a scratch block of its own to search with. */
export function freezeList(list: SegmentList): SegmentList {
  const segments = list.all.map(freezeSegment);
  const options = { ...list.options, threads: 1 };
  const frozen = new SegmentList(options, segments, list.freeze());
  frozen.blocks.keep(1);
  return frozen;
}
