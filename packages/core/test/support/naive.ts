// Naive models of what the hot code computes on codes, from the bytes in a segment's memory.

import * as F from '../../src/hot/fields.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { wordOf } from './bare-segment.ts';

/** The codes of one node as plain numbers, without the padding. */
export function codesOf(segment: Segment, node: number): number[] {
  const { codeWords, dimension } = segment.layout;
  const start = 4 * (wordOf(segment, 'codes') + node * codeWords);
  return Array.from(segment.u8s.subarray(start, start + dimension));
}

/** The codes of the query bound to a scratch block: signed under dot. */
export function queryCodesOf(segment: Segment, scratch: number): number[] {
  const start = 4 * segment.i32s[scratch + F.QUERY_CODES];
  const bytes = segment.u8s.subarray(start, start + segment.layout.dimension);
  return Array.from(segment.layout.metric === 'dot' ? new Int8Array(bytes) : bytes);
}

/**
 * Distance of two stored rows of codes: squared under l2 and cosine; under dot the negated inner
 * product of the centred codes, doubled and shifted so that it is never negative.
 */
export function naiveCodeDistance(
  metric: string,
  a: readonly number[],
  b: readonly number[],
): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += metric === 'dot' ? 8192 - 2 * (a[i] - 64) * (b[i] - 64) : (a[i] - b[i]) ** 2;
  }
  return sum;
}

/** Distance of a query's codes to a stored row. */
export function naiveQueryDistance(
  metric: string,
  query: readonly number[],
  codes: readonly number[],
): number {
  if (metric !== 'dot') return naiveCodeDistance(metric, query, codes);
  return 0 - 2 * query.reduce((sum, code, i) => sum + code * codes[i], 0);
}

/** A node and its distance to whatever was asked for. */
export interface Candidate {
  readonly node: number;
  readonly distance: number;
}

/** Ascending by (distance, node): the order of every result. */
export function byDistance(a: Candidate, b: Candidate): number {
  return a.distance - b.distance || a.node - b.node;
}

/** `nodes` with the distances `distance` gives them, in the order of results. */
export function rank(nodes: readonly number[], distance: (node: number) => number): Candidate[] {
  return nodes.map((node) => ({ node, distance: distance(node) })).sort(byDistance);
}

/** How nodes compare, and what the selection keeps. */
export interface SelectionRules {
  readonly between: (a: number, b: number) => number;
  readonly isCopy: (a: number, b: number) => boolean;
  readonly limit: number;
  readonly alpha: number;
}

/**
 * Both passes of the selection: at factor 1, then at `alpha`. A candidate is kept unless a kept one
 * is, by the factor, at least as near to it as the query is.
 */
export function naiveSelect(
  candidates: readonly Candidate[],
  { between, isCopy, limit, alpha }: SelectionRules,
): number[] {
  const selected: number[] = [];
  for (const factor of alpha > 1 ? [1, alpha] : [1]) {
    for (const [i, { node, distance }] of candidates.entries()) {
      if (selected.length >= limit) break;
      if (i > 0 && isCopy(node, candidates[i - 1].node)) continue;
      if (!selected.some((kept) => between(node, kept) * factor <= distance)) selected.push(node);
    }
  }
  return selected;
}

/** The pool as a sorted list of pairs, for comparison. */
export type Pair = readonly [key: number, node: number];

/** Inserts in order and drops what exceeds `capacity`; the position, -1 when it is dropped. */
export function modelInsert(model: Pair[], pair: Pair, capacity: number): number {
  const [key, node] = pair;
  const after = model.findIndex(([k, n]) => k > key || (k === key && n >= node));
  const position = after === -1 ? model.length : after;
  if (position === capacity) return -1;
  model.splice(position, 0, pair);
  if (model.length > capacity) model.pop();
  return position;
}
