// The index people use: checks at the door, then hands over to the parts. Vectors are published as
// soon as they are copied and found by exact scan until they are linked, so every answer is right
// at any moment, also while a build runs or after one was aborted.

import { assertOptions, assertPath } from './assert.ts';
import { abortedError, closedError, type WorkOptions } from './build/runner.ts';
import {
  type CalibrateOptions,
  type Calibration,
  calibrateIndex,
  readCalibration,
} from './calibrate/calibrate.ts';
import { ErrorCode, VectorIndexError } from './errors.ts';
import { IndexReader } from './index-reader.ts';
import { countVectors, isBlocks, type Vectors } from './input/vectors.ts';
import {
  buildCapacity,
  type IndexOptions,
  type ResolvedOptions,
  resolveOptions,
} from './options.ts';
import { warmUp } from './search/warm-up.ts';
import { freezeList } from './segments/index-snapshot.ts';
import { ownerBlocks, SegmentList } from './segments/segment-list.ts';
import { openShared, type SharedIndex } from './segments/shared-index.ts';
import {
  assertReadable,
  assertWrite,
  type ReadableBytes,
  readName,
  type WriteBytes,
} from './snapshot/bytes.ts';
import {
  type LoadFromOptions,
  type LoadOptions,
  loadSegments,
  loadSegmentsFrom,
  readLoadFromOptions,
  readLoadOptions,
} from './snapshot/load.ts';
import { type SaveToOptions, saveSegments, saveSegmentsTo } from './snapshot/save.ts';
import { type Problem, verifySegments } from './verify/verify.ts';
import { checkWorkOptions, WORK_OPTION_NAMES } from './work-options.ts';
import { type AddedNodes, IndexWriter } from './write/index-writer.ts';
import {
  type MergeOptions,
  mergedOptions,
  mergeInto,
  notIndexes,
  readMergeOptions,
} from './write/merge.ts';
import { type AddOptions, readWriteOptions } from './write/write-options.ts';

/** Who writes to the memory, who follows it, and who keeps to what it was at one moment. */
type Role = 'owner' | 'attached' | 'snapshot';

/** Results of the searches that nobody asked for. */
const WARM_K = 10;

/**
 * A nearest-neighbor index over vectors of one dimension, in memory that any thread can search.
 * The graph is HNSW (Malkov and Yashunin, 2016).
 *
 * Distances are squared Euclidean (l2), 1 - cos (cosine) or -dot (dot): smaller is nearer. Results
 * ascend by (distance, node). Nodes are numbered 0, 1, 2, ... in the order of adding, and no number
 * is used again.
 */
export class VectorIndex extends IndexReader {
  readonly #role: Role;
  readonly #writer: IndexWriter;
  readonly #onClose: () => void;
  #closed: Promise<void> | undefined;

  private constructor(list: SegmentList, role: Role, onClose: () => void = () => undefined) {
    super(list);
    this.#role = role;
    this.#onClose = onClose;
    if (role === 'owner') list.blocks.keep(ownerBlocks(list.options.threads));
    this.#writer = new IndexWriter(list, this.threads, this.closing.signal);
  }

