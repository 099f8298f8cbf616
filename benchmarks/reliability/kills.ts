/**
 * Kills processes that work on a collection (SIGKILL) at random times: under load, in checkpoints,
 * and while they recover from the kill before. After each, the collection is opened and held
 * against the ledger, and the next process goes on from there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Collection } from '@nigh/collection';
import { Random } from '@nigh/testkit';
import { type KillTask, MOST_IN_FLIGHT } from './kill-task.ts';
import { Ledger, OPEN_OPTIONS, type State } from './ledger.ts';

export interface Kills {
  readonly kills: number;
  readonly seed: number;
}

export interface KillReport {
  /** Kills by what the process did: under load, in a checkpoint, while it opened. */
  readonly load: number;
  readonly checkpoint: number;
  readonly recovery: number;
  /** Writes that were acknowledged, in all processes. */
  readonly acknowledged: number;
  readonly failures: readonly string[];
}

const CHILD = join(import.meta.dirname, `kill-child${import.meta.filename.slice(-3)}`);
const WRITES_PER_PROCESS = 2000;

type Moment = 'load' | 'checkpoint' | 'recovery';

/** How long a process is let alone after the line that begins its moment, at most. */
const PATIENCE_MS: Readonly<Record<Moment, number>> = { load: 150, checkpoint: 12, recovery: 25 };

const SIGNS: Readonly<Record<Moment, RegExp>> = {
  load: /^open$/,
  checkpoint: /^begins (checkpoint|compact)$/,
  recovery: /^opening$/,
};

/** Runs a process until it is killed, or has ended; what it had acknowledged. */
async function runUntilKilled(file: string, moment: Moment, patience: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<string | undefined>((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += String(data);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 || code === null ? undefined : errors));
  });
  let acknowledged = 0;
  let isCounting = true;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, number] = /^acknowledged (\d+)$/.exec(line) ?? [];
    if (number !== undefined) acknowledged = Number(number);
    if (!isCounting || !SIGNS[moment].test(line)) continue;
    isCounting = false;
    void killLater(child, patience);
  }
  const failure = await ended;
  if (failure !== undefined) throw new Error(failure);
  return acknowledged;
}

async function killLater(child: ChildProcess, patience: number): Promise<void> {
  await sleep(patience);
  child.kill('SIGKILL');
}

function drawMoment(random: Random): Moment {
  const draw = random.uniform();
  if (draw < 0.6) return 'load';
  return draw < 0.8 ? 'checkpoint' : 'recovery';
}

/** Kills processes one after another, all on one collection. */
export async function killProcesses({ kills, seed }: Kills): Promise<KillReport> {
  const parent = await mkdtemp(join(tmpdir(), 'nigh-kills-'));
  const [folder, file] = [join(parent, 'collection'), join(parent, 'task.json')];
  const random = new Random(seed, 7);
  const counts = { load: 0, checkpoint: 0, recovery: 0 };
  const failures: string[] = [];
  let [state, first]: [State, number] = [new Map(), 1];
  let acknowledged = 0;
  for (let i = 0; i < kills; i++) {
    const moment = drawMoment(random);
    const checkpoints = moment === 'checkpoint' || random.uniform() < 0.3;
    const rest = { writes: WRITES_PER_PROCESS, checkpoints };
    const task: KillTask = { folder, seed, first, state: [...state], ...rest };
    await writeFile(file, JSON.stringify(task));
    const patience = random.uniform() * PATIENCE_MS[moment];
    const last = await runUntilKilled(file, moment, patience);
    counts[moment]++;
    const ledger = new Ledger(seed, first, state);
    if (last > 0) acknowledged += last - first + 1;
    ledger.acknowledge(Math.max(last, first - 1));
    while (ledger.begun < ledger.acknowledged + MOST_IN_FLIGHT) ledger.next();
    const found = await holdAgainst(ledger, folder);
    if (typeof found === 'string') {
      failures.push(`kill ${i} (seed ${seed}, ${moment}): ${found}`);
      break; // nobody knows the state any more
    }
    [state, first] = [ledger.stateAfter(found), first + found];
  }
  await rm(parent, { recursive: true });
  return { ...counts, acknowledged, failures };
}

/** How many of the ledger's writes the collection has; or what is wrong. */
async function holdAgainst(ledger: Ledger, folder: string): Promise<number | string> {
  try {
    const collection = await Collection.open(folder, OPEN_OPTIONS);
    const found = await ledger.match(collection, ledger.acknowledged);
    const problems = await collection.verify();
    await collection.close();
    return problems[0]?.message ?? found;
  } catch (error) {
    return String(error);
  }
}
