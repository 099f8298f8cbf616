/**
 * Vectors that come and go: the same seeded streams of replacements through our index and its
 * peers, each in a process of its own. After some rounds recall, what is lost, speed and memory are
 * looked at, and at the end held against an index of the same live vectors built anew.
 */
import { join } from 'node:path';
import { clusteredSource } from '@nigh/testkit';
import { Child } from '../harness/child.ts';
import { createQueries, describeData } from '../harness/data.ts';
import { exactResults } from '../harness/exact-results.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { readOptions } from '../harness/options.ts';
import { failureRows, firstLine, type PeerFailure } from '../harness/peers.ts';
import { Stream, WORKLOADS, type Workload } from '../harness/replacements.ts';
import { publish } from '../harness/report.ts';
import { READABLE, READABLE_ENVIRONMENT } from '../harness/resident.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { loadWritablePeers } from '../harness/writable.ts';
import type {
  ChurnQuestion,
  ChurnTask,
  InspectAnswer,
  ReplaceAnswer,
  SearchAnswer,
  SpeedAnswer,
} from './churn-contestant.ts';
import {
  type Course,
  churnComparisons,
  churnGoals,
  churnRow,
  type Look,
  lookRows,
} from './churn-report.ts';

const K = 10;
const NIGH = 'nigh';
/** Processes that build or replace at the same time, one thread each. */
const AT_ONCE = 2;

const options = readOptions({
  ...{ count: 100_000, dimension: 128, queries: 500, sample: 1_000 },
  ...{ M: 16, efConstruction: 100, peerEfConstruction: 200, efSearch: 64 },
  ...{ workloads: WORKLOADS.length, seed: 1, rounds: 5 },
});
const { count, dimension, queries: queryCount, seed } = options;
const data = { count, dimension, queryCount, seed };
const queries = createQueries(data);
const source = clusteredSource(data);

/** A library under a workload, or the fresh index at the end of one. */
interface Subject {
  readonly name: string;
  readonly fresh: boolean;
  readonly child: Child;
  readonly looks: Look[];
  /** Of the rounds since the last look. */
  roundSeconds: readonly number[];
  failedCalls: number;
}

/** What every index should know at one moment. */
interface Moment {
  readonly round: number;
  readonly live: ReadonlySet<number>;
  /** The keys nearest to each query. */
  readonly truth: readonly Uint32Array[];
}

const peers = loadWritablePeers(options.save);
const names = [NIGH, ...peers.adapters.map(({ name }) => name)];
const failures: PeerFailure[] = [...peers.failures];
const courses: Course[] = [];
for (const workload of WORKLOADS.slice(0, options.workloads))
  courses.push(...(await run(workload)));
report();

async function run(workload: Workload): Promise<Course[]> {
  const start = performance.now();
  const stream = new Stream(workload, count, count + queryCount, seed);
  let subjects = await startAll(workload, names, false);
  await look(workload, subjects, await momentOf(stream, 0));
  let fresh: Subject[] = [];
  for (let round = 0; round < workload.rounds; round += workload.every) {
    const rounds = Math.min(workload.every, workload.rounds - round);
    subjects = await survivors(workload, subjects, (subject) => replace(subject, rounds));
    for (let i = 0; i < rounds; i++) stream.next();
    const moment = await momentOf(stream, round + rounds);
    if (moment.round === workload.rounds) {
      fresh = await startAll(
        workload,
        subjects.map(({ name }) => name),
        true,
      );
    }
    await look(workload, [...subjects, ...fresh], moment);
  }
  for (const { child } of [...subjects, ...fresh]) await child.stop();
  console.log(`${workload.name}: ${Math.round((performance.now() - start) / 1000)} s`);
  return subjects.map((subject) => courseOf(workload, subject, fresh));
}

/** Runs `work` for all, so many at once; who fails is noted, and the others go on. */
async function survivors<Item extends { readonly name: string }, Result>(
  workload: Workload,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<Item, Result>();
  const waiting = [...items].reverse(); // the slowest are at the end
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        results.set(item, await work(item));
      } catch (error) {
        if (item.name === NIGH) throw error;
        const reason = firstLine(error);
        console.log(`${item.name} is left out of ${workload.name}: ${reason}`);
        failures.push({ name: `${item.name}, ${workload.name}`, reason });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return items.flatMap((item) => results.get(item) ?? []);
}

function startAll(
  workload: Workload,
  libraries: readonly string[],
  fresh: boolean,
): Promise<Subject[]> {
  const program = join(import.meta.dirname, 'churn-contestant.ts');
  const { M, efSearch, sample } = options;
  const items = libraries.map((name) => ({ name }));
  return survivors(workload, items, async ({ name }) => {
    const efConstruction = name === NIGH ? options.efConstruction : options.peerEfConstruction;
    const settings = { M, efConstruction, efSearch };
    const task: ChurnTask = { library: name, workload, fresh, ...data, ...settings, k: K, sample };
    const child = await Child.start(program, task, {
      flags: READABLE,
      environment: READABLE_ENVIRONMENT,
    });
    return { name, fresh, child, looks: [], roundSeconds: [], failedCalls: 0 };
  });
}

