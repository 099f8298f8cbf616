// Seals segments: a segment that was built with float vectors and 7-bit codes is written anew as
// what its index keeps (precision, originals), with the same graph. The old memory is let go as a
// whole, so that nothing is ever moved inside a memory others read.

import { calibrateSealed } from '../calibrate/calibrate-sealed.ts';
import { BUILD_SAMPLE, DEFAULT_CALIBRATED_K } from '../calibrate/calibrate-segment.ts';
import { type Curve, recallAt, writeCurves } from '../calibrate/curve.ts';
import { warn, yieldToEventLoop } from '../engine/runtime.ts';
import * as F from '../hot/fields.ts';
import {
  codeWord,
  nodeWord,
  normWord,
  type RegionName,
  usedWords,
  vectorWord,
} from '../memory/layout.ts';
import { DEFAULT_EF_SEARCH, keptOf, type ResolvedOptions } from '../options.ts';
import { slotOf } from '../search/read-vector.ts';
import type { Segment } from '../segments/segment.ts';
import { openSegment } from '../segments/segment-list.ts';
import { centreRotated, chooseFineCodes } from './choose-codes.ts';
import { fillHubs } from './hubs.ts';
import { abortedError, type Crew, runWork, SLICE_MS, type WorkOptions } from './runner.ts';
import { trainSubspace } from './train-products.ts';

/** A job over two segments, the one that was built and its sealed form. */
export interface SealJob {
  readonly kind: 'seal';
  /** 'train' works through subspaces, 'write' through slots. */
  readonly step: 'train' | 'write';
  readonly count: number;
  readonly seed: number;
}

const SLOTS_PER_ITEM = 256;
/** Below this recall bits are not what one expects of them. */
const LEAST_RECALL = 0.9;

export function sealItemSize({ step }: SealJob): number {
  return step === 'train' ? 1 : SLOTS_PER_ITEM;
}

/** The graph does not depend on what is kept beside it. */
const GRAPH_REGIONS: readonly RegionName[] = [
  'entryPoints',
  'hubs',
  'levels',
  'tombstones',
  'numbers',
  'upperHeads',
  'nodes',
  'copies',
  'rows',
  'upperRows',
];
const GRAPH_WORDS = [
  F.NUMBERED,
  F.REMOVED,
  F.MAX_LEVEL,
  F.ENTRY_COUNT,
  F.UPPER_COUNT,
  F.LEVELED,
  F.FIRST_COPY,
  F.COPY_COUNT,
  F.HUB_COUNT,
  F.HUBS_LINKED,
] as const;
const CODE_REGIONS: readonly RegionName[] = ['norms', 'codes'];
const CODE_WORDS = [F.CODE_SCALE, F.RESIDUAL, F.ROTATED] as const;

/** Copies the used part of regions, which lie elsewhere but look the same in both. */
function copyRegions(source: Segment, target: Segment, names: readonly RegionName[]): void {
  const used = source.usedCounts();
  for (const name of names) {
    const from = source.layout.regions[name].word;
    const words = usedWords(source.layout, name, used);
    target.i32s.set(source.i32s.subarray(from, from + words), target.layout.regions[name].word);
  }
}

function copyWords(source: Segment, target: Segment, words: readonly number[]): void {
  for (const word of words) target.i32s[word] = source.i32s[word];
}

/** Copies what is needed to read codes. */
function copyParameters(source: Segment, target: Segment): void {
  copyWords(source, target, CODE_WORDS);
  for (const name of ['means', 'rotation', 'centroids'] as const) {
    const { word, words } = source.layout.regions[name];
    target.i32s.set(source.i32s.subarray(word, word + words), target.layout.regions[name].word);
  }
}

/** How far a vector is from its halves at `word`. */
function halvingError(
  floats: Float32Array,
  { hot, f32s, layout }: Segment,
  scratch: number,
  word: number,
): number {
  const decoded = scratch + layout.encodedWord;
  hot.decodeHalves(word, layout.dimension, decoded);
  let square = 0;
  for (let i = 0; i < floats.length; i++) square += (floats[i] - f32s[decoded + i]) ** 2;
  return Math.sqrt(square);
}

/** Writes codes and vectors of the slots [first, end). */
function writeSlots(
  source: Segment,
  target: Segment,
  scratch: number,
  range: { readonly first: number; readonly end: number },
): void {
  const { hot, i32s, f32s, layout } = target;
  const { dimension, codes, vectors } = layout;
  const buffer = scratch + layout.bufferWord;
  let error = 0;
  for (let slot = range.first; slot < range.end; slot++) {
    const node = i32s[nodeWord(layout, slot)];
    f32s.set(source.vectors(node, 1), buffer);
    const vector = vectorWord(layout, node);
    if (vectors === 'float32') f32s.copyWithin(vector, buffer, buffer + dimension);
    else if (vectors === 'float16') {
      hot.encodeHalves(buffer, dimension, vector);
      error = Math.max(error, halvingError(source.vectors(node, 1), target, scratch, vector));
    }
    if (codes !== 'int8') hot.encodeBuffer(scratch, slot); // the buffer is lost by this
  }
  // Candidates are measured on halves, which are that much farther from their codes.
  if (codes === 'int8' && error > 0) target.widenResidual(source.f32s[F.RESIDUAL] + error);
}

