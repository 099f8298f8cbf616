/**
 * Cuts the power before every call that changes the disk: a seeded workload runs once on a
 * simulated disk, and at each step the disk as it would come back is opened and held against the
 * ledger.
 */
import { Collection, type OpenOptions } from '@nigh/collection';
import type { FileSystem } from '@nigh/storage';
import { SimulatedDisk, SURVIVAL_MODES, type SurvivalMode } from '@nigh/testkit';
import { Ledger, OPEN_OPTIONS, perform } from './ledger.ts';
import { drawUpkeep, performUpkeep } from './upkeep.ts';

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
}

export interface PowerCutReport {
  readonly steps: number;
  readonly cuts: number;
  /** Cuts during the recovery after another cut. */
  readonly recoveryCuts: number;
  /** What went wrong, the first ones. */
  readonly failures: readonly string[];
}

const MOST_FAILURES = 20;
/** Of so many cuts one is followed by cuts at every step of its recovery. */
const RECOVERY_EVERY = 25;

class Cutter {
  readonly #ledger: Ledger;
  readonly #options: PowerCuts;
  cuts = 0;
  recoveryCuts = 0;
  readonly failures: string[] = [];

  constructor(ledger: Ledger, options: PowerCuts) {
    this.#ledger = ledger;
    this.#options = options;
  }

  /** Writes that must be there: without a sync none need to. */
  get #least(): number {
    const { durability = 'sync', expected = durability } = this.#options;
    return expected === 'sync' ? this.#ledger.acknowledged : 0;
  }

  /** Opens what is left of the disk in every mode. */
  async cut(disk: SimulatedDisk, where: string): Promise<void> {
    for (const mode of this.#options.modes ?? SURVIVAL_MODES) {
      this.cuts++;
      await this.#open(disk.image(mode), `${where}, ${mode}`, this.#least);
      if (this.cuts % RECOVERY_EVERY === 0) await this.#cutRecovery(disk.image(mode), where);
    }
  }

  /** Cuts the power again, at every step of the recovery. */
  async #cutRecovery(disk: SimulatedDisk, where: string): Promise<void> {
    const least = this.#least;
    disk.beforeCall = async ({ step }) => {
      if (step === undefined) return;
      this.recoveryCuts++;
      await this.#open(disk.image('mixed'), `${where}, recovery step ${step}`, least);
    };
    await this.#open(disk, where, least);
  }

  async #open(disk: SimulatedDisk, where: string, least: number): Promise<void> {
    try {
      const collection = await Collection.open(FOLDER, { ...OPEN_OPTIONS, files: disk });
      const found = await this.#ledger.match(collection, least);
      const problems = await collection.verify();
      await collection.close();
      if (typeof found === 'string') this.#fail(`${where}: ${found}`);
      if (problems.length > 0) this.#fail(`${where}: ${problems[0]?.message}`);
    } catch (error) {
      this.#fail(`${where}: ${String(error)}`);
    }
  }

  #fail(message: string): void {
    if (this.failures.length < MOST_FAILURES) this.failures.push(message);
  }
}

/** Runs a workload and cuts the power at its steps; ends early when much has gone wrong. */
export async function cutPower(options: PowerCuts): Promise<PowerCutReport> {
  const { writes, seed, every = 1, durability = 'sync', spoil } = options;
  const disk = new SimulatedDisk({ seed });
  const ledger = new Ledger(seed);
  const cutter = new Cutter(ledger, options);
  const files = spoil?.(disk) ?? disk;
  const open = (): Promise<Collection> =>
    Collection.open(FOLDER, { ...OPEN_OPTIONS, durability, files });
  let collection = await open();
  disk.beforeCall = async ({ step, action, path }) => {
    if (step !== undefined && step % every === 0 && cutter.failures.length < MOST_FAILURES) {
      await cutter.cut(disk, `step ${step} (${action} ${path})`);
    }
  };
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < writes; i++) {
    const { write, number } = ledger.next();
    const written = perform(collection, write, number).then(() => ledger.acknowledge(number));
    waiting.push(written);
    // Now and then several writes wait for the log together.
    if (i % 3 === 0) await Promise.all(waiting.splice(0));
    const upkeep = drawUpkeep(seed, i);
    if (!upkeep) continue;
    await Promise.all(waiting.splice(0));
    collection = await performUpkeep(upkeep, collection, open);
  }
  await Promise.all(waiting);
  await collection.close();
  const { cuts, recoveryCuts, failures } = cutter;
  return { steps: disk.steps, cuts, recoveryCuts, failures };
}
