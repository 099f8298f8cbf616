// Many lives of one store on one disk: random operations, ended by a kill, a power cut, a failing
// disk or in order, and gone on with, against one ledger.

import { Random, SimulatedDisk, SURVIVAL_MODES, type SurvivalMode } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { assertTyped, checkSurvivor, Ledger, operate, type Session } from '../support/harness.ts';
import { Owner } from '../support/owner.ts';

const seed = Number(process.env.NIGH_SEED ?? 1);
const LIVES = 12;
const STORES = 60;

/** Operates until the disk stops it, `calls` calls from now. */
async function liveUntil(disk: SimulatedDisk, session: Session, random: Random): Promise<void> {
  let owner = await Owner.open(session.files, { durability: session.durability, intervalMs: 1 });
  const { ledger } = session;
  ledger.check(owner.ids, ledger.acknowledged);
  ledger.settle(owner.ids);
  for (let i = 0; i < 30; i++) owner = await operate(owner, session, random);
  await owner.store.close();
  ledger.durable = ledger.issued.length;
  ledger.acknowledged = ledger.issued.length;
  disk.kill();
}

/** What must be there after a power cut, as of then; undefined when there was none. */
interface End {
  durable: number | undefined;
}

/** Ends a life at a random call, in one of three ways. */
function planEnd(disk: SimulatedDisk, ledger: Ledger, random: Random): End {
  const outcome: End = { durable: undefined };
  const end = disk.calls + random.integer(1, 150);
  const way = random.integer(0, 4);
  disk.beforeCall = ({ call }) => {
    if (call !== end) return;
    if (way === 0) {
      disk.kill();
    } else if (way === 1) {
      const mode = SURVIVAL_MODES[random.integer(0, SURVIVAL_MODES.length)] as SurvivalMode;
      outcome.durable = ledger.durable;
      disk.crash(mode);
    } else if (way === 2) disk.failAt(0, 'EIO', true);
  };
  return outcome;
}

async function lives(number: number): Promise<number> {
  const random = new Random(seed, number);
  const disk = new SimulatedDisk({ seed: number });
  const ledger = new Ledger();
  let ends = 0;
  for (let life = 0; life < LIVES; life++) {
    const durability = (['sync', 'sync', 'interval', 'os'] as const)[random.integer(0, 4)]!;
    const end = planEnd(disk, ledger, random);
    try {
      await liveUntil(disk, { files: disk.process(), ledger, durability }, random);
    } catch (error) {
      assertTyped(error);
      ends++;
    }
    if (end.durable !== undefined) ledger.acknowledged = end.durable;
    disk.beforeCall = undefined;
    disk.heal();
    disk.kill();
    if (life % 4 === 3) {
      for (const mode of SURVIVAL_MODES) await checkSurvivor(disk.image(mode), ledger);
    }
  }
  await checkSurvivor(disk, ledger, ledger.acknowledged);
  return ends;
}

test('a store outlives kills, power cuts and failing disks in any order', async () => {
  let ends = 0;
  for (let number = 0; number < STORES; number++) {
    try {
      ends += await lives(number);
    } catch (error) {
      const message = `NIGH_SEED=${seed}, store ${number}: ${(error as Error).message}`;
      throw new Error(message, { cause: error });
    }
  }
  expect(ends).toBeGreaterThan(STORES);
});
