// Builds an index once undisturbed, and once for every phase of a build by partitions with threads
// that die in it; prints one line about each. Started with support/doomed-threads.ts loaded first.
// Arguments: a folder for files, how many threads die in a phase, how, and which phases:
// a name and the run of it, separated by commas; then, if not float32, the precision; then, if it
// is not 'build' that they die in, 'consolidate'.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IndexOptions, VectorIndex } from '@nigh/core';
import { clustered } from '@nigh/testkit';
import { failureOf } from './data.ts';
import { type Doom, type DoomPlan, deadThreads, setDoom } from './doomed-threads.ts';

const [folder, deaths, doom, phases, precision = 'float32', activity = 'build'] =
  process.argv.slice(2);
const DIMENSION = 12;
const COUNT = 3600;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });
/** So few neighbors that the first upper level is partitioned like level 0. */
const options: IndexOptions = {
  ...{ dimension: DIMENSION, flatThreshold: 0, threads: 2, capacity: COUNT },
  ...{ quality: 'high', M: 3 },
  ...{ precision: precision as NonNullable<IndexOptions['precision']>, allowLowDimension: true },
};

async function digestOf(index: VectorIndex): Promise<string> {
  const path = join(folder, 'doomed.nigh');
  await index.save(path);
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Builds while threads die; how that ended, and what is left when it is linked. */
async function round(plan: DoomPlan | undefined): Promise<Record<string, unknown>> {
  const index = VectorIndex.create(options);
  setDoom(plan);
  const code = await failureOf(index.add(vectors));
  const dead = deadThreads();
  setDoom(undefined);
  const { linked: linkedThen } = index.stats();
  const exactThen = index.search(vectors.slice(0, DIMENSION), 1).nodes[0] === 0;
  const linking = await failureOf(index.link());
  const { linked } = index.stats();
  const digest = await digestOf(index);
  const problems = index.verify();
  await index.close();
  return { code, dead, linkedThen, exactThen, linking, linked, digest, problems };
}

/** The file of an index of which a fifth was removed. */
async function saveWorn(): Promise<string> {
  const index = await VectorIndex.build(vectors, { ...options, consolidateAt: 1 });
  index.remove(Array.from({ length: COUNT / 5 }, (_, i) => 5 * i));
  const path = join(folder, 'worn.nigh');
  await index.save(path);
  await index.close();
  return path;
}

/** Consolidates while threads die; what is left then, and when it is done again undisturbed. */
async function consolidate(
  path: string,
  plan: DoomPlan | undefined,
): Promise<Record<string, unknown>> {
  const index = await VectorIndex.load(path, { threads: 2 });
  const before = await digestOf(index);
  setDoom(plan);
  const code = await failureOf(index.consolidate());
  const dead = deadThreads();
  setDoom(undefined);
  const untouched = (await digestOf(index)) === before;
  const { count, removed } = index.stats();
  const problemsThen = index.verify();
  const again = await failureOf(index.consolidate());
  const digest = await digestOf(index);
  const problems = index.verify();
  await index.close();
  const then = { count, removed, untouched, problemsThen };
  const codes = { code: code ?? 'none', again: again ?? 'none' };
  return { ...codes, dead, ...then, digest, problems };
}

const worn = activity === 'consolidate' ? await saveWorn() : undefined;
const act = (plan: DoomPlan | undefined): Promise<Record<string, unknown>> =>
  worn === undefined ? round(plan) : consolidate(worn, plan);
console.log(JSON.stringify({ phase: 'none', ...(await act(undefined)) }));
for (const name of phases.split(',')) {
  const [phase, run] = name.split(' ');
  // Who finds an item that was taken does not take it again, and would live.
  const moment = deaths === '1' ? 'taken' : 'noted';
  const plan = { phase, run: Number(run), deaths: Number(deaths), doom: doom as Doom, moment };
  console.log(JSON.stringify({ phase: name, ...(await act(plan as DoomPlan)) }));
}
