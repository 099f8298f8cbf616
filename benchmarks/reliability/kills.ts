/**
 * Kills processes that work on a collection (SIGKILL) at random times: under load, in checkpoints,
 * and while they recover from a kill that nobody has mended. Then the collection is opened and held
 * against the ledger, and the next process goes on from there.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Collection } from '@nigh/collection';
import { Random } from '@nigh/testkit';
import type { KillTask } from './kill-task.ts';
import { Ledger } from './ledger.ts';
import { MOST_IN_FLIGHT } from './upkeep.ts';
import { openOptions, type State } from './writes.ts';

export interface Kills {
  readonly kills: number;
  readonly seed: number;
  /** Collections that are worked on at the same time, each with its own seed. Default 1. */
  readonly lanes?: number;
  /** A mistake that is planted in the processes. */
  readonly fault?: string;
}

/** What a process was about when it was killed, by what it had said last. */
export type Phase = 'load' | 'checkpoint' | 'compact' | 'reopen' | 'recovery';

export interface KillReport {
  readonly kills: Readonly<Record<Phase, number>>;
  /** Writes that were acknowledged, in all processes. */
  readonly acknowledged: number;
  readonly failures: readonly string[];
}

const CHILD = join(import.meta.dirname, `kill-child${import.meta.filename.slice(-3)}`);
const WRITES_PER_PROCESS = 2000;
/** Rounds per kill at most: a process may have ended, or opened, before it is killed. */
const MOST_ROUNDS = 5;

type Moment = 'load' | 'checkpoint' | 'recovery';

/** How long a process is let alone after the line that begins its moment, at most. */
const PATIENCE_MS: Readonly<Record<Moment, number>> = { load: 300, checkpoint: 12, recovery: 25 };

const SIGNS: Readonly<Record<Moment, RegExp>> = {
  load: /^open$/,
  checkpoint: /^begins (checkpoint|compact)$/,
  recovery: /^opening$/,
};

/** How a process ended. */
interface Ending {
  /** The highest number of a write that was acknowledged; 0 where none was. */
  readonly acknowledged: number;
  /** Undefined where it ended by itself. */
  readonly killedIn: Phase | undefined;
}

/** The phase that a line begins; undefined where it begins none. */
function phaseOf(line: string): Phase | undefined {
  if (line === 'opening') return 'recovery';
  if (line === 'open' || line.startsWith('ends ')) return 'load';
  return line.startsWith('begins ') ? (line.slice('begins '.length) as Phase) : undefined;
}

/** Runs a process until it is killed, or has ended. */
async function runUntilKilled(file: string, moment: Moment, patience: number): Promise<Ending> {
  const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => (code ? reject(new Error(errors)) : resolve(signal)));
  });
  ended.catch(() => undefined); // it is awaited when all that was said is read
  let [acknowledged, phase, isMarked]: [number, Phase | undefined, boolean] = [0, undefined, false];
  for await (const line of createInterface({ input: child.stdout })) {
    const [, number] = /^acknowledged (\d+)$/.exec(line) ?? [];
    acknowledged = Math.max(acknowledged, Number(number ?? 0));
    phase = phaseOf(line) ?? phase;
    if (isMarked || !SIGNS[moment].test(line)) continue;
    isMarked = true;
    void sleep(patience).then(() => child.kill('SIGKILL'));
  }
  const signal = await ended;
  return { acknowledged, killedIn: signal === 'SIGKILL' ? phase : undefined };
}

function drawMoment(random: Random): Moment {
  const draw = random.uniform();
  if (draw < 0.55) return 'load';
  return draw < 0.75 ? 'checkpoint' : 'recovery';
}

/** One collection, and the processes that work on it one after another. */
class Lane {
  readonly #options: Kills;
  readonly #folder: string;
  readonly #file: string;
  readonly #random: Random;
  readonly kills = { load: 0, checkpoint: 0, compact: 0, reopen: 0, recovery: 0 };
  acknowledged = 0;
  #state: State = new Map();
  #first = 1;

  constructor(parent: string, options: Kills) {
    this.#options = options;
    this.#folder = join(parent, 'collection');
    this.#file = join(parent, 'task.json');
    this.#random = new Random(options.seed, 7);
  }

