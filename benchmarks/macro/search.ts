/**
 * Search on one thread: recall/speed curves of our index beside its peers on several sets, one
 * setting of everybody per round. Everybody has a process of its own and they take turns.
 */
import { join } from 'node:path';
import { tierRuns } from '../compare/peers/nigh.ts';
import { Child } from '../harness/child.ts';
import type { CurvePoint } from '../harness/curve.ts';
import { type DataSet, loadDataSet } from '../harness/data-sets.ts';
import { exactResults } from '../harness/exact-results.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { failureRows, firstLine, loadPeers, type PeerFailure } from '../harness/peers.ts';
import { publish } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import type { ContestantTask, SearchAnswer, SearchQuestion } from './search-contestant.ts';
import { type Contestant, contestantsOf, SEARCH_SETS } from './search-contestants.ts';
import {
  type Curve,
  compareCurves,
  curveRows,
  K,
  ratioRows,
  searchGoals,
  summaryRow,
} from './search-report.ts';

const EF_SEARCH = [10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448];
/** A curve ends here: more work would find nothing more. */
const ENOUGH_RECALL = 0.9995;
/** And where more work has stopped to find more, as it does on narrow codes. */
const MIN_GAIN = 0.0002;
/** Graphs that are built at the same time; building is not what is measured. */
const BUILDERS = 2;

const options = readOptions({
  sets: SEARCH_SETS.length,
  count: 1_000_000,
  M: 16,
  efConstruction: 100,
  peerEfConstruction: 200,
  seed: 1,
  rounds: 5,
});

interface Subject {
  readonly contestant: Contestant;
  readonly child: Child;
  readonly points: CurvePoint[];
  bytesPerVector: number | null;
}

const peers = loadPeers(options.save);
const failures: PeerFailure[] = [...peers.failures];
const curves: Curve[] = [];
const missing: string[] = [];
for (const name of SEARCH_SETS.slice(0, options.sets)) {
  const set = loadDataSet(name, options.count);
  if (set === undefined) missing.push(name);
  else curves.push(...(await measureSet(set)));
}
report();

async function measureSet(set: DataSet): Promise<Curve[]> {
  const start = performance.now();
  const truth = await exactResults(set, K);
  const subjects = await startAll(set);
  const built = performance.now();
  for (const efSearch of EF_SEARCH) await measureEverybody(subjects, efSearch, truth);
  for (const { child } of subjects) await child.stop();
  const seconds = [built - start, performance.now() - built].map((time) => Math.round(time / 1000));
  console.log(
    `${set.name} (${set.count} vectors): built in ${seconds[0]} s, measured in ${seconds[1]} s`,
  );
  return subjects.map(({ contestant: { name, settings }, points, bytesPerVector }) => {
    return { name, set: set.name, peer: settings.library === 'peer', bytesPerVector, points };
  });
}

/** Starts the contestants of a set, in their order; who fails is noted, and the others go on. */
async function startAll(set: DataSet): Promise<Subject[]> {
  const names = peers.adapters.map(({ name }) => name);
  const contestants = contestantsOf(set, { ...options, peers: names, tierRuns });
  const started = new Map<Contestant, Subject>();
  const waiting = [...contestants];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const subject = await start(next);
      if (subject !== undefined) started.set(next, subject);
    }
  };
  await Promise.all(Array.from({ length: BUILDERS }, work));
  return contestants.flatMap((contestant) => started.get(contestant) ?? []);
}

async function start(contestant: Contestant): Promise<Subject | undefined> {
  const program = join(import.meta.dirname, 'search-contestant.ts');
  const task: ContestantTask = { contestant, k: K, count: options.count };
  try {
    const child = await Child.start(program, task);
    return { contestant, child, points: [], bytesPerVector: null };
  } catch (error) {
    if (contestant.settings.library === 'nigh') throw error;
    const reason = firstLine(error);
    console.log(`${contestant.name} is left out on ${contestant.set}: ${reason}`);
    failures.push({ name: `${contestant.name}, ${contestant.set}`, reason });
    return undefined;
  }
}

/** Whether a higher efSearch could still find more. */
function goesOn({ points }: Subject): boolean {
  const [before, last] = [points.at(-2), points.at(-1)];
  if (last === undefined) return true;
  if (last.recall >= ENOUGH_RECALL) return false;
  return before === undefined || last.recall - before.recall >= MIN_GAIN;
}

/** Adds one point to every curve that goes on. The untimed questions are the warm-up too. */
async function measureEverybody(
  all: readonly Subject[],
  efSearch: number,
  truth: readonly Uint32Array[],
): Promise<void> {
  const subjects = all.filter(goesOn);
  const ask = ({ child }: Subject, timed: boolean): Promise<SearchAnswer> => {
    return child.ask<SearchAnswer>({ efSearch, timed } satisfies SearchQuestion);
  };
  const recalls = new Map<Subject, number>();
  for (const subject of subjects) {
    const { found, bytesPerVector } = await ask(subject, false);
    recalls.set(
      subject,
      meanRecall(truth, (query) => found[query] ?? []),
    );
    subject.bytesPerVector = bytesPerVector;
  }
  const contestants = subjects.map((subject) => ({
    name: subject.contestant.name,
    measure: async () => (await ask(subject, true)).queriesPerSecond,
  }));
  const samples = await interleave(contestants, { rounds: options.rounds, warmup: 0 });
  for (const subject of subjects) {
    const speeds = samplesOf(samples, subject.contestant.name);
    subject.points.push({ efSearch, recall: recalls.get(subject) ?? 0, speeds });
  }
}

function report(): void {
  const { M, efConstruction, peerEfConstruction, rounds, seed } = options;
  const sets = [...new Set(curves.map(({ set }) => set))];
  publish(
    {
      program: 'search',
      command: 'pnpm --filter @nigh/benchmarks run search',
      data: { description: `${sets.join('; ')}; held-out queries, clustered ones with seed 1` },
      parameters: {
        ...{ M, efConstruction, peerEfConstruction, k: K, rounds, seed },
        efSearch: EF_SEARCH,
      },
      method: [
        'One thread, one query per call, a process for each contestant, one running at a time.',
        'Per efSearch every contestant answers all queries once untimed, for its recall, and then',
        `once in each of ${rounds} rounds, or as many as half a second is enough for. A curve ends`,
        'where more work finds nothing more.',
        'Queries per second is the median of the rounds; ratios are medians of ratios by round.',
        `Equal recall: interpolated, linear in recall and in the logarithm of speed.`,
        'All nigh tiers search the same graph. "derived": vectors projected from text.',
        ...peers.adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
        ...missing.map((name) => `${name} was not there.`),
      ],
      tables: {
        summary: curves.map(summaryRow),
        ratios: ratioRows(curves),
        curve: curves.flatMap(curveRows),
        failures: failureRows(failures),
      },
      comparisons: compareCurves(curves),
      goals: searchGoals(curves),
    },
    options.save,
  );
}
