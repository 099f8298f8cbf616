// Copy on write: a segment that a snapshot holds is copied before its graph changes.

import { abortedError, type WorkOptions } from '../build/runner.ts';
import { yieldToEventLoop } from '../engine/runtime.ts';
import * as F from '../hot/fields.ts';
import { type RegionName, SAVED_REGIONS, usedWords } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';
import { openLike, type SegmentList } from '../segments/segment-list.ts';
import { bringOver } from './rewrite.ts';
import type { Roll } from './roll.ts';

/** Regions that are in no file and must not be made anew. */
const COPIED_REGIONS: readonly RegionName[] = [
  ...SAVED_REGIONS.filter((name) => name !== 'tombstones'),
  'hubNorms',
  'hubCodes',
  'parents',
];
/** Words copied in one turn of the event loop. */
const PIECE = 1 << 20;

/** Every vector of a segment, the removed ones too. */
function everybody(segment: Segment, count: number, removed: number): Roll {
  const locals = new Int32Array(count);
  for (let local = 0; local < count; local++) locals[local] = local;
  const read = (local: number): Float32Array => segment.vectors(local, 1);
  const sources = [{ segment, count, removed, read }];
  return { sources, count, nodes: locals, which: new Int32Array(count), locals };
}

/**
 * Puts a copy of a growing segment in its place in the list; nobody links it meanwhile.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, OUT_OF_MEMORY: nothing has changed
 */
export async function copySegment(
  segment: Segment,
  list: SegmentList,
  work: WorkOptions,
): Promise<void> {
  const { count, removed, i32s, layout } = segment;
  const target = openLike(segment, list.options);
  // Levels are drawn ahead of linking, which may have been interrupted.
  const linked = Math.max(segment.linked, i32s[F.LEVELED]);
  const used = { ...segment.usedCounts(), linked };
  const copy = (from: number, end: number): void => {
    target.i32s.set(i32s.subarray(from, end), from);
  };
  // Header and tombstones first, in one turn: they say the same of how many were removed.
  const { header, tombstones } = layout.regions;
  copy(header.word, header.word + header.words);
  copy(tombstones.word, tombstones.word + tombstones.words);
  target.publishCount(count);
  for (const name of COPIED_REGIONS) {
    const { word } = layout.regions[name];
    const end = word + (name === 'parents' ? i32s[F.PARENTED] : usedWords(layout, name, used));
    for (let from = word; from < end; from += PIECE) {
      copy(from, Math.min(from + PIECE, end));
      await yieldToEventLoop();
      if (work.signal?.aborted) throw abortedError(work.signal);
    }
  }
  const finish = await bringOver(target, everybody(segment, count, removed), work);
  finish();
  list.replace([segment], [target]);
}
