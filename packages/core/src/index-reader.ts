// What any thread can ask of an index: the owner's, those that attached, and snapshots.

import { closedError } from './build/runner.ts';
import { type EvaluateOptions, type Evaluation, evaluateIndex } from './evaluate.ts';
import { IndexThreads } from './index-threads.ts';
import type { Query, Vectors } from './input/vectors.ts';
import type { Metric } from './memory/layout.ts';
import type { BatchResult, RangeResult, SearchResult } from './results.ts';
import { type RangeOptions, type SearchOptions, widestBeam } from './search/search-options.ts';
import { Searcher } from './search/searcher.ts';
import type { SegmentList } from './segments/segment-list.ts';
import { type SharedIndex, shareSegments } from './segments/shared-index.ts';
import { collectStats, type IndexStats } from './stats.ts';
import { readNodes } from './write/read-nodes.ts';

/** An index as far as it is read. */
export abstract class IndexReader {
  protected readonly list: SegmentList;
  protected readonly threads: IndexThreads;
  protected readonly searcher: Searcher;
  protected readonly closing: AbortController = new AbortController();

  protected constructor(list: SegmentList) {
    this.list = list;
    this.threads = new IndexThreads(list);
    this.searcher = new Searcher(list, this.threads, this.closing.signal);
  }

  /** Vectors in the index: those that were added and not removed. */
  get count(): number {
    this.list.refresh();
    return this.list.count;
  }

  /** The number that the next node gets: one more than the largest that was ever given. */
  get nextNode(): number {
    return this.list.nextNode;
  }

  /** Components per vector. */
  get dimension(): number {
    return this.list.options.dimension;
  }

  /** How distance is measured. */
  get metric(): Metric {
    return this.list.options.metric;
  }

  /**
   * The k nearest vectors to `query`, on this thread.
   *
   * @throws {VectorIndexError} DIMENSION_MISMATCH, NOT_FINITE, ZERO_VECTOR, INVALID_ARGUMENT,
   *   INVALID_OPTION (efSearch and recall together), ...
   */
  search(query: Query, k: number, options: SearchOptions = {}): SearchResult {
    this.assertOpen();
    return this.searcher.search(query, k, options);
  }

  /**
   * The k nearest vectors to that of `node`, itself left out; its copies are not.
   *
   * @throws {VectorIndexError} NODE_NOT_FOUND, INVALID_ARGUMENT, INVALID_OPTION
   */
  searchNode(node: number, k: number, options: SearchOptions = {}): SearchResult {
    this.assertOpen();
    return this.searcher.searchNode(node, k, options);
  }

  /**
   * Everything that a search finds within `maxDistance` of `query`, in the distances of the metric,
   * that distance included; with `exact` simply everything. At most `limit` results, the nearest.
   *
   * @throws {VectorIndexError} as search does
   */
  searchRange(query: Query, maxDistance: number, options: RangeOptions = {}): RangeResult {
    this.assertOpen();
    return this.searcher.searchRange(query, maxDistance, options);
  }

  /**
   * `search` for many queries, on all threads of the owner; attached indexes and snapshots have
   * one.
   *
   * @param queries count * dimension numbers, or rows; copied before this returns its promise
   * @throws {VectorIndexError} as search does, with the row; WORKER_FAILED
   */
  async searchBatch(
    queries: Vectors,
    k: number,
    options: SearchOptions = {},
  ): Promise<BatchResult> {
    this.assertOpen();
    return this.searcher.searchBatch(queries, k, options);
  }

  /**
   * Whether `node` was added and not removed.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT
   */
  has(node: number): boolean {
    this.assertOpen();
    return this.searcher.has(node);
  }

  /** The nodes of the index, ascending; those of this moment. */
  nodes(): Uint32Array {
    this.assertOpen();
    return this.searcher.nodes();
  }

  /**
   * A copy of the vector of `node`; of unit length in a cosine index. Where no vectors are kept
   * (originals 'none'), what its codes stand for.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, NODE_NOT_FOUND
   */
  getVector(node: number): Float32Array {
    this.assertOpen();
    return this.searcher.vector(node);
  }

  /**
   * The vectors of `nodes`, one after another, as getVector gives them.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, NODE_NOT_FOUND, OUT_OF_MEMORY
   */
  getVectors(nodes: number | ArrayLike<number>): Float32Array {
    this.assertOpen();
    return this.searcher.vectors(readNodes(nodes));
  }

  /** Nodes, ascending, and their vectors. What is removed meanwhile does not come any more. */
  *entries(): IterableIterator<[node: number, vector: Float32Array]> {
    for (const node of this.nodes()) {
      this.assertOpen();
      const vector = this.searcher.tryVector(node);
      if (vector) yield [node, vector];
    }
  }

  /** As `entries()`. */
  [Symbol.iterator](): IterableIterator<[node: number, vector: Float32Array]> {
    return this.entries();
  }

  /**
   * Recall against exact search, and the speed at which it was reached.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, DIMENSION_MISMATCH, ABORTED
   */
  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    this.assertOpen();
    return evaluateIndex(this, options, (k, recall) => widestBeam(this.list.all, k, recall));
  }

  /** Counts, parameters and bytes. */
  stats(): IndexStats {
    this.assertOpen();
    return collectStats(this.list.options, this.list.all);
  }

  /**
   * What `attach` needs in another thread. Memory of kind 'private' cannot be shared.
   *
   * @throws {VectorIndexError} UNSUPPORTED_RUNTIME
   */
  share(): SharedIndex {
    this.assertOpen();
    return shareSegments(this.list);
  }

  /** Begins every operation: of an index that is open, on the owner's segments as they are now. */
  protected assertOpen(): void {
    if (this.closing.signal.aborted) throw closedError();
    this.list.refresh();
  }
}
