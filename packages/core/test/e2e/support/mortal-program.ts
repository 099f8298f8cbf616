// Kills pool threads at seeded moments while they build, add and search, and prints one line about
// each death: how the operation ended, whether it came to what it comes to undisturbed, and whether
// the index still answers. Started with support/deadly-threads.ts loaded first. Arguments: the
// seed, how many deaths, a folder for files, the kinds of death, separated by commas, and 'every'
// when every thread is to die of them.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VectorIndex } from '@nigh/core';
import { clustered, Random } from '@nigh/testkit';
import { failureOf, inexactQueries, rowOf } from './data.ts';
import { type DeathKind, nextDeath } from './deadly-threads.ts';

const [seed, deaths, folder, kinds, every] = process.argv.slice(2);
const DIMENSION = 16;
const COUNT = 3000;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });
const more = clustered({ count: 2000, dimension: DIMENSION, seed: 2 });
const queries = clustered({ count: 400, dimension: DIMENSION, seed: 3 });
const fewQueries = queries.subarray(0, 30 * DIMENSION);

const ACTIVITIES = ['build', 'add', 'batch'] as const;
const KINDS = kinds.split(',') as DeathKind[];
type Activity = (typeof ACTIVITIES)[number];

const options = { dimension: DIMENSION, flatThreshold: 0, threads: 2, capacity: 2 * COUNT };

/** An index ready for the activity, whose pool has not started yet. */
async function prepare(activity: Activity): Promise<VectorIndex> {
  const index = VectorIndex.create(options);
  if (activity === 'build') return index;
  const builder = await VectorIndex.build(vectors, { ...options, threads: 2 });
  const path = join(folder, 'mortal.nigh');
  await builder.save(path);
  await builder.close();
  await index.close();
  return VectorIndex.load(path, { threads: 2 });
}

/** Does what is to be disturbed; a digest of all it comes to. */
async function act(index: VectorIndex, activity: Activity): Promise<string> {
  const hash = createHash('sha256');
  if (activity === 'batch') {
    const { nodes, distances } = await index.searchBatch(queries, 10, { exact: true });
    return hash.update(nodes).update(distances).digest('hex');
  }
  await index.add(activity === 'build' ? vectors : more);
  const path = join(folder, 'outcome.nigh');
  await index.save(path);
  return hash.update(readFileSync(path)).digest('hex');
}

/** What each activity comes to when nobody dies. */
const undisturbed = new Map<Activity, string>();
for (const activity of ACTIVITIES) {
  const index = await prepare(activity);
  undisturbed.set(activity, await act(index, activity));
  await index.close();
}

/** Scans instead of the graph, as long as nothing is linked: then all answers are exact. */
function recall(index: VectorIndex): number {
  const wrong = inexactQueries(index, fewQueries, 10);
  return 1 - wrong.length / 30;
}

async function round(kind: DeathKind, activity: Activity, after: number): Promise<unknown> {
  const index = await prepare(activity);
  nextDeath.plan = { kind, after, every: every !== undefined };
  nextDeath.started = 0;
  let outcome: string | undefined;
  const work = act(index, activity).then((digest) => {
    outcome = digest;
  });
  const code = await failureOf(work);
  const { started } = nextDeath;
  // Who lost a thread starts others.
  const hit = code !== undefined || started > options.threads;
  nextDeath.plan = undefined;
  const { linked: linkedThen, count } = index.stats();
  const problemsThen = index.verify();
  const recallThen = recall(index);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const next = await failureOf(index.searchBatch(fewQueries, 10));
  const linking = await failureOf(index.link());
  const { linked } = index.stats();
  const found = index.search(rowOf(vectors, DIMENSION, 7), 1);
  const result = {
    ...{ hit, same: outcome === undefined ? undefined : outcome === undisturbed.get(activity) },
    ...{ kind, activity, after, code, started, count, linkedThen, problemsThen, recallThen },
    ...{ next, linking, linked },
    ...{ recall: recall(index), problems: index.verify(), self: found.nodes[0] },
  };
  await index.close();
  return result;
}

const random = new Random(Number(seed));
for (let i = 0; i < Number(deaths); i++) {
  const kind = KINDS[i % KINDS.length];
  const activity = ACTIVITIES[Math.floor(i / KINDS.length) % ACTIVITIES.length];
  const items = activity === 'batch' ? 20 : 40;
  const most = every === undefined ? items : 10;
  const after = random.integer(1, kind === 'terminate' ? 150 : most);
  console.log(JSON.stringify(await round(kind, activity, after)));
}
