// A store that is read while another process writes to it, and paths that stay what they were.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store, verifyStore } from '@nigh/storage';
import { expect, test } from 'vitest';
import { diskWithSnapshot, FOLDER, openStore, text } from '../support/small-store.ts';

/** A writer that makes a snapshot at every call of a reader, up to `most` times. */
async function restless(most: number) {
  const disk = await diskWithSnapshot();
  const writer = await openStore(disk);
  for await (const _ of writer.records());
  let snapshots = 0;
  let isAtWork = false;
  const step = async (): Promise<void> => {
    if (isAtWork || snapshots >= most) return;
    isAtWork = true;
    snapshots++;
    await writer.append(0, [text(`${snapshots}`)]);
    await writer.writeSnapshot(await writer.rotate(), { snapshots }, async (files) => {
      await files.file('raw', (write) => write(text(`${snapshots}`), 0));
    });
    isAtWork = false;
  };
  return { disk, writer, step };
}

async function readBeside(store: Store): Promise<string> {
  const file = await store.snapshot!.open('raw');
  const bytes = new Uint8Array(file.size);
  await file.read(bytes, 0);
  await file.close();
  let { sequence } = store.snapshot!;
  for await (const record of store.records()) expect(record.sequence).toBe(++sequence);
  return new TextDecoder().decode(bytes);
}

test('opening beside a writer that makes snapshots all the time finds a whole one', async () => {
  const { disk, writer, step } = await restless(9);
  disk.beforeCall = step;
  const reader = await Store.open(FOLDER, { files: disk, readOnly: true });
  const { snapshots } = reader.settings as { snapshots: number };
  expect(await readBeside(reader)).toBe(`${snapshots}`);
  await reader.close();
  await writer.close();
});

test('what was opened beside a writer can be read after the next snapshot', async () => {
  const { disk, writer, step } = await restless(1);
  const reader = await Store.open(FOLDER, { files: disk, readOnly: true });
  await step();
  expect(disk.names(FOLDER)).not.toContain('log-0000000000000002');
  expect(await readBeside(reader)).toBe('raw bytes');
  expect(reader.recovery.records).toBe(3); // one of them written meanwhile
  await reader.close();
  await writer.close();
});

test('a folder stays where it was when the process goes elsewhere', async () => {
  const root = await mkdtemp(join(tmpdir(), 'nigh-paths-'));
  const before = process.cwd();
  try {
    await mkdir(join(root, 'elsewhere'));
    process.chdir(root);
    const store = await Store.open('store');
    await store.initialize({});
    process.chdir('elsewhere');
    await store.append(0, [text('a')]);
    const mark = await store.rotate();
    await store.writeSnapshot(mark, {}, (files) => files.images('tables', {}));
    const copy = store.backup('copy', mark, {}, async () => process.chdir(before));
    await copy;
    await store.close();
    expect(await verifyStore(join(root, 'store'))).toEqual([]);
    expect(await verifyStore(join(root, 'elsewhere', 'copy'))).toEqual([]);
    const again = await Store.open(join(root, 'elsewhere', 'copy'), { create: false });
    await again.close();
  } finally {
    process.chdir(before);
    await rm(root, { recursive: true, force: true });
  }
});
