// Finishes searches of segments whose vectors stay in a file: what hot/rerank.ts does, but each
// vector is read first, and only when its codes say that it may be among the results.

import * as F from '../hot/fields.ts';
import { BYTES_PER_WORD, copyWord, nodeWord } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';
import { corrupt } from '../snapshot/format.ts';
import type { StoredVectors } from '../snapshot/stored-vectors.ts';

/** Reads the vector of local node `node` to the buffer of a scratch block, as floats. */
export function readStored(
  segment: Segment,
  stored: StoredVectors,
  scratch: number,
  node: number,
): void {
  const { layout, hot, u8s } = segment;
  const buffer = scratch + layout.bufferWord;
  // Halves are read to where the floats end, and so are not overwritten before they are decoded.
  const words = stored.rowBytes / BYTES_PER_WORD;
  const first = buffer + layout.dimension - words;
  stored.read(node, u8s.subarray(first * BYTES_PER_WORD, first * BYTES_PER_WORD + stored.rowBytes));
  if (stored.place.kind === 'float16') hot.decodeHalves(first, layout.dimension, buffer);
}

/** The distance of the query to a vector in the file; the vector is offered to the results. */
export function measureStored(
  segment: Segment,
  stored: StoredVectors,
  scratch: number,
  node: number,
): number {
  readStored(segment, stored, scratch, node);
  segment.hot.offerBuffer(scratch, node);
  const distance = segment.f32s[scratch + F.QUAD];
  if (Number.isFinite(distance)) return distance;
  throw corrupt(stored.place.path, `vector ${node} is not finite`, { node });
}

/** Offers a slot and its copies. */
function offerSlot(segment: Segment, stored: StoredVectors, scratch: number, slot: number): void {
  const { i32s, layout } = segment;
  let next = slot;
  for (;;) {
    measureStored(segment, stored, scratch, i32s[nodeWord(layout, next)]);
    const link = i32s[F.COPY_COUNT] > 0 ? i32s[copyWord(layout, next)] : 0;
    if (link === 0) return;
    next = (link & ~F.SAME_VECTOR) - 1;
  }
}

/** Offers what a search of the graph left in the pool, nearest codes first. */
export function finishFromFile(segment: Segment, stored: StoredVectors, scratch: number): void {
  const { i32s, hot } = segment;
  const size = i32s[scratch + F.POOL];
  for (let i = 0; i < size; i++) {
    if (!hot.mayEnter(scratch, i)) continue;
    const slot = i32s[scratch + F.POOL + 2 + 2 * i + 1] & ~F.SAME_VECTOR;
    offerSlot(segment, stored, scratch, slot);
  }
}
