// Answers queries: prepares them, finds a scratch block or threads to search with, and puts
// together what is returned. The index checks that it is open; everything else about a search is
// checked here.

import { assertNode } from '../assert.ts';
import { type Crew, runWork } from '../build/runner.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_POOL } from '../hot/fields.ts';
import type { IndexThreads } from '../index-threads.ts';
import { checkQuery, readQuery } from '../input/ingest.ts';
import { copyVectors, countVectors } from '../input/vectors.ts';
import { keepForBatch } from '../node-filter.ts';
import type { BatchResult, RangeResult, SearchResult } from '../results.ts';
import type { Segment } from '../segments/segment.ts';
import { type LocalNode, placeOf, type SegmentList } from '../segments/segment-list.ts';
import { allocateBatch, answerQuery, type BatchQueries, sumWork } from './batch-queries.ts';
import { readVector } from './read-vector.ts';
import { readRange, readSearch } from './search-options.ts';
import { findWithin } from './search-range.ts';
import { type Reader, type SearchPlan, type WorkCounts, workOf } from './search-segment.ts';
import { dropRepeated, isSteady, MAX_ATTEMPTS, searchSteadily } from './steady.ts';

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
    return vectors ? { ...answer, vectors: this.#collect(this.#list.all, answer.nodes) } : answer;
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
    return vectors ? { ...answer, vectors: this.#collect(this.#list.all, answer.nodes) } : answer;
  }

  searchRange(query: unknown, maxDistance: unknown, options: unknown): RangeResult {
    const request = readRange(maxDistance, options);
    const floats = readQuery(query, this.#query, this.#list.options.metric);
    const answer = this.#withReader((reader) => findWithin(reader, floats, request));
    if (!request.vectors) return answer;
    return { ...answer, vectors: this.#collect(this.#list.all, answer.nodes) };
  }

  async searchBatch(queries: unknown, k: unknown, options: unknown): Promise<BatchResult> {
    const { dimension, metric } = this.#list.options;
    const request = readSearch(k, options, this.#list.all);
    const { vectors } = request;
    const count = countVectors(queries, dimension);
    const { accept } = request.plan;
    const shared = this.#list.options.threads > 1;
    const kept = accept && { accept: keepForBatch(accept, shared) };
    const plan = { ...request.plan, ...kept };
    const shape = { count, dimension, plan, control: this.#list.control };
    const batch = allocateBatch(shape, shared);
    copyVectors(queries as Float32Array, dimension, { first: 0, count }, batch.queries);
    for (let row = 0; row < count; row++) {
      checkQuery(batch.queries.subarray(row * dimension, (row + 1) * dimension), metric, row);
    }
    const segments = await this.#answerBatch(batch);
    const { nodes, distances, lengths } = batch;
    const result = { k: plan.k, nodes, distances, lengths, ...workOf(sumWork(batch)) };
    if (!vectors) return result;
    return { ...result, vectors: this.#collect(segments, nodes, lengths) };
  }

  /** Whether `node` is a vector of the index. */
  has(node: unknown): boolean {
    return this.#find(assertNode(node)) !== undefined;
  }

  /**
   * A copy of the vector of a node.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, NODE_NOT_FOUND
   */
  vector(node: unknown): Float32Array {
    const known = assertNode(node);
    return this.#read(this.#find(known) ?? this.#list.locate(known));
  }

  /** The same; undefined when there is none, or no more. */
  tryVector(node: number): Float32Array | undefined {
    const place = this.#find(node);
    return place && this.#read(place);
  }

  /** The nodes of the index, ascending. */
  nodes(): Uint32Array {
    return this.#steadily(() => this.#list.nodes());
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

  /** What `look` returns when no node got another vector meanwhile. */
  #steadily<T>(look: () => T): T {
    const list = this.#list;
    return searchSteadily(list.control, look, () => list.refresh());
  }

  #withReader<T>(work: (reader: Reader) => T): T {
    const list = this.#list;
    return this.#steadily(() => {
      const claimed = list.blocks.claim(1);
      try {
        return work({ segments: list.all, block: claimed[0] });
      } finally {
        list.blocks.release(claimed);
      }
    });
  }

  #find(node: number): LocalNode | undefined {
    return this.#steadily(() => this.#list.find(node));
  }

  /** A copy of a vector: it stays where it is, whatever becomes of its node. */
  #read({ segment, local }: LocalNode): Float32Array {
    const claimed = this.#list.blocks.claim(1);
    try {
      return readVector(segment, claimed[0], local);
    } finally {
      this.#list.blocks.release(claimed);
    }
  }

  #answer(floats: Float32Array, plan: SearchPlan): Answer {
    const nodes = new Uint32Array(plan.k);
    const distances = new Float32Array(plan.k);
    const counts: WorkCounts = { distanceCount: 0, exactCount: 0, hopCount: 0 };
    const target = { nodes, distances, offset: 0 };
    const query = { floats, plan };
    const { switches, control } = this.#list;
    const all = this.#withReader((reader) => answerQuery(reader, query, target, counts));
    const found = isSteady(control, switches) ? all : dropRepeated(all, target);
    const work = workOf(counts);
    if (found === plan.k) return { nodes, distances, ...work };
    return { nodes: nodes.slice(0, found), distances: distances.slice(0, found), ...work };
  }

  /**
   * The vectors of `nodes`, also of those that were removed since they were found in `segments`; of
   * a batch, of the first lengths[i] in row i.
   */
  #collect(
    segments: readonly Segment[],
    nodes: Uint32Array,
    lengths: Uint32Array = Uint32Array.of(nodes.length),
  ): Float32Array {
    const { dimension } = this.#list.options;
    const floats = this.#allocate(nodes.length * dimension);
    const room = lengths.length > 0 ? nodes.length / lengths.length : 0;
    for (const [row, length] of lengths.entries()) {
      for (let i = row * room; i < row * room + length; i++) {
        const place = placeOf(segments, nodes[i]);
        if (place) floats.set(this.#read(place), i * dimension);
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

  /**
   * Answers a batch, and again when nodes were given other vectors while the list changed: then old
   * and new ones may lie in segments of which the threads had only one. The segments they had.
   */
  async #answerBatch(batch: BatchQueries): Promise<readonly Segment[]> {
    const list = this.#list;
    for (let attempt = 1; ; attempt++) {
      const { switches, version } = list;
      const crew = this.#threads.crew();
      await this.#runBatch(crew, batch);
      list.refresh();
      const isSound = list.version === version || isSteady(list.control, switches);
      if (isSound || attempt === MAX_ATTEMPTS) return crew.segments;
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
