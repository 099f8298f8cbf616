// The index people use: checks at the door, then hands over to the parts. Vectors are published as
// soon as they are copied and found by exact scan until they are linked, so every answer is right
// at any moment, also while a build runs or after one was aborted.

import { argument, assertInteger, assertOptions, assertPath } from './assert.ts';
import type { WorkerPool } from './build/pool.ts';
import { abortedError, type Crew, closedError, type WorkOptions } from './build/runner.ts';
import { canSeal, sealSegment } from './build/seal.ts';
import { linkSegments, Writer } from './build/writer.ts';
import {
  type CalibrateOptions,
  type Calibration,
  calibrateIndex,
  readCalibration,
} from './calibrate/calibrate.ts';
import { ErrorCode, VectorIndexError } from './errors.ts';
import { type EvaluateOptions, type Evaluation, evaluateIndex } from './evaluate.ts';
import { admit, ingest, ownVectors } from './ingest.ts';
import type { Metric } from './memory/layout.ts';
import type { ScratchBlocks } from './memory/scratch-blocks.ts';
import {
  type IndexOptions,
  keptOf,
  MAX_CAPACITY,
  type ResolvedOptions,
  resolveOptions,
  sealsSegments,
} from './options.ts';
import type { BatchResult, RangeResult, SearchResult } from './results.ts';
import { type RangeOptions, type SearchOptions, widestBeam } from './search/search-options.ts';
import { Searcher } from './search/searcher.ts';
import { warmUp } from './search/warm-up.ts';
import { ownerBlocks, SegmentList, type Slots } from './segment-list.ts';
import { openShared, type SharedIndex, shareSegments } from './shared-index.ts';
import { type LoadOptions, loadSegments, readLoadOptions } from './snapshot/load.ts';
import { saveSegments } from './snapshot/save.ts';
import { collectStats, type IndexStats } from './stats.ts';
import { countVectors, isBlocks, type Query, type Vectors } from './vectors.ts';
import { type Problem, verifySegments } from './verify.ts';
import { checkWorkOptions, WORK_OPTION_NAMES } from './work-options.ts';

/** Which nodes a write added: `count` of them from `first` on. */
export interface AddedNodes {
  readonly first: number;
  readonly count: number;
}

/** Room a build leaves for later adds, so that they join its graph: address space, no memory. */
const BUILD_HEADROOM = 1.25;
const MIN_BUILD_CAPACITY = 1024;
/** Results of the searches that nobody asked for. */
const WARM_K = 10;

/**
 * A nearest-neighbor index over vectors of one dimension, in memory that any thread can search.
 *
 * Distances are squared Euclidean (l2), 1 - cos (cosine) or -dot (dot): smaller is nearer. Results
 * ascend by (distance, node). Nodes are numbered 0, 1, 2, ... in the order of adding.
 */
export class VectorIndex {
  readonly #options: ResolvedOptions;
  readonly #list: SegmentList;
  readonly #blocks: ScratchBlocks;
  readonly #readOnly: boolean;
  readonly #writer: Writer = new Writer();
  readonly #closing: AbortController = new AbortController();
  readonly #searcher: Searcher;
  #pool: Promise<WorkerPool> | undefined;
  #closed: Promise<void> | undefined;
  #reserved: Slots | undefined;

  private constructor(list: SegmentList, readOnly: boolean) {
    this.#options = list.options;
    this.#list = list;
    this.#readOnly = readOnly;
    this.#blocks = list.blocks;
    if (!readOnly) this.#blocks.keep(ownerBlocks(list.options.threads));
    const { signal } = this.#closing;
    this.#searcher = new Searcher(list, this.#blocks, () => this.#crew(), signal);
  }

  /**
   * An empty index.
   *
   * @throws {VectorIndexError} INVALID_OPTION, OUT_OF_MEMORY, UNSUPPORTED_RUNTIME
   */
  static create(options: IndexOptions): VectorIndex {
    return new VectorIndex(SegmentList.open(resolveOptions(options)), false);
  }

