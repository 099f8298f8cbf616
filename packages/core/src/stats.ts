// What an index knows about itself: counts, parameters, and the bytes it really uses.

import { type CalibratedRecall, calibratedRecalls } from './calibrate/calibrate.ts';
import type { Tier } from './engine/tier.ts';
import * as F from './hot/fields.ts';
import {
  acceptRange,
  BYTES_PER_WORD,
  type EntryKind,
  MAX_BATCH_SHARE,
  type Metric,
  MIN_BATCH,
  type RegionName,
  rowWord,
  usedWords,
} from './memory/layout.ts';
import type { MemoryKind } from './memory/segment-memory.ts';
import type { ResolvedOptions } from './options.ts';
import type { Segment } from './segments/segment.ts';

/** Where the bytes of an index are. */
export interface IndexBytes {
  /** Original vectors. */
  readonly vectors: number;
  /** Codes, and what is needed to read them. */
  readonly codes: number;
  /** Neighbor rows of all levels, levels or hubs, tombstones, numbers, parents. */
  readonly graph: number;
  /** Scratch blocks and benches in use so far, and the lists of reverse edges of insertion. */
  readonly scratch: number;
  /** All of the above. */
  readonly total: number;
  /** total / count, not rounded. */
  readonly perVector: number;
  /** Address space of all segments; costs nothing until it is written. */
  readonly reserved: number;
}

/** Counts, parameters and bytes of an index. */
export interface IndexStats {
  /** Vectors that searches find. */
  readonly count: number;
  /** Removed ones whose memory was not given back yet; `capacity` holds them too. */
  readonly removed: number;
  /** Vectors that the segments have room for. */
  readonly capacity: number;
  /** Components per vector. */
  readonly dimension: number;
  /** How distance is measured. */
  readonly metric: Metric;
  /** Neighbors a node selects per level. */
  readonly M: number;
  /** The most neighbors on level 0. */
  readonly M0: number;
  /** Beam width while inserting. */
  readonly efConstruction: number;
  /** Start of all randomness. */
  readonly seed: number;
  /** Threads of the pool. */
  readonly threads: number;
  /** Which target of the hot code runs. */
  readonly tier: Tier;
  /** Where vectors lie. */
  readonly memory: MemoryKind;
  /** How many segments there are; every search visits all. */
  readonly segments: number;
  /** Vectors in a graph, removed ones among them; the others are scanned exactly. */
  readonly linked: number;
  /** How searches enter the graph. */
  readonly entry: EntryKind;
  /** Hubs of all segments; 0 where the graph has levels. */
  readonly hubs: number;
  /** The highest level of any segment. */
  readonly maxLevel: number;
  /** Mean number of level-0 neighbors of the linked nodes. */
  readonly meanDegree: number;
  /** The recall of the graph as measured, by k; k = 10 from the build on. */
  readonly calibrated: readonly CalibratedRecall[];
  /** Where the bytes are. */
  readonly bytes: IndexBytes;
}

type ByteKind = 'vectors' | 'codes' | 'graph' | 'scratch';

const REGION_KINDS: readonly (readonly [RegionName, ByteKind])[] = [
  ['vectors', 'vectors'],
  ['codes', 'codes'],
  ['norms', 'codes'],
  ['means', 'codes'],
  ['rotation', 'codes'],
  ['centroids', 'codes'],
  ['rows', 'graph'],
  ['hubs', 'graph'],
  ['hubNorms', 'graph'],
  ['hubCodes', 'graph'],
  ['upperRows', 'graph'],
  ['upperHeads', 'graph'],
  ['levels', 'graph'],
  ['nodes', 'graph'],
  ['copies', 'graph'],
  ['tombstones', 'graph'],
  ['numbers', 'graph'],
];

/** Words of build lists, scratch blocks and benches that were written at least once. */
function touchedScratchWords(segment: Segment): number {
  const { layout, i32s, linked } = segment;
  const { regions } = layout;
  let words = regions.header.words;
  if (linked > 0 && !segment.sealed) {
    const batch = Math.max(MIN_BATCH, Math.ceil(linked * MAX_BATCH_SHARE)) * layout.forward;
    words += linked + i32s[F.UPPER_COUNT] + Math.min(4 * batch, 2 * regions.edges.words);
  }
  // Of the visited bytes only those of nodes that exist were ever written.
  const unvisited = Math.floor((segment.capacity - segment.count) / BYTES_PER_WORD);
  for (let block = 0; block < layout.scratchCount; block++) {
    const scratch = segment.scratch(block);
    if (i32s[scratch + F.EPOCH] === 0) continue;
    const unfiltered = acceptRange(layout, scratch).words - i32s[scratch + F.ACCEPT_WRITTEN];
    words += layout.scratchWords - unvisited - unfiltered;
  }
  for (let bench = 0; bench < layout.benchCount; bench++) {
    if (i32s[segment.bench(bench) + F.BENCH_USED] > 0) words += layout.benchWords;
  }
  return words;
}

function addBytes(segment: Segment, bytes: Record<ByteKind, number>): void {
  const { layout } = segment;
  const used = segment.usedCounts();
  for (const [region, kind] of REGION_KINDS) {
    bytes[kind] += usedWords(layout, region, used) * BYTES_PER_WORD;
  }
  bytes.graph += segment.i32s[F.PARENTED] * BYTES_PER_WORD;
  bytes.scratch += touchedScratchWords(segment) * BYTES_PER_WORD;
}

function sumDegrees(segment: Segment): number {
  const { i32s, layout, linked } = segment;
  let sum = 0;
  for (let node = 0; node < linked; node++) {
    sum += i32s[rowWord(layout, node)];
  }
  return sum;
}

function measureBytes(segments: readonly Segment[], count: number): IndexBytes {
  const bytes = { vectors: 0, codes: 0, graph: 0, scratch: 0 };
  for (const segment of segments) addBytes(segment, bytes);
  const total = bytes.vectors + bytes.codes + bytes.graph + bytes.scratch;
  const reserved = segments.reduce((sum, segment) => sum + segment.layout.byteLength, 0);
  return { ...bytes, total, perVector: count > 0 ? total / count : 0, reserved };
}

export function collectStats(options: ResolvedOptions, segments: readonly Segment[]): IndexStats {
  const sum = (of: (segment: Segment) => number): number =>
    segments.reduce((total, segment) => total + of(segment), 0);
  const count = sum((segment) => segment.live);
  const linked = sum((segment) => segment.linked);
  return {
    count,
    removed: sum((segment) => segment.removed),
    capacity: sum((segment) => segment.capacity),
    dimension: options.dimension,
    metric: options.metric,
    M: options.M,
    M0: 2 * options.M,
    efConstruction: options.efConstruction,
    seed: options.seed,
    threads: options.threads,
    tier: options.tier,
    memory: options.memory,
    segments: segments.length,
    linked,
    entry: options.entry,
    hubs: sum(({ i32s }) => i32s[F.HUB_COUNT]),
    maxLevel: segments.reduce((max, segment) => Math.max(max, segment.i32s[F.MAX_LEVEL]), 0),
    meanDegree: linked > 0 ? sum(sumDegrees) / linked : 0,
    calibrated: calibratedRecalls(segments),
    bytes: measureBytes(segments, count),
  };
}