async function replace(subject: Subject, rounds: number): Promise<Subject> {
  const answer = await ask<ReplaceAnswer>(subject, { kind: 'replace', rounds });
  subject.roundSeconds = answer.seconds;
  subject.failedCalls += answer.failedCalls;
  return subject;
}

function ask<Answer>({ child }: Subject, question: ChurnQuestion): Promise<Answer> {
  return child.ask<Answer>(question);
}

/** What is live, and what every query should find of it. */
async function momentOf(stream: Stream, round: number): Promise<Moment> {
  const keys = stream.live.slice();
  const vectors = new Float32Array(keys.length * dimension);
  for (const [i, key] of keys.entries()) {
    source.fill(vectors.subarray(i * dimension, (i + 1) * dimension), key);
  }
  const set = { name: 'live', metric: 'l2', count: keys.length, dimension } as const;
  const nearest = await exactResults({ ...set, vectors, queries }, K);
  const truth = nearest.map((rows) => rows.map((row) => keys[row] as number));
  return { round, live: new Set(keys), truth };
}

/** Adds what is to be seen of everybody; their searches take turns. */
async function look(
  workload: Workload,
  subjects: readonly Subject[],
  moment: Moment,
): Promise<void> {
  const parts: Omit<Look, 'queriesPerSecond'>[] = [];
  for (const subject of subjects) parts.push(await lookAt(subject, moment));
  const contestants = subjects.map((subject, i) => ({
    name: `${i}`,
    measure: async () => {
      const { queriesPerSecond } = await ask<SpeedAnswer>(subject, { kind: 'speed' });
      return queriesPerSecond;
    },
  }));
  const speeds = await interleave(contestants, { rounds: options.rounds });
  for (const [i, subject] of subjects.entries()) {
    subject.looks.push({ ...(parts[i] as Look), queriesPerSecond: samplesOf(speeds, `${i}`) });
  }
  const words = subjects.map(({ name, fresh }, i) => {
    const { recall, ghosts, missed } = parts[i] as Look;
    const who = fresh ? `${name} anew` : name;
    return `${who} ${recall.toFixed(4)} (${ghosts} removed, ${missed} missed)`;
  });
  console.log(`${workload.name}, round ${moment.round}: ${words.join('; ')}`);
}

async function lookAt(
  subject: Subject,
  { round, live, truth }: Moment,
): Promise<Omit<Look, 'queriesPerSecond'>> {
  const { missed, problems, grown, grownUncollected, bytes } = await ask<InspectAnswer>(subject, {
    kind: 'inspect',
  });
  const { found } = await ask<SearchAnswer>(subject, { kind: 'search' });
  const { roundSeconds, failedCalls } = subject;
  return {
    ...{ round, count: live.size, roundSeconds, failedCalls, missed, problems },
    ...{ grown, grownUncollected, bytes },
    recall: meanRecall(truth, (query) => found[query] ?? []),
    ghosts: found.flat().filter((key) => !live.has(key)).length,
  };
}

function courseOf(workload: Workload, subject: Subject, fresh: readonly Subject[]): Course {
  const { name, looks } = subject;
  return {
    ...{ workload: workload.name, perRound: Math.round(count * workload.share) },
    ...{ name, peer: name !== NIGH, looks },
    fresh: fresh.find((one) => one.name === name)?.looks[0],
  };
}

function report(): void {
  const { M, efConstruction, peerEfConstruction, efSearch, sample, rounds } = options;
  publish(
    {
      program: 'churn',
      command: 'pnpm --filter @nigh/benchmarks run churn',
      data: { description: describeData(data), ...data },
      parameters: {
        ...{ k: K, M, efConstruction, peerEfConstruction, efSearch, sample, rounds, threads: 1 },
      },
      method: [
        'The same seeded stream for everybody, each in a process of its own, one thread each, two',
        'processes at a time; a round is over when everything it sets off is done.',
        `Recall@${K} of one efSearch against an exact scan of what is live; "ghosts" are removed`,
        `vectors among what the queries found, "missed" those of ${sample} live ones that are not`,
        `among the ${K} nearest of themselves.`,
        'Searches take turns within a round of measuring, the fresh indexes among them; speeds are',
        'medians, ratios medians of the ratios by round.',
        'Memory is the growth of the resident set since before the index was there, garbage',
        'collected; "uncollected" before that. Buffers of 128 KiB and more are returned at once',
        '(MALLOC_MMAP_THRESHOLD_), for everybody.',
        ...peers.adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: {
        churn: courses.map(churnRow),
        looks: lookRows(courses),
        failures: failureRows(failures),
      },
      comparisons: churnComparisons(courses),
      goals: churnGoals(courses),
    },
    options.save,
  );
}