  /**
   * An index of `vectors`, built on all threads.
   *
   * @param vectors count * dimension numbers, or rows, copied before this returns its promise; or
   *   blocks of them one after another, each copied when it comes. For blocks, say in `capacity`
   *   how many vectors there will be: what goes beyond it opens another segment. An abort is seen
   *   when a block has come
   * @throws {VectorIndexError} as create and add do; what the blocks' source throws; nothing is
   *   left behind then
   */
  static async build(
    vectors: Vectors | AsyncIterable<Vectors>,
    options: IndexOptions & WorkOptions,
  ): Promise<VectorIndex> {
    const resolved = resolveOptions(options, WORK_OPTION_NAMES);
    const { onProgress, signal } = checkWorkOptions({ ...options });
    const work: WorkOptions = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
    if (isBlocks(vectors)) return VectorIndex.#buildBlocks(vectors, resolved, work);
    const count = countVectors(vectors, resolved.dimension);
    const roomy = Math.ceil(count * BUILD_HEADROOM);
    const capacity =
      options.capacity ?? Math.min(MAX_CAPACITY, Math.max(MIN_BUILD_CAPACITY, roomy));
    const index = new VectorIndex(SegmentList.open({ ...resolved, capacity }), false);
    try {
      await index.add(vectors, work);
      await index.#seal(work, true);
      return index;
    } catch (error) {
      await index.close();
      throw error;
    }
  }

