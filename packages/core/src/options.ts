// The options of an index: their defaults, limits and meaning. Limits come as DEFAULT, MIN, MAX;
// everything behind this file sees only ResolvedOptions.

import {
  assertBoolean,
  assertChoice,
  assertInteger,
  assertNumber,
  assertOptions,
  option,
} from './assert.ts';
import { availableCores, hasNode } from './engine/runtime.ts';
import { detectTier, TIERS, type Tier, unsupportedTier, wasmModule } from './engine/tier.ts';
import { ErrorCode, VectorIndexError } from './errors.ts';
import {
  type CodeKind,
  ENTRY_KINDS,
  type EntryKind,
  GROWING,
  MAX_SEGMENT_BYTES,
  METRICS,
  type Metric,
  type VectorKind,
} from './memory/layout.ts';
import { MEMORY_KINDS, type MemoryKind } from './memory/segment-memory.ts';

export const MAX_DIMENSION = 32768;
export const DEFAULT_M = 16;
export const MIN_M = 2;
export const MAX_M = 128;
export const DEFAULT_EF_CONSTRUCTION = 100;
export const MAX_EF_CONSTRUCTION = 4096;
/** The beam width of a search that says nothing else. */
export const DEFAULT_EF_SEARCH = 64;
export const MAX_EF_SEARCH = 4096;
export const DEFAULT_SEED = 1;
export const MAX_THREADS = 128;
export const DEFAULT_CAPACITY = 100_000;
export const MAX_CAPACITY: number = 2 ** 31 - 1;
export const DEFAULT_CONSOLIDATE_AT = 0.1;
export const MIN_SEGMENT_BYTES = 65536;
export const QUALITIES = ['fast', 'balanced', 'high'] as const;
/** What a first build aims at. */
export type Quality = (typeof QUALITIES)[number];
export const DEFAULT_QUALITY: Quality = 'balanced';
export const BUILDERS = ['partitions', 'insertion'] as const;
/** How a first graph is built. */
export type Builder = (typeof BUILDERS)[number];
export const DEFAULT_BUILDER: Builder = 'partitions';
export const PRECISIONS = ['float32', 'float16', 'int8', 'binary', 'pq'] as const;
/** What is kept of vectors once they are built. */
export type Precision = (typeof PRECISIONS)[number];
export const RERANKS = ['float32', 'float16'] as const;
/** What kept vectors are kept as. */
export type Rerank = (typeof RERANKS)[number];
export const ORIGINALS = ['memory', 'none'] as const;
/** Whether vectors are kept besides codes. */
export type Originals = (typeof ORIGINALS)[number];
/** Bits are refused below, unless told that this is known: too few of them to tell much. */
export const MIN_BINARY_DIMENSION = 256;
/** Components that share a byte of a product by default: 48 times smaller than float32. */
const COMPONENTS_PER_SUBSPACE = 12;
export const DEFAULT_ENTRY: EntryKind = 'levels';
/** RobustPrune's factor: a candidate is dropped when a kept one is 1.2 times nearer to it. */
const PRUNE_ALPHA = 1.2;
/** The same where candidates come from leaves (docs/decisions/0007). */
const UNION_ALPHA = 1.5;

/** Room a build leaves for later adds, so that they join its graph: address space, no memory. */
const BUILD_HEADROOM = 1.25;
const MIN_BUILD_CAPACITY = 1024;

/** The capacity of an index that is built of `count` vectors. */
export function buildCapacity(count: number): number {
  const roomy = Math.ceil(BUILD_HEADROOM * count);
  return Math.min(MAX_CAPACITY, Math.max(MIN_BUILD_CAPACITY, roomy));
}

