// Every single call to the file system fails once, or it and all after it: nothing that was
// acknowledged is lost, every error is typed, and after a failed write nothing is acknowledged.

import { StorageErrorCode } from '@nigh/storage';
import { type DiskFault, Random, SimulatedDisk } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import {
  append,
  assertTyped,
  checkSurvivor,
  Ledger,
  operate,
  type Session,
} from '../support/harness.ts';
import { Owner } from '../support/owner.ts';

const seed = Number(process.env.NIGH_SEED ?? 1);
const OPERATIONS = 30;
const MODES = ['lost', 'mixed', 'torn'] as const;

/** Goes on after errors as long as the store does; what fails is asserted to be typed. */
async function stubbornWorkload(session: Session): Promise<number> {
  const random = new Random(seed);
  let errors = 0;
  let owner: Owner | undefined;
  for (let i = 0; i < OPERATIONS; i++) {
    try {
      owner ??= await reopen(session);
      owner = await operate(owner, session, random);
    } catch (error) {
      assertTyped(error);
      errors++;
      if (owner?.store.failure !== undefined) {
        const code = StorageErrorCode.storageFailed;
        await expect(append(owner, session)).rejects.toMatchObject({ code });
        session.ledger.issued.pop();
        await owner.store.close();
        owner = undefined;
      } else if (await isClosed(owner)) owner = undefined;
    }
  }
  await owner?.store.close().catch(assertTyped);
  return errors;
}

async function reopen(session: Session): Promise<Owner> {
  const owner = await Owner.open(session.files);
  session.ledger.check(owner.ids, session.ledger.acknowledged);
  session.ledger.settle(owner.ids);
  return owner;
}

async function isClosed(owner: Owner | undefined): Promise<boolean> {
  return (
    owner?.store.flush().then(
      () => false,
      () => true,
    ) ?? true
  );
}

async function failEverywhere(fault: DiskFault, isForEver: boolean): Promise<number> {
  let seen = 0;
  for (let call = 1; ; call++) {
    const disk = new SimulatedDisk({ seed });
    const ledger = new Ledger();
    disk.failAt(call, fault, isForEver);
    const where = `${fault} at call ${call}`;
    try {
      const errors = await stubbornWorkload({ files: disk, ledger, durability: 'sync' });
      if (errors > 0) seen++;
      disk.heal();
      for (const mode of MODES) await checkSurvivor(disk.image(mode), ledger);
      disk.kill();
      await checkSurvivor(disk, ledger);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    }
    if (disk.calls < call) return seen;
  }
}

const faults: readonly DiskFault[] = ['EIO', 'ENOSPC', 'EMFILE', 'short write'];

describe.for(faults)('%s', (fault) => {
  test('once, at every call, loses nothing', async () => {
    expect(await failEverywhere(fault, false)).toBeGreaterThan(20);
  });

  test('at every call and all later ones loses nothing', async () => {
    expect(await failEverywhere(fault, true)).toBeGreaterThan(20);
  });
});
