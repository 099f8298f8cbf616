// Everything that changes an index. What callers give is checked and copied at once, in the order
// of their calls, and found by searches from then on; linking and rewriting take their turns
// behind it. A vector is never overwritten: an update is a new one, and the old one is removed.

import { argument, assertInteger } from '../assert.ts';
import { needsNewCodes } from '../build/clipped.ts';
import { linkSegments } from '../build/link-segments.ts';
import { abortedError, type WorkOptions } from '../build/runner.ts';
import { canSeal, sealSegment } from '../build/seal.ts';
import { warn } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import * as F from '../hot/fields.ts';
import type { IndexThreads } from '../index-threads.ts';
import { admit, ingest, ownVectors } from '../input/ingest.ts';
import { countVectors, type Vectors } from '../input/vectors.ts';
import { keptOf, sealsSegments } from '../options.ts';
import type { HeldSegments } from '../segments/index-snapshot.ts';
import type { LocalNode, SegmentList, Slots } from '../segments/segment-list.ts';
import type { SavedIndex } from '../snapshot/save.ts';
import { isWorthConsolidating, isWorthRebuilding } from './policy.ts';
import { readDistinctNodes } from './read-nodes.ts';
import { bringRemovals } from './rewrite.ts';
import { Rewriter } from './rewriter.ts';
import type { Rebuild, WriteOptions } from './write-options.ts';
import { WriteQueue } from './write-queue.ts';

/** Which nodes a write added: `count` of them from `first` on. */
export interface AddedNodes {
  /** The first of them. */
  readonly first: number;
  /** How many they are. */
  readonly count: number;
}

/** Room that was given to the caller, in a segment of the list or in one that will be. */
interface Reservation extends Slots {
  readonly wasListed: boolean;
}

/** What failed after vectors had been taken in, told so that nobody adds them again. */
function tellsOfVectors(error: unknown): unknown {
  if (!(error instanceof VectorIndexError) || error.code !== ErrorCode.outOfMemory) return error;
  const message = `${error.message}; the vectors are in, and scanned until link() succeeds`;
  return new VectorIndexError(error.code, message, { ...error.details, linked: false }, error);
}

export class IndexWriter {
  readonly #list: SegmentList;
  readonly #threads: IndexThreads;
  readonly #rewriter: Rewriter;
  readonly #closing: AbortSignal;
  readonly #queue: WriteQueue = new WriteQueue();
  #reserved: Reservation | undefined;
  /** Whether a consolidation that nobody asked for waits or runs. */
  #consolidates = false;

  /** @param closing aborted when the index is closed */
  constructor(list: SegmentList, threads: IndexThreads, closing: AbortSignal) {
    this.#list = list;
    this.#threads = threads;
    this.#rewriter = new Rewriter(list, threads);
    this.#closing = closing;
  }

  /** What snapshots hold. */
  get held(): HeldSegments {
    return this.#rewriter.held;
  }

  /** True while something is linked, rewritten or saved, or waits for that. */
  get busy(): boolean {
    return this.#queue.busy;
  }

  /** Settles when nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#queue.idle();
  }

  /** Runs `work` when everything asked for earlier has ended, while the graphs stand still. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(work);
  }

  /** The same options, stopped by close too. */
  untilClosed(work: WorkOptions): WorkOptions {
    const closing = this.#closing;
    return { ...work, signal: work.signal ? AbortSignal.any([work.signal, closing]) : closing };
  }

  reserve(count: unknown): Float32Array {
    const wanted = assertInteger(count, [1, Number.MAX_SAFE_INTEGER], argument('count'));
    const slots = this.#list.stretch(wanted);
    this.#reserved = { ...slots, wasListed: this.#list.all.includes(slots.segment) };
    return slots.segment.vectors(slots.first, slots.count);
  }

  async commit(options: WriteOptions): Promise<AddedNodes> {
    const slots = this.#reserved;
    if (!slots) {
      throw new VectorIndexError(
        ErrorCode.noReservation,
        'nothing is reserved; call reserve() first',
      );
    }
    if (options.signal?.aborted) throw abortedError(options.signal);
    const kept = keptOf(this.#list.options).vectors;
    admit([slots], kept);
    const place = this.#settle(slots);
    const added = this.#publish([place]);
    this.#reserved = undefined;
    if (options.link) await this.link(options);
    return added;
  }

  async add(vectors: Vectors, options: WriteOptions): Promise<AddedNodes> {
    const added = this.take(vectors, options.signal);
    if (options.link) await this.link(options);
    return added;
  }

  /** Copies vectors and lets searches find them; nothing has changed when it throws. */
  take(vectors: Vectors, signal?: AbortSignal): AddedNodes {
    return this.#publish(this.#place(vectors, signal));
  }

  /** Links what is not, or rewrites the segment with it where that is worth it or asked for. */
  async link({ rebuild, onProgress, signal }: Omit<WriteOptions, 'link'>): Promise<void> {
    const work = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
    const options = this.untilClosed(work);
    try {
      await this.#queue.run(() => this.#link(rebuild, options));
      await this.seal(work, false);
    } catch (error) {
      throw tellsOfVectors(error);
    }
  }

  async #link(rebuild: Rebuild, work: WorkOptions): Promise<void> {
    for (const segment of this.#list.all) {
      if (isWorthRebuilding(segment, rebuild))
        await this.#rewriter.tryRewriting(segment, rebuild, work);
    }
    for (const segment of this.#list.all) await this.#rewriter.makeOwn(segment, work);
    await linkSegments(this.#threads.crew(), this.#list.options, work);
    for (const segment of rebuild === 'auto' ? this.#list.all : []) {
      if (needsNewCodes(segment)) await this.#rewriter.tryRewriting(segment, rebuild, work);
    }
  }

  /** Seals the segments that are full, or all of them, where this index keeps something else. */
  async seal(work: WorkOptions, all: boolean): Promise<void> {
    const { options } = this.#list;
    if (!sealsSegments(options)) return;
    const untilClosed = this.untilClosed(work);
    await this.#queue.run(async () => {
      for (const segment of this.#list.all) {
        if (!canSeal(segment) || (!all && segment.count < segment.capacity)) continue;
        try {
          const crew = this.#threads.crew();
          const sealed = await sealSegment(crew, segment, { options }, untilClosed);
          bringRemovals(segment, sealed);
          this.#list.replace([segment], [sealed]);
        } finally {
          this.#rewriter.letGo([segment]);
        }
      }
    });
  }