/** Options of an index. Only `dimension` has no default. */
export interface IndexOptions {
  /** Components per vector, 1 to 32,768. */
  readonly dimension: number;
  /** 'l2' (squared Euclidean), 'cosine' (1 - cos) or 'dot' (-dot). Default 'l2'. */
  readonly metric?: Metric;
  /** Neighbors a node selects per level; level 0 holds up to 2 * M. 2 to 128, default 16. */
  readonly M?: number;
  /** Beam width while inserting: better graph, slower build. Default 100. */
  readonly efConstruction?: number;
  /** What a first build aims at: speed, both, or recall. Default 'balanced'. */
  readonly quality?: Quality;
  /** How a first graph is built: 'partitions' (default), or one vector after another. */
  readonly builder?: Builder;
  /**
   * What is kept of vectors once they are built: 'float32' (default), 'float16', or codes of
   * 'int8', 'binary' (one bit a component) or 'pq' (products of subspaces).
   */
  readonly precision?: Precision;
  /** Whether vectors are kept besides the codes. Default 'none' for 'int8', else 'memory'. */
  readonly originals?: Originals;
  /** What kept vectors are kept as, to finish searches with. Default 'float32'. */
  readonly rerank?: Rerank;
  /** Bytes of a product, 1 to dimension. Default a byte for each 12 components. */
  readonly subspaces?: number;
  /** Allows 'binary' below 256 components. */
  readonly allowLowDimension?: boolean;
  /** How searches enter the graph: down its levels (default), or by a table of hubs. */
  readonly entry?: EntryKind;
  /** Start of all randomness; same input and seed give the same bytes. Default 1. */
  readonly seed?: number;
  /**
   * Threads of the pool; 1 never starts a worker. Default: the cores available; 1, and no more, for
   * private memory and in pages.
   */
  readonly threads?: number;
  /** Vectors to reserve room for; more open further segments. Costs address space only. */
  readonly capacity?: number;
  /** With fewer vectors every search is an exact scan. Default by dimension, see docs. */
  readonly flatThreshold?: number;
  /**
   * The share of removed vectors from which on a segment is rewritten in the background, above 0 to
   * 1. Default 0.1; at 1 only `consolidate` does it.
   */
  readonly consolidateAt?: number;
  /** Most bytes of one segment, at most 4 GiB. */
  readonly segmentByteLimit?: number;
  /** Target of the hot code. Default: the fastest this engine runs. */
  readonly tier?: Tier;
  /**
   * 'shared' (default): any thread can search the index. 'private', the default in pages that are
   * not cross-origin isolated: one thread only.
   */
  readonly memory?: MemoryKind;
}

export interface ResolvedOptions {
  readonly dimension: number;
  readonly metric: Metric;
  readonly M: number;
  readonly efConstruction: number;
  readonly quality: Quality;
  readonly builder: Builder;
  readonly precision: Precision;
  readonly originals: Originals;
  readonly rerank: Rerank;
  readonly subspaces: number;
  readonly entry: EntryKind;
  readonly seed: number;
  readonly threads: number;
  readonly capacity: number;
  readonly flatThreshold: number;
  readonly consolidateAt: number;
  readonly segmentByteLimit: number;
  readonly tier: Tier;
  readonly memory: MemoryKind;
}

export const INDEX_OPTION_NAMES: readonly string[] = [
  'dimension',
  'metric',
  'M',
  'efConstruction',
  'quality',
  'builder',
  'precision',
  'originals',
  'rerank',
  'subspaces',
  'allowLowDimension',
  'entry',
  'seed',
  'threads',
  'capacity',
  'flatThreshold',
  'consolidateAt',
  'segmentByteLimit',
  'tier',
  'memory',
];

/**
 * The factor for a metric. Inner products have no zero, so that no multiple of one means anything.
 */
export function pruneAlpha(metric: Metric): number {
  return metric === 'dot' ? 1 : PRUNE_ALPHA;
}

/** The factor of a build by partitions for a metric. */
export function unionAlpha(metric: Metric): number {
  return metric === 'dot' ? 1 : UNION_ALPHA;
}

/**
 * Vectors up to which an exact scan of floats is as fast as a search of the graph: a fit of the
 * crossings measured from 16 to 1,536 components (benchmarks: flat-threshold).
 */
export function defaultFlatThreshold(dimension: number): number {
  return Math.min(4500, 180 + Math.round(170_000 / dimension));
}

/** What a segment keeps once it is built. */
export interface Kept {
  readonly codes: CodeKind;
  readonly vectors: VectorKind;
}

export type PrecisionOptions = Pick<
  ResolvedOptions,
  'precision' | 'originals' | 'rerank' | 'subspaces'
>;

