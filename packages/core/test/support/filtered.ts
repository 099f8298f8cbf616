// Segments of which some nodes were removed, renumbered or left unlinked, filters, and the results
// that a filtered search must give: what is left of all that is sorted by its true distance.

import { Random } from '@nigh/testkit';
import { assertAccept, NodeFilter } from '../../src/node-filter.ts';
import type { SearchWork } from '../../src/results.ts';
import { answerQuery } from '../../src/search/batch-queries.ts';
import { type SearchPlan, type WorkCounts, workOf } from '../../src/search/search-segment.ts';
import type { Segment } from '../../src/segments/segment.ts';

/** What was found, and at what cost. */
export interface Found {
  readonly nodes: number[];
  readonly distances: number[];
  readonly work: SearchWork;
}

/** Answers a query as an index of these segments would. */
export function answerFrom(
  segments: readonly Segment[],
  query: Float32Array,
  plan: Partial<SearchPlan> & { readonly k: number },
): Found {
  const live = segments.reduce((sum, segment) => sum + segment.live, 0);
  const k = Math.min(plan.k, live);
  const nodes = new Uint32Array(k);
  const distances = new Float32Array(k);
  const work: WorkCounts = { distanceCount: 0, exactCount: 0, hopCount: 0 };
  const whole = { efSearch: 16, exact: false, exhaustive: false, ...plan, k };
  const reader = { segments, block: 0 };
  const target = { nodes, distances, offset: 0 };
  const found = answerQuery(reader, { floats: query, plan: whole }, target, work);
  return {
    nodes: [...nodes.subarray(0, found)],
    distances: [...distances.subarray(0, found)],
    work: workOf(work),
  };
}

/** The nodes of segments that were not removed, in their order. */
export function liveNodes(segments: readonly Segment[]): number[] {
  return segments.flatMap((segment) =>
    Array.from({ length: segment.count }, (_, local) => local)
      .filter((local) => !segment.isRemoved(local))
      .map((local) => segment.numberOf(local)),
  );
}

/** The k nearest of those that `filter` lets through: an unfiltered exact search, less the rest. */
export function expectedFrom(
  segments: readonly Segment[],
  query: Float32Array,
  k: number,
  filter: NodeFilter,
): Pick<Found, 'nodes' | 'distances'> {
  const all = answerFrom(segments, query, { k: 2 ** 31 - 1, exact: true });
  const kept = all.nodes.map((_, i) => i).filter((i) => filter.has(all.nodes[i]));
  const nearest = kept.slice(0, k);
  return {
    nodes: nearest.map((i) => all.nodes[i]),
    distances: nearest.map((i) => all.distances[i]),
  };
}

/** A filter that lets each of `nodes` through with this probability. */
export function randomFilter(nodes: readonly number[], share: number, seed: number): NodeFilter {
  const random = new Random(seed);
  return NodeFilter.where(nodes, () => random.uniform() < share);
}

/** The filter as a search has it. */
export const acceptOf = (filter: NodeFilter): Pick<SearchPlan, 'accept'> => ({
  accept: assertAccept(filter),
});

/** Removes each node with this probability. */
export function removeSome(segment: Segment, share: number, seed: number): void {
  const random = new Random(seed);
  const locals = Array.from({ length: segment.count }, (_, local) => local);
  segment.removeLocal(locals.filter(() => random.uniform() < share));
}
