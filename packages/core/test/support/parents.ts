// The tree of parents, read and walked by means of its own: what hot/parents.ts and hot/verify.ts
// say of it must be so.

import * as F from '../../src/hot/fields.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { neighborsAt, rowWord, wordOf } from './bare-segment.ts';

/** The slots below `end` that are no copies. */
export function graphSlots({ i32s }: Segment, end: number): number[] {
  const first = i32s[F.FIRST_COPY];
  const isCopy = (slot: number): boolean => slot >= first && slot < first + i32s[F.COPY_COUNT];
  return Array.from({ length: end }, (_, slot) => slot).filter((slot) => !isCopy(slot));
}

/** The entry point of a segment. */
export function entryOf(segment: Segment): number {
  return segment.i32s[wordOf(segment, 'entryPoints')];
}

/** The parents of the slots [0, end). */
export function parentsOf(segment: Segment, end: number): number[] {
  const word = wordOf(segment, 'parents');
  return Array.from(segment.i32s.subarray(word, word + end));
}

/** How many hops on level 0 each slot is from the entry point; those it reaches. */
export function hopsFromEntry(segment: Segment): Map<number, number> {
  const hops = new Map([[entryOf(segment), 0]]);
  // A map goes on to what is added while it is walked.
  for (const [slot, distance] of hops) {
    for (const neighbor of neighborsAt(segment, rowWord(segment, slot))) {
      if (!hops.has(neighbor)) hops.set(neighbor, distance + 1);
    }
  }
  return hops;
}

/** The slots below `end` without a parent that names them, or that parents lead nowhere from. */
export function strayChildren(segment: Segment, end: number): number[] {
  const parents = parentsOf(segment, end);
  const entry = entryOf(segment);
  return graphSlots(segment, end).filter((slot) => {
    let at = slot;
    for (let steps = 0; at !== entry && steps <= end; steps++) {
      const parent = parents[at];
      if (parent === undefined || parent < 0 || parent >= end) return true;
      if (!neighborsAt(segment, rowWord(segment, parent)).includes(at)) return true;
      at = parent;
    }
    return at !== entry || parents[entry] !== F.NONE;
  });
}

/** What `strayChildren` and a walk say against the linked slots of a graph that was added to. */
export function treeFaults(segment: Segment): string[] {
  const { i32s, linked, layout } = segment;
  const hops = hopsFromEntry(segment);
  const lost = graphSlots(segment, linked).filter((slot) => !hops.has(slot));
  const heads = layout.regions.edgeHeads;
  const left = i32s.subarray(heads.word, heads.word + heads.words).findIndex((head) => head !== 0);
  return [
    ...lost.map((slot) => `${slot} is not reached`),
    ...strayChildren(segment, linked).map((slot) => `${slot} is astray`),
    ...(i32s[F.PARENTED] === linked ? [] : [`${i32s[F.PARENTED]} of ${linked} have parents`]),
    ...(left === -1 ? [] : [`edge head ${left} is not zero`]),
  ];
}
