// Puts other segments in the place of some: written anew without what was removed, or copied before
// their graph changes. Each of these is one turn of the writer.

import type { WorkOptions } from '../build/runner.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import type { IndexThreads } from '../index-threads.ts';
import { HeldSegments } from '../segments/index-snapshot.ts';
import type { Segment } from '../segments/segment.ts';
import type { SegmentList } from '../segments/segment-list.ts';
import { copySegment } from './copy-segment.ts';
import { capacityFor, isSmall, isWorthConsolidating, segmentsToMerge } from './policy.ts';
import { bringOver, rewrite } from './rewrite.ts';
import { callRoll, sourceOf } from './roll.ts';
import type { Rebuild } from './write-options.ts';

export class Rewriter {
  /** What snapshots hold. */
  readonly held: HeldSegments = new HeldSegments();
  readonly #list: SegmentList;
  readonly #threads: IndexThreads;

  constructor(list: SegmentList, threads: IndexThreads) {
    this.#list = list;
    this.#threads = threads;
  }

  /** Rewrites the segments of which at least a share was removed, growing ones into one. */
  async consolidate(share: number, work: WorkOptions): Promise<void> {
    const due = this.#list.all.filter((segment) => isWorthConsolidating(segment, share));
    const growing = segmentsToMerge(due, this.#list.all);
    if (growing.length > 0) await this.#rewrite(growing, work);
    for (const segment of due) if (segment.sealed) await this.#rewrite([segment], work);
  }

  /** Threads hold what they worked on last; where that is little, starting others costs more. */
  letGo(segments: readonly Segment[]): void {
    if (!isSmall(segments)) this.#threads.renew();
  }

  /** Copies a segment whose graph is about to change and is held by a snapshot. */
  async makeOwn(segment: Segment, work: WorkOptions): Promise<void> {
    const { linked, count } = segment;
    if (linked === 0 || linked === count || !this.held.has(segment)) return;
    await copySegment(segment, this.#list, work);
    this.letGo([segment]);
  }

  /** Rewrites a segment, unless there is no memory for a second one and nobody insists. */
  async tryRewriting(segment: Segment, rebuild: Rebuild, work: WorkOptions): Promise<void> {
    try {
      await this.#rewrite([segment], work);
    } catch (error) {
      const isFull = error instanceof VectorIndexError && error.code === ErrorCode.outOfMemory;
      if (rebuild === 'now' || !isFull) throw error;
    }
  }

  /** Writes the vectors of segments into one new segment, which takes their place. */
  async #rewrite(segments: readonly Segment[], work: WorkOptions): Promise<void> {
    const { options } = this.#list;
    const capacity = capacityFor(segments, this.#list);
    if (capacity === undefined) {
      // They do not fit into one.
      const due = segments.filter(({ removed }) => removed > 0);
      for (const segment of due) await this.#rewrite([segment], work);
      return;
    }
    const roll = callRoll(segments.map((segment) => sourceOf(segment, this.#list.blocks)));
    const sealed = segments[0].sealed;
    if (roll.count === 0 && (sealed || segments[0] !== this.#list.last)) {
      this.#list.replace(segments, []);
      return;
    }
    try {
      const plan = { roll, options, capacity, sealed, work };
      const target = await rewrite(this.#threads.crew(), plan);
      const finish = await bringOver(target, roll, work);
      finish();
      // Another one may take vectors by now: what is empty then is not needed.
      const stays = target.count > 0 || segments.includes(this.#list.last);
      this.#list.replace(segments, stays ? [target] : []);
    } finally {
      this.letGo(segments); // and of what was to take their place
    }
  }
}
