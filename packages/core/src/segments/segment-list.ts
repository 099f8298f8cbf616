// The segments of an index. Nodes are numbered in the order of adding, over all segments. Only the
// last segment takes vectors; when it is full another one is opened, and nothing is copied to grow.
// Others take the place of segments when those are sealed or rewritten.

import { readCurves } from '../calibrate/curve.ts';
import { availableMemory, uniqueName } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import * as F from '../hot/fields.ts';
import { CONTROL_WORDS, LIST_VERSION, NEXT_NODE, SWITCHES } from '../memory/control-words.ts';
import {
  BYTES_PER_WORD,
  bitWords,
  computeLayout,
  fitCapacity,
  GROWING,
  type LayoutOptions,
  MAX_SEGMENT_BYTES,
  writeHeader,
} from '../memory/layout.ts';
import { ScratchBlocks } from '../memory/scratch-blocks.ts';
import { allocateMemory } from '../memory/segment-memory.ts';
import { allocateWords } from '../memory/words.ts';
import { type Kept, pruneAlpha, type ResolvedOptions, unionAlpha } from '../options.ts';
import type { StoredPlace } from '../snapshot/stored-vectors.ts';
import { ListChanges, type ListOrigin } from './list-changes.ts';
import { liveNodes, Segment, type SegmentHandle } from './segment.ts';

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

/** A segment in memory of its own, with its layout in the header. */
function allocateSegment(
  options: ResolvedOptions,
  parts: Omit<SegmentHandle, 'memory' | 'serial'>,
): Segment {
  const layout = computeLayout(parts.layout);
  const wanted = { kind: options.memory, wasm: options.tier !== 'javascript' };
  const memory = allocateMemory(wanted, layout.byteLength, availableMemory());
  serials++;
  const segment = new Segment({ ...parts, memory, serial: serials });
  writeHeader(segment.i32s, layout);
  return segment;
}

/** Opens an empty segment with room for exactly `capacity` vectors. */
export function openSegment(
  options: ResolvedOptions,
  capacity: number,
  firstNode: number,
  { stored, ...kept }: Kept & { readonly stored?: StoredPlace } = GROWING,
): Segment {
  const layout = layoutOptions(options, capacity, kept);
  const { tier } = options;
  const segment = allocateSegment(options, { layout, firstNode, tier, ...(stored && { stored }) });
  segment.i32s[F.EF_CONSTRUCTION] = options.efConstruction;
  segment.i32s[F.ALPHA] = Math.round(pruneAlpha(options.metric) * F.ALPHA_ONE);
  segment.i32s[F.UNION_ALPHA] = Math.round(unionAlpha(options.metric) * F.ALPHA_ONE);
  segment.i32s[F.SEED] = options.seed;
  segment.i32s[F.FIRST_NODE] = firstNode;
  return segment;
}

/** An empty segment of the shape of another. */
export function openLike({ handle }: Segment, options: ResolvedOptions): Segment {
  return allocateSegment(options, handle);
}

/** A segment over the same memory as it is now, whatever is added and removed. */
export function freezeSegment(segment: Segment): Segment {
  const { count, linked, removed, handle } = segment;
  const tombstones = allocateWords(bitWords(count), handle.memory.kind !== 'private');
  tombstones.set(segment.tombstones.subarray(0, tombstones.length));
  const frozen = { count, linked, removed, tombstones, curves: readCurves(segment) };
  serials++;
  return new Segment({ ...handle, serial: serials, frozen });
}

/** A list that nobody else knows yet. */
function freshOrigin({ memory }: ResolvedOptions): ListOrigin {
  const control = allocateWords(CONTROL_WORDS, memory !== 'private');
  return { control, channel: uniqueName(), version: 0 };
}

/** The fewest scratch blocks that one of the segments has: a block is one in all of them. */
function leastBlocks(segments: readonly Segment[]): number {
  return Math.min(...segments.map(({ layout }) => layout.scratchCount));
}

/** Where the vector of `node` is or, when it was removed, where it was. */
export function placeOf(segments: readonly Segment[], node: number): LocalNode | undefined {
  let gone: LocalNode | undefined;
  for (let i = segments.length - 1; i >= 0; i--) {
    const segment = segments[i];
    const local = segment.findLast(node);
    if (local === F.NONE) continue;
    if (!segment.isRemoved(local)) return { segment, local };
    gone ??= { segment, local };
  }
  return gone;
}

export class SegmentList {
  readonly options: ResolvedOptions;
  readonly blocks: ScratchBlocks;
  readonly #changes: ListChanges;
  /** The control block of the index. */
  readonly control: Int32Array;
  readonly #frozenNext: number | undefined;
  #segments: readonly Segment[];

