// The table of hubs, by which searches enter a graph without levels: slots spread out over the
// data, each the farthest from those before it (Gonzalez' cover). Chosen on one thread from a
// sample by integer distances, so that neither threads nor tiers matter.

import * as F from '../hot/fields.ts';
import { codeWord, hubCountOf, hubWords, normWord } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';

/** Slots looked at for each hub: more finds what lies apart, and takes longer. */
const SAMPLE_PER_HUB = 8;
/**
 * Growth after which hubs are chosen anew: what is added may lie far from all of them. It costs
 * some 32 distances for each vector added, of a thousand and more that linking it takes.
 */
const RENEWED_AT = 1.25;

/** The slots of a graph by number. */
export interface GraphSlots {
  readonly count: number;
  slotAt(index: number): number;
}

/** The slots below `linked` that are no copies. */
export function graphSlots({ i32s }: Segment, linked: number): GraphSlots {
  const copyCount = i32s[F.COPY_COUNT];
  const firstCopy = copyCount > 0 ? i32s[F.FIRST_COPY] : linked;
  return {
    count: linked - copyCount,
    slotAt: (index) => (index < firstCopy ? index : index + copyCount),
  };
}

/**
 * Writes norms and codes of the hubs, where codes have norms. A slot that a forged file made up is
 * left to verify.
 */
export function fillHubs({ i32s, layout }: Segment): void {
  if (layout.regions.hubCodes.words === 0) return;
  for (let i = 0; i < i32s[F.HUB_COUNT]; i++) {
    const { slot, norm, codes } = hubWords(layout, i);
    const hub = i32s[slot];
    if (hub < 0 || hub >= layout.capacity) continue;
    const source = codeWord(layout, hub);
    i32s[norm] = i32s[normWord(layout, hub)];
    i32s.copyWithin(codes, source, source + layout.codeWords);
  }
}

/** `first` and an even share of the other slots. */
function drawSample({ count, slotAt }: GraphSlots, first: number, size: number): Int32Array {
  const slots = [first];
  for (let i = 0; i < size; i++) {
    const slot = slotAt(Math.floor(((i + 0.5) * count) / size));
    if (slot !== first) slots.push(slot);
  }
  return Int32Array.from(slots);
}

/** The first of `sample`, and always the slot farthest from all before it, the first on a tie. */
function spreadOut({ hot }: Segment, sample: Int32Array, hubCount: number): Int32Array {
  const hubs = new Int32Array(hubCount);
  /** Distance to the nearest hub; none for the hubs themselves. */
  const gaps = new Float64Array(sample.length).fill(Number.POSITIVE_INFINITY);
  let next = 0;
  for (let hub = 0; hub < hubCount; hub++) {
    const slot = sample[next];
    hubs[hub] = slot;
    gaps[next] = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < sample.length; i++) {
      if (gaps[i] === Number.NEGATIVE_INFINITY) continue;
      gaps[i] = Math.min(gaps[i], hot.codeDistance(slot, sample[i]));
      if (gaps[i] > gaps[next]) next = i;
    }
  }
  return hubs;
}

/** Chooses the hubs of a graph. The first is the entry point, which stays if there is one. */
export function chooseHubs(segment: Segment, slots: GraphSlots): void {
  const { i32s, layout } = segment;
  const hubCount = hubCountOf(slots.count);
  const entryWord = layout.regions.entryPoints.word;
  if (i32s[F.ENTRY_COUNT] === 0) i32s[entryWord] = slots.slotAt(slots.count >> 1);
  const size = Math.min(slots.count, SAMPLE_PER_HUB * hubCount);
  const hubs = spreadOut(segment, drawSample(slots, i32s[entryWord], size), hubCount);
  i32s.set(hubs, layout.regions.hubs.word);
  i32s[F.HUB_COUNT] = hubCount;
  i32s[F.HUBS_LINKED] = slots.count;
  fillHubs(segment);
  i32s[F.ENTRY_COUNT] = 1;
}

/** Chooses the hubs anew when the graph has grown by a share since they were chosen. */
export function renewHubs(segment: Segment, slots: GraphSlots): void {
  if (slots.count >= RENEWED_AT * segment.i32s[F.HUBS_LINKED]) chooseHubs(segment, slots);
}
