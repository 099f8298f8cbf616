// Damage of single kinds to one small snapshot; that every byte counts is a mass run of its own, in
// test/property/snapshot/damage.property.test.ts.

import { join } from 'node:path';
import {
  datasetOf,
  regionSwaps,
  singleByteChanges,
  tailGarbage,
  zeroedRanges,
} from '@nigh/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';
import { codeOf, loadOutcome, QUICK, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import { sealPrefix, takeApart } from './forge.ts';
import { SMALL, testIndex } from './indexes.ts';

const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'damaged'));
let sound: Uint8Array;
let other: Uint8Array;

beforeAll(async () => {
  sound = await savedBytes(await testIndex({ count: 60, unlinked: 5 }), folder);
  other = await savedBytes(await testIndex({ count: 60, unlinked: 5, seed: 2 }), folder);
});
afterAll(() => file.close());

/** Labels of the damaged files that were not refused as damaged. */
async function accepted(
  damages: Iterable<{ readonly label: string; readonly bytes: Uint8Array }>,
): Promise<string[]> {
  const misses: string[] = [];
  for (const { label, bytes } of damages) {
    file.write(bytes);
    const outcome = await loadOutcome(file.path);
    if (outcome !== 'SNAPSHOT_CORRUPT') misses.push(`${label}: ${outcome}`);
  }
  return misses;
}

test('an undamaged file loads', async () => {
  file.write(sound);
  expect(await loadOutcome(file.path)).toBe('loaded');
});

test('the change of any byte before the regions is noticed', async () => {
  const { byteOffset } = takeApart(sound).regions[0]!.means!.entry as { byteOffset: number };
  const damages = singleByteChanges(sound, { to: byteOffset, masks: [0x01, 0x10, 0x80] });
  expect(await accepted(damages)).toEqual([]);
});

test('a cut file says how many bytes it has and should have, whatever is kept', async () => {
  for (const precision of ['float32', 'float16', 'int8'] as const) {
    const { vectors } = datasetOf('gaussian', { count: 60, dimension: 4, seed: 1 }, 'l2');
    const index = await VectorIndex.build(vectors, { ...SMALL, dimension: 4, precision });
    const bytes = await savedBytes(index, folder);
    for (const missing of [1, 100, 1000]) {
      file.write(bytes.subarray(0, -missing));
      const error = await VectorIndex.load(file.path, QUICK).catch((cause: unknown) => cause);
      const got = bytes.length - missing;
      const message = `it has ${got} bytes and should have ${bytes.length}`;
      expect((error as Error).message, precision).toContain(message);
      expect(error).toMatchObject({ code: 'SNAPSHOT_CORRUPT', details: { got } });
    }
  }
});

test('anything behind the end is noticed', async () => {
  expect(await accepted(tailGarbage(sound))).toEqual([]);
});

test('zeroed ranges and regions in the wrong place are noticed', async () => {
  expect(await accepted(zeroedRanges(sound))).toEqual([]);
  expect(await accepted(regionSwaps(sound))).toEqual([]);
});

test('whole regions exchanged are noticed', async () => {
  const [regions] = takeApart(sound).regions;
  const { norms, upperHeads } = regions!;
  const bytes = new Uint8Array(sound);
  bytes.set(norms!.bytes, upperHeads!.entry.byteOffset as number);
  bytes.set(upperHeads!.bytes, norms!.entry.byteOffset as number);
  expect(norms!.bytes.length).toBe(upperHeads!.bytes.length);
  expect(await accepted([{ label: 'norms and upper heads', bytes }])).toEqual([]);
});

test('the beginning of one snapshot with the end of another is noticed', async () => {
  function* splices(): Generator<{ label: string; bytes: Uint8Array }> {
    const length = Math.min(sound.length, other.length);
    for (let cut = 8; cut < length; cut += 32) {
      const bytes = new Uint8Array(other);
      bytes.set(sound.subarray(0, cut));
      const same = (a: Uint8Array): boolean => Buffer.compare(a, bytes) === 0;
      if (!same(sound) && !same(other)) yield { label: `cut at ${cut}`, bytes };
    }
  }
  expect([...splices()].length).toBeGreaterThan(50);
  expect(await accepted(splices())).toEqual([]);
});

test('other files are no snapshots', async () => {
  const texts = ['', 'N', 'NIGHINDX', '{"dimension":4}', 'x'.repeat(24), '\0'.repeat(4096)];
  const damages = texts.map((text) => ({ label: text, bytes: new TextEncoder().encode(text) }));
  expect(await accepted(damages)).toEqual([]);
});

test('a file of another kind is no snapshot, though its checksums are right', async () => {
  const bytes = new Uint8Array(sound);
  bytes[7]! ^= 1;
  expect(await accepted([{ label: 'magic', bytes: sealPrefix(bytes) }])).toEqual([]);
});

test('a newer format version is unsupported, and says which', async () => {
  const bytes = new Uint8Array(sound);
  bytes[8] = 5;
  file.write(sealPrefix(bytes));
  const error = await VectorIndex.load(file.path).catch((cause: unknown) => cause);
  expect(codeOf(error)).toBe('SNAPSHOT_UNSUPPORTED');
  expect(error).toMatchObject({ details: { path: file.path, expected: 4, got: 5 } });
});

test('the format version before this one is unsupported, and says which', async () => {
  const bytes = new Uint8Array(sound);
  bytes[8] = 3;
  file.write(sealPrefix(bytes));
  const error = await VectorIndex.load(file.path).catch((cause: unknown) => cause);
  expect(codeOf(error)).toBe('SNAPSHOT_UNSUPPORTED');
  expect(error).toMatchObject({ details: { path: file.path, expected: 4, got: 3 } });
});

test('an error of a damaged region names the file, the region and where it lies', async () => {
  const { byteOffset } = takeApart(sound).regions[0]!.vectors!.entry as { byteOffset: number };
  const bytes = new Uint8Array(sound);
  bytes[byteOffset + 5]! ^= 1;
  file.write(bytes);
  const error = await VectorIndex.load(file.path).catch((cause: unknown) => cause);
  expect(error).toMatchObject({
    code: 'SNAPSHOT_CORRUPT',
    details: { path: file.path, region: 'vectors', offset: byteOffset },
  });
});

test('a file that is cut while it is read is noticed', async () => {
  file.write(sound);
  let reports = 0;
  const onProgress = (): void => {
    reports++;
    if (reports === 1) file.truncate(sound.length >> 1);
  };
  const error = await VectorIndex.load(file.path, { ...QUICK, onProgress }).catch(
    (e: unknown) => e,
  );
  expect(codeOf(error)).toBe('SNAPSHOT_CORRUPT');
  expect(reports).toBeGreaterThan(1);
});
