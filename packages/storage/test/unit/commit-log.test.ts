// Syncing where nobody asked for it.

import { SimulatedDisk } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { CommitLog } from '../../src/commit-log.ts';
import { LogWriter } from '../../src/log-writer.ts';
import { text } from '../support/small-store.ts';

test('more records than one can tell of are not written without a sync', async () => {
  const disk = new SimulatedDisk();
  await disk.makeFolder('/logs');
  const writer = await LogWriter.create(disk, '/logs', { number: 1, first: 1 });
  const log = new CommitLog(
    { files: disk, folder: '/logs', durability: 'os', intervalMs: 1, maxUnsynced: 3 },
    { writer, older: [], sequence: 0, highest: 1 },
  );
  const before = disk.syncs;
  const syncs: number[] = [];
  for (let i = 0; i < 8; i++) {
    await log.append(0, [text('a')]);
    syncs.push(disk.syncs - before);
  }
  expect(syncs).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
  await log.close();
});