  /**
   * An empty index.
   *
   * @throws {VectorIndexError} INVALID_OPTION, OUT_OF_MEMORY, UNSUPPORTED_RUNTIME
   */
  static create(options: IndexOptions): VectorIndex {
    return new VectorIndex(SegmentList.open(resolveOptions(options)), 'owner');
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
    const work = checkWorkOptions({ ...options });
    if (isBlocks(vectors)) return VectorIndex.#buildBlocks(vectors, resolved, work);
    const count = countVectors(vectors, resolved.dimension);
    const capacity = options.capacity ?? buildCapacity(count);
    const index = new VectorIndex(SegmentList.open({ ...resolved, capacity }), 'owner');
    try {
      await index.add(vectors, work);
      await index.#writer.seal(work, true);
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
    const index = new VectorIndex(SegmentList.open(options), 'owner');
    try {
      for await (const block of blocks) {
        if (work.signal?.aborted) throw abortedError(work.signal);
        index.#writer.take(block);
        work.onProgress?.({ phase: 'read', done: index.count, total: index.count });
      }
      await index.#writer.link({ ...work, rebuild: 'auto' });
      await index.#writer.seal(work, true);
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
    return VectorIndex.#loaded(await loadSegments(checked, settings, work));
  }

  /**
   * An index from bytes that `saveTo` or `save` wrote, wherever they are. All is read once, and
   * checked as by `load`; vectors cannot stay where the bytes are.
   *
   * @throws {VectorIndexError} as load does; FILE_FAILED when a read throws, with what it threw as
   *   `cause`; INVALID_ARGUMENT, INVALID_OPTION (originals 'file')
   */
  static async loadFrom(
    source: ReadableBytes,
    options: LoadFromOptions = {},
  ): Promise<VectorIndex> {
    const { name, overrides } = readLoadFromOptions(options);
    const work = checkWorkOptions({ ...options });
    const loading = { path: name, file: assertReadable(source, name), work };
    return VectorIndex.#loaded(await loadSegmentsFrom(loading, overrides));
  }

  static #loaded(list: SegmentList): VectorIndex {
    const index = new VectorIndex(list, 'owner');
    warmUp(list.options.tier, list.all[0], (node) => index.searchNode(node, WARM_K));
    return index;
  }

  /**
   * One index of the vectors of several, of the same dimension and metric, built at once. The nodes
   * of `indexes[i]` get the sum of `nextNode` of those before added to their numbers; with
   * `renumber` all are numbered 0, 1, 2, ... anew, in that order. Vectors of which only codes are
   * kept are what their codes stand for. The others stay as they are.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION, CLOSED, CAPACITY_EXCEEDED,
   *   OUT_OF_MEMORY, ABORTED, WORKER_FAILED; nothing is left behind then
   */
  static async merge(
    indexes: readonly VectorIndex[],
    options: MergeOptions = {},
  ): Promise<VectorIndex> {
    const { work: own, renumber, given } = readMergeOptions(options);
    const isIndex = (value: unknown): boolean => value instanceof VectorIndex;
    if (!Array.isArray(indexes) || !indexes.every(isIndex)) throw notIndexes(indexes);
    for (const index of indexes) index.assertOpen();
    const lists = indexes.map((index) => index.list);
    const index = new VectorIndex(SegmentList.open(mergedOptions(lists, given)), 'owner');
    try {
      const work = index.#writer.untilClosed(own);
      await mergeInto(index.list, index.threads.crew(), { lists, renumber, work });
      await index.#writer.seal(own, true);
      return index;
    } catch (error) {
      await index.close();
      throw error;
    }
  }

  /**
   * The index another thread shared, without a copy: it sees all that the owner changes.
   * Read-only; `close` makes room for another.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT; CAPACITY_EXCEEDED when too many are attached;
   *   SHARE_OUTDATED when the owner's memory is another since it was shared
   */
  static attach(shared: SharedIndex): VectorIndex {
    return new VectorIndex(openShared(shared), 'attached');
  }

  /** Most vectors one `reserve` can take. */
  get available(): number {
    this.list.refresh();
    return this.list.available;
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
    return this.#writer.reserve(count);
  }

  /**
   * Checks what was written to the reserved room, makes it part of the index and links it.
   *
   * @throws {VectorIndexError} NO_RESERVATION, NOT_FINITE, VALUE_TOO_LARGE, ZERO_VECTOR (the
   *   reservation stays open), ABORTED, WORKER_FAILED and OUT_OF_MEMORY of which the
   *   details say `linked: false` (the vectors are in, see `link`)
   */
  async commit(options: AddOptions = {}): Promise<AddedNodes> {
    this.#assertWritable();
    return this.#writer.commit(readWriteOptions(options));
  }

  /**
   * Adds vectors. They are copied before this returns its promise, and found by searches from then
   * on; the promise settles when they are linked.
   *
   * @throws {VectorIndexError} INVALID_VECTORS, DIMENSION_MISMATCH, NOT_FINITE, VALUE_TOO_LARGE,
   *   ZERO_VECTOR, RESERVATION_OPEN, OUT_OF_MEMORY, CAPACITY_EXCEEDED after 2^31 - 1 nodes (nothing
   *   has changed), ABORTED, WORKER_FAILED and OUT_OF_MEMORY of which the
   *   details say `linked: false` (the vectors are in, see `link`)
   */
  async add(vectors: Vectors, options: AddOptions = {}): Promise<AddedNodes> {
    this.#assertWritable();
    return this.#writer.add(vectors, readWriteOptions(options));
  }

  /**
   * Gives nodes other vectors: those of `vectors`, in the order of `nodes`, all at one moment. The
   * new ones are copied before this returns its promise, and found instead of the old ones from
   * then on; the promise settles when they are linked.
   *
   * @throws {VectorIndexError} as add does; NODE_NOT_FOUND, INVALID_ARGUMENT (nothing has changed)
   */
  async update(
    nodes: number | ArrayLike<number>,
    vectors: Vectors,
    options: AddOptions = {},
  ): Promise<void> {
    this.#assertWritable();
    await this.#writer.update(nodes, vectors, readWriteOptions(options));
  }

  /**
   * Removes nodes: no search that begins after this finds them, in any thread. Their numbers are
   * not used again; their memory is, once a tenth of a segment, and at least 64 vectors, were
   * removed (`consolidateAt`).
   *
   * @returns how many
   * @throws {VectorIndexError} NODE_NOT_FOUND, INVALID_ARGUMENT (nothing has changed)
   */
  remove(nodes: number | ArrayLike<number>): number {
    this.#assertWritable();
    return this.#writer.remove(nodes);
  }

  /**
   * Gives the memory of removed vectors back: segments are written anew without them, while
   * searches and writes go on. Happens by itself from `consolidateAt` on.
   *
   * @throws {VectorIndexError} ABORTED, WORKER_FAILED, OUT_OF_MEMORY: nothing has changed
   */
  async consolidate(options: WorkOptions = {}): Promise<void> {
    this.#assertWritable();
    await this.#writer.consolidate(checkWorkOptions(assertOptions(options, WORK_OPTION_NAMES)));
  }

  /**
   * Links what an aborted add or a dead worker left unlinked. Until then it is scanned.
   *
   * @throws {VectorIndexError} ABORTED, WORKER_FAILED, OUT_OF_MEMORY
   */
  async link(options: AddOptions = {}): Promise<void> {
    this.#assertWritable();
    await this.#writer.link(readWriteOptions(options));
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
    const request = readCalibration(options, this.list.options);
    const work = this.#writer.untilClosed(request.work);
    return this.#writer.run(() =>
      calibrateIndex(this.threads.crew(), this.list.options.seed, { ...request, work }),
    );
  }