/** Does the items [first, end) of a job on its two segments. */
export function runSeal(
  [source, target]: readonly Segment[],
  job: SealJob,
  block: number,
  range: { readonly first: number; readonly end: number },
): void {
  const scratch = target.scratch(block);
  if (job.step === 'write') {
    writeSlots(source, target, scratch, range);
    return;
  }
  for (let subspace = range.first; subspace < range.end; subspace++) {
    trainSubspace(source, target, { scratch, subspace, seed: job.seed });
  }
}

/** What must be known before codes other than products are written. */
export function prepareCodes(source: Segment, target: Segment, seed: number): void {
  const { codes } = target.layout;
  if (codes === 'binary') centreRotated(source, target, seed);
  if (codes === 'fine') chooseFineCodes(source, target, seed);
  if (codes !== 'int8') return;
  copyParameters(source, target);
}

/** The sealed segment that a segment is made of, and which of its local nodes, in their order. */
export interface SealSource {
  readonly segment: Segment;
  readonly locals: Int32Array;
}

/** What is kept, and where it is taken from when it was kept before. */
export interface SealPlan {
  readonly options: ResolvedOptions;
  readonly from?: SealSource;
}

/** Copies a row of a region. */
function copyRow(
  source: { readonly segment: Segment; readonly word: number },
  target: { readonly segment: Segment; readonly word: number },
  words: number,
): void {
  const row = source.segment.i32s.subarray(source.word, source.word + words);
  target.segment.i32s.set(row, target.word);
}

/**
 * Copies codes and vectors as they were kept before: encoding again what codes stand for would lose
 * a little each time.
 */
async function takeOver(
  { segment, locals }: SealSource,
  target: Segment,
  { signal }: WorkOptions,
): Promise<void> {
  const { layout, i32s } = target;
  const { codeWords, vectorWords, codes } = layout;
  copyParameters(segment, target);
  let slice = performance.now();
  for (let slot = 0; slot < target.capacity; slot++) {
    const node = i32s[nodeWord(layout, slot)];
    const old = { node: locals[node], slot: slotOf(segment, locals[node]) };
    const word = codeWord(segment.layout, old.slot);
    copyRow({ segment, word }, { segment: target, word: codeWord(layout, slot) }, codeWords);
    if (codes === 'fine') {
      i32s[normWord(layout, slot)] = segment.i32s[normWord(segment.layout, old.slot)];
    }
    const vector = { segment, word: vectorWord(segment.layout, old.node) };
    copyRow(vector, { segment: target, word: vectorWord(layout, node) }, vectorWords);
    if (slot % SLOTS_PER_ITEM > 0 || performance.now() - slice < SLICE_MS) continue;
    await yieldToEventLoop();
    if (signal?.aborted) throw abortedError(signal);
    slice = performance.now();
  }
}

/** Says so when codes of bits do not suit the vectors: some models' components tell little. */
function warnOfLowRecall({ layout }: Segment, curve: Curve): void {
  const recall = recallAt(curve, DEFAULT_EF_SEARCH);
  if (layout.codes !== 'binary' || recall >= LEAST_RECALL) return;
  const found = `bits find ${recall.toFixed(3)} of the nearest ${curve.k}`;
  const where = `at efSearch ${DEFAULT_EF_SEARCH} in a sample of these vectors`;
  warn(`${found} ${where}; search wider, keep originals, or choose 'int8'`, 'LOW_RECALL');
}

/**
 * The sealed form of a segment that is linked to its last vector. Nobody may write to it meanwhile.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED, OUT_OF_MEMORY: nothing has changed
 */
export async function sealSegment(
  crew: Crew,
  source: Segment,
  { options, from }: SealPlan,
  work: WorkOptions,
): Promise<Segment> {
  const { count } = source;
  const { seed } = options;
  const target = openSegment(options, count, source.firstNode, keptOf(options));
  copyWords(source, target, GRAPH_WORDS);
  copyRegions(source, target, GRAPH_REGIONS);
  const sealing: Crew = { ...crew, segments: [source, target] };
  const run = (step: SealJob['step'], total: number): Promise<void> => {
    const onDone = (done: number): void => work.onProgress?.({ phase: step, done, total });
    const watch = { signal: work.signal, onDone };
    return runWork(sealing, { kind: 'seal', step, count: total, seed }, watch);
  };
  // 7-bit codes are made anew with the graph, whose copies have the same ones; float16 halves stay.
  if (from && target.layout.codes !== 'int8') await takeOver(from, target, work);
  else {
    if (target.layout.codes === 'pq') await run('train', target.layout.subspaces);
    else prepareCodes(source, target, seed);
    copyRegions(source, target, target.layout.codes === 'int8' ? CODE_REGIONS : []);
    await run('write', count);
  }
  fillHubs(target);
  target.publishCount(count);
  target.publishLinked(count);
  const settings = { k: DEFAULT_CALIBRATED_K, sample: BUILD_SAMPLE };
  const exam = { truth: source, searched: target, seed, ...settings };
  const curve = await calibrateSealed(crew, exam, work);
  if (curve) {
    writeCurves(target, [curve]);
    if (!from) warnOfLowRecall(target, curve);
  }
  return target;
}

/** True when the segment has a graph of all its vectors and no sealed form yet. */
export function canSeal(segment: Segment): boolean {
  return !segment.sealed && segment.count > 0 && segment.linked === segment.count;
}
