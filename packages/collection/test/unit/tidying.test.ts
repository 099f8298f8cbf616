// What a collection does without being asked: checkpoints when the log has become long, compacting
// when most of it is garbage, and what becomes of it when that fails.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { File, FileSystem } from '@nigh/storage';
import { SimulatedDisk, spoilDisk } from '@nigh/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Collection, type OpenOptions } from '../../src/index.ts';

const OPTIONS: OpenOptions = { fields: { n: 'number' }, text: ['text'], checkpointAt: 2000 };
const PATH = '/c';

let warnings: string[] = [];
const listen = (warning: Error & { code?: string }): void => void warnings.push(`${warning.code}`);
// Warnings that a test asks for are not printed.
const printers = process.listeners('warning');
beforeEach(() => {
  warnings = [];
  process.removeAllListeners('warning').on('warning', listen);
});
afterEach(() => {
  process.off('warning', listen);
  for (const printer of printers) process.on('warning', printer);
});

const documentOf = (n: number) => ({
  key: n,
  metadata: { n },
  text: `text of ${n} ${'x'.repeat(100)}`,
});

/** A disk on which files of snapshots cannot be made. */
const withoutSnapshots = (disk: SimulatedDisk): FileSystem =>
  spoilDisk(disk, {
    open: (path, mode): Promise<File> => {
      if (mode === 'create' && path.includes('snapshot-')) {
        return Promise.reject(Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }));
      }
      return disk.open(path, mode);
    },
  });

describe('checkpoints that nobody asked for', () => {
  test('come when the log is long', async () => {
    const collection = await Collection.open(PATH, { ...OPTIONS, files: new SimulatedDisk() });
    for (let n = 0; n < 60; n++) await collection.upsert(documentOf(n));
    await collection.verify(); // waits for those that run
    const { snapshotSequence, logBytes } = collection.stats().storage ?? {};
    expect(snapshotSequence).toBeGreaterThan(0);
    expect(logBytes).toBeLessThan(60 * 150);
    await collection.close();
    expect(warnings).toEqual([]);
  });

  test('that fail are told of, and tried again when the log has doubled', async () => {
    const disk = new SimulatedDisk();
    const files = withoutSnapshots(disk);
    const collection = await Collection.open(PATH, { ...OPTIONS, files });
    for (let n = 0; n < 120; n++) await collection.upsert(documentOf(n));
    await collection.verify();
    expect(collection.stats().storage?.logFiles).toBeLessThan(10);
    await collection.close();
    await new Promise((resolve) => setImmediate(resolve)); // warnings come in a turn of their own
    expect(new Set(warnings)).toEqual(new Set(['NOT_CHECKPOINTED']));
    expect(warnings.length).toBeLessThan(10);
    const again = await Collection.open(PATH, { files: disk });
    expect(again.count()).toBe(120);
    await again.close();
  });

  test('at close are left out where the log is little beside the snapshot', async () => {
    const disk = new SimulatedDisk();
    const options = { ...OPTIONS, checkpointAt: 2 ** 30, files: disk };
    const collection = await Collection.open(PATH, options);
    await collection.upsert({ key: 'large', text: 'word '.repeat(2 ** 20) });
    await collection.checkpoint();
    const { snapshotSequence } = collection.stats().storage ?? {};
    await collection.upsert({ key: 'small', text: 'x'.repeat(2 ** 20) });
    await collection.close();
    const again = await Collection.open(PATH, { files: disk });
    expect(again.stats().storage).toMatchObject({ snapshotSequence, logRecords: 1 });
    await again.close();
  });
});

describe('compacting', () => {
  test('comes by itself where most rows are gone', async () => {
    const disk = new SimulatedDisk();
    const collection = await Collection.open(PATH, { fields: {}, files: disk, checkpointAt: 1 });
    const keys = Array.from({ length: 70_000 }, (_, i) => i);
    await collection.upsert({ keys });
    await collection.delete(keys.slice(5));
    // A log of half the bytes of the snapshot: now it is worth it.
    await collection.upsert({ key: 1, metadata: { much: 'x'.repeat(4_000_000) } });
    for (let n = 0; n < 50 && collection.stats().rows > 5; n++) await collection.verify();
    expect(collection.stats()).toMatchObject({ count: 5, rows: 5 });
    await collection.close();
    expect(warnings).toEqual([]);
  });
});

test('an import that fails links what it had imported', async () => {
  const collection = await Collection.open(':memory:', {
    vector: { dimension: 2, flatThreshold: 0 },
    threads: 1,
  });
  const folder = await mkdtemp(join(tmpdir(), 'nigh-import-'));
  const lines = Array.from({ length: 5000 }, (_, key) => JSON.stringify({ key, vector: [key, 1] }));
  await writeFile(`${folder}/rows.jsonl`, [...lines, '{"key": {}, "vector": [1, 2]}'].join('\n'));
  const importing = collection.import({ rows: `${folder}/rows.jsonl` });
  await expect(importing).rejects.toMatchObject({ code: 'INVALID_DOCUMENT' });
  await rm(folder, { recursive: true });
  expect(collection.count()).toBe(4096);
  await collection.verify();
  expect(collection.stats().index?.linked).toBe(4096);
  await collection.close();
});
