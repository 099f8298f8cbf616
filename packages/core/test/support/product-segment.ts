// A sealed segment of products without an index around it: trained and written item by item as a
// pool would, without a graph, so that every slot is the node of its number.

import { runSeal } from '../../src/build/seal.ts';
import * as F from '../../src/hot/fields.ts';
import { type Metric, nodeWord } from '../../src/memory/layout.ts';
import { keptOf, resolveOptions } from '../../src/options.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { openSegment } from '../../src/segments/segment-list.ts';
import { fillSegment, wordOf } from './bare-segment.ts';
import type { Target } from './targets.ts';

export interface ProductOptions {
  readonly dimension: number;
  readonly subspaces: number;
  readonly metric?: Metric;
  readonly seed?: number;
}

/** The segment, and the vectors it was made of as they were prepared for the metric. */
export interface Products {
  readonly segment: Segment;
  readonly rows: readonly Float32Array[];
}

/** Seals `vectors` as products. `backwards` takes the items from the last on. */
export function sealProducts(
  vectors: Float32Array,
  options: ProductOptions,
  target?: Target,
  backwards = false,
): Products {
  const { dimension, metric = 'l2', seed = 1, subspaces } = options;
  const kept = { precision: 'pq', originals: 'none', subspaces } as const;
  const source = fillSegment(vectors, { dimension, metric, seed }, target);
  const resolved = resolveOptions({ dimension, metric, seed, ...kept, ...target, threads: 1 });
  const { count } = source;
  const segment = openSegment(resolved, count, 0, keptOf(resolved));
  for (let node = 0; node < count; node++) segment.i32s[nodeWord(segment.layout, node)] = node;
  for (const [step, total] of [
    ['train', subspaces],
    ['write', count],
  ] as const) {
    const items = Array.from({ length: total }, (_, item) => item);
    for (const first of backwards ? items.reverse() : items) {
      const job = { kind: 'seal', step, count: total, seed } as const;
      runSeal([source, segment], job, 0, { first, end: first + 1 });
    }
  }
  segment.publishCount(count);
  const rows = Array.from({ length: count }, (_, node) => source.vectors(node, 1).slice());
  return { segment, rows };
}

/** The components [first, end) of each subspace. */
export function cuts({ layout }: Segment): (readonly [number, number])[] {
  const { dimension, subspaces } = layout;
  return Array.from({ length: subspaces }, (_, j) => [
    Math.floor((j * dimension) / subspaces),
    Math.floor(((j + 1) * dimension) / subspaces),
  ]);
}

/** The centroids of the subspace of these components, by number: groups of 32, by component. */
export function centroidsOf(segment: Segment, [first, end]: readonly [number, number]): number[][] {
  const start = wordOf(segment, 'centroids') + 256 * first;
  const length = end - first;
  return Array.from({ length: 256 }, (_, number) =>
    Array.from({ length }, (_, i) => {
      const group = Math.floor(number / 32);
      return segment.f32s[start + group * 32 * length + i * 32 + (number % 32)];
    }),
  );
}

/** The codes of a slot, a byte for each subspace and what pads the row. */
export function productCodes(segment: Segment, slot: number): Uint8Array {
  const start = 4 * (wordOf(segment, 'codes') + slot * segment.layout.codeWords);
  return segment.u8s.slice(start, start + 4 * segment.layout.codeWords);
}

/** What the codes of a slot stand for. */
export function decoded(segment: Segment, slot: number): Float32Array {
  const { layout, f32s, hot } = segment;
  const scratch = segment.scratch(0);
  const buffer = scratch + layout.bufferWord;
  hot.decodeSlot(scratch, slot);
  return f32s.slice(buffer, buffer + layout.dimension);
}

/** Binds a query and gives the estimated distances of all slots. */
export function estimates(segment: Segment, query: Float32Array): Float32Array {
  const { hot, f32s, count } = segment;
  const scratch = segment.scratch(0);
  f32s.set(query, scratch + F.QUERY);
  hot.bindQuery(scratch);
  return Float32Array.from({ length: count }, (_, slot) => {
    hot.measureRange(scratch, slot, slot + 1, scratch + F.DISTANCES);
    return f32s[scratch + F.DISTANCES];
  });
}

/** The table of the bound query. */
export function tableOf(segment: Segment): Float32Array {
  const start = segment.scratch(0) + segment.layout.queryCodeWord;
  return segment.f32s.slice(start, start + 256 * segment.layout.subspaces);
}
