// A segment without an index around it: opened, filled and linked on this thread, item by item as a
// pool would, so that graphs can be inspected and damaged word by word.

import { type LinkTask, linkSegment } from '../../src/build/link-segment.ts';
import { itemCount, type Phase, runItem } from '../../src/build/phases.ts';
import type { Crew, WorkOptions } from '../../src/build/runner.ts';
import { sealSegment } from '../../src/build/seal.ts';
import * as F from '../../src/hot/fields.ts';
import { CONTROL_WORDS } from '../../src/memory/control-words.ts';
import { BYTES_PER_WORD, nodeWord, type RegionName } from '../../src/memory/layout.ts';
import { ScratchBlocks } from '../../src/memory/scratch-blocks.ts';
import { type IndexOptions, type ResolvedOptions, resolveOptions } from '../../src/options.ts';
import { answerQuery } from '../../src/search/batch-queries.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { openSegment } from '../../src/segments/segment-list.ts';
import { type Problem, verifySegments } from '../../src/verify/verify.ts';
import type { Target } from './targets.ts';

/** Options of an index, less those a single segment on one thread has no use for. */
export interface BareOptions
  extends Omit<IndexOptions, 'threads' | 'flatThreshold' | 'segmentByteLimit'> {
  /** Number of the segment's first node in the index it is a part of, 0 unless given. */
  readonly firstNode?: number;
}

/** How each segment was opened: a segment itself does not know who builds it. */
const opened = new WeakMap<Segment, ResolvedOptions>();

/** Opens a segment and publishes `vectors` in it, prepared for the metric but not linked. */
export function fillSegment(vectors: Float32Array, options: BareOptions, target?: Target): Segment {
  const count = vectors.length / options.dimension;
  const { firstNode = 0, ...indexOptions } = options;
  const resolved = resolveOptions({ ...indexOptions, ...target, threads: 1 });
  const segment = openSegment(resolved, options.capacity ?? Math.max(1, count), firstNode);
  opened.set(segment, resolved);
  appendVectors(segment, vectors);
  return segment;
}

/** Publishes further vectors in a segment, prepared for the metric but not linked. */
export function appendVectors(segment: Segment, vectors: Float32Array): void {
  const { dimension, metric } = segment.layout;
  const first = segment.count;
  const end = first + vectors.length / dimension;
  segment.vectors(first, end - first).set(vectors);
  if (metric === 'cosine') segment.hot.normalizeNodes(first, end);
  // Until they are linked every vector is its own slot, so that tests may encode them in place.
  for (let node = first; node < end; node++) {
    segment.i32s[nodeWord(segment.layout, node)] = node;
  }
  segment.publishCount(end);
}

/** Runs every item of a phase on this thread, in order or from the last to the first. */
export function runPhase(segment: Segment, phase: Phase, backwards = false): void {
  const scratch = {
    own: segment.scratch(0),
    bench: segment.bench(0),
    marker: segment.scratch(1),
  };
  const items = itemCount(phase);
  for (let i = 0; i < items; i++) {
    runItem(segment, scratch, phase, backwards ? items - 1 - i : i);
  }
}

/** What linking the segment on this thread takes, as it was opened; reports go nowhere. */
export function taskOf(segment: Segment): LinkTask {
  const options = opened.get(segment);
  if (!options) throw new Error('the segment was opened elsewhere');
  const { seed, builder, quality } = options;
  const run = async (phase: Phase): Promise<void> => runPhase(segment, phase);
  return {
    segment,
    seed,
    builder,
    quality,
    shared: false,
    run,
    report: () => undefined,
  };
}

/** Links what is not linked yet. `backwards` takes every phase's items from the last on. */
export async function linkBare(segment: Segment, backwards = false): Promise<void> {
  const run = async (phase: Phase): Promise<void> => runPhase(segment, phase, backwards);
  await linkSegment({ ...taskOf(segment), run });
}

/** A filled and linked segment. */
export async function linkedSegment(
  vectors: Float32Array,
  options: BareOptions,
  target?: Target,
): Promise<Segment> {
  const segment = fillSegment(vectors, options, target);
  await linkBare(segment);
  return segment;
}

const blocks = new WeakMap<Segment, ScratchBlocks>();

/** The scratch blocks of a bare segment, which has no index to keep any of them. */
export function blocksOf(segment: Segment): ScratchBlocks {
  const control = new Int32Array(CONTROL_WORDS);
  const own = blocks.get(segment) ?? new ScratchBlocks(control, segment.layout.scratchCount);
  blocks.set(segment, own);
  return own;
}

/** Who builds a bare segment: this thread. */
function crewOf(segment: Segment): Crew {
  const pool = (): never => {
    throw new Error('a bare segment has no threads');
  };
  return { segments: [segment], threads: 1, blocks: blocksOf(segment), pool };
}

/** The sealed form of a linked segment, as it was opened to be kept. */
export async function sealBare(segment: Segment, work: WorkOptions = {}): Promise<Segment> {
  const options = opened.get(segment);
  if (!options) throw new Error('the segment was opened elsewhere');
  return sealSegment(crewOf(segment), segment, { options }, work);
}

/** What a whole index would report of this segment. */
export function problemsOf(segment: Segment): Problem[] {
  return verifySegments([segment], segment.count, blocksOf(segment));
}

/** The bytes before benches and scratch blocks: everything that must not depend on the tier. */
export function sharedBytes(segment: Segment): Uint8Array {
  return segment.u8s.subarray(0, segment.layout.regions.benches.word * BYTES_PER_WORD);
}

/** The first word of a region. */
export function wordOf(segment: Segment, name: RegionName): number {
  return segment.layout.regions[name].word;
}

/** How many slots of the segment have the codes of another and are no part of the graph. */
export function copyCountOf(segment: Segment): number {
  return segment.i32s[F.COPY_COUNT];
}

/** The first word of a slot's row on level 0. */
export function rowWord(segment: Segment, slot: number): number {
  return wordOf(segment, 'rows') + slot * segment.layout.rowWords;
}

/** The neighbors in the row that starts at `row`. */
export function neighborsAt(segment: Segment, row: number): number[] {
  return Array.from(segment.i32s.subarray(row + 1, row + 1 + segment.i32s[row]));
}

/** Makes `neighbors` the row that starts at `row`. */
export function setRow(segment: Segment, row: number, neighbors: readonly number[]): void {
  segment.i32s[row] = neighbors.length;
  segment.i32s.set(neighbors, row + 1);
}

/** Answer of one segment; distances in the bits of float32. */
export interface Answer {
  readonly nodes: number[];
  readonly distances: Float32Array;
  readonly distanceCount: number;
  readonly exactCount: number;
  readonly hopCount: number;
}

/** Searches one segment as an index of one segment would. */
export function searchBare(
  segment: Segment,
  query: Float32Array,
  k: number,
  efSearch: number,
): Answer {
  const wanted = Math.min(k, segment.count);
  const nodes = new Uint32Array(wanted);
  const distances = new Float32Array(wanted);
  const work = { distanceCount: 0, exactCount: 0, hopCount: 0 };
  const plan = { k: wanted, efSearch, exact: false, exhaustive: false };
  const reader = { segments: [segment], block: 0 };
  const found = answerQuery(reader, { floats: query, plan }, { nodes, distances, offset: 0 }, work);
  return {
    nodes: Array.from(nodes.subarray(0, found)),
    distances: distances.slice(0, found),
    ...work,
  };
}

/** True when linking gave up because codes cannot rank the segment's vectors. */
export function isUnrankable(segment: Segment): boolean {
  return segment.i32s[F.UNRANKABLE] > 0;
}
