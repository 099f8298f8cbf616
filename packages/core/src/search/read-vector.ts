// The vector of a node, from whatever its segment keeps of it.

import { nodeWord, vectorWord } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';
import { readStored } from './finish-from-file.ts';

/** Slots by local node of sealed segments that keep no vectors; made when first asked for. */
const slotsOf = new WeakMap<Segment, Int32Array>();

/** The slot of a local node of a sealed segment. */
export function slotOf(segment: Segment, node: number): number {
  let slots = slotsOf.get(segment);
  if (!slots) {
    const start = nodeWord(segment.layout, 0);
    slots = new Int32Array(segment.count);
    for (let slot = 0; slot < slots.length; slot++) slots[segment.i32s[start + slot]] = slot;
    slotsOf.set(segment, slots);
  }
  return slots[node];
}

/** A copy of the vector of local node `node`; scratch block `block` is overwritten. */
export function readVector(segment: Segment, block: number, node: number): Float32Array {
  const { layout, hot, f32s } = segment;
  if (layout.vectors === 'float32') return segment.vectors(node, 1).slice();
  const scratch = segment.scratch(block);
  const buffer = scratch + layout.bufferWord;
  if (segment.stored) readStored(segment, segment.stored, scratch, node);
  else if (layout.vectors === 'none') hot.decodeSlot(scratch, slotOf(segment, node));
  else hot.decodeHalves(vectorWord(layout, node), layout.dimension, buffer);
  return f32s.slice(buffer, buffer + layout.dimension);
}
