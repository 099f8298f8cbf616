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
/** Processes that build or replace at the same time where nothing is said, one thread each. */
const AT_ONCE = 2;

export interface ChurnSettings extends DataOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly peerEfConstruction: number;
  readonly efSearch: number;
  readonly sample: number;
  /** In which the searches take turns. */
  readonly rounds: number;
  /** Who takes longer to answer hangs, and is left out; for ever when left out. */
  readonly mostSeconds?: number;
  /** Processes that build or replace at the same time. */
  readonly atOnce?: number;
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
  readonly #children: Child[] = [];
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
    subjects = await this.#look(workload, subjects, await this.#momentOf(stream, 0));
    let fresh: Subject[] = [];
    for (let round = 0; round < workload.rounds; round += workload.every) {
      const rounds = Math.min(workload.every, workload.rounds - round);
      subjects = await this.#survivors(workload, subjects, (one) => this.#replace(one, rounds));
      for (let i = 0; i < rounds; i++) stream.next();
      const moment = await this.#momentOf(stream, round + rounds);
      if (moment.round === workload.rounds) {
        const names = subjects.map(({ name }) => name);
        fresh = await this.#startAll(workload, names, true);
      }
      const seen = await this.#look(workload, [...subjects, ...fresh], moment);
      subjects = subjects.filter((subject) => seen.includes(subject));
    }
    // Also of those that were left out.
    for (const child of this.#children.splice(0)) await child.stop();
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
        const one = item;
        const result = await this.#attempt(workload, one.name, () => work(one));
        if (result !== undefined) results.set(one, result);
      }
    };
    await Promise.all(Array.from({ length: this.#settings.atOnce ?? AT_ONCE }, next));
    return items.flatMap((item) => results.get(item) ?? []);
  }

  /** Undefined when a peer fails, which is noted. */
  async #attempt<Result>(
    workload: Workload,
    name: string,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (name === NIGH) throw error;
      const reason = firstLine(error);
      console.error(`${name} is left out of ${workload.name}: ${reason}`);
      this.failures.push({ name: `${name}, ${workload.name}`, reason });
      return undefined;
    }
  }

  #startAll(workload: Workload, libraries: readonly string[], fresh: boolean): Promise<Subject[]> {
    const program = join(import.meta.dirname, 'churn-contestant.ts');
    const { count, dimension, queryCount, seed, M, efSearch, sample } = this.#settings;
    const data = { count, dimension, queryCount, seed };
    const items = libraries.map((name) => ({ name }));
    return this.#survivors(workload, items, async ({ name }) => {
      const { efConstruction: own, peerEfConstruction, mostSeconds } = this.#settings;
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
        ...{ flags: READABLE, environment: READABLE_ENVIRONMENT },
        ...(mostSeconds !== undefined && { seconds: mostSeconds }),
      });
      this.#children.push(child);
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

  /** Adds what is to be seen of everybody, and says who was seen; their searches take turns. */
  async #look(
    workload: Workload,
    subjects: readonly Subject[],
    moment: Moment,
  ): Promise<Subject[]> {
    const seen = new Map<Subject, Omit<Look, 'queriesPerSecond'>>();
    for (const subject of subjects) {
      const part = await this.#attempt(workload, subject.name, () => {
        return this.#lookAt(subject, moment);
      });
      if (part !== undefined) seen.set(subject, part);
    }
    const contestants = [...seen.keys()].map((subject) => ({
      name: nameOf(subject),
      measure: async () => {
        if (!seen.has(subject)) return 0;
        const work = () => this.#ask<SpeedAnswer>(subject, { kind: 'speed' });
        const answer = await this.#attempt(workload, subject.name, work);
        if (answer === undefined) seen.delete(subject);
        return answer?.queriesPerSecond ?? 0;
      },
    }));
    const speeds = await interleave(contestants, { rounds: this.#settings.rounds });
    const words: string[] = [];
    for (const [subject, part] of seen) {
      const who = nameOf(subject);
      subject.looks.push({ ...part, queriesPerSecond: samplesOf(speeds, who) });
      const { recall, ghosts, missed } = part;
      words.push(`${who} ${recall.toFixed(4)} (${ghosts} removed, ${missed} missed)`);
    }
    console.error(`${workload.name}, round ${moment.round}: ${words.join('; ')}`);
    return [...seen.keys()];
  }

  async #replace(subject: Subject, rounds: number): Promise<Subject> {
    const answer = await this.#ask<ReplaceAnswer>(subject, { kind: 'replace', rounds });
    subject.roundSeconds = answer.seconds;
    subject.failedCalls += answer.failedCalls;
    return subject;
  }

  #ask<Answer>({ child }: Subject, question: ChurnQuestion): Promise<Answer> {
    return child.ask<Answer>(question, this.#settings.mostSeconds);
  }

  async #lookAt(
    subject: Subject,
    { round, live, truth }: Moment,
  ): Promise<Omit<Look, 'queriesPerSecond'>> {
    const inspected = await this.#ask<InspectAnswer>(subject, { kind: 'inspect' });
    const { missed, problems, grown, grownUncollected, bytes } = inspected;
    const { found } = await this.#ask<SearchAnswer>(subject, { kind: 'search' });
    const { roundSeconds, failedCalls } = subject;
    return {
      ...{ round, count: live.size, roundSeconds, failedCalls, missed, problems },
      ...{ grown, grownUncollected, bytes },
      recall: meanRecall(truth, (query) => found[query] ?? []),
      ghosts: found.flat().filter((key) => !live.has(key)).length,
    };
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

function nameOf({ name, fresh }: Subject): string {
  return fresh ? `${name} anew` : name;
}
