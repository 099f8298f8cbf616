// One index of several: their vectors are written into new segments, whose graph is built at once.

import { assertBoolean, assertOptions, option } from '../assert.ts';
import type { Crew, WorkOptions } from '../build/runner.ts';
import { describe, ErrorCode, VectorIndexError } from '../errors.ts';
import { MAX_NODES } from '../hot/fields.ts';
import {
  buildCapacity,
  INDEX_OPTION_NAMES,
  type IndexOptions,
  type ResolvedOptions,
  resolveOptions,
} from '../options.ts';
import { largestCapacity, type SegmentList } from '../segments/segment-list.ts';
import { checkWorkOptions, WORK_OPTION_NAMES } from '../work-options.ts';
import { rewrite } from './rewrite.ts';
import { callRoll, joinRolls, type Roll, rollPart, sourceOf } from './roll.ts';

/** Options of a merged index: those of the first one, unless given. */
export type MergeOptions = Partial<Omit<IndexOptions, 'dimension' | 'metric'>> &
  WorkOptions & {
    /**
     * Whether nodes get the numbers 0, 1, 2, ... without gaps, in the order of those they would
     * have had: the result is numbered as one that was just built. Default false.
     */
    readonly renumber?: boolean;
  };

function conflict(message: string, details: Record<string, unknown>): VectorIndexError {
  return new VectorIndexError(ErrorCode.invalidArgument, message, { name: 'indexes', ...details });
}

/** The error for what is no list of indexes. */
export function notIndexes(given: unknown): VectorIndexError {
  return conflict(`merge takes an array of indexes; got ${describe(given)}`, {});
}

/**
 * The options of a merge: those of work, and those of the new index.
 *
 * @throws {VectorIndexError} INVALID_OPTION
 */
export function readMergeOptions(raw: unknown): {
  readonly work: WorkOptions;
  readonly renumber: boolean;
  readonly given: Record<string, unknown>;
} {
  const own = INDEX_OPTION_NAMES.filter((name) => name !== 'dimension' && name !== 'metric');
  const options = assertOptions(raw, [...own, ...WORK_OPTION_NAMES, 'renumber']);
  const { onProgress: _onProgress, signal: _signal, renumber = false, ...given } = options;
  const work = checkWorkOptions(options);
  return { work, renumber: assertBoolean(renumber, option('renumber')), given };
}

/**
 * The options of an index of all vectors of `lists`.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT, INVALID_OPTION
 */
export function mergedOptions(
  lists: readonly SegmentList[],
  given: Record<string, unknown>,
): ResolvedOptions {
  const [first, ...others] = lists.map((list) => list.options);
  if (!first) throw conflict('there is nothing to merge; give at least one index', {});
  for (const [i, { dimension, metric }] of others.entries()) {
    if (dimension === first.dimension && metric === first.metric) continue;
    const expected = { dimension: first.dimension, metric: first.metric };
    const message = `index ${i + 1} is of dimension ${dimension} and metric '${metric}', the first`;
    throw conflict(`${message} of ${expected.dimension} and '${expected.metric}'`, {
      index: i + 1,
      expected,
      got: { dimension, metric },
    });
  }
  const { subspaces, capacity: _capacity, threads, tier, ...rest } = first;
  // Other memory may have other threads and another tier.
  const runtime = 'memory' in given ? {} : { threads, tier };
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const kept = 'precision' in given || subspaces === 0 ? {} : { subspaces };
  const capacity = buildCapacity(count);
  const base = { ...rest, ...runtime, ...kept, allowLowDimension: true, capacity };
  if ('precision' in given) {
    // What belongs to another precision is not taken over.
    const { originals: _originals, rerank: _rerank, ...others } = base;
    return resolveOptions({ ...others, ...given });
  }
  return resolveOptions({ ...base, ...given });
}

/**
 * The vectors of `lists` as they are now. The nodes of each keep their order, behind all of the
 * list before; without gaps, or as far behind as that list had numbers. And the next number.
 *
 * @throws {VectorIndexError} CAPACITY_EXCEEDED
 */
function callAll(
  lists: readonly SegmentList[],
  renumber: boolean,
): { readonly roll: Roll; readonly nextNode: number } {
  let nextNode = 0;
  const rolls = lists.map((list) => {
    const roll = callRoll(list.all.map((segment) => sourceOf(segment, list.blocks)));
    const offset = nextNode;
    nextNode += renumber ? roll.count : list.nextNode;
    const { nodes } = roll;
    for (let i = 0; i < nodes.length; i++) nodes[i] = offset + (renumber ? i : nodes[i]);
    return roll;
  });
  if (nextNode > MAX_NODES) {
    throw new VectorIndexError(
      ErrorCode.capacityExceeded,
      `the numbers of ${nextNode} nodes do not fit into one index; merge fewer`,
      { expected: MAX_NODES, got: nextNode },
    );
  }
  return { roll: joinRolls(rolls), nextNode };
}

/** How a merge is done. */
export interface MergePlan {
  readonly lists: readonly SegmentList[];
  readonly renumber: boolean;
  readonly work: WorkOptions;
}

/**
 * Writes the vectors of some lists, as they are now, into segments of `target`, an empty list.
 *
 * @throws {VectorIndexError} CAPACITY_EXCEEDED, ABORTED, WORKER_FAILED, OUT_OF_MEMORY
 */
export async function mergeInto(
  target: SegmentList,
  crew: Crew,
  { lists, renumber, work }: MergePlan,
): Promise<void> {
  const { options } = target;
  const { roll, nextNode } = callAll(lists, renumber);
  const segments = [];
  for (let first = 0; first < roll.count; ) {
    const capacity = largestCapacity(options, Math.max(options.capacity, roll.count - first));
    const part = rollPart(roll, first, Math.min(roll.count, first + capacity));
    segments.push(await rewrite(crew, { roll: part, options, capacity, sealed: false, work }));
    first += part.count;
  }
  if (segments.length > 0) target.replace(target.all, segments);
  target.skipNodes(nextNode);
}
