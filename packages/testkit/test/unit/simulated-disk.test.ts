// What a power cut leaves on the simulated disk, mode by mode.
import type { FileSystem } from '@nigh/storage';
import { SimulatedDisk, SURVIVAL_MODES, type SurvivalMode } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function write(files: FileSystem, path: string, value: string, isSynced: boolean) {
  const file = await files.open(path, 'create');
  await file.write(text(value), 0);
  if (isSynced) await file.sync();
  return file;
}

/** A synced file and name, a synced file whose name is not, and one that is not synced at all. */
async function diskWithThree(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 3 });
  await disk.makeFolder('/d');
  const kept = await write(disk, '/d/kept', 'kept', true);
  await disk.syncFolder('/d');
  await write(disk, '/d/named', 'named', true);
  await kept.write(text('more'), 4);
  return disk;
}

function contents(disk: SimulatedDisk): Record<string, string> {
  const entries = disk.names('/d').map((name) => {
    return [name, new TextDecoder().decode(disk.bytesOf(`/d/${name}`))];
  });
  return Object.fromEntries(entries);
}

describe('a power cut leaves', () => {
  test.for<[SurvivalMode, Record<string, string>]>([
    ['kept', { kept: 'keptmore', named: 'named' }],
    ['lost', { kept: 'kept' }],
    ['zeroed', { kept: 'kept\0\0\0\0', named: 'named' }],
    ['renamed', { kept: 'kept', named: 'named' }],
  ])('%s', async ([mode, expected]) => {
    expect(contents((await diskWithThree()).image(mode))).toEqual(expected);
  });

  test('a part of the last write when it is torn', async () => {
    const disk = await diskWithThree();
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) seen.add(contents(disk.image('torn')).kept!);
    expect([...seen].every((value) => 'keptmore'.startsWith(value))).toBe(true);
    expect(seen.size).toBeGreaterThan(3);
  });

  test('any sectors when they are mixed', async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    await disk.makeFolder('/d');
    await write(disk, '/d/a', 'x'.repeat(1500), true);
    await disk.syncFolder('/d');
    const file = await disk.open('/d/a', 'write');
    await file.write(text('y'.repeat(1500)), 0);
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const value = contents(disk.image('mixed')).a!;
      seen.add([0, 512, 1024].map((at) => value[at]).join(''));
      expect(value.slice(0, 512)).toBe(value[0]!.repeat(512));
    }
    expect(seen.size).toBe(8);
  });
});

test('what is cut off is gone for those who had it open, and its locks are free', async () => {
  const disk = await diskWithThree();
  const file = await disk.open('/d/kept', 'write');
  await disk.lock('/d');
  disk.crash('lost');
  await expect(file.write(text('a'), 0)).rejects.toMatchObject({ code: 'EBADF' });
  await (await disk.lock('/d')).release();
  expect(contents(disk)).toEqual({ kept: 'kept' });
});

test('the call that is told to fail fails, and the next one where it is for ever', async () => {
  const disk = await diskWithThree();
  disk.failAt(2, 'ENOSPC');
  await disk.list('/d');
  await expect(disk.list('/d')).rejects.toMatchObject({ code: 'ENOSPC' });
  await disk.list('/d');
  disk.failAt(1, 'EMFILE', true);
  for (let i = 0; i < 3; i++) {
    await expect(disk.list('/d')).rejects.toMatchObject({ code: 'EMFILE' });
  }
  disk.heal();
  await disk.list('/d');
});

test('a short write leaves its first half and an error', async () => {
  const disk = await diskWithThree();
  const file = await disk.open('/d/kept', 'write');
  disk.failAt(1, 'short write');
  await expect(file.write(text('ABCDEF'), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(contents(disk).kept).toBe('ABCtmore');
});

test('what a failed sync should have kept is lost, also after one that succeeds', async () => {
  const disk = await diskWithThree();
  const file = await disk.open('/d/kept', 'write');
  disk.failAt(1, 'EIO');
  await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
  await file.sync();
  expect(contents(disk).kept).toBe('keptmore');
  expect(contents(disk.image('lost')).kept).toBe('kept');
});

test('the same calls and seed leave the same', async () => {
  const [a, b] = [await diskWithThree(), await diskWithThree()];
  for (const mode of SURVIVAL_MODES) {
    expect(contents(a.image(mode))).toEqual(contents(b.image(mode)));
  }
});