export function keptOf({ precision, originals, rerank }: PrecisionOptions): Kept {
  const vectors = originals === 'none' ? 'none' : rerank;
  if (precision === 'binary' || precision === 'pq') return { codes: precision, vectors };
  return { codes: vectors === 'none' ? 'fine' : 'int8', vectors };
}

/** The options that say which vectors an index takes. */
export type VectorOptions = Pick<
  IndexOptions,
  'dimension' | 'metric' | 'precision' | 'originals' | 'rerank'
>;

/** The same, checked, and what vectors are kept as one day. */
export interface ResolvedVectorOptions {
  readonly dimension: number;
  readonly metric: Metric;
  readonly kept: VectorKind;
}

const VECTOR_OPTION_NAMES = ['dimension', 'metric', 'precision', 'originals', 'rerank'];

/** @throws {VectorIndexError} INVALID_OPTION with the option's name */
export function resolveVectorOptions(raw: unknown): ResolvedVectorOptions {
  const given = assertOptions(raw, VECTOR_OPTION_NAMES);
  const dimension = assertInteger(given.dimension, [1, MAX_DIMENSION], option('dimension'));
  const metric =
    given.metric === undefined ? 'l2' : assertChoice(given.metric, METRICS, option('metric'));
  const precision = resolvePrecision({ ...given, allowLowDimension: true }, dimension);
  return { dimension, metric, kept: keptOf(precision).vectors };
}

/** What is kept of a segment that is sealed, or is not yet. */
export function keptIf(sealed: boolean, options: PrecisionOptions): Kept {
  return sealed ? keptOf(options) : GROWING;
}

/**
 * The options of an index with every default filled in, checked, without making one.
 *
 * @throws {VectorIndexError} INVALID_OPTION
 */
export function checkOptions(options: IndexOptions): Readonly<Required<IndexOptions>> {
  return { ...resolveOptions(options), allowLowDimension: options.allowLowDimension ?? false };
}

/** True when an index with these options keeps something else of a segment once it is built. */
export function sealsSegments(options: PrecisionOptions): boolean {
  const { codes, vectors } = keptOf(options);
  return codes !== GROWING.codes || vectors !== GROWING.vectors;
}

function conflict(name: string, message: string, got: unknown): VectorIndexError {
  return new VectorIndexError(ErrorCode.invalidOption, message, { name, got });
}

/** Precision and what belongs to it. */
function resolvePrecision(given: Record<string, unknown>, dimension: number): PrecisionOptions {
  const choice = <T extends string>(name: string, fallback: T, choices: readonly T[]): T =>
    given[name] === undefined ? fallback : assertChoice(given[name], choices, option(name));
  const precision = choice<Precision>('precision', 'float32', PRECISIONS);
  const isFloat = precision === 'float32' || precision === 'float16';
  const originals = choice('originals', precision === 'int8' ? 'none' : 'memory', ORIGINALS);
  const rerank = choice('rerank', precision === 'float16' ? 'float16' : 'float32', RERANKS);
  if (isFloat && (originals === 'none' || rerank !== precision)) {
    const name = originals === 'none' ? 'originals' : 'rerank';
    const message = `precision '${precision}' keeps vectors as ${precision}; leave ${name} out`;
    throw conflict(name, `${message}, or choose 'int8', 'binary' or 'pq'`, given[name]);
  }
  const allowed =
    given.allowLowDimension !== undefined &&
    assertBoolean(given.allowLowDimension, option('allowLowDimension'));
  if (precision === 'binary' && dimension < MIN_BINARY_DIMENSION && !allowed) {
    const message = `${dimension} bits tell too little of a vector: 'binary' needs`;
    const advice = `choose 'int8', or set allowLowDimension and measure the recall`;
    throw conflict(
      'precision',
      `${message} ${MIN_BINARY_DIMENSION} components; ${advice}`,
      precision,
    );
  }
  const usual = Math.ceil(dimension / COMPONENTS_PER_SUBSPACE);
  const wanted =
    given.subspaces === undefined
      ? usual
      : assertInteger(given.subspaces, [1, dimension], option('subspaces'));
  if (given.subspaces !== undefined && precision !== 'pq') {
    throw conflict('subspaces', "subspaces belong to precision 'pq'", given.subspaces);
  }
  return { precision, originals, rerank, subspaces: precision === 'pq' ? wanted : 0 };
}

