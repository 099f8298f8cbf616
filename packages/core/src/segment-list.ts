// The segments of an index. Nodes are numbered through: a segment's first node follows the last of
// the one before. Only the last segment takes vectors; when it is full another one is opened, and
// nothing is ever copied to grow.

import { availableMemory } from './engine/runtime.ts';
import { ErrorCode, VectorIndexError } from './errors.ts';
import * as F from './hot/fields.ts';
import {
  BYTES_PER_WORD,
  computeLayout,
  fitCapacity,
  GROWING,
  type LayoutOptions,
  MAX_SEGMENT_BYTES,
  writeHeader,
} from './memory/layout.ts';
import { allocateMemory } from './memory/segment-memory.ts';
import { type Kept, pruneAlpha, type ResolvedOptions, unionAlpha } from './options.ts';
import { Segment } from './segment.ts';
import type { StoredPlace } from './snapshot/stored-vectors.ts';

/**
 * Blocks of the owner's own thread, where searches, slices of jobs and verify never overlap: a
 * search takes one, a phase and verify take two.
 */
const OWN_THREAD_BLOCKS = 2;
/** One for each attached reader. */
const READER_BLOCKS = 33;

let serials = 0;

/** A stretch of slots in one segment: `count` of them from local node `first` on. */
export interface Slots {
  readonly segment: Segment;
  readonly first: number;
  readonly count: number;
}

/** Scratch blocks the owner of an index keeps: one per thread of the pool and its own thread's. */
export function ownerBlocks(threads: number): number {
  return threads + OWN_THREAD_BLOCKS;
}

/** The layout of a segment with room for `capacity` vectors, sealed if it keeps something else. */
export function layoutOptions(
  options: ResolvedOptions,
  capacity: number,
  kept: Kept = GROWING,
): LayoutOptions {
  const { dimension, metric, M, entry, threads } = options;
  const least = ownerBlocks(threads) + 1;
  const wanted = Math.min(F.MAX_SCRATCH_COUNT, ownerBlocks(threads) + READER_BLOCKS);
  const sealed = kept.codes !== GROWING.codes || kept.vectors !== GROWING.vectors;
  const benchCount = sealed ? 0 : ownerBlocks(threads);
  const subspaces = kept.codes === 'pq' ? options.subspaces : 0;
  const sizes = { dimension, metric, M, entry, capacity, scratchCount: wanted, benchCount };
  const { codes, vectors } = kept;
  const shape = { ...sizes, codes, vectors, subspaces, sealed };
  // A small limit, or a full segment of a machine with fewer cores, leaves readers less room.
  const { byteLength, scratchWords } = computeLayout(shape);
  const limit = Math.min(options.segmentByteLimit, MAX_SEGMENT_BYTES);
  const excess = Math.ceil((byteLength - limit) / (scratchWords * BYTES_PER_WORD));
  return { ...shape, scratchCount: Math.max(least, wanted - Math.max(0, excess)) };
}

/** Most vectors one segment of an index with these options can hold, `capacity` at most. */
export function largestCapacity(options: ResolvedOptions, capacity: number): number {
  const limit = Math.min(options.segmentByteLimit, MAX_SEGMENT_BYTES);
  return fitCapacity({ ...layoutOptions(options, 1), capacity }, limit);
}

/** Opens an empty segment with room for exactly `capacity` vectors. */
export function openSegment(
  options: ResolvedOptions,
  capacity: number,
  firstNode: number,
  { stored, ...kept }: Kept & { readonly stored?: StoredPlace } = GROWING,
): Segment {
  const shape = layoutOptions(options, capacity, kept);
  const layout = computeLayout(shape);
  const memory = allocateMemory(options.memory, layout.byteLength, availableMemory());
  const { tier } = options;
  serials++;
  const handle = { memory, layout: shape, firstNode, tier, serial: serials };
  const segment = new Segment({ ...handle, ...(stored && { stored }) });
  writeHeader(segment.i32s, layout);
  segment.i32s[F.EF_CONSTRUCTION] = options.efConstruction;
  segment.i32s[F.ALPHA] = Math.round(pruneAlpha(options.metric) * F.ALPHA_ONE);
  segment.i32s[F.UNION_ALPHA] = Math.round(unionAlpha(options.metric) * F.ALPHA_ONE);
  segment.i32s[F.SEED] = options.seed;
  return segment;
}

