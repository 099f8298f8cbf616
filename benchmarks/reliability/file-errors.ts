/**
 * Fails the k-th call of the file system, for every k that a workload comes to: once, or from then
 * on. Nothing may crash, hang or go unnoticed: errors have codes, what was acknowledged is there
 * when the disk is well again, and what was not is there as a whole or not at all.
 */
import { NighError } from '@nigh/base';
import { Collection } from '@nigh/collection';
import { VectorIndexError } from '@nigh/core';
import { type DiskFault, SimulatedDisk } from '@nigh/testkit';
import { Ledger, OPEN_OPTIONS, perform } from './ledger.ts';
import { FOLDER } from './power-cuts.ts';
import { drawUpkeep, performUpkeep } from './upkeep.ts';

export const DISK_FAULTS: readonly DiskFault[] = ['EIO', 'ENOSPC', 'EMFILE', 'short write'];

export interface FileErrors {
  readonly writes: number;
  readonly seed: number;
  /** Of so many calls one is failed. */
  readonly every?: number;
  readonly faults?: readonly DiskFault[];
}

export interface FileErrorReport {
  /** Calls that were failed, in all faults, once and for ever. */
  readonly runs: number;
  /** Errors that callers got. */
  readonly errors: number;
  readonly failures: readonly string[];
}

const MOST_FAILURES = 20;
/** A run that takes longer hangs. */
const MOST_MS = 60_000;

const isTyped = (error: unknown): boolean =>
  error instanceof NighError || error instanceof VectorIndexError;

/** One run of the workload; the errors its callers got. */
async function runWorkload(
  disk: SimulatedDisk,
  ledger: Ledger,
  writes: number,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  const note = (error: unknown): undefined => void errors.push(error);
  const open = (): Promise<Collection> => Collection.open(FOLDER, { ...OPEN_OPTIONS, files: disk });
  let collection = await open().catch(note);
  for (let i = 0; i < writes && collection; i++) {
    const { write, number } = ledger.next();
    const isDone = await perform(collection, write, number).then(() => true, note);
    // Behind a write that failed none is acknowledged until the collection is opened again.
    if (!isDone) break;
    ledger.acknowledge(number);
    const upkeep = drawUpkeep(ledger.seed, i);
    if (upkeep) collection = await performUpkeep(upkeep, collection, open).catch(note);
  }
  await collection?.close().catch(note);
  return errors;
}

async function check(disk: SimulatedDisk, ledger: Ledger): Promise<string | undefined> {
  disk.heal();
  disk.kill();
  const collection = await Collection.open(FOLDER, { ...OPEN_OPTIONS, files: disk });
  const found = await ledger.match(collection, ledger.acknowledged);
  const problems = await collection.verify();
  await collection.close();
  return typeof found === 'string' ? found : problems[0]?.message;
}

/** What goes wrong when call `k` fails; undefined where nothing does. */
async function failCall(
  { writes, seed }: FileErrors,
  [k, fault, isForEver]: readonly [number, DiskFault, boolean],
): Promise<{ readonly errors: number; readonly failure: string | undefined }> {
  const disk = new SimulatedDisk({ seed });
  const ledger = new Ledger(seed);
  disk.failAt(k, fault, isForEver);
  const errors = await runWorkload(disk, ledger, writes);
  const untyped = errors.find((error) => !isTyped(error));
  const failure =
    untyped === undefined
      ? await check(disk, ledger).catch(String)
      : `an error without a code: ${String(untyped)}`;
  return { errors: errors.length, failure };
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs for ${MOST_MS} ms`)), MOST_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Calls that a workload makes where none fails. */
async function countCalls({ writes, seed }: FileErrors): Promise<number> {
  const disk = new SimulatedDisk({ seed });
  await runWorkload(disk, new Ledger(seed), writes);
  return disk.calls;
}

/** Fails every call of a workload, in every way. */
export async function failCalls(options: FileErrors): Promise<FileErrorReport> {
  const { every = 1, faults = DISK_FAULTS } = options;
  const calls = await countCalls(options);
  const failures: string[] = [];
  let [runs, errors] = [0, 0];
  for (let k = 1; k <= calls; k += every) {
    for (const fault of faults) {
      for (const isForEver of [false, true]) {
        runs++;
        const run = withinTime(failCall(options, [k, fault, isForEver]));
        const result = await run.catch((error) => ({ errors: 0, failure: String(error) }));
        errors += result.errors;
        if (result.failure === undefined || failures.length >= MOST_FAILURES) continue;
        const when = isForEver ? 'from then on' : 'once';
        failures.push(`call ${k} of ${calls}, ${fault} ${when}: ${result.failure}`);
      }
    }
  }
  return { runs, errors, failures };
}