  /** Removes nodes: no search that begins after this returns them. How many. */
  remove(nodes: unknown): number {
    const found = this.#locateAll(readDistinctNodes(nodes));
    this.#removeAll(found);
    this.#consolidateSoon();
    return found.length;
  }

  /** Gives nodes other vectors, all at one moment. */
  async update(nodes: unknown, vectors: Vectors, options: WriteOptions): Promise<void> {
    const numbers = readDistinctNodes(nodes);
    const count = countVectors(vectors, this.#list.options.dimension);
    if (count !== numbers.length) {
      throw new VectorIndexError(
        ErrorCode.invalidArgument,
        `${numbers.length} nodes need as many vectors; got ${count}`,
        { name: 'vectors', expected: numbers.length, got: count },
      );
    }
    const slots = this.#place(vectors, options.signal);
    // Looked up last: reading rows may have run code of the caller's.
    const old = this.#locateAll(numbers);
    this.#list.switchNodes(() => {
      this.#list.publish(slots, numbers);
      this.#removeAll(old);
    });
    this.#consolidateSoon();
    if (options.link) await this.link(options);
  }

  /** Has `saving` write the index as it is when its turn comes. */
  async save(saving: (index: SavedIndex) => Promise<void>): Promise<void> {
    await this.#queue.run(async () => {
      await saving(this.#list);
      // Whoever loads the file grows the parents anew, and so does this index, to go on alike.
      for (const { i32s, handle } of this.#list.all) if (!handle.frozen) i32s[F.PARENTED] = 0;
    });
  }

  /** Rewrites the segments of which vectors were removed. */
  async consolidate(work: WorkOptions): Promise<void> {
    await this.#queue.run(() => this.#rewriter.consolidate(0, this.untilClosed(work)));
  }

  /** Where reserved vectors go: on, when their segment was rewritten since. */
  #settle(slots: Reservation): Slots {
    if (!slots.wasListed || this.#list.all.includes(slots.segment)) return slots;
    const { segment, first, count } = slots;
    const place = this.#list.stretch(count);
    place.segment.vectors(place.first, count).set(segment.vectors(first, count));
    return place;
  }

  /** Copies vectors into free slots and checks them there; nothing has changed when it throws. */
  #place(vectors: Vectors, signal?: AbortSignal): readonly Slots[] {
    const { options } = this.#list;
    const count = countVectors(vectors, options.dimension);
    const own = ownVectors(vectors, options.dimension, options.metric);
    if (this.#reserved) {
      throw new VectorIndexError(
        ErrorCode.reservationOpen,
        'a reservation is open where these vectors would go; commit() it first',
      );
    }
    if (signal?.aborted) throw abortedError(signal);
    const slots = this.#list.stretches(count);
    ingest(own, slots, keptOf(options).vectors);
    return slots;
  }

  /** Lets searches see what lies in the slots, as new nodes. */
  #publish(slots: readonly Slots[]): AddedNodes {
    const first = this.#list.nextNode;
    this.#list.publish(slots);
    return { first, count: this.#list.nextNode - first };
  }

  #locateAll(nodes: readonly number[]): LocalNode[] {
    return nodes.map((node) => this.#list.locate(node));
  }

  #removeAll(found: readonly LocalNode[]): void {
    for (const segment of this.#list.all) {
      const locals = found.filter((node) => node.segment === segment);
      segment.removeLocal(locals.map(({ local }) => local));
    }
  }

  /** Consolidates in the background when enough was removed. */
  #consolidateSoon(): void {
    const share = this.#list.options.consolidateAt;
    const isDue = this.#list.all.some((segment) => isWorthConsolidating(segment, share));
    if (!isDue || this.#consolidates) return;
    this.#consolidates = true;
    void this.#queue
      .run(() => this.#rewriter.consolidate(share, this.untilClosed({})))
      .then(
        () => {
          this.#consolidates = false;
          if (!this.#closing.aborted) this.#consolidateSoon(); // so much was removed meanwhile
        },
        (error: unknown) => {
          this.#consolidates = false; // not again before more is removed
          if (this.#closing.aborted) return;
          const reason = error instanceof Error ? error.message : String(error);
          warn(`removed vectors still take memory: ${reason}`, 'NOT_CONSOLIDATED');
        },
      );
  }
}
