// Files of an index with hubs whose checksums are right and whose hubs are not.

import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';
import { loadOutcome, QUICK, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import { type Changes, forge, segmentsOf, type Table, words } from './forge.ts';
import { testIndex } from './indexes.ts';

const LINKED = 120;
const HUBS = 16;
const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'forged'));
let sound: Uint8Array;

beforeAll(async () => {
  const index = await testIndex({ count: LINKED + 5, unlinked: 5 }, { entry: 'hubs' });
  expect(index.stats()).toMatchObject({ entry: 'hubs', hubs: HUBS, maxLevel: 0 });
  sound = await savedBytes(index, folder);
});

/** What loading with these changes comes to, on both targets of the hot code. */
async function outcomeOf(changes: Changes): Promise<string> {
  file.write(forge(sound, changes));
  const outcomes = [
    await loadOutcome(file.path, QUICK),
    await loadOutcome(file.path, { threads: 1, tier: 'simd' }),
  ];
  return [...new Set(outcomes)].join(' but ');
}

function changeHubs(change: (hubs: Int32Array) => void): Promise<string> {
  return outcomeOf({ regions: ([region]) => change(words(region!.hubs!)) });
}

test('a file that is not changed loads, and answers and grows by its hubs', async () => {
  expect(await outcomeOf({})).toBe('loaded');
  const index = await VectorIndex.load(file.path, { threads: 1, capacity: 5000 });
  expect(index.stats()).toMatchObject({ entry: 'hubs', hubs: HUBS, linked: LINKED });
  await index.add(new Float32Array(2 * 300).map((_, i) => (i * 7919) % 101));
  expect(index.verify()).toEqual([]);
  expect(index.stats().linked).toBe(LINKED + 305);
  await index.close();
});

describe('hubs', () => {
  const wrong: Readonly<Record<string, (hubs: Int32Array) => void>> = {
    'that are negative': (hubs) => hubs.set([-1], 3),
    'that are not linked': (hubs) => hubs.set([LINKED], 3),
    'beyond all memory': (hubs) => hubs.set([0x7fffffff], 3),
    'that stand twice': (hubs) => hubs.copyWithin(5, 4, 5),
    'whose first is not the entry point': (hubs) => hubs.set([hubs[1]!, hubs[0]!]),
  };
  for (const [name, change] of Object.entries(wrong)) {
    test(`${name} are refused`, async () => {
      expect(await changeHubs(change)).toBe('SNAPSHOT_CORRUPT');
    });
  }
});

describe('counts', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    hubCount: ['16', null, 0.5, -1, 0, 15, 17, LINKED, 2 ** 31],
    hubsLinked: ['1', null, 0.5, -1, LINKED + 1, 2 ** 31],
    maxLevel: [1, 24],
    upperCount: [1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    test(`${name} that cannot be is refused`, async () => {
      for (const value of values) {
        const table = (fields: Table): void => {
          segmentsOf(fields)[0]![name] = value;
        };
        expect(`${value} ${await outcomeOf({ table })}`).toBe(`${value} SNAPSHOT_CORRUPT`);
      }
    });
  }

  test('of hubs that a graph of levels has are refused', async () => {
    const table = (fields: Table): void => {
      fields.entry = 'levels';
    };
    expect(await outcomeOf({ table })).toBe('SNAPSHOT_CORRUPT');
  });
});
