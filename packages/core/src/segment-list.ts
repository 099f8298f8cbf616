// The segments of an index. Nodes are numbered in the order of adding, over all segments. Only the last segment takes vectors; when it is full another one is opened, and
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

/** Where a vector is: the segment, and its number there. */
export interface LocalNode {
  readonly segment: Segment;
  readonly local: number;
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
  segment.i32s[F.FIRST_NODE] = firstNode;
  return segment;
}

export class SegmentList {
  readonly options: ResolvedOptions;
  readonly #segments: Segment[];
  #nextNode: number;

  /**
   * @param segments at least one
   * @param nextNode one more than the largest number that a node was ever given
   */
  constructor(options: ResolvedOptions, segments: readonly Segment[], nextNode: number) {
    this.options = options;
    this.#segments = [...segments];
    this.#nextNode = nextNode;
  }

  /** A list with one empty segment of the wanted capacity, or of what fits. */
  static open(options: ResolvedOptions): SegmentList {
    const capacity = largestCapacity(options, options.capacity);
    if (capacity > 0) return new SegmentList(options, [openSegment(options, capacity, 0)], 0);
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

  /** Vectors that searches find. */
  get count(): number {
    return this.#segments.reduce((count, segment) => count + segment.live, 0);
  }

  /** Vectors of all segments, also those that were removed. */
  get #placed(): number {
    return this.#segments.reduce((count, segment) => count + segment.count, 0);
  }

  /** The number that the next node gets. */
  get nextNode(): number {
    return this.#nextNode;
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

  /** Where the vector of `node` is; undefined when there is none, or no more. */
  find(node: number): LocalNode | undefined {
    for (let i = this.#segments.length - 1; i >= 0; i--) {
      const segment = this.#segments[i];
      const local = segment.find(node);
      if (local !== F.NONE) return { segment, local };
    }
    return undefined;
  }

  /**
   * Where the vector of `node` is.
   *
   * @throws {VectorIndexError} NODE_NOT_FOUND
   */
  locate(node: number): LocalNode {
    const found = this.find(node);
    if (found) return found;
    const gone = node < this.nextNode ? 'was removed' : 'was never added';
    throw new VectorIndexError(ErrorCode.nodeNotFound, `node ${node} ${gone}`, {
      node,
      expected: 'a node of the index, see nodes()',
      got: node,
    });
  }

  /** The nodes whose vectors are in the index, ascending. */
  nodes(): Uint32Array {
    const nodes = new Uint32Array(this.count);
    let size = 0;
    for (const segment of this.#segments) {
      for (let local = 0; local < segment.count && size < nodes.length; local++) {
        if (!segment.isRemoved(local)) nodes[size++] = segment.numberOf(local);
      }
    }
    return nodes.subarray(0, size).sort();
  }

  /** One stretch of `count` free slots; opens a segment (not yet in the list) when it must. */
  stretch(count: number): Slots {
    const { last } = this;
    if (last.capacity - last.count >= count) return { segment: last, first: last.count, count };
    const most = largestCapacity(this.options, count);
    if (most === count) return { segment: this.#next(this.nextNode, count), first: 0, count };
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
      const segment = this.#next(this.nextNode + placed, count - placed);
      const part = Math.min(count - placed, segment.capacity);
      slots.push({ segment, first: 0, count: part });
      placed += part;
    }
    return slots;
  }

  /**
   * Makes filled stretches part of the index: searches see their vectors from here on. They are
   * new nodes, or those given.
   */
  publish(slots: readonly Slots[], nodes?: readonly number[]): void {
    let done = 0;
    for (const { segment, first, count } of slots) {
      if (nodes) segment.writeNumbers(first, nodes.slice(done, done + count));
      else this.#numberThrough(segment, first, count);
      done += count;
      if (!this.#segments.includes(segment)) {
        if (this.last.count === 0) this.#segments.pop(); // never held anything, and never will
        this.#segments.push(segment);
      }
      segment.publishCount(first + count);
    }
  }

  /** Gives the next numbers to `count` vectors of a segment. */
  #numberThrough(segment: Segment, first: number, count: number): void {
    const from = this.#nextNode;
    this.#nextNode += count;
    if (!segment.numbered && segment.firstNode + first === from) return;
    segment.writeNumbers(
      first,
      Int32Array.from({ length: count }, (_, i) => from + i),
    );
  }

  /**
   * Puts `target` where the first of `segments` is and leaves the others out. The vectors they hold
   * are the same: searches find them in the one or the other.
   */
  replace(segments: readonly Segment[], target?: Segment): void {
    const place = this.#segments.indexOf(segments[0]);
    const others = this.#segments.filter((segment) => !segments.includes(segment));
    const isLast = segments.includes(this.last);
    if (target) others.splice(isLast ? others.length : place, 0, target);
    if (others.length === 0) others.push(this.#next(this.nextNode, 1));
    this.#segments.splice(0, this.#segments.length, ...others);
  }

  /** Runs what gives nodes other vectors: a search that meets it begins again. */
  switchNodes(publish: () => void): void {
    publish();
  }

  /**
   * A fresh segment with room for `wanted` vectors, or for as many as fit. It is as large as all
   * before it together, so that however vectors arrive their segments stay few.
   */
  #next(firstNode: number, wanted: number): Segment {
    const capacity = Math.max(this.options.capacity, this.#placed, wanted);
    return openSegment(this.options, largestCapacity(this.options, capacity), firstNode);
  }
}
