// Links a segment's vectors into its graph. A first graph is built by partitions (bulk/), or when
// asked for by insertion: all nodes at once in an even order, published together. Later ones are
// inserted as they came, published batch by batch. Batches double up to 2 % of the nodes
// (ParlayANN's prefix doubling), so the graph they search is never much older than they are;
// later ones stay small, because they may come in any order.

import { writeCurves } from '../calibrate/curve.ts';
import * as F from '../hot/fields.ts';
import {
  copyWord,
  levelByte,
  MAX_BATCH_SHARE,
  MIN_BATCH,
  nodeWord,
  rowWord,
  upperHeadWord,
  upperRowWord,
} from '../memory/layout.ts';
import { allocateWords } from '../memory/words.ts';
import type { Builder, Quality } from '../options.ts';
import type { Segment } from '../segments/segment.ts';
import type { BulkPhase } from './bulk/items.ts';
import { linkInBulk } from './bulk/link-in-bulk.ts';
import { chooseCodes, MIN_AGREEMENT } from './choose-codes.ts';
import { forgetCodes, noteCodes, noteFirstCodes, noteLoadedCodes } from './clipped.ts';
import { chooseHubs, type GraphSlots, graphSlots, renewHubs } from './hubs.ts';
import { drawLevels } from './levels.ts';
import type { Phase } from './phases.ts';
import { evenWalk, type NodeWalk, walkNode } from './walk.ts';

/** Runs a phase on all threads, reporting `done` of this phase's unit. */
export type RunPhase = (phase: Phase, onDone?: (done: number) => void) => Promise<void>;

/** Progress of linking in nodes: of the phase, not of the batch. */
export type ReportPhase = (
  phase: BulkPhase['kind'] | 'link' | 'repair',
  done: number,
  total: number,
) => void;

export interface LinkTask {
  readonly segment: Segment;
  readonly seed: number;
  readonly builder: Builder;
  readonly quality: Quality;
  /** Whether threads other than this one work on it. */
  readonly shared: boolean;
  readonly run: RunPhase;
  readonly report: ReportPhase;
}

/** Gives a graph up: vectors are scanned until they are linked anew, which clears what is left. */
export function dropGraph(segment: Segment): void {
  segment.publishLinked(0);
  segment.i32s[F.ENTRY_COUNT] = 0;
  segment.i32s[F.MAX_LEVEL] = 0;
  segment.i32s[F.HUB_COUNT] = 0;
  segment.i32s[F.HUBS_LINKED] = 0;
  segment.i32s[F.PARENTED] = 0;
  forgetCodes(segment);
  writeCurves(segment, []);
}

/**
 * Empties the graph of a segment, whatever state an interrupted build left it in. Only what a build
 * may have written: clearing whole regions would give the reserved pages memory.
 */
function clearGraph(segment: Segment): void {
  const { i32s, u8s, layout, count } = segment;
  const leveled = i32s[F.LEVELED];
  const upperCount = i32s[F.UPPER_COUNT];
  dropGraph(segment);
  if (i32s[F.COPY_COUNT] > 0) i32s.fill(0, copyWord(layout, 0), copyWord(layout, count));
  i32s[F.COPY_COUNT] = 0;
  i32s[F.FIRST_COPY] = 0;
  if (leveled === 0) return;
  const heads = layout.regions.edgeHeads.word;
  if (layout.entry === 'levels') {
    u8s.fill(0, levelByte(layout, 0), levelByte(layout, leveled));
    i32s.fill(0, upperHeadWord(layout, 0), upperHeadWord(layout, leveled));
  }
  i32s.fill(0, heads, heads + count);
  i32s.fill(0, heads + layout.capacity, heads + layout.capacity + upperCount);
  for (let node = 0; node < leveled; node++) i32s[rowWord(layout, node)] = 0;
  for (let row = 0; row < upperCount; row++) i32s[upperRowWord(layout, row)] = 0;
  i32s[F.UPPER_COUNT] = 0;
  i32s[F.LEVELED] = 0;
}

/**
 * The batch after `done` nodes of the walk: at most `limit` nodes and the edges there is room for.
 */
function nextBatch(segment: Segment, walk: NodeWalk, done: number, limit: number): NodeWalk {
  const { layout, u8s } = segment;
  let edges = 0;
  let count = 0;
  while (count < limit && done + count < walk.count) {
    const node = walkNode(walk, done + count);
    const level = layout.entry === 'levels' ? u8s[levelByte(layout, node)] : 0;
    edges += layout.forward + level * layout.M;
    if (edges > layout.edgeCapacity) break;
    count++;
  }
  return { ...walk, node: walkNode(walk, done), count };
}

