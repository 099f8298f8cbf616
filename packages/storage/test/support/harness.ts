// A workload on a simulated disk beside a ledger of what was acknowledged, and what must hold of a
// disk that was cut off at any time: everything acknowledged is there, in order, nothing invented,
// and the store goes on.

import { type Durability, type FileSystem, StorageError, verifyStore } from '@nigh/storage';
import { Random, SimulatedDisk, type SurvivalMode } from '@nigh/testkit';
import { FOLDER, Owner } from './owner.ts';

export class Ledger {
  /** What was appended, in order; of the end it is not known whether it is kept. */
  issued: number[] = [];
  /** How many of them were acknowledged, and how many of those must survive a power cut. */
  acknowledged = 0;
  durable = 0;
  #next = 1;

  next(): number {
    const id = this.#next++;
    this.issued.push(id);
    return id;
  }

  /** Holds what came back against what must be there. */
  check(ids: readonly number[], floor: number): void {
    const wrong = ids.findIndex((id, i) => id !== this.issued[i]);
    if (wrong >= 0) throw new Error(`number ${wrong} is ${ids[wrong]}, not ${this.issued[wrong]}`);
    if (ids.length < floor) throw new Error(`${floor - ids.length} acknowledged records are lost`);
  }

  /** What came back is what there is from now on. */
  settle(ids: readonly number[]): void {
    this.issued = [...ids];
    this.acknowledged = ids.length;
    this.durable = ids.length;
  }

  copy(): Ledger {
    const ledger = new Ledger();
    ledger.issued = [...this.issued];
    ledger.acknowledged = this.acknowledged;
    ledger.durable = this.durable;
    ledger.#next = this.#next + 1000;
    return ledger;
  }
}

export interface Session {
  readonly files: FileSystem;
  readonly ledger: Ledger;
  readonly durability: Durability;
}

export async function append(owner: Owner, { ledger, durability }: Session): Promise<void> {
  const id = ledger.next();
  await owner.append(id);
  const count = ledger.issued.indexOf(id) + 1;
  if (count < ledger.acknowledged) throw new Error('acknowledged out of order');
  ledger.acknowledged = count;
  if (durability === 'sync') ledger.durable = count;
}

async function settled(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Some of the operations of an owner, drawn by weight. */
export async function operate(owner: Owner, session: Session, random: Random): Promise<Owner> {
  const { ledger, files, durability } = session;
  const draw = random.integer(0, 100);
  const before = ledger.issued.length;
  if (draw < 60) await append(owner, session);
  else if (draw < 80) {
    await settled(Array.from({ length: random.integer(2, 9) }, () => append(owner, session)));
  } else if (draw < 86) {
    await owner.store.rotate();
    ledger.durable = Math.max(ledger.durable, before);
  } else if (draw < 92) {
    const during = [owner.snapshot(), append(owner, session)];
    await settled(during);
    ledger.durable = Math.max(ledger.durable, before);
  } else if (draw < 96) {
    await owner.store.flush();
    ledger.durable = Math.max(ledger.durable, before);
  } else {
    await owner.store.close();
    ledger.durable = Math.max(ledger.durable, before);
    return await Owner.open(files, { durability, intervalMs: 1 });
  }
  return owner;
}

export async function workload(
  session: Session,
  run: { readonly seed: number; readonly operations: number },
): Promise<void> {
  const random = new Random(run.seed);
  const { files, durability, ledger } = session;
  let owner = await Owner.open(files, { durability, intervalMs: 1 });
  ledger.check(owner.ids, ledger.durable);
  ledger.settle(owner.ids);
  for (let i = 0; i < run.operations; i++) owner = await operate(owner, session, random);
  await owner.store.close();
}

/** Opens a disk that was cut off, goes on with it, and opens it again. */
export async function checkSurvivor(
  files: FileSystem,
  ledger: Ledger,
  floor: number = ledger.durable,
): Promise<number[]> {
  const owner = await Owner.open(files);
  ledger.check(owner.ids, floor);
  const own = ledger.copy();
  own.settle(owner.ids);
  const session: Session = { files, ledger: own, durability: 'sync' };
  await append(owner, session);
  await settled([append(owner, session), append(owner, session)]);
  const problems = await verifyStore(FOLDER, files);
  if (problems.length > 0) throw new Error(`verify: ${problems[0]!.message}`);
  await owner.store.close();
  const again = await Owner.open(files);
  own.check(again.ids, own.issued.length);
  if (again.store.recovery.droppedBytes > 0) throw new Error('a clean end was cut');
  await again.store.close();
  return own.issued;
}

export interface CrashRun {
  readonly modes: readonly SurvivalMode[];
  readonly seed: number;
  readonly operations: number;
  readonly durability?: Durability;
  /** What stands between the store and the disk, on which faults may be planted. */
  readonly wrap?: (files: FileSystem) => FileSystem;
}

/** Runs a workload and cuts the power before every step of it, in every mode. */
export async function crashEverywhere(run: CrashRun): Promise<{ steps: number; crashes: number }> {
  const { modes, seed, operations, durability = 'sync', wrap = (files) => files } = run;
  const disk = new SimulatedDisk({ seed });
  const ledger = new Ledger();
  let crashes = 0;
  let failure: Error | undefined;
  disk.beforeCall = async ({ step, action, path }) => {
    if (step === undefined || failure !== undefined) return;
    for (const mode of modes) {
      crashes++;
      try {
        await checkSurvivor(wrap(disk.image(mode)), ledger);
      } catch (error) {
        const where = `power cut before step ${step} (${action} ${path}), ${mode}`;
        failure ??= new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
    }
  };
  await workload({ files: wrap(disk), ledger, durability }, { seed, operations });
  if (failure !== undefined) throw failure;
  return { steps: disk.steps, crashes };
}

/** An error that an owner can do something about. */
export function assertTyped(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
