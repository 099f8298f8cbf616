// Rewrites segments: what was not removed goes into a new memory, where its graph is built anew by
// partitions, which takes little more than mending the old one would (docs/decisions/0016). The
// old segments are read and searched until the new one takes their place, and their memory goes as
// a whole when nobody holds it any more: no slot is ever used twice.

import { linkSegments } from '../build/link-segments.ts';
import { abortedError, type Crew, SLICE_MS, type WorkOptions } from '../build/runner.ts';
import { type SealSource, sealSegment } from '../build/seal.ts';
import { yieldToEventLoop } from '../engine/runtime.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Segment } from '../segments/segment.ts';
import { openSegment } from '../segments/segment-list.ts';
import type { Roll } from './roll.ts';

/** Vectors copied between two looks at the clock. */
const PIECE = 256;
/** Vectors that came meanwhile and are copied in one go, at the moment of the switch. */
const LAST_PIECE = 1024;

/** How the new segment is to be. */
export interface RewritePlan {
  readonly roll: Roll;
  readonly options: ResolvedOptions;
  /** Room for this many vectors. */
  readonly capacity: number;
  /** Whether it is sealed, as its one source is. */
  readonly sealed: boolean;
  readonly work: WorkOptions;
}

/**
 * Copies the vectors of the roll to a segment, in slices of this thread's time. What codes stand
 * for has no unit length; it gets one where it is kept as it is.
 */
async function copyRoll(target: Segment, { roll, sealed, work }: RewritePlan): Promise<void> {
  const { sources, which, locals, count } = roll;
  const isUnit = target.layout.metric === 'cosine' && !sealed;
  const rounded = sources.map(({ segment }) => isUnit && segment.layout.vectors !== 'float32');
  let slice = performance.now();
  for (let first = 0; first < count; first += PIECE) {
    const end = Math.min(first + PIECE, count);
    for (let i = first; i < end; i++) {
      target.vectors(i, 1).set(sources[which[i]].read(locals[i]));
      if (rounded[which[i]]) target.hot.normalizeNodes(i, i + 1);
    }
    if (performance.now() - slice < SLICE_MS) continue;
    work.onProgress?.({ phase: 'copy', done: end, total: count });
    await yieldToEventLoop();
    if (work.signal?.aborted) throw abortedError(work.signal);
    slice = performance.now();
  }
  work.onProgress?.({ phase: 'copy', done: count, total: count });
}

/** True when the nodes of a roll are numbered through. */
function isDense({ nodes, count }: Roll): boolean {
  return count === 0 || nodes[count - 1] - nodes[0] === count - 1;
}

/**
 * A segment of all vectors of a roll, linked.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED, OUT_OF_MEMORY: nothing has changed
 */
export async function rewrite(crew: Crew, plan: RewritePlan): Promise<Segment> {
  const { roll, options, capacity, sealed, work } = plan;
  const dense = isDense(roll);
  const target = openSegment(options, capacity, dense ? (roll.nodes[0] ?? 0) : 0);
  await copyRoll(target, plan);
  if (!dense) target.writeNumbers(0, roll.nodes);
  target.publishCount(roll.count);
  // What was sealed is so again, however little is left: codes of codes would be less each time.
  const settings = sealed ? { ...options, flatThreshold: 0 } : options;
  await linkSegments({ ...crew, segments: [target] }, settings, work);
  if (sealed && target.linked < roll.count && target.layout.metric === 'cosine') {
    target.hot.normalizeNodes(0, roll.count);
  }
  if (!sealed || target.linked < roll.count) return target;
  const from: SealSource = { segment: roll.sources[0].segment, locals: roll.locals };
  return sealSegment(crew, target, { options, from }, work);
}

/** Of the first `count` local nodes those that `isGone` says of and that are there still. */
function listGone(target: Segment, count: number, isGone: (local: number) => boolean): number[] {
  const gone: number[] = [];
  for (let local = 0; local < count; local++) {
    if (isGone(local) && !target.isRemoved(local)) gone.push(local);
  }
  return gone;
}

/** Removes from a copy of a segment what was removed from the segment since. */
export function bringRemovals(segment: Segment, copy: Segment): void {
  copy.removeLocal(listGone(copy, copy.count, (local) => segment.isRemoved(local)));
}

/** Vectors that were added to a source after the roll was called, and where they are now. */
interface Tail {
  readonly segment: Segment;
  readonly first: number;
  readonly count: number;
  readonly at: number;
}

/** Appends the vectors [first, first + count) of a segment. */
function appendTail(target: Segment, segment: Segment, first: number, count: number): Tail {
  const at = target.count;
  const nodes = Array.from({ length: count }, (_, i) => segment.numberOf(first + i));
  target.vectors(at, count).set(segment.vectors(first, count));
  const dense = !target.numbered && nodes.every((node, i) => node === target.firstNode + at + i);
  if (!dense) target.writeNumbers(at, nodes);
  target.publishCount(at + count);
  return { segment, first, count, at };
}

/** Removes from the new segment what was removed from where its vectors came from. */
function bringAllRemovals(target: Segment, roll: Roll, tails: readonly Tail[]): void {
  const { sources, which, locals, count } = roll;
  const isGone = (i: number): boolean => sources[which[i]].segment.isRemoved(locals[i]);
  const changed = sources.some(({ segment, removed }) => segment.removed !== removed);
  const gone = changed ? listGone(target, count, isGone) : [];
  for (const { segment, first, count: length, at } of tails) {
    for (let i = 0; i < length; i++) if (segment.isRemoved(first + i)) gone.push(at + i);
  }
  target.removeLocal(gone);
}

/**
 * Brings over what was added to the sources since the roll was called, until little is left. The
 * function it returns does the rest, and removes what was removed meanwhile: to be called in the
 * turn of the event loop in which `target` takes the place of the sources.
 */
export async function bringOver(
  target: Segment,
  roll: Roll,
  work: WorkOptions,
): Promise<() => void> {
  const sources = roll.sources.filter(({ segment }) => !segment.sealed);
  const done = sources.map(({ count }) => count);
  const tails: Tail[] = [];
  const advance = (most: number): void => {
    for (const [i, { segment }] of sources.entries()) {
      const count = Math.min(segment.count - done[i], most);
      if (count > 0) tails.push(appendTail(target, segment, done[i], count));
      done[i] += count;
    }
  };
  while (sources.some(({ segment }, i) => segment.count - done[i] > LAST_PIECE)) {
    advance(LAST_PIECE);
    await yieldToEventLoop();
    if (work.signal?.aborted) throw abortedError(work.signal);
  }
  return () => {
    advance(Number.POSITIVE_INFINITY);
    bringAllRemovals(target, roll, tails);
  };
}
