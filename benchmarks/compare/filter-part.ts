/**
 * Searches under a filter by category, at one efSearch: what lets through a hundredth, a tenth and
 * a half of the vectors, at random. Everybody is told in its own way what may be found.
 */
import { bruteForceBatch } from '@nigh/testkit';
import { samplesOf } from '../harness/run.ts';
import { median } from '../harness/stats.ts';
import { recallOfFound, type Searched } from './build-part.ts';
import { EF_SEARCH, K } from './constants.ts';
import { measureSpeeds } from './curve-part.ts';
import type { FindAnswer } from './index-case.ts';
import { note } from './progress.ts';
import { categoriesOf, readQueries, readVectors, type StoredSet } from './sets.ts';
import type { Field, Run } from './settings.ts';

/** Categories below these limits, of 100. */
const LIMITS = [1, 10, 50];

export interface Filtered {
  readonly set: string;
  readonly name: string;
  readonly share: number;
  readonly recall: number;
  readonly queriesPerSecond: number;
  readonly how: string | null;
}

export async function measureFilters(
  run: Run,
  { set }: Field,
  searched: readonly Searched[],
): Promise<Filtered[]> {
  const able = searched.filter(({ canFilter }) => canFilter);
  const rows: Filtered[] = [];
  for (const limit of LIMITS) {
    const truth = truthBelow(limit, set);
    const recalls = new Map<Searched, number>();
    for (const one of able) {
      const question = { kind: 'find', efSearch: EF_SEARCH, limit } as const;
      const answer = await one.subject.ask<FindAnswer>(question);
      if (answer !== undefined) recalls.set(one, recallOfFound(truth, answer.found));
    }
    const speeds = await measureSpeeds([...recalls.keys()], run.settings.rounds, {
      ...{ kind: 'speed', efSearch: EF_SEARCH, limit, seconds: run.settings.pointSeconds },
    });
    for (const [{ adapter, subject }, recall] of recalls) {
      if (!subject.takesPart) continue;
      const queriesPerSecond = median(samplesOf(speeds, adapter.name));
      const { name, filter: how } = adapter;
      rows.push({ set: set.name, name, share: limit / 100, recall, queriesPerSecond, how });
    }
    note(`${set.name}: filters that let through ${limit} %`);
  }
  return rows;
}

/** By the oracle, which knows nothing of anybody's filters. */
export function truthBelow(limit: number, set: StoredSet): Uint32Array[] {
  const { dimension, metric, count } = set;
  const accept = new Uint32Array(Math.ceil(count / 32));
  for (const [node, category] of categoriesOf(count).entries()) {
    if (category < limit) accept[node >>> 5] = (accept[node >>> 5] as number) | (1 << (node & 31));
  }
  const options = { dimension, metric, k: K, accept };
  return bruteForceBatch(readVectors(set), readQueries(set), options).map(({ nodes }) => nodes);
}
