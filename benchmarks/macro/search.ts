/**
 * Search on one thread: recall/speed curves of every tier beside hnswlib-node, in one run, one
 * setting of everybody per round. Everybody has a process of its own and they take turns. All tiers
 * search the same graph: it is built once and loaded.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VectorIndex } from '@nigh/core';
import { Child } from '../harness/child.ts';
import { createData } from '../harness/data.ts';
import { groundTruth, meanRecall } from '../harness/ground-truth.ts';
import { TIERS, tierRuns } from '../harness/nigh.ts';
import { readOptions } from '../harness/options.ts';
import { loadPeers } from '../harness/peers.ts';
import { publish } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import type { ContestantSettings, SearchAnswer, SearchQuestion } from './search-contestant.ts';
import {
  type Curve,
  compareCurves,
  curveRows,
  K,
  RECALL,
  searchGoals,
  summaryRow,
} from './search-report.ts';

const EF_SEARCH = [10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320];

const options = readOptions({
  count: 100_000,
  dimension: 128,
  queries: 1_000,
  seed: 1,
  M: 16,
  efConstruction: 100,
  peerEfConstruction: 200,
  rounds: 7,
  passes: 2,
});

interface Subject {
  readonly child: Child;
  readonly curve: Curve;
}

const { count, dimension, queries: queryCount, seed, M, passes } = options;
const dataOptions = { count, dimension, queryCount, seed };
const peers = loadPeers(options.save);
console.log('making data and exact results …');
const data = createData(dataOptions);
const [truth = []] = groundTruth(data.vectors, data.queries, { dimension, k: K, counts: [count] });
const subjects = [...(await startNigh()), ...(await startPeers())];
for (const efSearch of EF_SEARCH) await measureEverybody(efSearch);
for (const { child } of subjects) child.stop();
report(subjects.map(({ curve }) => curve));

async function startNigh(): Promise<Subject[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-search-'));
  const snapshot = join(folder, 'index.nigh');
  console.log('building nigh …');
  const { efConstruction } = options;
  const built = await VectorIndex.build(data.vectors, { dimension, M, efConstruction, seed });
  await built.save(snapshot);
  await built.close();
  const started: Subject[] = [];
  for (const tier of TIERS.filter(tierRuns)) {
    const settings = { data: dataOptions, k: K, tier, snapshot };
    started.push(await start({ name: `nigh ${tier}`, peer: false, points: [] }, settings));
  }
  await rm(folder, { recursive: true });
  return started;
}

async function startPeers(): Promise<Subject[]> {
  const started: Subject[] = [];
  const efConstruction = options.peerEfConstruction;
  const buildOptions = { dimension, M, efConstruction, seed, threads: 1 };
  for (const { name } of peers) {
    console.log(`building ${name} …`);
    const settings = { data: dataOptions, k: K, peer: name, buildOptions };
    started.push(await start({ name, peer: true, points: [] }, settings));
  }
  return started;
}

async function start(curve: Curve, settings: ContestantSettings): Promise<Subject> {
  const program = join(import.meta.dirname, 'search-contestant.ts');
  return { child: await Child.start(program, settings), curve };
}

/** Adds one point to every curve. */
async function measureEverybody(efSearch: number): Promise<void> {
  const ask = (child: Child, question: SearchQuestion) => child.ask<SearchAnswer>(question);
  const contestants = subjects.map(({ curve, child }) => ({
    name: curve.name,
    measure: async () => (await ask(child, { efSearch, passes })).queriesPerSecond,
  }));
  const samples = await interleave(contestants, { rounds: options.rounds });
  for (const { curve, child } of subjects) {
    const { found } = await ask(child, { efSearch, passes: 0 });
    const recall = meanRecall(truth, (query) => found[query] ?? []);
    curve.points.push({ efSearch, recall, speeds: samplesOf(samples, curve.name) });
  }
  console.log(`efSearch ${efSearch} measured`);
}

function report(curves: readonly Curve[]): void {
  const { efConstruction, peerEfConstruction, rounds } = options;
  const comparisons = compareCurves(curves, data.description);
  publish(
    {
      program: 'search',
      command: 'pnpm --filter @nigh/benchmarks run search',
      data: { description: data.description, ...dataOptions },
      parameters: {
        ...{ M, efConstruction, peerEfConstruction, k: K, rounds, passes },
        efSearch: EF_SEARCH,
      },
      method: [
        'One thread, one query per call, a process for each contestant, one running at a time.',
        'Per efSearch every contestant runs once per round, after one round that does not count.',
        'Queries per second is the median of the rounds; ratios are medians of ratios by round.',
        `At recall ${RECALL}: interpolated, linear in recall and in the logarithm of speed.`,
        'All nigh tiers load the same snapshot, so they search the same graph.',
        ...peers.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: { summary: curves.map(summaryRow), curve: curves.flatMap(curveRows) },
      comparisons,
      goals: searchGoals(comparisons),
    },
    options.save,
  );
}
