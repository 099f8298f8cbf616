// How large a segment is, for limits under which indexes come in several segments.

import { computeLayout } from '../../src/memory/layout.ts';
import { type IndexOptions, resolveOptions } from '../../src/options.ts';
import { layoutOptions } from '../../src/segments/segment-list.ts';

/** Bytes of a segment with room for exactly `capacity` vectors, built by one thread. */
export function segmentBytes(capacity: number, options: IndexOptions): number {
  const shape = layoutOptions(resolveOptions({ ...options, threads: 1 }), capacity);
  return computeLayout(shape).byteLength;
}
