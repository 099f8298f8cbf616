// Every byte of a small snapshot changed, every shorter length tried: no damaged file is ever used.
// The default run changes each byte once and samples the other changes; with NIGH_EXHAUSTIVE=1
// every byte is changed four ways. A load takes about a millisecond, most of it reading.

import { join } from 'node:path';
import { Random } from '@nigh/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadOptions } from '../../../src/index.ts';
import {
  loadOutcome,
  QUICK,
  RewrittenFile,
  savedBytes,
  temporaryFolder,
} from '../../unit/snapshot/files.ts';
import { testIndex } from '../../unit/snapshot/indexes.ts';

const EXHAUSTIVE = process.env.NIGH_EXHAUSTIVE === '1';
const PATIENCE = 600_000;
const SAMPLE = 1500;
const seed = Number(process.env.NIGH_SEED ?? 1);

const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'damaged'));
let sound: Uint8Array;

beforeAll(async () => {
  const index = await testIndex({ count: 150, unlinked: 10 }, { metric: 'dot', M: 2 });
  sound = await savedBytes(index, folder);
});
afterAll(() => file.close());

type Change = (byte: number) => number;
const LOWEST_BIT: Change = (byte) => byte ^ 0x01;
const OTHER_CHANGES: readonly Change[] = [(byte) => byte ^ 0x80, () => 0x00, () => 0xff];

/** Changes the bytes at `offsets`, one at a time; how many loads, and which were wrong. */
async function changeBytes(
  offsets: Iterable<number>,
  changes: readonly Change[],
  options: LoadOptions = QUICK,
): Promise<{ loads: number; misses: string[] }> {
  const misses: string[] = [];
  let loads = 0;
  file.write(sound);
  for (const offset of offsets) {
    const byte = sound[offset]!;
    for (const damaged of new Set(changes.map((change) => change(byte)))) {
      if (damaged === byte) continue;
      file.setByte(offset, damaged);
      const outcome = await loadOutcome(file.path, options);
      loads++;
      if (outcome !== 'SNAPSHOT_CORRUPT') misses.push(`byte ${offset} ${damaged}: ${outcome}`);
    }
    file.setByte(offset, byte);
  }
  return { loads, misses };
}

function allOffsets(): number[] {
  return Array.from(sound, (_, offset) => offset);
}

/** SAMPLE offsets anywhere, for ways of loading that need no run over every byte. */
function sampledOffsets(stream: number): number[] {
  const random = new Random(seed, stream);
  return Array.from({ length: SAMPLE }, () => random.integer(0, sound.length));
}

test('the change of any byte is noticed', { timeout: PATIENCE }, async () => {
  const { loads, misses } = await changeBytes(allOffsets(), [LOWEST_BIT]);
  expect(misses).toEqual([]);
  expect(loads).toBe(sound.length);
});

test('other changes of bytes are noticed', { timeout: PATIENCE }, async () => {
  const offsets = EXHAUSTIVE ? allOffsets() : sampledOffsets(1);
  const { misses } = await changeBytes(offsets, OTHER_CHANGES);
  expect(misses, `seed ${seed}`).toEqual([]);
});

test('changes are noticed when the memory is of WebAssembly', { timeout: PATIENCE }, async () => {
  const offsets = EXHAUSTIVE ? allOffsets() : sampledOffsets(2);
  const { misses } = await changeBytes(offsets, [LOWEST_BIT], { threads: 1 });
  expect(misses, `seed ${seed}`).toEqual([]);
});

test('every shorter length is noticed', { timeout: PATIENCE }, async () => {
  const misses: string[] = [];
  file.write(sound);
  for (let length = sound.length - 1; length >= 0; length--) {
    file.truncate(length);
    const outcome = await loadOutcome(file.path);
    if (outcome !== 'SNAPSHOT_CORRUPT') misses.push(`${length} bytes: ${outcome}`);
  }
  expect(misses).toEqual([]);
});
