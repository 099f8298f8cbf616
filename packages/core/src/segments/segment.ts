// A segment: one memory, its layout, and the hot code bound to it. An index is a list of them; only
// the last takes new vectors. Everything a segment knows lives in its memory, so that any thread
// can make its own Segment over the same memory.

import type { Curve } from '../calibrate/curve.ts';
import { bindHotCode, viewsOf } from '../engine/engine.ts';
import type { HotCode } from '../engine/hot-code.ts';
import type { Tier } from '../engine/tier.ts';
import * as F from '../hot/fields.ts';
import type { MachineViews } from '../hot/views.ts';
import {
  benchWord,
  computeLayout,
  type Layout,
  type LayoutOptions,
  numberWord,
  scratchWord,
  tombstoneWord,
  type UsedCounts,
  vectorWord,
} from '../memory/layout.ts';
import type { SegmentMemory } from '../memory/segment-memory.ts';
import { type StoredPlace, StoredVectors } from '../snapshot/stored-vectors.ts';
import { NodeFinder } from './node-finder.ts';

/** What another thread needs to make its own Segment. Structured-cloneable. */
export interface SegmentHandle {
  readonly memory: SegmentMemory;
  readonly layout: LayoutOptions;
  /** The node of the segment's first vector, unless its numbers are written down. */
  readonly firstNode: number;
  readonly tier: Tier;
  /** Distinguishes the segments of one process, so that a thread binds each once. */
  readonly serial: number;
  /** Where the vectors are when they are in no memory. */
  readonly stored?: StoredPlace;
  /** What the segment was when a snapshot was taken; what came since is not seen. */
  readonly frozen?: FrozenCounts;
}

/** What adding and removing change of a segment whose graph stands still. */
export interface FrozenCounts {
  readonly count: number;
  readonly linked: number;
  readonly removed: number;
  /** A copy of the words of the tombstones. */
  readonly tombstones: Int32Array;
  /** What was measured of the graph's recall. */
  readonly curves: readonly Curve[];
}

/** A residual rounded to float32 is still no smaller. */
const RESIDUAL_MARGIN = 1 + 2 ** -22;

export class Segment {
  readonly handle: SegmentHandle;
  readonly layout: Layout;
  readonly hot: HotCode;
  readonly i32s: Int32Array;
  readonly f32s: Float32Array;
  readonly u8s: Uint8Array;
  readonly stored: StoredVectors | undefined;
  readonly #finder: NodeFinder;

  constructor(handle: SegmentHandle) {
    const views: MachineViews = viewsOf(handle.memory.buffer);
    this.handle = handle;
    this.layout = computeLayout(handle.layout);
    this.hot = bindHotCode(handle.memory, views, handle.tier);
    this.i32s = views.i32s;
    this.f32s = views.f32s;
    this.u8s = views.u8s;
    this.stored = handle.stored && new StoredVectors(handle.stored, this.layout.dimension);
    this.#finder = new NodeFinder(this);
  }

  get firstNode(): number {
    return this.handle.firstNode;
  }

  get capacity(): number {
    return this.layout.capacity;
  }

  /** Vectors searches may see, and those among them that were removed. */
  get count(): number {
    return this.handle.frozen?.count ?? Atomics.load(this.i32s, F.COUNT);
  }

  /** Vectors that were removed and are here still. */
  get removed(): number {
    return this.handle.frozen?.removed ?? Atomics.load(this.i32s, F.REMOVED);
  }

  /** Vectors that searches find. */
  get live(): number {
    return this.count - this.removed;
  }

  /** Whether the numbers of nodes are written down, or follow from the first. */
  get numbered(): boolean {
    return this.i32s[F.NUMBERED] !== 0;
  }

  /** The node of local node `node`. */
  numberOf(node: number): number {
    return this.numbered ? this.i32s[numberWord(this.layout, node)] : this.firstNode + node;
  }

  /** The local node of `node`, or NONE when it is not here or was removed. */
  find(node: number): number {
    const local = this.findLast(node);
    return local === F.NONE || this.isRemoved(local) ? F.NONE : local;
  }

  /** The last local node that is or was `node`, or NONE. */
  findLast(node: number): number {
    return this.#finder.find(node, this.count);
  }

