// An index on its way to another thread: its options and the handles of its memory.

import { describe, ErrorCode, VectorIndexError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import type { ListOrigin } from './list-changes.ts';
import { Segment, type SegmentHandle } from './segment.ts';
import { SegmentList } from './segment-list.ts';

/** An index as another thread receives it: post it, then `VectorIndex.attach` it there. */
export interface SharedIndex extends ListOrigin {
  /** Those of the owner, every default filled in. */
  readonly options: ResolvedOptions;
  /** The memories of its segments; posting them copies nothing. */
  readonly segments: readonly SegmentHandle[];
}

/**
 * What another thread needs of the segments.
 *
 * @throws {VectorIndexError} UNSUPPORTED_RUNTIME for memory that cannot be shared
 */
export function shareSegments(list: SegmentList): SharedIndex {
  const { options, all } = list;
  if (options.memory === 'private') {
    throw new VectorIndexError(
      ErrorCode.unsupportedRuntime,
      "memory of kind 'private' cannot be shared between threads; " +
        "make or load the index with memory 'shared'",
      { memory: 'private' },
    );
  }
  return { options, segments: all.map((segment) => segment.handle), ...list.share() };
}

/**
 * The list another thread shared, over the same memory: it follows that one, and keeps a scratch
 * block to search with.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, SHARE_OUTDATED, CAPACITY_EXCEEDED
 */
export function openShared(shared: SharedIndex): SegmentList {
  const { options, segments: handles, control } = shared ?? {};
  if (!Array.isArray(handles) || handles.length === 0 || !options || !ArrayBuffer.isView(control)) {
    throw new VectorIndexError(
      ErrorCode.invalidArgument,
      `attach needs what share() returned, posted as it is; got ${describe(shared)}`,
      { name: 'shared' },
    );
  }
  const segments = shared.segments.map((handle) => new Segment(handle));
  const list = new SegmentList({ ...options, threads: 1 }, segments, shared);
  if (shared.frozenNext === undefined) list.follow();
  try {
    list.blocks.keep(1);
    return list;
  } catch (error) {
    list.close();
    throw error;
  }
}
