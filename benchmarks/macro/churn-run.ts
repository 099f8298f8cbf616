/**
 * Libraries under a workload, each in a process of its own: vectors are replaced round by round,
 * and at the end everybody is held against an index of the same live vectors built anew.
 */
import { join } from 'node:path';
import { type ClusteredSource, clusteredSource } from '@nigh/testkit';
import { firstLine, NIGH, type PeerFailure } from '../compare/peers.ts';
import { Child } from '../harness/child.ts';
import { createQueries, type DataOptions } from '../harness/data.ts';
import { exactResults } from '../harness/exact-results.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { Stream, type Workload } from '../harness/replacements.ts';
import { READABLE, READABLE_ENVIRONMENT } from '../harness/resident.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import type {
  ChurnQuestion,
  ChurnTask,
  InspectAnswer,
  ReplaceAnswer,
  SearchAnswer,
  SpeedAnswer,
} from './churn-contestant.ts';
import type { Course, Look } from './churn-report.ts';

export const K = 10;
/** Processes that build or replace at the same time, one thread each. */
const AT_ONCE = 2;

export interface ChurnSettings extends DataOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly peerEfConstruction: number;
  readonly efSearch: number;
  readonly sample: number;
  /** In which the searches take turns. */
  readonly rounds: number;
}

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

export class ChurnRun {
  readonly #settings: ChurnSettings;
  readonly #names: readonly string[];
  readonly #queries: Float32Array;
  readonly #source: ClusteredSource;
  /** Who failed, and why. */
  readonly failures: PeerFailure[] = [];

  /** @param names the libraries that take part. */
  constructor(settings: ChurnSettings, names: readonly string[]) {
    this.#settings = settings;
    this.#names = names;
    this.#queries = createQueries(settings);
    this.#source = clusteredSource(settings);
  }

  /** One workload from its first vector to the fresh indexes at its end. */
  async run(workload: Workload): Promise<Course[]> {
    const start = performance.now();
    const { count, queryCount, seed } = this.#settings;
    const stream = new Stream(workload, count, count + queryCount, seed);
    let subjects = await this.#startAll(workload, this.#names, false);
    await this.#look(workload, subjects, await this.#momentOf(stream, 0));
    let fresh: Subject[] = [];
    for (let round = 0; round < workload.rounds; round += workload.every) {
      const rounds = Math.min(workload.every, workload.rounds - round);
      subjects = await this.#survivors(workload, subjects, (subject) => replace(subject, rounds));
      for (let i = 0; i < rounds; i++) stream.next();
      const moment = await this.#momentOf(stream, round + rounds);
      if (moment.round === workload.rounds) {
        const names = subjects.map(({ name }) => name);
        fresh = await this.#startAll(workload, names, true);
      }
      await this.#look(workload, [...subjects, ...fresh], moment);
    }
    for (const { child } of [...subjects, ...fresh]) await child.stop();
    console.error(`${workload.name}: ${Math.round((performance.now() - start) / 1000)} s`);
    return subjects.map((subject) => this.#courseOf(workload, subject, fresh));
  }

  /** Runs `work` for all, so many at once; who fails is noted, and the others go on. */
  async #survivors<Item extends { readonly name: string }, Result>(
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
          console.error(`${item.name} is left out of ${workload.name}: ${reason}`);
          this.failures.push({ name: `${item.name}, ${workload.name}`, reason });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return items.flatMap((item) => results.get(item) ?? []);
  }

  #startAll(workload: Workload, libraries: readonly string[], fresh: boolean): Promise<Subject[]> {
    const program = join(import.meta.dirname, 'churn-contestant.ts');
    const { count, dimension, queryCount, seed, M, efSearch, sample } = this.#settings;
    const data = { count, dimension, queryCount, seed };
    const items = libraries.map((name) => ({ name }));
    return this.#survivors(workload, items, async ({ name }) => {
      const { efConstruction: own, peerEfConstruction } = this.#settings;
      const efConstruction = name === NIGH ? own : peerEfConstruction;
      const settings = { M, efConstruction, efSearch };
      const task: ChurnTask = {
        library: name,
        workload,
        fresh,
        ...data,
        ...settings,
        k: K,
        sample,
      };
      const child = await Child.start(program, task, {
        flags: READABLE,
        environment: READABLE_ENVIRONMENT,
      });
      return { name, fresh, child, looks: [], roundSeconds: [], failedCalls: 0 };
    });
  }

  /** What is live, and what every query should find of it. */
  async #momentOf(stream: Stream, round: number): Promise<Moment> {
    const { dimension } = this.#settings;
    const keys = stream.live.slice();
    const vectors = new Float32Array(keys.length * dimension);
    for (const [i, key] of keys.entries()) {
      this.#source.fill(vectors.subarray(i * dimension, (i + 1) * dimension), key);
    }
    const set = { name: 'live', metric: 'l2', count: keys.length, dimension } as const;
    const nearest = await exactResults({ ...set, vectors, queries: this.#queries }, K);
    const truth = nearest.map((rows) => rows.map((row) => keys[row] as number));
    return { round, live: new Set(keys), truth };
  }

  /** Adds what is to be seen of everybody; their searches take turns. */
  async #look(workload: Workload, subjects: readonly Subject[], moment: Moment): Promise<void> {
    const parts: Omit<Look, 'queriesPerSecond'>[] = [];
    for (const subject of subjects) parts.push(await lookAt(subject, moment));
    const contestants = subjects.map((subject, i) => ({
      name: `${i}`,
      measure: async () => {
        const { queriesPerSecond } = await ask<SpeedAnswer>(subject, { kind: 'speed' });
        return queriesPerSecond;
      },
    }));
    const speeds = await interleave(contestants, { rounds: this.#settings.rounds });
    for (const [i, subject] of subjects.entries()) {
      subject.looks.push({ ...(parts[i] as Look), queriesPerSecond: samplesOf(speeds, `${i}`) });
    }
    const words = subjects.map(({ name, fresh }, i) => {
      const { recall, ghosts, missed } = parts[i] as Look;
      const who = fresh ? `${name} anew` : name;
      return `${who} ${recall.toFixed(4)} (${ghosts} removed, ${missed} missed)`;
    });
    console.error(`${workload.name}, round ${moment.round}: ${words.join('; ')}`);
  }

  #courseOf(workload: Workload, subject: Subject, fresh: readonly Subject[]): Course {
    const { name, looks } = subject;
    const perRound = Math.round(this.#settings.count * workload.share);
    return {
      ...{ workload: workload.name, perRound, name, peer: name !== NIGH, looks },
      fresh: fresh.find((one) => one.name === name)?.looks[0],
    };
  }
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