  /**
   * @param segments at least one
   * @param origin where the list comes from, when it is another thread's
   */
  constructor(
    options: ResolvedOptions,
    segments: readonly Segment[],
    origin: ListOrigin = freshOrigin(options),
  ) {
    this.options = options;
    this.#segments = segments;
    this.control = origin.control;
    this.#frozenNext = origin.frozenNext;
    this.#changes = new ListChanges(origin);
    this.blocks = new ScratchBlocks(origin.control, leastBlocks(segments));
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
    return this.#frozenNext ?? Atomics.load(this.control, NEXT_NODE);
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
    const place = placeOf(this.#segments, node);
    return place?.segment.isRemoved(place.local) ? undefined : place;
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
    return liveNodes(this.#segments);
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
   *
   * @throws {VectorIndexError} CAPACITY_EXCEEDED when there are no numbers left for new nodes
   */
  publish(slots: readonly Slots[], nodes?: readonly number[]): void {
    if (!nodes) this.#assertNumbers(slots.reduce((sum, { count }) => sum + count, 0));
    let done = 0;
    for (const { segment, first, count } of slots) {
      if (nodes) segment.writeNumbers(first, nodes.slice(done, done + count));
      else this.#numberThrough(segment, first, count);
      done += count;
      segment.publishCount(first + count);
    }
    const listed = this.#segments;
    const fresh = slots.map(({ segment }) => segment).filter((one) => !listed.includes(one));
    if (fresh.length === 0) return;
    // A last segment that never held anything never will.
    this.#change([...(this.last.count > 0 ? listed : listed.slice(0, -1)), ...fresh]);
  }

  /** Refuses more nodes than there are numbers: none is given twice. */
  #assertNumbers(count: number): void {
    const left = F.MAX_NODES - this.nextNode;
    if (count <= left) return;
    throw new VectorIndexError(
      ErrorCode.capacityExceeded,
      `${count} more nodes need numbers, of which ${left} are left; begin another index`,
      { expected: left, got: count },
    );
  }

  /** Gives the next numbers to `count` vectors of a segment. */
  #numberThrough(segment: Segment, first: number, count: number): void {
    const from = this.nextNode;
    this.skipNodes(from + count);
    if (!segment.numbered && segment.firstNode + first === from) return;
    const nodes = Int32Array.from({ length: count }, (_, i) => from + i);
    segment.writeNumbers(first, nodes);
  }

  /** Lets the next node have the number `next`, or a larger one. */
  skipNodes(next: number): void {
    Atomics.store(this.control, NEXT_NODE, Math.max(next, this.nextNode));
  }

  /**
   * Puts `targets` where the first of `segments` is and leaves those out. They hold the same
   * vectors: searches find them in the ones or the others.
   */
  replace(segments: readonly Segment[], targets: readonly Segment[]): void {
    const place = this.#segments.indexOf(segments[0]);
    const others = this.#segments.filter((segment) => !segments.includes(segment));
    // What takes vectors stays the last.
    others.splice(segments.includes(this.last) ? others.length : place, 0, ...targets);
    this.#change(others.length > 0 ? others : [this.#next(this.nextNode, 1)]);
  }

  /** Runs what gives nodes other vectors: a search that meets it begins again. */
  switchNodes(publish: () => void): void {
    Atomics.add(this.control, SWITCHES, 1);
    try {
      publish();
    } finally {
      Atomics.add(this.control, SWITCHES, 1);
    }
  }

  /** How often the list has changed. */
  get version(): number {
    return Atomics.load(this.control, LIST_VERSION);
  }

  /** How often nodes were switched: odd while they are, another number after they were. */
  get switches(): number {
    return Atomics.load(this.control, SWITCHES);
  }

  /** The same control block for a list that stays as this one is now. */
  freeze(): ListOrigin {
    return { ...this.#changes.origin(), frozenNext: this.nextNode };
  }

  /** What another thread needs to follow this list. */
  share(): ListOrigin {
    const frozenNext = this.#frozenNext;
    return { ...this.#changes.share(), ...(frozenNext !== undefined && { frozenNext }) };
  }

  /**
   * Keeps this list as the owner's is, from now on: `refresh` does so, and every turn of the event
   * loop, so that a thread that has nothing to do lets memory go too.
   *
   * @throws {VectorIndexError} SHARE_OUTDATED when the owner's has changed since it was shared
   */
  follow(): void {
    const changes = this.#changes;
    const list = new WeakRef(this); // who forgets to close an index must not keep its memory
    changes.follow((handles) => {
      const followed = list.deref();
      if (followed) followed.#take(handles);
      else changes.close();
    });
  }

  /**
   * Takes what the owner has changed, unless this list stays as it is. Before an operation, never
   * in the middle of one.
   */
  refresh(): void {
    if (this.#frozenNext !== undefined) return;
    const handles = this.#changes.newest();
    if (handles) this.#take(handles);
  }

  /** Neither tells nor follows changes any more. */
  close(): void {
    this.#changes.close();
  }

  /** Every change of an owner's list goes this way. */
  #change(segments: readonly Segment[]): void {
    this.#set(segments);
    this.#changes.tell(segments.map(({ handle }) => handle));
  }

  /** Takes the owner's segments; those that were there before stay as they are. */
  #take(handles: readonly SegmentHandle[]): void {
    const bound = new Map(this.#segments.map((segment) => [segment.handle.serial, segment]));
    this.#set(handles.map((handle) => bound.get(handle.serial) ?? new Segment(handle)));
  }

  #set(segments: readonly Segment[]): void {
    this.#segments = segments;
    this.blocks.limitTo(leastBlocks(segments));
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
