// What the tests of the bulk build look at: an index as its segments, its bytes as one digest, a
// build phase by phase, and which nodes a walk over the rows meets.

import { createHash } from 'node:crypto';
import { type LinkTask, linkSegment } from '../../src/build/link-segment.ts';
import { itemCount, type Phase, runItem } from '../../src/build/phases.ts';
import * as F from '../../src/hot/fields.ts';
import type { VectorIndex } from '../../src/index.ts';
import { copyWord, nodeWord, rowWord, SAVED_REGIONS } from '../../src/memory/layout.ts';
import { Segment } from '../../src/segments/segment.ts';
import { regionBytes } from '../../src/snapshot/regions.ts';

/** The segments of an index, over the memory it uses itself. */
export function segmentsOf(index: VectorIndex): Segment[] {
  return index.share().segments.map((handle) => new Segment(handle));
}

/** Words of the header that a build writes and a search reads. */
const COUNTS = [F.COUNT, F.LINKED, F.MAX_LEVEL, F.ENTRY_COUNT, F.UPPER_COUNT, F.CODE_SCALE];

/** sha256 of everything a snapshot keeps of these segments. */
export function digestOf(segments: readonly Segment[]): string {
  const hash = createHash('sha256');
  for (const segment of segments) {
    const { i32s } = segment;
    const used = segment.usedCounts();
    const { copyCount } = used;
    const firstCopy = copyCount > 0 ? i32s[F.FIRST_COPY] : 0;
    hash.update(JSON.stringify([...COUNTS.map((word) => i32s[word]), firstCopy, copyCount]));
    for (const name of SAVED_REGIONS) hash.update(regionBytes(segment, name, used));
  }
  return hash.digest('hex');
}

/** digestOf of a whole index. */
export function indexDigest(index: VectorIndex): string {
  return digestOf(segmentsOf(index));
}

/** How a test wants a segment to be linked. */
export interface PhaseOptions extends Partial<Pick<LinkTask, 'quality' | 'builder' | 'seed'>> {
  /** Does a phase; `runAll` unless given. */
  readonly runPhase?: (segment: Segment, phase: Phase) => void;
  readonly report?: LinkTask['report'];
}

/** Does one item of a phase on this thread. */
export function runOne(segment: Segment, phase: Phase, item: number): void {
  const own = segment.scratch(0);
  runItem(segment, { own, bench: segment.bench(0), marker: segment.scratch(1) }, phase, item);
}

/** Does all items of a phase on this thread, in order. */
export function runAll(segment: Segment, phase: Phase): void {
  for (let item = 0; item < itemCount(phase); item++) runOne(segment, phase, item);
}

/** Links a segment on this thread, phase by phase. */
export async function linkInPhases(segment: Segment, options: PhaseOptions = {}): Promise<void> {
  const { quality = 'balanced', builder = 'partitions', seed = 1 } = options;
  const { runPhase = runAll, report = () => undefined } = options;
  const run: LinkTask['run'] = async (phase, onDone) => {
    runPhase(segment, phase);
    onDone?.(0);
  };
  await linkSegment({ segment, quality, builder, seed, shared: false, run, report });
}

/** The level a phase of a bulk build works on; undefined for phases that have none. */
export function levelOf(phase: Phase): number | undefined {
  return 'work' in phase && 'level' in phase.work ? phase.work.level : undefined;
}

/** The copies a slot leads to, in the order in which they are led to. */
export function copiesOf({ i32s, layout }: Segment, slot: number): number[] {
  const copies: number[] = [];
  let link = i32s[copyWord(layout, slot)];
  while (link !== 0) {
    const copy = (link & ~F.SAME_VECTOR) - 1;
    copies.push(copy);
    link = i32s[copyWord(layout, copy)];
  }
  return copies;
}

/** The nodes that a walk over level 0 from the entry point meets, with the copies of each. */
export function reachedNodes(segment: Segment): Set<number> {
  const { i32s, layout } = segment;
  const entry = i32s[layout.regions.entryPoints.word];
  const seen = new Set<number>(i32s[F.ENTRY_COUNT] > 0 ? [entry] : []);
  for (const slot of seen) {
    const row = rowWord(layout, slot);
    for (let i = 1; i <= i32s[row]; i++) seen.add(i32s[row + i]);
  }
  const slots = [...seen].flatMap((slot) => [slot, ...copiesOf(segment, slot)]);
  return new Set(slots.map((slot) => i32s[nodeWord(layout, slot)]));
}
