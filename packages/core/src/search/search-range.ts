// Everything within a distance: searches for more and more until the farthest found lies beyond.
// Each asks for four times as many as the one before, so that all together cost a third more than
// the last; beyond what a beam can hold every vector is measured.

import type { SearchWork } from '../results.ts';
import { countWithin, rankWithin } from './search-exhaustively.ts';
import { planFor, type RangeRequest } from './search-options.ts';
import { type Reader, searchSegments, type WorkCounts, workOf } from './search-segment.ts';
import { setQuery } from './set-query.ts';

/** Results of the first search, how many times as many the next asks for, and the most. */
const FIRST_K = 32;
const GROWTH = 4;
const LAST_K = 2048;
/** Beam per result asked for: at its end a beam as wide as k misses too many. */
const BEAM_FACTOR = 2;

/** Nodes and distances, ascending; and whether there are more within the distance. */
export interface RangeAnswer extends SearchWork {
  readonly nodes: Uint32Array;
  readonly distances: Float32Array;
  readonly truncated: boolean;
}

/** The first `limit` of `within` results. */
function cut(
  results: { readonly nodes: Uint32Array; readonly distances: Float32Array },
  within: number,
  limit: number,
  work: WorkCounts,
): RangeAnswer {
  const kept = Math.min(within, limit);
  return {
    nodes: results.nodes.slice(0, kept),
    distances: results.distances.slice(0, kept),
    truncated: within > limit,
    ...workOf(work),
  };
}

function measureEverything(reader: Reader, request: RangeRequest, work: WorkCounts): RangeAnswer {
  const ranking = rankWithin(reader, request, work);
  return cut(ranking, ranking.nodes.length, request.limit, work);
}

/** Answers a checked query. */
export function findWithin(
  reader: Reader,
  floats: Float32Array,
  request: RangeRequest,
): RangeAnswer {
  const { maxDistance, limit, exact, efSearch } = request;
  const { segments, block } = reader;
  const work: WorkCounts = { distanceCount: 0, exactCount: 0, hopCount: 0 };
  for (const segment of segments) setQuery(segment, block, floats);
  // Without a graph every search measures everything: once will do.
  const scans = exact || segments.every((segment) => segment.linked === 0);
  for (let k = FIRST_K; !scans && k <= LAST_K; k *= GROWTH) {
    // One more than the limit tells whether it cut something off.
    const wanted = Math.min(k, limit + 1);
    const effort = { ...request, efSearch: Math.max(efSearch, BEAM_FACTOR * wanted) };
    const nodes = new Uint32Array(wanted);
    const distances = new Float32Array(wanted);
    const plan = planFor(effort, wanted, segments);
    const found = searchSegments(reader, plan, { nodes, distances, offset: 0 }, work);
    const within = countWithin(distances.subarray(0, found), maxDistance);
    if (within < wanted || within > limit) return cut({ nodes, distances }, within, limit, work);
  }
  return measureEverything(reader, request, work);
}
