// A segment: one memory, its layout, and the hot code bound to it. An index is a list of them; only
// the last takes new vectors. Everything a segment knows lives in its memory, so that any thread
// can make its own Segment over the same memory.

import { bindHotCode, viewsOf } from './engine/engine.ts';
import type { HotCode } from './engine/hot-code.ts';
import type { Tier } from './engine/tier.ts';
import * as F from './hot/fields.ts';
import type { MachineViews } from './hot/views.ts';
import {
  benchWord,
  computeLayout,
  type Layout,
  type LayoutOptions,
  scratchWord,
  vectorWord,
} from './memory/layout.ts';
import type { SegmentMemory } from './memory/segment-memory.ts';

/** What another thread needs to make its own Segment. Structured-cloneable. */
export interface SegmentHandle {
  readonly memory: SegmentMemory;
  readonly layout: LayoutOptions;
  /** Number of the segment's first node in the whole index. */
  readonly firstNode: number;
  readonly tier: Tier;
  /** Distinguishes the segments of one process, so that a thread binds each once. */
  readonly serial: number;
}

export class Segment {
  readonly handle: SegmentHandle;
  readonly layout: Layout;
  readonly hot: HotCode;
  readonly i32s: Int32Array;
  readonly f32s: Float32Array;
  readonly u8s: Uint8Array;

  constructor(handle: SegmentHandle) {
    const views: MachineViews = viewsOf(handle.memory.buffer);
    this.handle = handle;
    this.layout = computeLayout(handle.layout);
    this.hot = bindHotCode(handle.memory, views, handle.tier);
    this.i32s = views.i32s;
    this.f32s = views.f32s;
    this.u8s = views.u8s;
  }

  get firstNode(): number {
    return this.handle.firstNode;
  }

  get capacity(): number {
    return this.layout.capacity;
  }

  /** Vectors searches may see. */
  get count(): number {
    return Atomics.load(this.i32s, F.COUNT);
  }

  /** Nodes in the graph; the others are scanned. */
  get linked(): number {
    return Atomics.load(this.i32s, F.LINKED);
  }

  /** Publishes: everything written before is seen by a thread that reads the new value. */
  publishCount(count: number): void {
    Atomics.store(this.i32s, F.COUNT, count);
  }

  publishLinked(linked: number): void {
    Atomics.store(this.i32s, F.LINKED, linked);
  }

  /** The floats of the nodes [first, first + count), a view. */
  vectors(first: number, count: number): Float32Array {
    const start = vectorWord(this.layout, first);
    return this.f32s.subarray(start, start + count * this.layout.dimension);
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