  get #isDone(): boolean {
    return Object.values(this.kills).reduce((sum, count) => sum + count) >= this.#options.kills;
  }

  /** What went wrong first; nobody knows the state any more then. */
  async run(): Promise<string | undefined> {
    const { kills, seed } = this.#options;
    for (let round = 0; round < kills * MOST_ROUNDS && !this.#isDone; round++) {
      const moment = drawMoment(this.#random);
      const failure = await this.#runRound(moment).catch(String);
      if (failure !== undefined) return `round ${round} (seed ${seed}, ${moment}): ${failure}`;
    }
    return this.#isDone ? undefined : `seed ${seed}: processes end before they are killed`;
  }

  /** One process that writes, those that recover from its end, and a look at what is left. */
  async #runRound(moment: Moment): Promise<string | undefined> {
    const checkpoints = moment === 'checkpoint' || this.#random.uniform() < 0.3;
    const work = { writes: WRITES_PER_PROCESS, checkpoints };
    const last = await this.#runProcess(work, moment === 'recovery' ? 'load' : moment);
    // Nobody else opens the collection before: the next process finds what the kill has left.
    let isRecovering = moment === 'recovery';
    while (isRecovering && !this.#isDone) {
      const before = this.kills.recovery;
      await this.#runProcess({ writes: 0, checkpoints }, 'recovery');
      isRecovering = this.kills.recovery > before && this.#random.uniform() < 0.5;
    }
    return this.#check(last);
  }

  /** The highest number that was acknowledged. */
  async #runProcess(
    work: Pick<KillTask, 'writes' | 'checkpoints'>,
    moment: Moment,
  ): Promise<number> {
    const { seed, fault } = this.#options;
    const place = { folder: this.#folder, seed, first: this.#first, state: [...this.#state] };
    const task: KillTask = { ...place, ...work, ...(fault !== undefined && { fault }) };
    await writeFile(this.#file, JSON.stringify(task));
    const patience = this.#random.uniform() * PATIENCE_MS[moment];
    const { acknowledged, killedIn } = await runUntilKilled(this.#file, moment, patience);
    // One that was to die while it opened, and had opened, did nothing more.
    const isKill = moment !== 'recovery' || killedIn === 'recovery';
    if (killedIn !== undefined && isKill) this.kills[killedIn]++;
    return acknowledged;
  }

  async #check(last: number): Promise<string | undefined> {
    const { seed } = this.#options;
    const ledger = new Ledger(seed, this.#first, this.#state);
    ledger.acknowledge(Math.max(last, this.#first - 1));
    this.acknowledged += ledger.acknowledged;
    while (ledger.begun < ledger.acknowledged + MOST_IN_FLIGHT) ledger.next();
    const collection = await Collection.open(this.#folder, openOptions(seed));
    const found = await ledger.match(collection, ledger.acknowledged);
    const problems = await collection.verify();
    await collection.close();
    if (typeof found === 'string') return found;
    this.#state = ledger.stateAfter(found);
    this.#first += found;
    return problems[0]?.message;
  }
}

/** Kills processes on several collections at the same time. */
export async function killProcesses(options: Kills): Promise<KillReport> {
  const { kills, seed, lanes = 1 } = options;
  const report = {
    kills: { load: 0, checkpoint: 0, compact: 0, reopen: 0, recovery: 0 },
    acknowledged: 0,
    failures: [] as string[],
  };
  const runLane = async (i: number): Promise<void> => {
    const parent = await mkdtemp(join(tmpdir(), 'nigh-kills-'));
    const share = Math.floor(kills / lanes) + (i < kills % lanes ? 1 : 0);
    const lane = new Lane(parent, { ...options, kills: share, seed: seed + i });
    const failure = await lane.run();
    if (failure !== undefined) report.failures.push(failure);
    report.acknowledged += lane.acknowledged;
    for (const phase of Object.keys(report.kills) as Phase[]) {
      report.kills[phase] += lane.kills[phase];
    }
    await rm(parent, { recursive: true });
  };
  await Promise.all(Array.from({ length: lanes }, (_, i) => runLane(i)));
  return report;
}
