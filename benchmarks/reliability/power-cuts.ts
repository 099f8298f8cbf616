/**
 * Cuts the power before every call that changes the disk, from the making of the folder on: a
 * seeded workload runs once on a simulated disk, and at each step the disk as it would come back is
 * opened and held against the ledger.
 */
import { Collection, type OpenOptions } from '@nigh/collection';
import type { FileSystem } from '@nigh/storage';
import { SimulatedDisk, SURVIVAL_MODES, type SurvivalMode } from '@nigh/testkit';
import { Ledger } from './ledger.ts';
import { drawUpkeep, MOST_IN_FLIGHT, pause, type Upkeep } from './upkeep.ts';
import { openOptions, perform } from './writes.ts';

export const FOLDER = '/films';

export interface PowerCuts {
  readonly writes: number;
  readonly seed: number;
  /** Of so many steps one is cut at. */
  readonly every?: number;
  readonly modes?: readonly SurvivalMode[];
  readonly durability?: NonNullable<OpenOptions['durability']>;
  /** The durability it is held against; that it has by default. */
  readonly expected?: NonNullable<OpenOptions['durability']>;
  /** A file system that does something wrong on purpose. */
  readonly spoil?: (disk: SimulatedDisk) => FileSystem;
  /** A collection that does. */
  readonly spoilCollection?: (collection: Collection) => Collection;
  /** Failures after which no more is cut. Default 20. */
  readonly enough?: number;
}

export interface PowerCutReport {
  readonly steps: number;
  readonly cuts: number;
  /** Cuts during the recovery after another cut. */
  readonly recoveryCuts: number;
  readonly backups: number;
  /** What went wrong, the first ones. */
  readonly failures: readonly string[];
}

const ENOUGH = 20;
/** Of so many cuts one is followed by cuts at every step of its recovery. */
const RECOVERY_EVERY = 25;

/** How many writes may be there. */
type Range = readonly [least: number, most: number];

class Cutter {
  readonly #ledger: Ledger;
  readonly #options: PowerCuts;
  /** Cuts come while others are held against the ledger: one after the other. */
  #last: Promise<void> = Promise.resolve();
  cuts = 0;
  recoveryCuts = 0;
  readonly failures: string[] = [];

  constructor(ledger: Ledger, options: PowerCuts) {
    this.#ledger = ledger;
    this.#options = options;
  }

  get isEnough(): boolean {
    return this.failures.length >= (this.#options.enough ?? ENOUGH);
  }

  /** Writes that may be there now: without a sync none need to. */
  get #range(): Range {
    const { durability = 'sync', expected = durability } = this.#options;
    return [expected === 'sync' ? this.#ledger.acknowledged : 0, this.#ledger.begun];
  }

  /** Opens what is left of the disk in every mode. */
  async cut(disk: SimulatedDisk, where: string): Promise<void> {
    const { modes = SURVIVAL_MODES } = this.#options;
    // All of this moment: others go on writing.
    const [range, images] = [this.#range, modes.map((mode) => disk.image(mode))];
    const again = modes.map((mode) => {
      return ++this.cuts % RECOVERY_EVERY === 0 ? disk.image(mode) : undefined;
    });
    this.#last = this.#last.then(async () => {
      for (const [i, image] of images.entries()) {
        const place = `${where}, ${modes[i]}`;
        await this.open(image, place, range);
        const second = again[i];
        if (second) await this.#cutRecovery(second, place, range);
      }
    });
    await this.#last;
  }

  /** Cuts the power again, at every step of the recovery. */
  async #cutRecovery(disk: SimulatedDisk, where: string, range: Range): Promise<void> {
    disk.beforeCall = async ({ step }) => {
      if (step === undefined) return;
      this.recoveryCuts++;
      await this.open(disk.image('mixed'), `${where}, recovery step ${step}`, range);
    };
    await this.open(disk, where, range);
  }

  async open(
    disk: SimulatedDisk,
    where: string,
    [least, most]: Range,
    folder = FOLDER,
  ): Promise<void> {
    if (this.isEnough) return;
    try {
      const options = openOptions(this.#options.seed);
      const collection = await Collection.open(folder, { ...options, files: disk });
      const found = await this.#ledger.match(collection, least, most);
      const problems = await collection.verify();
      await collection.close();
      if (typeof found === 'string') this.fail(`${where}: ${found}`);
      if (problems.length > 0) this.fail(`${where}: ${problems[0]?.message}`);
    } catch (error) {
      this.fail(`${where}: ${String(error)}`);
    }
  }

  fail(message: string): void {
    if (!this.isEnough) this.failures.push(`seed ${this.#options.seed}, ${message}`);
  }
}

