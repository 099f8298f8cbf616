// Puts a query's floats where the hot code reads them. Cosine brings it to unit length there, with
// the code that normalizes stored vectors, so that a stored vector finds itself at distance 0, give
// or take the rounding of one float32 (6e-8).

import * as F from '../hot/fields.ts';
import type { Segment } from '../segments/segment.ts';

/** Writes a checked query to scratch block `block` of `segment`. */
export function setQuery(segment: Segment, block: number, query: Float32Array): void {
  const word = segment.scratch(block) + F.QUERY;
  segment.f32s.set(query, word);
  const { dimension, metric } = segment.layout;
  if (metric === 'cosine') segment.hot.normalize(word, dimension);
}

/** Prepares checked queries, one after another, as setQuery would. */
export function normalizeQueries(segment: Segment, block: number, queries: Float32Array): void {
  const { dimension } = segment.layout;
  const word = segment.scratch(block) + F.QUERY;
  for (let start = 0; start < queries.length; start += dimension) {
    setQuery(segment, block, queries.subarray(start, start + dimension));
    queries.set(segment.f32s.subarray(word, word + dimension), start);
  }
}
