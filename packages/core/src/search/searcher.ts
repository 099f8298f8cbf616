// Answers queries: prepares them, finds a scratch block or threads to search with, and puts
// together what is returned. The index checks that it is open; everything else about a search is
// checked here.

import { assertNode } from '../assert.ts';
import { type Crew, runWork } from '../build/runner.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_POOL, NONE } from '../hot/fields.ts';
import type { IndexThreads } from '../index-threads.ts';
import { checkQuery, readQuery } from '../ingest.ts';
import type { BatchResult, RangeResult, SearchResult } from '../results.ts';
import type { Segment } from '../segment.ts';
import type { LocalNode, SegmentList } from '../segment-list.ts';
import { copyVectors, countVectors } from '../vectors.ts';
import { allocateBatch, answerQuery, type BatchQueries, sumWork } from './batch-queries.ts';
import { readVector } from './read-vector.ts';
import { readRange, readSearch } from './search-options.ts';
import { findWithin } from './search-range.ts';
import type { Reader, SearchPlan } from './search-segment.ts';
import { dropRepeated, searchSteadily } from './steady.ts';

/** Results of one query without their vectors. */
type Answer = Omit<SearchResult, 'vectors'>;

export class Searcher {
  readonly #list: SegmentList;
  readonly #threads: IndexThreads;
  readonly #closing: AbortSignal;
  readonly #batches: Set<Promise<void>> = new Set();
  /** Where `search` keeps its query: allocating one takes as long as ten distances. */
  readonly #query: Float32Array;

  /**
   * @param threads who answers batches
   * @param closing ends them
   */
  constructor(list: SegmentList, threads: IndexThreads, closing: AbortSignal) {
    this.#list = list;
    this.#threads = threads;
    this.#closing = closing;
    this.#query = new Float32Array(list.options.dimension);
  }

