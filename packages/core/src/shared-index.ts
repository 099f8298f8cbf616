// An index on its way to another thread: its options and the handles of its memory.

import { describe, ErrorCode, VectorIndexError } from './errors.ts';
import type { ResolvedOptions } from './options.ts';
import { Segment, type SegmentHandle } from './segment.ts';
import { SegmentList } from './segment-list.ts';

/** An index as another thread receives it: post it, then `VectorIndex.attach` it there. */
export interface SharedIndex {
  readonly options: ResolvedOptions;
  readonly segments: readonly SegmentHandle[];
  readonly nextNode: number;
}

/**
 * What another thread needs of the segments.
 *
 * @throws {VectorIndexError} UNSUPPORTED_RUNTIME for memory that cannot be shared
 */
export function shareSegments({ options, all, nextNode }: SegmentList): SharedIndex {
  if (options.memory === 'private') {
    throw new VectorIndexError(
      ErrorCode.unsupportedRuntime,
      "memory of kind 'private' cannot be shared between threads",
      { memory: 'private' },
    );
  }
  return { options, segments: all.map((segment) => segment.handle), nextNode };
}

/**
 * The segments another thread shared, over the same memory.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT
 */
export function openShared(shared: SharedIndex): SegmentList {
  if (!Array.isArray(shared?.segments) || shared.segments.length === 0 || !shared.options) {
    throw new VectorIndexError(
      ErrorCode.invalidArgument,
      `attach needs what share() returned, posted as it is; got ${describe(shared)}`,
      { name: 'shared' },
    );
  }
  const segments = shared.segments.map((handle) => new Segment(handle));
  return new SegmentList({ ...shared.options, threads: 1 }, segments, shared.nextNode);
}
