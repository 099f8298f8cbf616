// The harness under test: each of the planted faults is found by at least one of its checks, and
// none of them finds anything where nothing is planted.

import type { FileSystem } from '@nigh/storage';
import { SimulatedDisk, SURVIVAL_MODES } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import {
  append,
  checkSurvivor,
  crashEverywhere,
  Ledger,
  type Session,
} from '../support/harness.ts';
import { FOLDER, Owner } from '../support/owner.ts';
import { plantedFaults, type Wrap } from '../support/planted-faults.ts';

const checks: Readonly<Record<string, (wrap: Wrap) => Promise<void>>> = {
  'a power cut at every step': async (wrap) => {
    await crashEverywhere({ modes: SURVIVAL_MODES, seed: 1, operations: 60, wrap });
  },
  'an error at every sync and write of a log': async (wrap) => {
    for (let call = 1; call < 40; call++) {
      const disk = new SimulatedDisk({ seed: 1 });
      const session: Session = { files: wrap(disk), ledger: new Ledger(), durability: 'sync' };
      const owner = await Owner.open(session.files);
      disk.failAt(call, 'EIO');
      for (let i = 0; i < 12; i++) await append(owner, session).catch(() => undefined);
      await owner.store.close().catch(() => undefined);
      await checkSurvivor(disk.image('lost'), session.ledger);
    }
  },
  'two owners at once': async (wrap) => {
    const files: FileSystem = wrap(new SimulatedDisk());
    await Owner.open(files);
    const second = await Owner.open(files).then(
      () => 'opened',
      (error) => error.code,
    );
    if (second !== 'LOCKED') throw new Error('two owners have the store');
  },
  'a changed byte': async (wrap) => {
    const disk = new SimulatedDisk();
    const files = wrap(disk);
    const owner = await Owner.open(files);
    for (let id = 1; id < 9; id++) await owner.append(id);
    await owner.store.close();
    const path = `${FOLDER}/log-0000000000000001`;
    const bytes = disk.bytesOf(path);
    for (let at = 40; at < bytes.length; at += 13) {
      const damaged = new Uint8Array(bytes);
      damaged[at]! ^= 0x01;
      disk.place(path, damaged);
      const opened = await Owner.open(files).then(
        (one) => one.store.close().then(() => one.ids.length === 8),
        (error) => error.code === 'LOG_CORRUPT',
      );
      if (!opened) throw new Error(`byte ${at}`);
    }
  },
  'a torn end, opened twice': async (wrap) => {
    const disk = new SimulatedDisk();
    const owner = await Owner.open(wrap(disk));
    for (let id = 1; id < 9; id++) await owner.append(id);
    disk.kill();
    const path = `${FOLDER}/log-0000000000000001`;
    disk.place(path, disk.bytesOf(path).subarray(0, -5));
    const files = wrap(disk);
    await (await Owner.open(files)).store.close();
    const again = await Owner.open(files);
    await again.store.close();
    if (again.store.recovery.droppedBytes > 0) throw new Error('the torn end is still there');
  },
};

async function findings(wrap: Wrap): Promise<string[]> {
  const found: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    await check(wrap).catch(() => found.push(name));
  }
  return found;
}

test('nothing is found where nothing is planted', async () => {
  for (const check of Object.values(checks)) await check((files) => files);
});

describe('is found:', () => {
  test.for(Object.entries(plantedFaults))('%s', async ([, wrap]) => {
    const found = await findings(wrap);
    expect(found).not.toEqual([]);
  });
});