  search(query: unknown, k: unknown, options: unknown): SearchResult {
    const { plan, vectors } = readSearch(k, options, this.#list.all);
    const { metric } = this.#list.options;
    const answer = this.#answer(readQuery(query, this.#query, metric), plan);
    return vectors ? { ...answer, vectors: this.#collect(answer.nodes) } : answer;
  }

  searchNode(node: unknown, k: unknown, options: unknown): SearchResult {
    const { plan, vectors } = readSearch(k, options, this.#list.all);
    const self = assertNode(node);
    const room = Math.min(plan.k + 1, this.#list.count);
    const wider = { ...plan, k: room, exhaustive: room > MAX_POOL };
    const { nodes, distances, ...work } = this.#answer(this.vector(self), wider);
    // Copies with smaller numbers may have left no place for the node itself.
    const kept = (_: number, i: number): boolean => nodes[i] !== self;
    const answer = {
      nodes: nodes.filter(kept).slice(0, plan.k),
      distances: distances.filter(kept).slice(0, plan.k),
      ...work,
    };
    return vectors ? { ...answer, vectors: this.#collect(answer.nodes) } : answer;
  }

  searchRange(query: unknown, maxDistance: unknown, options: unknown): RangeResult {
    const request = readRange(maxDistance, options);
    const floats = readQuery(query, this.#query, this.#list.options.metric);
    const answer = this.#withReader((reader) => findWithin(reader, floats, request));
    return request.vectors ? { ...answer, vectors: this.#collect(answer.nodes) } : answer;
  }

  async searchBatch(queries: unknown, k: unknown, options: unknown): Promise<BatchResult> {
    const { dimension, metric } = this.#list.options;
    const { plan, vectors } = readSearch(k, options, this.#list.all);
    const count = countVectors(queries, dimension);
    const crew = this.#threads.crew();
    const batch = allocateBatch(
      { count, dimension, plan, control: this.#list.control },
      crew.threads > 1,
    );
    copyVectors(queries as Float32Array, dimension, { first: 0, count }, batch.queries);
    for (let row = 0; row < count; row++) {
      checkQuery(batch.queries.subarray(row * dimension, (row + 1) * dimension), metric, row);
    }
    await this.#runBatch(crew, batch);
    const { nodes, distances, lengths } = batch;
    const result = { k: plan.k, nodes, distances, lengths, ...sumWork(batch) };
    if (!vectors) return result;
    const read = (node: number): Float32Array => this.#read(this.#placeOf(node, crew.segments));
    return { ...result, vectors: this.#collect(nodes, lengths, read) };
  }

  /** Whether `node` is a vector of the index. */
  has(node: unknown): boolean {
    return this.#list.find(assertNode(node)) !== undefined;
  }

  /**
   * A copy of the vector of a node.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, NODE_NOT_FOUND
   */
  vector(node: unknown): Float32Array {
    return this.#read(this.#list.locate(assertNode(node)));
  }

  /** The vectors of `nodes`, one after another. */
  vectors(nodes: ArrayLike<number>): Float32Array {
    const { dimension } = this.#list.options;
    const floats = this.#allocate(nodes.length * dimension);
    for (let i = 0; i < nodes.length; i++) floats.set(this.vector(nodes[i]), i * dimension);
    return floats;
  }

  /** Settles when no batch runs any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#batches);
  }

  #read({ segment, local }: LocalNode): Float32Array {
    return this.#withReader(({ block }) => readVector(segment, block, local));
  }

  /** Where the vector of a node is that was found in `searched`, or was when it was removed. */
  #placeOf(node: number, searched: readonly Segment[]): LocalNode {
    const found = this.#list.find(node);
    if (found) return found;
    const segment = searched.findLast((one) => one.findLast(node) !== NONE);
    return segment ? { segment, local: segment.findLast(node) } : this.#list.locate(node);
  }

  #withReader<T>(work: (reader: Reader) => T): T {
    const list = this.#list;
    const claimed = list.blocks.claim(1);
    const search = (): T => work({ segments: list.all, block: claimed[0] });
    try {
      return searchSteadily(list.control, search, () => list.refresh());
    } finally {
      list.blocks.release(claimed);
    }
  }

  #answer(floats: Float32Array, plan: SearchPlan): Answer {
    const nodes = new Uint32Array(plan.k);
    const distances = new Float32Array(plan.k);
    const work = { distanceCount: 0, exactCount: 0, hopCount: 0 };
    const target = { nodes, distances, offset: 0 };
    const { switches } = this.#list;
    const all = this.#withReader((reader) => answerQuery(reader, { floats, plan }, target, work));
    const found = this.#list.switches === switches ? all : dropRepeated(all, target);
    if (found === plan.k) return { nodes, distances, ...work };
    return { nodes: nodes.slice(0, found), distances: distances.slice(0, found), ...work };
  }

  /** The vectors of `nodes`; of a batch, of the first lengths[i] in row i. */
  #collect(
    nodes: Uint32Array,
    lengths: Uint32Array = Uint32Array.of(nodes.length),
    read: (node: number) => Float32Array = (node) => this.vector(node),
  ): Float32Array {
    const { dimension } = this.#list.options;
    const floats = this.#allocate(nodes.length * dimension);
    const room = lengths.length > 0 ? nodes.length / lengths.length : 0;
    for (const [row, length] of lengths.entries()) {
      for (let i = row * room; i < row * room + length; i++) {
        floats.set(read(nodes[i]), i * dimension);
      }
    }
    return floats;
  }

  #allocate(length: number): Float32Array {
    try {
      return new Float32Array(length);
    } catch (cause) {
      const bytes = 4 * length;
      const message = `no room for ${bytes} bytes of vectors; ask for fewer or leave them out`;
      throw new VectorIndexError(ErrorCode.outOfMemory, message, { bytes }, cause);
    }
  }

  /** Answers a batch of queries; close waits for it before it ends the threads. */
  async #runBatch(crew: Crew, batch: BatchQueries): Promise<void> {
    const running = runWork(crew, { kind: 'queries', batch }, { signal: this.#closing });
    this.#batches.add(running);
    try {
      await running;
    } finally {
      this.#batches.delete(running);
    }
  }
}
