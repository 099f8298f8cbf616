// The power is cut before every step of a workload, in every mode in which unsynced data survives
// or does not. `NIGH_SEED` repeats a run.

import { StorageError } from '@nigh/storage';
import { SimulatedDisk, SURVIVAL_MODES } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { checkSurvivor, crashEverywhere, Ledger, workload } from '../support/harness.ts';
import { Owner } from '../support/owner.ts';

const seed = Number(process.env.NIGH_SEED ?? 1);

describe('a power cut', () => {
  test('before any step of 300 operations loses nothing that was acknowledged', async () => {
    const { steps, crashes } = await crashEverywhere({
      modes: SURVIVAL_MODES,
      seed,
      operations: 300,
    });
    expect(steps).toBeGreaterThan(500);
    expect(crashes).toBe(steps * SURVIVAL_MODES.length);
  });

  test.for(['interval', 'os'] as const)('with %s leaves a beginning', async (durability) => {
    const run = { modes: SURVIVAL_MODES, seed: seed + 1, operations: 150, durability };
    expect((await crashEverywhere(run)).steps).toBeGreaterThan(100);
  });

  test('during recovery is recovered from', { timeout: 60_000 }, async () => {
    let cuts = 0;
    for (const mode of SURVIVAL_MODES) {
      const disk = new SimulatedDisk({ seed });
      const ledger = new Ledger();
      disk.beforeCall = async ({ step }) => {
        if (step === undefined || step % 13 !== 0) return;
        const image = disk.image(mode);
        const then = ledger.copy();
        image.beforeCall = async (call) => {
          if (call.step === undefined) return;
          cuts++;
          for (const second of SURVIVAL_MODES) await checkSurvivor(image.image(second), then);
        };
        await (await Owner.open(image)).store.close();
      };
      await workload({ files: disk, ledger, durability: 'sync' }, { seed, operations: 60 });
    }
    expect(cuts).toBeGreaterThan(100);
  });
});

describe('a killed process', () => {
  test.for(['sync', 'interval', 'os'] as const)('with %s loses nothing', async (durability) => {
    const disk = new SimulatedDisk({ seed });
    const ledger = new Ledger();
    disk.beforeCall = async ({ step }) => {
      if (step === undefined) return;
      await checkSurvivor(disk.image('kept'), ledger, ledger.acknowledged);
    };
    await workload({ files: disk, ledger, durability }, { seed, operations: 200 });
    expect(ledger.acknowledged).toBeGreaterThan(100);
  });
});

test('what is not a store any more is refused by name', async () => {
  const disk = new SimulatedDisk({ seed });
  const session = { files: disk, ledger: new Ledger(), durability: 'sync' } as const;
  await workload(session, { seed, operations: 50 });
  disk.displace('/data/store/manifest');
  await expect(Owner.open(disk)).rejects.toThrow(StorageError);
});
