// Codes of vectors without an index around them, for whoever keeps vectors elsewhere: the same hot
// code, on a small sealed segment of its own that serves as a bench.

import { assertOptions } from './assert.ts';
import { prepareCodes } from './build/seal.ts';
import { trainSubspace } from './build/train-products.ts';
import { yieldToEventLoop } from './engine/runtime.ts';
import { describe, ErrorCode, VectorIndexError } from './errors.ts';
import * as F from './hot/fields.ts';
import { checkQuery, ingest, readQuery } from './input/ingest.ts';
import { copyVectors, countVectors, type Query, type Vectors } from './input/vectors.ts';
import { BYTES_PER_WORD, codeWord, nodeWord, vectorWord } from './memory/layout.ts';
import {
  type IndexOptions,
  keptOf,
  type Precision,
  type ResolvedOptions,
  resolveOptions,
} from './options.ts';
import { drawSample } from './random.ts';
import { setQuery } from './search/set-query.ts';
import type { Segment } from './segments/segment.ts';
import { openSegment } from './segments/segment-list.ts';

/** Options of a quantizer: those of an index that concern codes. */
export type QuantizerOptions = Pick<
  IndexOptions,
  'dimension' | 'metric' | 'subspaces' | 'allowLowDimension' | 'seed' | 'tier'
> & { readonly precision: Exclude<Precision, 'float32'> };

const OPTION_NAMES = [
  'dimension',
  'metric',
  'precision',
  'subspaces',
  'allowLowDimension',
  'seed',
  'tier',
];
const MAX_TRAINING_VECTORS = 16_384;
/** Vectors on the bench at a time. */
const BLOCK = 256;

/** What an index would resolve these to that keeps nothing but such codes. */
function resolveQuantizer(raw: unknown): ResolvedOptions {
  const given = assertOptions(raw, OPTION_NAMES);
  const { precision } = given;
  if (precision === undefined || precision === 'float32') {
    throw new VectorIndexError(
      ErrorCode.invalidOption,
      "precision must be 'float16', 'int8', 'binary' or 'pq': a quantizer makes vectors smaller",
      { name: 'precision', got: precision },
    );
  }
  const originals = precision === 'float16' ? {} : { originals: 'none' };
  return resolveOptions({ ...given, ...originals, threads: 1 });
}

/** A growing segment with a seeded sample of `vectors`. */
function sampleSegment(vectors: Vectors, options: ResolvedOptions): Segment {
  const { dimension, seed } = options;
  const count = countVectors(vectors, dimension);
  const rows = new Float32Array(count * dimension);
  copyVectors(vectors, dimension, { first: 0, count }, rows);
  const nodes = drawSample(count, MAX_TRAINING_VECTORS, seed);
  const sample = new Float32Array(nodes.length * dimension);
  nodes.forEach((node, i) => {
    sample.set(rows.subarray(node * dimension, (node + 1) * dimension), i * dimension);
  });
  const segment = openSegment(options, nodes.length, 0);
  ingest(sample, [{ segment, first: 0, count: nodes.length }], keptOf(options).vectors);
  segment.publishCount(nodes.length);
  return segment;
}

/**
 * Makes codes of vectors, and vectors and distances of codes. Those of 'binary' follow RaBitQ (Gao
 * and Long, 2024), those of 'pq' Jegou, Douze and Schmid (2011).
 */
export class Quantizer {
  readonly #options: ResolvedOptions;
  readonly #bench: Segment;
  readonly #scratch: number;

  private constructor(options: ResolvedOptions, bench: Segment) {
    this.#options = options;
    this.#bench = bench;
    this.#scratch = bench.scratch(0);
    for (let slot = 0; slot < BLOCK; slot++) bench.i32s[nodeWord(bench.layout, slot)] = slot;
  }

  /**
   * A quantizer that suits these vectors, or vectors like them. Of many a seeded sample is used.
   *
   * @param vectors at least one; count * dimension numbers, or rows
   * @throws {VectorIndexError} INVALID_OPTION, INVALID_VECTORS, DIMENSION_MISMATCH, NOT_FINITE,
   *   VALUE_TOO_LARGE, ZERO_VECTOR
   */
  static async train(vectors: Vectors, options: QuantizerOptions): Promise<Quantizer> {
    const resolved = resolveQuantizer(options);
    if (countVectors(vectors, resolved.dimension) === 0) {
      throw new VectorIndexError(ErrorCode.invalidVectors, 'train needs at least one vector', {});
    }
    const sample = sampleSegment(vectors, resolved);
    const bench = openSegment(resolved, BLOCK, 0, keptOf(resolved));
    if (bench.layout.codes !== 'pq') prepareCodes(sample, bench, resolved.seed);
    for (let subspace = 0; subspace < bench.layout.subspaces; subspace++) {
      trainSubspace(sample, bench, { subspace, seed: resolved.seed, scratch: bench.scratch(0) });
      await yieldToEventLoop();
    }
    return new Quantizer(resolved, bench);
  }