  static async #buildBlocks(
    blocks: AsyncIterable<Vectors>,
    options: ResolvedOptions,
    work: WorkOptions,
  ): Promise<VectorIndex> {
    const index = new VectorIndex(SegmentList.open(options), false);
    try {
      for await (const block of blocks) {
        if (work.signal?.aborted) throw abortedError(work.signal);
        index.#publish(index.#take(block));
        work.onProgress?.({ phase: 'read', done: index.count, total: index.count });
      }
      await index.#link(work);
      await index.#seal(work, true);
      return index;
    } catch (error) {
      await index.close();
      throw error;
    }
  }

  /**
   * An index from a file that `save` wrote. Every count and checksum is checked before use.
   *
   * @throws {VectorIndexError} SNAPSHOT_CORRUPT, SNAPSHOT_UNSUPPORTED, FILE_FAILED, OUT_OF_MEMORY
   */
  static async load(path: string, options: LoadOptions = {}): Promise<VectorIndex> {
    const checked = assertPath(path);
    const settings = readLoadOptions(options);
    const work = checkWorkOptions({ ...options });
    const index = new VectorIndex(await loadSegments(checked, settings, work), false);
    warmUp(index.#options.tier, index.count, (node) => index.search(index.getVector(node), WARM_K));
    return index;
  }

  /**
   * The index another thread shared, without a copy: it sees all that the owner changes.
   * Read-only; `close` makes room for another.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT; CAPACITY_EXCEEDED when too many are attached;
   *   SHARE_OUTDATED when the owner's memory is another since it was shared
   */
  static attach(shared: SharedIndex): VectorIndex {
    return new VectorIndex(openShared(shared), true);
  }

  /** Vectors in the index. */
  get count(): number {
    this.#list.refresh();
    return this.#list.count;
  }

  get dimension(): number {
    return this.#options.dimension;
  }

  get metric(): Metric {
    return this.#options.metric;
  }

  /** Most vectors one `reserve` can take. */
  get available(): number {
    this.#list.refresh();
    return this.#list.available;
  }

  /**
   * Room for `count` vectors in the index's own memory, to be filled by the caller and then
   * committed. A second reserve replaces the first.
   *
   * @returns count * dimension floats, zero or left from an earlier reservation
   * @throws {VectorIndexError} INVALID_ARGUMENT, CAPACITY_EXCEEDED, OUT_OF_MEMORY
   */
  reserve(count: number): Float32Array {
    this.#assertWritable();
    assertInteger(count, [1, Number.MAX_SAFE_INTEGER], argument('count'));
    const slots = this.#list.stretch(count);
    this.#reserved = slots;
    return slots.segment.vectors(slots.first, slots.count);
  }

  /**
   * Checks what was written to the reserved room, makes it part of the index and links it.
   *
   * @throws {VectorIndexError} NO_RESERVATION, NOT_FINITE, VALUE_TOO_LARGE, ZERO_VECTOR (the
   *   reservation stays open), ABORTED, WORKER_FAILED (the vectors are in, see `link`)
   */
  async commit(options: WorkOptions = {}): Promise<AddedNodes> {
    this.#assertWritable();
    const work = checkWorkOptions(assertOptions(options, WORK_OPTION_NAMES));
    const slots = this.#reserved;
    if (!slots) {
      throw new VectorIndexError(
        ErrorCode.noReservation,
        'nothing is reserved; call reserve() first',
      );
    }
    if (work.signal?.aborted) throw abortedError(work.signal);
    admit([slots], keptOf(this.#options).vectors);
    this.#reserved = undefined;
    const added = this.#publish([slots]);
    await this.#link(work);
    return added;
  }

  /**
   * Adds vectors. They are copied before this returns its promise, and found by searches from then
   * on; the promise settles when they are linked.
   *
   * @throws {VectorIndexError} INVALID_VECTORS, DIMENSION_MISMATCH, NOT_FINITE, VALUE_TOO_LARGE,
   *   ZERO_VECTOR (nothing has changed), ABORTED, WORKER_FAILED (the vectors are in, see `link`)
   */
  async add(vectors: Vectors, options: WorkOptions = {}): Promise<AddedNodes> {
    this.#assertWritable();
    const work = checkWorkOptions(assertOptions(options, WORK_OPTION_NAMES));
    const slots = this.#take(vectors, work.signal);
    const added = this.#publish(slots);
    await this.#link(work);
    return added;
  }

  /**
   * Links what an aborted add or a dead worker left unlinked. Until then it is scanned.
   *
   * @throws {VectorIndexError} ABORTED, WORKER_FAILED
   */
  async link(options: WorkOptions = {}): Promise<void> {
    this.#assertWritable();
    await this.#link(checkWorkOptions(assertOptions(options, WORK_OPTION_NAMES)));
  }

  /**
   * The k nearest vectors to `query`, on this thread.
   *
   * @throws {VectorIndexError} DIMENSION_MISMATCH, NOT_FINITE, ZERO_VECTOR, INVALID_ARGUMENT,
   *   INVALID_OPTION (efSearch and recall together), ...
   */
  search(query: Query, k: number, options: SearchOptions = {}): SearchResult {
    this.#assertOpen();
    return this.#searcher.search(query, k, options);
  }

  /**
   * The k nearest vectors to that of `node`, itself left out; its copies are not.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION
   */
  searchNode(node: number, k: number, options: SearchOptions = {}): SearchResult {
    this.#assertOpen();
    return this.#searcher.searchNode(node, k, options);
  }

  /**
   * Everything that a search finds within `maxDistance` of `query`, in the distances of the metric,
   * that distance included; with `exact` simply everything. At most `limit` results, the nearest.
   *
   * @throws {VectorIndexError} as search does
   */
  searchRange(query: Query, maxDistance: number, options: RangeOptions = {}): RangeResult {
    this.#assertOpen();
    return this.#searcher.searchRange(query, maxDistance, options);
  }

  /**
   * `search` for many queries, on all threads.
   *
   * @param queries count * dimension numbers, or rows; copied before this returns its promise
   * @throws {VectorIndexError} as search does, with the row; WORKER_FAILED
   */
  async searchBatch(
    queries: Vectors,
    k: number,
    options: SearchOptions = {},
  ): Promise<BatchResult> {
    this.#assertOpen();
    return this.#searcher.searchBatch(queries, k, options);
  }

  /**
   * A copy of the vector of `node`; of unit length in a cosine index. Where no vectors are kept
   * (originals 'none'), what its codes stand for.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT
   */
  getVector(node: number): Float32Array {
    this.#assertOpen();
    return this.#searcher.vector(assertInteger(node, [0, this.count - 1], argument('node')));
  }

  /**
   * Measures which beam width reaches a recall, and keeps the measurements for searches that are
   * asked for one. A build does this for k = 10 at its end, with 64 stored vectors that are hidden
   * from the graph one by one (docs/decisions/0009). Three k are kept, the latest.
   *
   * @throws {VectorIndexError} READ_ONLY, INVALID_ARGUMENT, INVALID_OPTION, DIMENSION_MISMATCH,
   *   NOT_FINITE, ZERO_VECTOR, ABORTED, WORKER_FAILED
   */
  async calibrate(options: CalibrateOptions = {}): Promise<Calibration> {
    this.#assertOwner();
    const request = readCalibration(options, this.#options);
    const work = this.#untilClosed(request.work);
    return this.#writer.run(() =>
      calibrateIndex(this.#crew(), this.#options.seed, { ...request, work }),
    );
  }

  /**
   * Recall against exact search, and the speed at which it was reached.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, DIMENSION_MISMATCH, ABORTED
   */
  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    this.#assertOpen();
    return evaluateIndex(this, options, (k, recall) => widestBeam(this.#list.all, k, recall));
  }

  /** Counts, parameters and bytes. */
  stats(): IndexStats {
    this.#assertOpen();
    return collectStats(this.#options, this.#list.all);
  }

  /**
   * Every broken invariant; empty when the index is sound. Walks the graph with memory that linking
   * needs too, so nothing may be linking, and only the owner may ask.
   *
   * @throws {VectorIndexError} BUSY, READ_ONLY
   */
  verify(): Problem[] {
    this.#assertOwner();
    if (!this.#writer.busy) return verifySegments(this.#list.all, this.#blocks);
    throw new VectorIndexError(
      ErrorCode.busy,
      'the index is being linked or saved; await that, then verify',
    );
  }

  /**
   * Writes the index to a file: to a temporary one first, which then takes the name. Waits for
   * writes that were asked for earlier.
   *
   * @throws {VectorIndexError} READ_ONLY, FILE_FAILED, ABORTED; an older file of that name is
   *   untouched then
   */
  async save(path: string, options: WorkOptions = {}): Promise<void> {
    this.#assertWritable();
    const checked = assertPath(path);
    const work = checkWorkOptions(assertOptions(options, WORK_OPTION_NAMES));
    await this.#writer.run(() => saveSegments(checked, this.#options, this.#list.all, work));
  }

  /**
   * What `attach` needs in another thread. Memory of kind 'private' cannot be shared.
   *
   * @throws {VectorIndexError} UNSUPPORTED_RUNTIME
   */
  share(): SharedIndex {
    this.#assertOpen();
    return shareSegments(this.#list);
  }

  /**
   * Stops builds and batches, waits for a save, ends the threads and gives the scratch blocks back.
   * Safe to call twice.
   */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort(closedError());
    await this.#writer.idle();
    await this.#searcher.idle();
    const pool = await this.#pool?.catch(() => undefined); // one that could not start is not there
    await pool?.close();
    this.#blocks.giveBack();
    this.#list.close();
    for (const { stored } of this.#list.all) stored?.close();
  }

  /** Copies vectors into free slots and checks them there; nothing has changed when it throws. */
  #take(vectors: Vectors, signal?: AbortSignal): readonly Slots[] {
    const count = countVectors(vectors, this.dimension);
    const own = ownVectors(vectors, this.dimension, this.metric);
    if (this.#reserved) {
      throw new VectorIndexError(
        ErrorCode.reservationOpen,
        'a reservation is open where these vectors would go; commit() it first',
      );
    }
    if (signal?.aborted) throw abortedError(signal);
    const slots = this.#list.stretches(count);
    ingest(own, slots, keptOf(this.#options).vectors);
    return slots;
  }

  /** Lets searches see what lies in the slots. */
  #publish(slots: readonly Slots[]): AddedNodes {
    const first = this.count;
    this.#list.publish(slots);
    return { first, count: this.count - first };
  }

  async #link(work: WorkOptions): Promise<void> {
    const options = this.#untilClosed(work);
    await this.#writer.run(() => linkSegments(this.#crew(), this.#options, options));
    await this.#seal(work, false);
  }

  /** Seals the segments that are full, or all of them, where this index keeps something else. */
  async #seal(work: WorkOptions, all: boolean): Promise<void> {
    if (!sealsSegments(this.#options)) return;
    const options = this.#untilClosed(work);
    await this.#writer.run(async () => {
      for (const segment of this.#list.all) {
        if (!canSeal(segment) || (!all && segment.count < segment.capacity)) continue;
        const sealed = await sealSegment(this.#crew(), segment, this.#options, options);
        this.#list.replace(segment, sealed);
      }
    });
  }

  /** The same, stopped by close too. */
  #untilClosed(work: WorkOptions): WorkOptions {
    const { signal: closing } = this.#closing;
    return { ...work, signal: work.signal ? AbortSignal.any([work.signal, closing]) : closing };
  }

  #crew(): Crew {
    const pool = (): Promise<WorkerPool> => {
      this.#pool ??= import('./build/pool.ts').then(
        ({ WorkerPool }) => new WorkerPool(this.#blocks.claim(this.#options.threads)),
      );
      return this.#pool;
    };
    const { threads } = this.#options;
    return { segments: [...this.#list.all], threads, blocks: this.#blocks, pool };
  }

  /** Begins every operation: of an index that is open, on the owner's segments as they are now. */
  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
    this.#list.refresh();
  }

  #assertWritable(): void {
    this.#assertOwner();
    this.#list.assertWhole();
  }

  /** Refuses what takes memory that linking needs too, or changes what all threads read. */
  #assertOwner(): void {
    this.#assertOpen();
    if (!this.#readOnly) return;
    throw new VectorIndexError(
      ErrorCode.readOnly,
      'an attached index is read-only; write in the thread that shared it',
    );
  }
}
