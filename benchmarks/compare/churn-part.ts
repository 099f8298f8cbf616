/**
 * Vectors that come and go, in a small index: a tenth is replaced five times, and what is left is
 * held against an index built anew. The measuring is that of macro/churn.ts.
 */
import type { Workload } from '../harness/replacements.ts';
import { loadAllWritablePeers, loadWritable } from '../harness/writable.ts';
import type { Course } from '../macro/churn-report.ts';
import { ChurnRun } from '../macro/churn-run.ts';
import { EF_SEARCH } from './constants.ts';
import { NIGH } from './peers.ts';
import type { Run } from './settings.ts';

const DIMENSION = 128;
const QUERIES = 500;
/** Live vectors that are asked for themselves. */
const SAMPLE = 200;
/** For all rounds together. */
const MOST_SECONDS = 300;
export const CHURN_COUNT = 20_000;
export const WORKLOAD: Workload = {
  ...{ name: '10 % replaced, 5 times', rounds: 5, share: 0.1 },
  ...{ adds: true, every: 5 },
};

export interface Churned {
  readonly courses: readonly Course[];
  /** How each library was called, by its name. */
  readonly notes: ReadonlyMap<string, string>;
}

export async function measureChurn({ settings, failures }: Run, count: number): Promise<Churned> {
  const peers = loadAllWritablePeers();
  const names = [NIGH, ...peers.adapters.map(({ name }) => name)];
  const { M, efConstruction, peerEfConstruction, seed, rounds } = settings;
  const data = { count, dimension: DIMENSION, queryCount: QUERIES, seed };
  const build = { M, efConstruction, peerEfConstruction };
  const searches = { efSearch: EF_SEARCH, sample: SAMPLE, rounds };
  const turns = { mostSeconds: MOST_SECONDS, atOnce: 1 };
  const churn = new ChurnRun({ ...data, ...build, ...searches, ...turns }, names);
  const courses = await churn.run(WORKLOAD);
  failures.push(...churn.failures);
  const notes = new Map(names.map((name) => [name, loadWritable(name).note]));
  return { courses, notes };
}