  /** Components per vector. */
  get dimension(): number {
    return this.#options.dimension;
  }

  /** What codes are made of vectors. */
  get precision(): Precision {
    return this.#options.precision;
  }

  /** Bytes of one vector's codes. */
  get bytesPerVector(): number {
    const { dimension, precision, subspaces } = this.#options;
    if (precision === 'float16') return 2 * dimension;
    if (precision === 'int8') return dimension;
    return precision === 'pq' ? subspaces : this.#bench.layout.codeWords * BYTES_PER_WORD;
  }

  /**
   * Codes of vectors. Cosine vectors are brought to unit length first.
   *
   * @returns count * bytesPerVector bytes
   * @throws {VectorIndexError} as train does
   */
  encode(vectors: Vectors): Uint8Array {
    const { dimension, metric } = this.#options;
    const { f32s, hot, layout } = this.#bench;
    const count = countVectors(vectors, dimension);
    const rows = new Float32Array(count * dimension);
    copyVectors(vectors, dimension, { first: 0, count }, rows);
    const codes = new Uint8Array(count * this.bytesPerVector);
    const buffer = this.#scratch + layout.bufferWord;
    for (let i = 0; i < count; i++) {
      const row = rows.subarray(i * dimension, (i + 1) * dimension);
      checkQuery(row, metric, i, layout.vectors);
      f32s.set(row, buffer);
      if (metric === 'cosine') hot.normalize(buffer, dimension);
      if (layout.vectors === 'float16') hot.encodeHalves(buffer, dimension, this.#place(0));
      else hot.encodeBuffer(this.#scratch, 0);
      codes.set(this.#bytes(0), i * this.bytesPerVector);
    }
    return codes;
  }

  /**
   * What codes stand for, as well as can be told.
   *
   * @param codes from encode of this quantizer
   * @returns count * dimension floats
   * @throws {VectorIndexError} INVALID_VECTORS
   */
  decode(codes: Uint8Array): Float32Array {
    const { dimension } = this.#options;
    const { f32s, hot, layout } = this.#bench;
    const count = this.#countCodes(codes);
    const floats = new Float32Array(count * dimension);
    const buffer = this.#scratch + layout.bufferWord;
    for (let i = 0; i < count; i++) {
      this.#load(codes, i, 1);
      if (layout.vectors === 'float16') hot.decodeHalves(this.#place(0), dimension, buffer);
      else hot.decodeSlot(this.#scratch, 0);
      floats.set(f32s.subarray(buffer, buffer + dimension), i * dimension);
    }
    return floats;
  }

  /**
   * Distances of a query to codes: squared Euclidean, 1 - cos or -dot; estimates for 'binary' and
   * 'pq'.
   *
   * @throws {VectorIndexError} DIMENSION_MISMATCH, NOT_FINITE, ZERO_VECTOR, INVALID_VECTORS
   */
  distances(query: Query, codes: Uint8Array): Float32Array {
    const { dimension, metric } = this.#options;
    const { f32s, hot } = this.#bench;
    const count = this.#countCodes(codes);
    const floats = readQuery(query, new Float32Array(dimension), metric);
    setQuery(this.#bench, 0, floats);
    hot.bindQuery(this.#scratch);
    const distances = new Float32Array(count);
    const out = this.#scratch + F.POOL;
    for (let first = 0; first < count; first += BLOCK) {
      const length = Math.min(BLOCK, count - first);
      this.#load(codes, first, length);
      hot.measureRange(this.#scratch, 0, length, out);
      distances.set(f32s.subarray(out, out + length), first);
    }
    return distances;
  }

  /** Where the codes of `slot` lie. */
  #place(slot: number): number {
    const { layout } = this.#bench;
    return layout.vectors === 'float16' ? vectorWord(layout, slot) : codeWord(layout, slot);
  }

  #bytes(slot: number): Uint8Array {
    const start = this.#place(slot) * BYTES_PER_WORD;
    return this.#bench.u8s.subarray(start, start + this.bytesPerVector);
  }

  /** Puts `count` codes from number `first` on into the first slots. */
  #load(codes: Uint8Array, first: number, count: number): void {
    const { bytesPerVector } = this;
    for (let i = 0; i < count; i++) {
      const start = (first + i) * bytesPerVector;
      this.#bytes(i).set(codes.subarray(start, start + bytesPerVector));
    }
  }

  #countCodes(codes: unknown): number {
    const count = codes instanceof Uint8Array ? codes.length / this.bytesPerVector : Number.NaN;
    if (Number.isInteger(count)) return count;
    throw new VectorIndexError(
      ErrorCode.invalidVectors,
      `codes must be a Uint8Array of rows of ${this.bytesPerVector} bytes; got ${describe(codes)}`,
      { name: 'codes', expected: this.bytesPerVector },
    );
  }
}
