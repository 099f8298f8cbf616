/**
 * Fails the k-th call of the file system, for every k that a workload comes to: once, or from then
 * on. Nothing may crash, hang or go unnoticed: errors have codes, reads go on, no write is
 * acknowledged behind one that failed, what was acknowledged is there when the disk is well again
 * (and after a power cut too), and what was not is there as a whole or not at all.
 */
import { NighError } from '@nigh/base';
import { Collection } from '@nigh/collection';
import { VectorIndexError } from '@nigh/core';
import type { FileSystem } from '@nigh/storage';
import { type DiskFault, SimulatedDisk } from '@nigh/testkit';
import { Ledger } from './ledger.ts';
import { FOLDER } from './power-cuts.ts';
import { drawUpkeep, MOST_IN_FLIGHT, pause } from './upkeep.ts';
import { openOptions, perform } from './writes.ts';

export const DISK_FAULTS: readonly DiskFault[] = ['EIO', 'ENOSPC', 'EMFILE', 'short write'];

export interface FileErrors {
  readonly writes: number;
  readonly seed: number;
  /** Of so many calls one is failed. */
  readonly every?: number;
  readonly faults?: readonly DiskFault[];
  /** A file system that does something wrong on purpose. */
  readonly spoil?: (files: FileSystem) => FileSystem;
  /** Failures after which it ends. Default 20. */
  readonly enough?: number;
}

export interface FileErrorReport {
  /** Calls that were failed, in all faults, once and for ever. */
  readonly runs: number;
  /** Errors that callers got. */
  readonly errors: number;
  readonly failures: readonly string[];
}

const ENOUGH = 20;
/** A run that takes longer hangs. */
const MOST_MS = 60_000;

const isTyped = (error: unknown): boolean =>
  error instanceof NighError || error instanceof VectorIndexError;

/** The folder of a backup that is made behind a failed write. */
const RESCUED = '/rescued';

