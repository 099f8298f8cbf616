/**
 * Searches under a filter by category, at one efSearch: what lets through a hundredth, a tenth and
 * a half of the vectors, at random. Everybody is told in its own way what may be found.
 */
import { NodeFilter } from '@nigh/core';
import { exactResults } from '../harness/exact-results.ts';
import { samplesOf } from '../harness/run.ts';
import { median } from '../harness/stats.ts';
import { recallOfFound, type Searched } from './build-part.ts';
import { EF_SEARCH, K } from './constants.ts';
import { measureSpeeds } from './curve-part.ts';
import type { FindAnswer } from './index-case.ts';
import { note } from './progress.ts';
import { categoriesOf, readQueries, readVectors } from './sets.ts';
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
  const data = { ...set, vectors: readVectors(set), queries: readQueries(set) };
  const categories = categoriesOf(set.count);
  const rows: Filtered[] = [];
  for (const limit of LIMITS) {
    const every = NodeFilter.range(0, set.count).nodes();
    const accept = NodeFilter.where(every, (node) => (categories[node] as number) < limit);
    const truth = await exactResults(data, K, accept);
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