  /** Whether local node `node` was removed. */
  isRemoved(node: number): boolean {
    const { frozen } = this.handle;
    const word = frozen
      ? frozen.tombstones[node >> 5]
      : this.i32s[tombstoneWord(this.layout, node)];
    return ((word >>> (node & 31)) & 1) !== 0;
  }

  /** The words of the tombstones: bit n of them is that of local node n. */
  get tombstones(): Int32Array {
    const { word, words } = this.layout.regions.tombstones;
    return this.handle.frozen?.tombstones ?? this.i32s.subarray(word, word + words);
  }

  /** Writes down that the local nodes from `first` on are `nodes`, before they are published. */
  writeNumbers(first: number, nodes: ArrayLike<number>): void {
    const { i32s, layout } = this;
    if (!this.numbered) {
      for (let node = 0; node < this.count; node++) {
        i32s[numberWord(layout, node)] = this.firstNode + node;
      }
      Atomics.store(i32s, F.NUMBERED, 1);
    }
    i32s.set(nodes, numberWord(layout, first));
  }

  /** Sets the tombstones of local nodes that have none: no search that begins now returns them. */
  removeLocal(nodes: readonly number[]): void {
    const { i32s, layout } = this;
    for (const node of nodes) Atomics.or(i32s, tombstoneWord(layout, node), 1 << (node & 31));
    if (nodes.length > 0) Atomics.add(i32s, F.REMOVED, nodes.length);
  }

  /** Nodes in the graph; the others are scanned. */
  get linked(): number {
    return this.handle.frozen?.linked ?? Atomics.load(this.i32s, F.LINKED);
  }

  /**
   * Notes a residual of vectors that were encoded. Positive floats order as their bits do, so that
   * any thread may do this at any time.
   */
  widenResidual(residual: number): void {
    const [bits] = new Int32Array(Float32Array.of(residual * RESIDUAL_MARGIN).buffer);
    for (;;) {
      const old = Atomics.load(this.i32s, F.RESIDUAL);
      if (old >= bits) return;
      if (Atomics.compareExchange(this.i32s, F.RESIDUAL, old, bits) === old) return;
    }
  }

  /** How much of each region is in use. */
  usedCounts(): UsedCounts {
    const { count, linked, i32s } = this;
    const graph = linked > 0;
    return {
      count,
      linked,
      upperCount: graph ? i32s[F.UPPER_COUNT] : 0,
      copyCount: graph ? i32s[F.COPY_COUNT] : 0,
      hubCount: graph ? i32s[F.HUB_COUNT] : 0,
      rotated: graph && i32s[F.ROTATED] !== 0,
      numbered: this.numbered,
    };
  }

  /** Publishes: everything written before is seen by a thread that reads the new value. */
  publishCount(count: number): void {
    Atomics.store(this.i32s, F.COUNT, count);
  }

  publishLinked(linked: number): void {
    Atomics.store(this.i32s, F.LINKED, linked);
  }

  /** Whether nothing is added any more: what is kept may be less than floats. */
  get sealed(): boolean {
    return this.layout.sealed;
  }

  /** The floats of the nodes [first, first + count) of a segment that keeps them, a view. */
  vectors(first: number, count: number): Float32Array {
    const start = vectorWord(this.layout, first);
    return this.f32s.subarray(start, start + count * this.layout.vectorWords);
  }

  /** The first word of the bench beside scratch block `index`, one of the first few. */
  bench(index: number): number {
    return benchWord(this.layout, index);
  }

  /** The first word of scratch block `index`. */
  scratch(index: number): number {
    return scratchWord(this.layout, index);
  }
}

/** The nodes of some segments that were not removed, ascending. */
export function liveNodes(segments: readonly Segment[]): Uint32Array {
  // Read once: the owner of the index may publish more vectors at any moment.
  const counts = segments.map(({ count }) => count);
  const nodes = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  let size = 0;
  for (const [i, segment] of segments.entries()) {
    for (let local = 0; local < counts[i]; local++) {
      if (!segment.isRemoved(local)) nodes[size++] = segment.numberOf(local);
    }
  }
  return nodes.subarray(0, size).sort();
}