/** Writes, and does the upkeep while writes are on their way. */
class Workload {
  readonly #options: PowerCuts;
  readonly #ledger: Ledger;
  readonly #files: FileSystem;
  readonly #waiting: Promise<void>[] = [];
  #upkeep: Promise<void> = Promise.resolve();
  /** Folders of backups, and the writes that are in them. */
  readonly backups = new Map<string, number>();

  constructor(options: PowerCuts, ledger: Ledger, files: FileSystem) {
    this.#options = options;
    this.#ledger = ledger;
    this.#files = files;
  }

  async run(): Promise<void> {
    const { writes, seed } = this.#options;
    let collection = await this.#open();
    for (let i = 0; i < writes; i++) {
      const { write, number } = this.#ledger.next();
      this.#begin(perform(collection, write, number), number);
      const upkeep = drawUpkeep(seed, i);
      if (upkeep === 'reopen') {
        await this.#settle();
        await collection.close();
        collection = await this.#open();
      } else if (upkeep) {
        await this.#upkeep;
        this.#upkeep = this.#doUpkeep(collection, upkeep);
        this.#upkeep.catch(() => undefined); // it is awaited later
      }
      await pause(seed, i);
      if (this.#waiting.length === MOST_IN_FLIGHT) await Promise.all(this.#waiting.splice(0));
    }
    await this.#settle();
    await collection.close();
  }

  async #open(): Promise<Collection> {
    const { seed, durability = 'sync', spoilCollection } = this.#options;
    const options = { ...openOptions(seed), durability, files: this.#files };
    const collection = await Collection.open(FOLDER, options);
    return spoilCollection?.(collection) ?? collection;
  }

  #begin(written: Promise<unknown>, number: number): void {
    const waiting = written.then(() => this.#ledger.acknowledge(number));
    waiting.catch(() => undefined); // it is awaited later
    this.#waiting.push(waiting);
  }

  async #settle(): Promise<void> {
    await Promise.all([...this.#waiting.splice(0), this.#upkeep]);
  }

  async #doUpkeep(collection: Collection, upkeep: Exclude<Upkeep, 'reopen'>): Promise<void> {
    if (upkeep !== 'backup') return collection[upkeep]();
    const folder = `/backup-${this.backups.size}`;
    // What was asked for before is in it, and nothing that comes after.
    this.backups.set(folder, this.#ledger.begun);
    await collection.backup(folder);
  }
}

/** Runs a workload and cuts the power at its steps; ends early when much has gone wrong. */
export async function cutPower(options: PowerCuts): Promise<PowerCutReport> {
  const { seed, every = 1, spoil } = options;
  const disk = new SimulatedDisk({ seed });
  const ledger = new Ledger(seed);
  const cutter = new Cutter(ledger, options);
  const workload = new Workload(options, ledger, spoil?.(disk) ?? disk);
  disk.beforeCall = async ({ step, action, path }) => {
    if (step !== undefined && step % every === 0 && !cutter.isEnough) {
      await cutter.cut(disk, `step ${step} (${action} ${path})`);
    }
  };
  await workload.run().catch((error) => cutter.fail(`the workload: ${String(error)}`));
  disk.beforeCall = undefined;
  for (const [folder, writes] of workload.backups) {
    await cutter.open(disk.image('lost'), folder, [writes, writes], folder);
  }
  const { cuts, recoveryCuts, failures } = cutter;
  return { steps: disk.steps, cuts, recoveryCuts, backups: workload.backups.size, failures };
}