/** Links one batch: search and select, group the reverse edges, apply them, mend parents. */
async function linkBatch(
  task: LinkTask,
  batch: NodeWalk,
  done: number,
  total: number,
): Promise<void> {
  const { segment, run, report } = task;
  const { hot, i32s, layout } = segment;
  const root = i32s[layout.regions.entryPoints.word];
  await run({ kind: 'link', walk: batch }, (linked) => report('link', done + linked, total));
  const { node, count, stride, modulus } = batch;
  const targets = hot.groupEdges(node, count, stride, modulus);
  await run({ kind: 'apply', targets });
  if (layout.entry === 'levels') hot.updateEntry(node, count, stride, modulus);
  if (i32s[F.PARENTED] === 0) return;
  await run({ kind: 'mend', walk: batch, targets, root });
  i32s[F.PARENTED] += count;
}

/** The slots of the graph when `done` nodes of the walk are linked. */
function walkedSlots(segment: Segment, walk: NodeWalk, already: number, done: number): GraphSlots {
  const before = graphSlots(segment, already);
  return {
    count: before.count + done,
    slotAt: (index) =>
      index < before.count ? before.slotAt(index) : walkNode(walk, index - before.count),
  };
}

/**
 * Most nodes of a batch. What is added may come cluster after cluster, and nodes of one batch do
 * not see each other: clusters of 300 that the graph does not know leave a recall of .77 in batches
 * of 256 and of .97 in batches of 64 (30,000 x 64, beam 16).
 */
function largestBatch({ layout }: Segment, walk: NodeWalk, already: number): number {
  if (already > 0) return MIN_BATCH;
  return Math.min(layout.maxBatch, Math.max(MIN_BATCH, Math.ceil(walk.count * MAX_BATCH_SHARE)));
}

/**
 * Links the nodes of a walk. `already` nodes are in the graph and searched by the first batch;
 * `onBatch` is told how many of the walk are linked.
 */
async function linkWalk(
  task: LinkTask,
  walk: NodeWalk,
  already: number,
  onBatch?: (done: number) => void,
): Promise<void> {
  const { segment } = task;
  const largest = largestBatch(segment, walk, already);
  for (let done = 0; done < walk.count; ) {
    const limit = Math.min(largest, Math.max(1, already + done));
    const batch = nextBatch(segment, walk, done, limit);
    await linkBatch(task, batch, done, walk.count);
    done += batch.count;
    if (segment.layout.entry === 'hubs') {
      renewHubs(segment, walkedSlots(segment, walk, already, done));
    }
    onBatch?.(done);
  }
  task.report('link', walk.count, walk.count);
}

/** Links all nodes, which have codes and levels, and makes what pruning cut off reachable again. */
async function linkFirst(task: LinkTask, walk: NodeWalk): Promise<void> {
  const { segment, run, report } = task;
  const end = walk.count;
  await linkWalk(task, walk, 0);
  // While a first graph grows its slots come in the order of the walk.
  if (segment.layout.entry === 'hubs') chooseHubs(segment, graphSlots(segment, end));
  report('repair', 0, end);
  await run({ kind: 'repair', end });
  report('repair', end, end);
  segment.publishLinked(end);
}

/**
 * Links the nodes from `first` on, which have codes and levels, to the graph there is, and
 * publishes each batch. `clipped` says how many components their codes clip.
 */
async function linkMore(task: LinkTask, first: number, clipped: Int32Array): Promise<void> {
  const { segment, run } = task;
  noteLoadedCodes(segment);
  if (segment.i32s[F.PARENTED] === 0) {
    await run({ kind: 'grow', end: first });
    segment.i32s[F.PARENTED] = first;
  }
  const walk = { node: first, count: clipped.length, stride: 1, modulus: F.MAX_NODES };
  let published = 0;
  await linkWalk(task, walk, first, (done) => {
    noteCodes(segment, clipped.subarray(published, done));
    segment.publishLinked(first + done);
    published = done;
  });
}

/**
 * Links every vector of the segment that is not linked yet, unless codes cannot rank them at all.
 * When it throws before the end, a graph that was there stays as it was up to the last whole batch;
 * one built from nothing stays empty.
 */
export async function linkSegment(task: LinkTask): Promise<void> {
  const { segment, seed, shared, run, report } = task;
  const count = segment.count;
  const linked = segment.linked;
  if (linked === 0) {
    clearGraph(segment);
    if (chooseCodes(segment, seed) < MIN_AGREEMENT) {
      segment.i32s[F.UNRANKABLE] = count;
      return;
    }
  }
  // Everybody is its own slot, until a build by partitions numbers the slots.
  for (let node = linked; node < count; node++) {
    segment.i32s[nodeWord(segment.layout, node)] = node;
  }
  if (linked === 0 && task.builder === 'partitions') {
    await linkInBulk(task).catch((error: unknown) => {
      dropGraph(segment);
      throw error;
    });
    return;
  }
  const fresh = count - linked;
  report('encode', 0, fresh);
  const clipped = allocateWords(fresh, shared);
  const coding = { kind: 'encode', first: linked, end: count, clipped } as const;
  await run(coding, (done) => report('encode', done, fresh));
  drawLevels(segment, seed, count);
  if (linked > 0) {
    await linkMore(task, linked, clipped);
    return;
  }
  noteFirstCodes(segment, clipped);
  await linkFirst(task, evenWalk(count)).catch((error: unknown) => {
    dropGraph(segment);
    throw error;
  });
}
