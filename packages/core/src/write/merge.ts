// One index of several: their vectors are written into new segments, whose graph is built at once.

import { assertOptions } from '../assert.ts';
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
import { largestCapacity, type SegmentList } from '../segment-list.ts';
import { checkWorkOptions, WORK_OPTION_NAMES } from '../work-options.ts';
import { rewrite } from './rewrite.ts';
import { callRoll, rollPart, sourceOf } from './roll.ts';

/** Options of a merged index: those of the first one, unless given. */
export type MergeOptions = Partial<Omit<IndexOptions, 'dimension' | 'metric'>> & WorkOptions;

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
  readonly given: Record<string, unknown>;
} {
  const own = INDEX_OPTION_NAMES.filter((name) => name !== 'dimension' && name !== 'metric');
  const options = assertOptions(raw, [...own, ...WORK_OPTION_NAMES]);
  const { onProgress: _onProgress, signal: _signal, ...given } = options;
  return { work: checkWorkOptions(options), given };
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
  const { subspaces, capacity: _capacity, ...rest } = first;
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const kept = 'precision' in given || subspaces === 0 ? {} : { subspaces };
  const base = { ...rest, ...kept, allowLowDimension: true, capacity: buildCapacity(count) };
  if ('precision' in given) {
    // What belongs to another precision is not taken over.
    const { originals: _originals, rerank: _rerank, ...others } = base;
    return resolveOptions({ ...others, ...given });
  }
  return resolveOptions({ ...base, ...given });
}

/**
 * Writes the vectors of `lists`, as they are now, into segments of `target`, an empty list. The
 * nodes of each keep their order, behind all of the list before.
 *
 * @throws {VectorIndexError} CAPACITY_EXCEEDED, ABORTED, WORKER_FAILED, OUT_OF_MEMORY
 */
export async function mergeInto(
  target: SegmentList,
  lists: readonly SegmentList[],
  crew: Crew,
  work: WorkOptions,
): Promise<void> {
  let offset = 0;
  const sources = lists.flatMap((list) => {
    const before = offset;
    offset += list.nextNode;
    return list.all.map((segment) => sourceOf(segment, list.blocks, before));
  });
  if (offset > MAX_NODES) {
    throw new VectorIndexError(
      ErrorCode.capacityExceeded,
      `the numbers of ${offset} nodes do not fit into one index; merge fewer`,
      { expected: MAX_NODES, got: offset },
    );
  }
  const { options } = target;
  const roll = callRoll(sources);
  const segments = [];
  for (let first = 0; first < roll.count; ) {
    const capacity = largestCapacity(options, Math.max(options.capacity, roll.count - first));
    const part = rollPart(roll, first, Math.min(roll.count, first + capacity));
    segments.push(await rewrite(crew, { roll: part, options, capacity, sealed: false, work }));
    first += part.count;
  }
  if (segments.length > 0) target.replace(target.all, segments);
  target.skipNodes(offset);
}
