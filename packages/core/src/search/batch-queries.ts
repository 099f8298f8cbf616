// A batch of queries in shared memory: every thread takes some of them and writes their results
// where the caller reads them. Results are those of a single search, query by query.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import { SWITCHES } from '../memory/control-words.ts';
import { BYTES_PER_WORD } from '../memory/layout.ts';
import { STRATEGIES } from '../results.ts';
import { countWithin, searchExhaustively } from './search-exhaustively.ts';
import {
  noteStrategy,
  type Reader,
  type ResultTarget,
  type SearchPlan,
  searchSegments,
  type WorkCounts,
} from './search-segment.ts';
import { setQuery } from './set-query.ts';
import { dropRepeated, isSteady, searchSteadily } from './steady.ts';

/** Words that say what each query cost and how it was done. */
const COUNTS = 4;

/** Queries and the place of their results; the arrays lie in shared memory where there is any. */
export interface BatchQueries {
  readonly count: number;
  readonly plan: SearchPlan;
  /** `count * dimension` floats, checked. */
  readonly queries: Float32Array;
  /** Row i holds lengths[i] results from i * plan.k on. */
  readonly nodes: Uint32Array;
  readonly distances: Float32Array;
  readonly lengths: Uint32Array;
  /**
   * Per query four words: distances computed, of those on vectors, rows read, and 1 + the number of
   * the strategy.
   */
  readonly work: Uint32Array;
  /** The control block of the index, and its count of switches before the batch. */
  readonly control: Int32Array;
  readonly switches: number;
}

/** Answers one checked query; how many results were written. */
export function answerQuery(
  reader: Reader,
  query: { readonly floats: Float32Array; readonly plan: SearchPlan },
  target: ResultTarget,
  work: WorkCounts,
): number {
  const { floats, plan } = query;
  for (const segment of reader.segments) setQuery(segment, reader.block, floats);
  if (plan.exhaustive) return searchExhaustively(reader, plan, target, work);
  const found = searchSegments(reader, plan, target, work);
  if (plan.maxDistance === undefined) return found;
  const { distances, offset } = target;
  return countWithin(distances.subarray(offset, offset + found), plan.maxDistance);
}

/** Answers the queries [first, end) of the batch. */
export function runQueries(reader: Reader, batch: BatchQueries, first: number, end: number): void {
  const { plan, nodes, distances, control, switches } = batch;
  const dimension = batch.queries.length / batch.count;
  for (let i = first; i < end; i++) {
    const floats = batch.queries.subarray(i * dimension, (i + 1) * dimension);
    const work: WorkCounts = { distanceCount: 0, exactCount: 0, hopCount: 0 };
    const target = { nodes, distances, offset: i * plan.k };
    const search = (): number => answerQuery(reader, { floats, plan }, target, work);
    const found = searchSteadily(control, search);
    batch.lengths[i] = isSteady(control, switches) ? found : dropRepeated(found, target);
    const strategy = work.strategy ? 1 + STRATEGIES.indexOf(work.strategy) : 0;
    batch.work.set([work.distanceCount, work.exactCount, work.hopCount, strategy], COUNTS * i);
  }
}

function allocateWords(length: number, shared: boolean): ArrayBufferLike {
  const bytes = BYTES_PER_WORD * length;
  try {
    return shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  } catch (cause) {
    const message = `no room for ${bytes} bytes of results; ask for fewer queries or a smaller k`;
    throw new VectorIndexError(ErrorCode.outOfMemory, message, { bytes }, cause);
  }
}

/** Room for `count` queries and their results, shared where `shared` says so. */
export function allocateBatch(
  shape: Pick<BatchQueries, 'count' | 'plan' | 'control'> & { readonly dimension: number },
  shared: boolean,
): BatchQueries {
  const { count, dimension, plan, control } = shape;
  const words = (length: number): ArrayBufferLike => allocateWords(length, shared);
  return {
    count,
    plan,
    control,
    switches: Atomics.load(control, SWITCHES),
    queries: new Float32Array(words(count * dimension)),
    nodes: new Uint32Array(words(count * plan.k)),
    distances: new Float32Array(words(count * plan.k)),
    lengths: new Uint32Array(words(count)),
    work: new Uint32Array(words(COUNTS * count)),
  };
}

/** The work of all queries of a batch. */
export function sumWork({ work }: BatchQueries): WorkCounts {
  const sums: WorkCounts = { distanceCount: 0, exactCount: 0, hopCount: 0 };
  for (let i = 0; i < work.length; i += COUNTS) {
    sums.distanceCount += work[i];
    sums.exactCount += work[i + 1];
    sums.hopCount += work[i + 2];
    if (work[i + 3] > 0) noteStrategy(sums, STRATEGIES[work[i + 3] - 1]);
  }
  return sums;
}