  /**
   * Every broken invariant; empty when the index is sound. Walks the graph with memory that linking
   * needs too, so nothing may be linking, and only the owner may ask.
   *
   * @throws {VectorIndexError} BUSY, READ_ONLY
   */
  verify(): Problem[] {
    this.#assertOwner();
    if (!this.#writer.busy)
      return verifySegments(this.list.all, this.list.nextNode, this.list.blocks);
    throw new VectorIndexError(
      ErrorCode.busy,
      'the index is being linked, rewritten or saved; await that, or consolidate(), then verify',
    );
  }

  /**
   * The index as it is when writes that were asked for earlier have ended, whatever is written to
   * it later: it can be searched, shared and saved. Shares the memory, and the graph until that
   * changes: the writer copies it then. Close it when it is not needed any more.
   *
   * @throws {VectorIndexError} READ_ONLY, CAPACITY_EXCEEDED when too many are open
   */
  async snapshot(): Promise<VectorIndex> {
    this.#assertOwner();
    return this.#writer.run(async () => {
      this.assertOpen(); // it may have been closed while this waited
      const held = this.list.all;
      const frozen = freezeList(this.list);
      this.#writer.held.hold(held);
      return new VectorIndex(frozen, 'snapshot', () => this.#writer.held.letGo(held));
    });
  }

  /**
   * Writes the index to a file: to a temporary one first, which then takes the name. Waits for
   * writes that were asked for earlier.
   *
   * @throws {VectorIndexError} READ_ONLY, FILE_FAILED, ABORTED; an older file of that name is
   *   untouched then
   */
  async save(path: string, options: WorkOptions = {}): Promise<void> {
    this.#assertSavable();
    const checked = assertPath(path);
    const work = checkWorkOptions(assertOptions(options, WORK_OPTION_NAMES));
    await this.#writer.save((saved) => saveSegments(checked, saved, work));
  }

  /**
   * Writes what `save` puts into a file, by `write`: piece after piece from position 0 on. Whether
   * an older index is replaced whole or not at all is up to the caller. Waits for writes that were
   * asked for earlier.
   *
   * @throws {VectorIndexError} READ_ONLY, INVALID_ARGUMENT, INVALID_OPTION, ABORTED; FILE_FAILED
   *   when `write` throws, with what it threw as `cause`
   */
  async saveTo(write: WriteBytes, options: SaveToOptions = {}): Promise<void> {
    this.#assertSavable();
    const given = assertOptions(options, [...WORK_OPTION_NAMES, 'name']);
    const guarded = assertWrite(write, readName(given.name));
    const work = checkWorkOptions(given);
    await this.#writer.save((saved) => saveSegmentsTo(guarded, saved, work));
  }

  /**
   * Stops builds and batches, waits for a save, ends the threads and gives the scratch blocks back.
   * Safe to call twice.
   */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  /** Closes: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.closing.abort(closedError());
    await this.#writer.idle();
    await this.searcher.idle();
    await this.threads.close();
    this.list.blocks.giveBack();
    this.list.close();
    this.#onClose();
    for (const { stored } of this.list.all) stored?.close();
  }

  #assertSavable(): void {
    this.assertOpen();
    if (this.#role === 'attached') throw this.#readOnlyError();
    this.list.assertWhole();
  }

  #assertWritable(): void {
    this.#assertOwner();
    this.list.assertWhole();
  }

  /** Refuses what takes memory that linking needs too, or changes what all threads read. */
  #assertOwner(): void {
    this.assertOpen();
    if (this.#role !== 'owner') throw this.#readOnlyError();
  }

  #readOnlyError(): VectorIndexError {
    const what = this.#role === 'snapshot' ? 'a snapshot' : 'an attached index';
    const where =
      this.#role === 'snapshot' ? 'to the index it was taken of' : 'in the thread that shared it';
    return new VectorIndexError(ErrorCode.readOnly, `${what} is read-only; write ${where}`);
  }
}