export class SegmentList {
  readonly options: ResolvedOptions;
  readonly #segments: Segment[];

  /** @param segments at least one, in node order */
  constructor(options: ResolvedOptions, segments: readonly Segment[]) {
    this.options = options;
    this.#segments = [...segments];
  }

  /** A list with one empty segment of the wanted capacity, or of what fits. */
  static open(options: ResolvedOptions): SegmentList {
    const capacity = largestCapacity(options, options.capacity);
    if (capacity > 0) return new SegmentList(options, [openSegment(options, capacity, 0)]);
    throw new VectorIndexError(
      ErrorCode.invalidOption,
      `segmentByteLimit of ${options.segmentByteLimit} bytes has no room for one vector`,
      { name: 'segmentByteLimit', got: options.segmentByteLimit },
    );
  }

  get all(): readonly Segment[] {
    return this.#segments;
  }

  get last(): Segment {
    return this.#segments[this.#segments.length - 1];
  }

  get count(): number {
    return this.last.firstNode + this.last.count;
  }

  /** Most vectors that fit into one stretch: what is left in the last segment, or a fresh one. */
  get available(): number {
    return Math.max(
      this.last.capacity - this.last.count,
      largestCapacity(this.options, F.MAX_NODES),
    );
  }

  /**
   * Refuses to change an index that was loaded without the vectors its file has: what would be
   * written of it is another index.
   *
   * @throws {VectorIndexError} READ_ONLY
   */
  assertWhole(): void {
    const partial = this.#segments.find(({ layout, stored }) => {
      return stored || (layout.codes === 'int8' && layout.vectors === 'none');
    });
    if (!partial) return;
    throw new VectorIndexError(
      ErrorCode.readOnly,
      "this index was loaded without its vectors; load it with originals 'memory' to write to it",
      { path: partial.stored?.place.path },
    );
  }

  /** The segment that holds `node`, which must exist. */
  segmentOf(node: number): Segment {
    const after = this.#segments.findIndex((segment) => segment.firstNode > node);
    return this.#segments[(after === -1 ? this.#segments.length : after) - 1];
  }

  /** One stretch of `count` free slots; opens a segment (not yet in the list) when it must. */
  stretch(count: number): Slots {
    const { last } = this;
    if (last.capacity - last.count >= count) return { segment: last, first: last.count, count };
    const most = largestCapacity(this.options, count);
    if (most === count) return { segment: this.#next(this.count, count), first: 0, count };
    throw new VectorIndexError(
      ErrorCode.capacityExceeded,
      `${count} vectors do not fit into one segment, which holds ${most}; reserve fewer at a time`,
      { expected: most, got: count },
    );
  }

  /**
   * `count` free slots in as many stretches as it takes; fresh segments are not yet in the list.
   */
  stretches(count: number): Slots[] {
    const { last } = this;
    const slots: Slots[] = [];
    const room = Math.min(count, last.capacity - last.count);
    if (room > 0) slots.push({ segment: last, first: last.count, count: room });
    for (let placed = room; placed < count; ) {
      const segment = this.#next(this.count + placed, count - placed);
      const part = Math.min(count - placed, segment.capacity);
      slots.push({ segment, first: 0, count: part });
      placed += part;
    }
    return slots;
  }

  /** Makes filled stretches part of the index: searches see their vectors from here on. */
  publish(slots: readonly Slots[]): void {
    for (const { segment, first, count } of slots) {
      if (!this.#segments.includes(segment)) {
        if (this.last.count === 0) this.#segments.pop(); // never held anything, and never will
        this.#segments.push(segment);
      }
      segment.publishCount(first + count);
    }
  }

  /** Puts `sealed`, which holds the same nodes, where `segment` is. */
  replace(segment: Segment, sealed: Segment): void {
    this.#segments[this.#segments.indexOf(segment)] = sealed;
  }

  /**
   * A fresh segment with room for `wanted` vectors, or for as many as fit. It is as large as all
   * before it together, so that however vectors arrive their segments stay few.
   */
  #next(firstNode: number, wanted: number): Segment {
    const capacity = Math.max(this.options.capacity, firstNode, wanted);
    return openSegment(this.options, largestCapacity(this.options, capacity), firstNode);
  }
}
