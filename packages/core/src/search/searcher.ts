// Answers queries: prepares them, finds a scratch block or threads to search with, and puts
// together what is returned. The index checks that it is open; everything else about a search is
// checked here.

import { assertNode } from '../assert.ts';
import { type Crew, runWork } from '../build/runner.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_POOL } from '../hot/fields.ts';
import { checkQuery, readQuery } from '../ingest.ts';
import type { ScratchBlocks } from '../memory/scratch-blocks.ts';
import { keepForBatch } from '../node-filter.ts';
import type { BatchResult, RangeResult, SearchResult } from '../results.ts';
import type { SegmentList } from '../segment-list.ts';
import { copyVectors, countVectors } from '../vectors.ts';
import { allocateBatch, answerQuery, type BatchQueries, sumWork } from './batch-queries.ts';
import { readVector } from './read-vector.ts';
import { readRange, readSearch } from './search-options.ts';
import { findWithin } from './search-range.ts';
import { type Reader, type SearchPlan, type WorkCounts, workOf } from './search-segment.ts';

/** Results of one query without their vectors. */
type Answer = Omit<SearchResult, 'vectors'>;

export class Searcher {
  readonly #list: SegmentList;
  readonly #blocks: ScratchBlocks;
  readonly #crew: () => Crew;
  readonly #closing: AbortSignal;
  readonly #batches: Set<Promise<void>> = new Set();
  /** Where `search` keeps its query: allocating one takes as long as ten distances. */
  readonly #query: Float32Array;

  /**
   * @param crew who answers batches
   * @param closing ends them
   */
  constructor(list: SegmentList, blocks: ScratchBlocks, crew: () => Crew, closing: AbortSignal) {
    this.#list = list;
    this.#blocks = blocks;
    this.#crew = crew;
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
    const request = readSearch(k, options, this.#list.all);
    const { vectors } = request;
    const count = countVectors(queries, dimension);
    const crew = this.#crew();
    const { accept } = request.plan;
    const kept = accept && { accept: keepForBatch(accept, crew.threads > 1) };
    const plan = { ...request.plan, ...kept };
    const batch = allocateBatch({ count, dimension, plan }, crew.threads > 1);
    copyVectors(queries as Float32Array, dimension, { first: 0, count }, batch.queries);
    for (let row = 0; row < count; row++) {
      checkQuery(batch.queries.subarray(row * dimension, (row + 1) * dimension), metric, row);
    }
    await this.#runBatch(crew, batch);
    const { nodes, distances, lengths } = batch;
    const result = { k: plan.k, nodes, distances, lengths, ...workOf(sumWork(batch)) };
    return vectors ? { ...result, vectors: this.#collect(nodes, lengths) } : result;
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
    const { segment, local } = this.#list.locate(assertNode(node));
    return this.#withReader(({ block }) => readVector(segment, block, local));
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

  #withReader<T>(work: (reader: Reader) => T): T {
    const blocks = this.#blocks.claim(1);
    try {
      return work({ segments: this.#list.all, block: blocks[0] });
    } finally {
      this.#blocks.release(blocks);
    }
  }

  #answer(floats: Float32Array, plan: SearchPlan): Answer {
    const nodes = new Uint32Array(plan.k);
    const distances = new Float32Array(plan.k);
    const counts: WorkCounts = { distanceCount: 0, exactCount: 0, hopCount: 0 };
    const target = { nodes, distances, offset: 0 };
    const query = { floats, plan };
    const found = this.#withReader((reader) => answerQuery(reader, query, target, counts));
    const work = workOf(counts);
    if (found === plan.k) return { nodes, distances, ...work };
    return { nodes: nodes.slice(0, found), distances: distances.slice(0, found), ...work };
  }

  /** The vectors of `nodes`; of a batch, of the first lengths[i] in row i. */
  #collect(nodes: Uint32Array, lengths: Uint32Array = Uint32Array.of(nodes.length)): Float32Array {
    const { dimension } = this.#list.options;
    const floats = this.#allocate(nodes.length * dimension);
    const room = lengths.length > 0 ? nodes.length / lengths.length : 0;
    for (const [row, length] of lengths.entries()) {
      for (let i = row * room; i < row * room + length; i++) {
        floats.set(this.vector(nodes[i]), i * dimension);
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