/** What says of a failed write that none comes after it. */
const LAST_WORDS: readonly unknown[] = ['STORAGE_FAILED', 'COLLECTION_FAILED'];

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** One run of the workload, in one process. */
class Run {
  readonly #options: FileErrors;
  readonly #files: FileSystem;
  readonly #ledger: Ledger;
  readonly #waiting: Promise<void>[] = [];
  /** The error of the first write that failed. */
  #failed: { readonly error: unknown } | undefined;
  #tellFailed: () => void = () => undefined;
  readonly #whenFailed = new Promise<void>((resolve) => {
    this.#tellFailed = resolve;
  });
  /** Errors that callers got. */
  readonly errors: unknown[] = [];
  /** Whether there is a backup that was made behind a failed write. */
  isRescued = false;
  /** What went wrong besides. */
  readonly failures: string[] = [];

  constructor(options: FileErrors, disk: SimulatedDisk, ledger: Ledger) {
    this.#options = options;
    this.#files = options.spoil?.(disk.process()) ?? disk.process();
    this.#ledger = ledger;
  }

  readonly #note = (error: unknown): undefined => {
    this.errors.push(error);
    if (!isTyped(error)) this.failures.push(`an error without a code: ${String(error)}`);
  };

  async work(): Promise<void> {
    const { seed, writes } = this.#options;
    let collection = await this.#open();
    let upkeeping: Promise<void> | undefined;
    for (let i = 0; i < writes && collection && !this.#failed; i++) {
      this.#waiting.push(this.#write(collection));
      await pause(seed, i);
      const upkeep = drawUpkeep(seed, i);
      if (upkeep === 'checkpoint' || upkeep === 'compact') {
        // Where it fails, writes go on.
        upkeeping = collection[upkeep]().catch(this.#note);
      }
      if (this.#waiting.length === MOST_IN_FLIGHT || upkeep === 'reopen') await this.#settle();
      if (upkeep !== 'reopen' || this.#failed) continue;
      await upkeeping;
      await collection.close().catch(this.#note);
      collection = await this.#open();
    }
    if (!this.#failed) await this.#settle();
    if (collection && this.#failed) await this.#afterFailure(collection, this.#failed.error);
    await upkeeping;
    await collection?.close().catch(this.#note);
  }

  /** Opens the collection, on a second try too: a call may fail once. */
  async #open(): Promise<Collection | undefined> {
    const options = { ...openOptions(this.#options.seed), files: this.#files };
    const open = (): Promise<Collection | undefined> =>
      Collection.open(FOLDER, options).catch(this.#note);
    return (await open()) ?? open();
  }

  #write(collection: Collection): Promise<void> {
    const { write, number } = this.#ledger.next();
    return perform(collection, write, number).then(
      // A deletion that finds nothing is not logged, and says nothing of the writes before it.
      (count) => {
        if (count > 0) this.#ledger.acknowledge(number);
      },
      (error) => {
        this.#note(error);
        this.#failed ??= { error };
        this.#tellFailed();
      },
    );
  }

  /** Waits for the writes that are on their way, or for one of them to fail. */
  async #settle(): Promise<void> {
    await Promise.race([Promise.all(this.#waiting), this.#whenFailed]);
    if (!this.#failed) this.#waiting.length = 0;
  }

  /** Writes that were begun before may still be on their way to the contents. */
  async #afterFailure(collection: Collection, error: unknown): Promise<void> {
    // All of these come behind them, and must not meet a batch of which a part is in.
    const backup = collection.backup(RESCUED).then(() => true, this.#note);
    const compacted = collection.compact().catch(this.#note);
    const problems = (await collection.verify().catch(this.#note)) ?? [];
    await compacted;
    this.isRescued = (await backup) === true;
    const broken = problems.find(({ part }) => part !== 'files');
    if (broken) this.failures.push(`behind a failed write: ${broken.part}: ${broken.message}`);
    const isLast = LAST_WORDS.includes(codeOf(error));
    const { acknowledged } = this.#ledger;
    // It is refused; or its code says that it is the only write that was not made.
    if (isLast) await this.#write(collection);
    await Promise.all(this.#waiting);
    if (isLast && this.#ledger.acknowledged === this.#ledger.begun) {
      this.failures.push('a write was acknowledged behind one that failed');
    }
    const found = await this.#ledger.match(collection, acknowledged).catch(String);
    if (typeof found === 'string') this.failures.push(`reading behind a failed write: ${found}`);
  }
}

async function check(
  disk: SimulatedDisk,
  ledger: Ledger,
  folder = FOLDER,
): Promise<string | undefined> {
  const files = disk.process();
  const collection = await Collection.open(folder, { ...openOptions(ledger.seed), files });
  const found = await ledger.match(collection, ledger.acknowledged);
  const problems = await collection.verify();
  await collection.close();
  return typeof found === 'string' ? found : problems[0]?.message;
}

/** What goes wrong when call `k` fails; undefined where nothing does. */
async function failCall(
  options: FileErrors,
  [k, fault, isForEver]: readonly [number, DiskFault, boolean],
): Promise<{ readonly errors: number; readonly failure: string | undefined }> {
  const { seed } = options;
  const disk = new SimulatedDisk({ seed });
  const ledger = new Ledger(seed);
  disk.failAt(k, fault, isForEver);
  const run = new Run(options, disk, ledger);
  await run.work();
  disk.heal();
  disk.kill();
  const failure =
    run.failures[0] ??
    (await check(disk.image('lost'), ledger).catch(String)) ??
    (run.isRescued ? await check(disk, ledger, RESCUED).catch(String) : undefined) ??
    (await check(disk, ledger).catch(String));
  return { errors: run.errors.length, failure };
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs for ${MOST_MS} ms`)), MOST_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Calls that a workload makes where none fails. */
async function countCalls(options: FileErrors): Promise<number> {
  const disk = new SimulatedDisk({ seed: options.seed });
  await new Run(options, disk, new Ledger(options.seed)).work();
  return disk.calls;
}

/** Fails every call of a workload, in every way. Warnings of what fails are not printed. */
export async function failCalls(options: FileErrors): Promise<FileErrorReport> {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  try {
    return await failEvery(options);
  } finally {
    for (const printer of printers) process.on('warning', printer);
  }
}

async function failEvery(options: FileErrors): Promise<FileErrorReport> {
  const { seed, every = 1, faults = DISK_FAULTS, enough = ENOUGH } = options;
  const calls = await countCalls(options);
  const failures: string[] = [];
  let [runs, errors] = [0, 0];
  for (let k = 1; k <= calls; k += every) {
    for (const [fault, isForEver] of faults.flatMap((fault) => {
      return [[fault, false] as const, [fault, true] as const];
    })) {
      if (failures.length >= enough) return { runs, errors, failures };
      runs++;
      const run = withinTime(failCall(options, [k, fault, isForEver]));
      const result = await run.catch((error) => ({ errors: 0, failure: String(error) }));
      errors += result.errors;
      if (result.failure === undefined) continue;
      const when = isForEver ? 'from then on' : 'once';
      failures.push(`seed ${seed}, call ${k} of ${calls}, ${fault} ${when}: ${result.failure}`);
    }
  }
  return { runs, errors, failures };
}