/** Memory that can be shared, where this runtime has any. */
function resolveMemory(wanted: unknown): MemoryKind {
  const canShare = typeof SharedArrayBuffer !== 'undefined';
  if (wanted === undefined) return canShare ? 'shared' : 'private';
  const memory = assertChoice(wanted, MEMORY_KINDS, option('memory'));
  if (memory === 'private' || canShare) return memory;
  throw new VectorIndexError(
    ErrorCode.unsupportedRuntime,
    'there is no shared memory here: a page has it when it is cross-origin isolated; ' +
      "leave 'memory' out to use what there is",
    { name: 'memory', got: memory },
  );
}

/** The threads of the pool, which takes Node, and memory that its threads can be given. */
function resolveThreads(wanted: unknown, memory: MemoryKind): number {
  const hasPool = memory === 'shared' && hasNode();
  if (wanted === undefined) return hasPool ? Math.min(MAX_THREADS, availableCores()) : 1;
  const threads = assertInteger(wanted, [1, MAX_THREADS], option('threads'));
  if (hasPool || threads === 1) return threads;
  const reason = memory === 'private' ? 'private memory has' : 'without Node there is';
  throw conflict('threads', `${reason} one thread only; leave threads out`, threads);
}

function resolveShare(wanted: unknown): number {
  if (wanted === undefined) return DEFAULT_CONSOLIDATE_AT;
  return assertNumber(wanted, option('consolidateAt'), {
    expected: 'a number above 0, at most 1',
    accepts: (share) => share > 0 && share <= 1,
  });
}

function resolveTier(wanted: unknown, memory: MemoryKind): Tier {
  if (wanted === undefined) return detectTier(memory);
  const tier = assertChoice(wanted, TIERS, option('tier'));
  if (tier === 'javascript' || wasmModule(tier, memory)) return tier;
  throw unsupportedTier(tier);
}

/**
 * Checks options and fills in the defaults. `keys` names further options the caller handles.
 *
 * @throws {VectorIndexError} INVALID_OPTION with the option's name
 */
export function resolveOptions(raw: unknown, keys: readonly string[] = []): ResolvedOptions {
  const given = assertOptions(raw, [...INDEX_OPTION_NAMES, ...keys]);
  const integer = (name: string, fallback: number, range: readonly [number, number]): number =>
    given[name] === undefined ? fallback : assertInteger(given[name], range, option(name));
  const choice = <T extends string>(name: string, fallback: T, choices: readonly T[]): T =>
    given[name] === undefined ? fallback : assertChoice(given[name], choices, option(name));
  const dimension = assertInteger(given.dimension, [1, MAX_DIMENSION], option('dimension'));
  const metric = choice<Metric>('metric', 'l2', METRICS);
  const memory = resolveMemory(given.memory);
  const tier = resolveTier(given.tier, memory);
  return {
    dimension,
    metric,
    tier,
    memory,
    M: integer('M', DEFAULT_M, [MIN_M, MAX_M]),
    efConstruction: integer('efConstruction', DEFAULT_EF_CONSTRUCTION, [1, MAX_EF_CONSTRUCTION]),
    quality: choice('quality', DEFAULT_QUALITY, QUALITIES),
    builder: choice('builder', DEFAULT_BUILDER, BUILDERS),
    ...resolvePrecision(given, dimension),
    entry: choice('entry', DEFAULT_ENTRY, ENTRY_KINDS),
    seed: integer('seed', DEFAULT_SEED, [0, 2 ** 32 - 1]),
    threads: resolveThreads(given.threads, memory),
    capacity: integer('capacity', DEFAULT_CAPACITY, [1, MAX_CAPACITY]),
    flatThreshold: integer('flatThreshold', defaultFlatThreshold(dimension), [0, MAX_CAPACITY]),
    consolidateAt: resolveShare(given.consolidateAt),
    segmentByteLimit: integer('segmentByteLimit', MAX_SEGMENT_BYTES, [
      MIN_SEGMENT_BYTES,
      MAX_SEGMENT_BYTES,
    ]),
  };
}
