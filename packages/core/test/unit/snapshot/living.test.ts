// Files of indexes of which vectors were removed and updated: they come back as they were, and what
// was forged about nodes is refused, or is another index whose every answer is right.

import { join } from 'node:path';
import { gaussian } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';
import { loadOutcome, QUICK, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import { type Changes, type ForgedRegion, forge, segmentsOf, type Table, words } from './forge.ts';
import { SMALL } from './indexes.ts';

const DIMENSION = 3;
const COUNT = 80;
const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'forged'));
const rows = (count: number, seed = 1): Float32Array =>
  gaussian({ count, dimension: DIMENSION, seed });

/**
 * Two segments of 60 and of 23 vectors: 0 to 59; 60 to 79 and nodes 5, 70 and 6 again. Nodes 0, 5,
 * 6, 31, 32, 70 and 79 were removed where they were first, of which 5, 6 and 70 are updates.
 */
async function livingIndex(given: Partial<IndexOptions> = {}): Promise<VectorIndex> {
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, capacity: 60, consolidateAt: 1, ...SMALL, ...given },
  });
  await index.add(rows(60));
  await index.add(rows(20, 2));
  index.remove([0, 31, 32, 79]);
  await index.update([5, 70, 6], rows(3, 3), { rebuild: 'never' });
  return index;
}

const NODES = Array.from({ length: COUNT }, (_, i) => i).filter(
  (node) => ![0, 31, 32, 79].includes(node),
);
const QUERY = Float32Array.of(0.3, -0.2, 0.1);

function answersOf(index: VectorIndex): unknown {
  const { segments, linked, count, removed } = index.stats();
  return {
    ...{ nodes: [...index.nodes()], next: index.nextNode, segments, linked, count, removed },
    vectors: [...index.getVectors(index.nodes())],
    exact: index.search(QUERY, 100, { exact: true }),
    found: index.search(QUERY, 10),
    missing: [0, 79, 80].map((node) => index.has(node)),
  };
}

let sound: Uint8Array;
beforeAll(async () => {
  const index = await livingIndex();
  expect([...index.nodes()]).toEqual(NODES);
  sound = await savedBytes(index, folder);
  await index.close();
});

const SHAPES: readonly Partial<IndexOptions>[] = [
  {},
  { metric: 'cosine' },
  { entry: 'hubs' },
  { flatThreshold: 1000 },
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'pq', subspaces: 2, originals: 'none' },
];

describe.each(SHAPES)('an index with %j', (given) => {
  test('is loaded with its nodes, and is the same file again', async () => {
    const index = await livingIndex(given);
    const bytes = await savedBytes(index, folder);
    const loaded = await VectorIndex.load(join(folder, 'saved-bytes'), { threads: 1 });
    expect(answersOf(loaded)).toEqual(answersOf(index));
    expect(loaded.verify()).toEqual([]);
    expect(Buffer.compare(await savedBytes(loaded, folder), bytes)).toBe(0);
    await Promise.all([index.close(), loaded.close()]);
  });

  test('goes on where it was', async () => {
    const index = await livingIndex(given);
    await savedBytes(index, folder);
    const options = { threads: 1, consolidateAt: 1 };
    const loaded = await VectorIndex.load(join(folder, 'saved-bytes'), options);
    for (const one of [index, loaded]) {
      expect(await one.add(rows(2, 4))).toEqual({ first: COUNT, count: 2 });
      await one.update([80, 1], rows(2, 5));
      one.remove([81, 2, 78]);
      await one.consolidate();
      expect(one.verify()).toEqual([]);
      expect(await one.add(rows(1, 6))).toEqual({ first: COUNT + 2, count: 1 });
    }
    expect([...loaded.nodes()]).toEqual([...index.nodes()]);
    const [ours, theirs] = [index, loaded].map((one) => one.search(QUERY, 100, { exact: true }));
    expect([...ours.nodes].sort()).toEqual([...theirs.nodes].sort());
    await Promise.all([index.close(), loaded.close()]);
  });
});

test('an index of which all was removed is loaded, and knows its next node', async () => {
  for (const isConsolidated of [false, true]) {
    const index = await livingIndex();
    index.remove(index.nodes());
    if (isConsolidated) await index.consolidate();
    await savedBytes(index, folder);
    const loaded = await VectorIndex.load(join(folder, 'saved-bytes'), { threads: 1 });
    expect(loaded.stats()).toMatchObject({ count: 0, removed: isConsolidated ? 0 : 83 });
    expect(await loaded.add(rows(1))).toEqual({ first: COUNT, count: 1 });
    expect(loaded.verify()).toEqual([]);
    await Promise.all([index.close(), loaded.close()]);
  }
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

type Regions = Record<string, ForgedRegion>[];

/** Changes the numbers of the second segment. */
const numbers =
  (change: (numbers: Int32Array) => void) =>
  (regions: Regions): void =>
    change(words(regions[1]!.numbers!));

describe('a file', () => {
  test('that is not changed is loaded', async () => {
    expect(await outcomeOf({})).toBe('loaded');
  });

  const wrongNumbers: Readonly<Record<string, (numbers: Int32Array) => void>> = {
    'a node twice': (all) => all.set([61], 3),
    'a node of the segment before': (all) => all.set([7], 3),
    'a node that is updated to none': (all) => all.set([80], 22),
    'a node below 0': (all) => all.set([-1], 3),
    'the smallest number': (all) => all.set([-(2 ** 31)], 3),
    'the largest number': (all) => all.set([2 ** 31 - 1], 3),
    // Local node 10 is where node 70 was, and is removed.
    'a removed node after the one that is there': (all) => all.set([61], 10),
  };
  for (const [name, change] of Object.entries(wrongNumbers)) {
    test(`with ${name} is refused`, async () => {
      expect(await outcomeOf({ regions: numbers(change) })).toBe('SNAPSHOT_CORRUPT');
    });
  }

  const wrongTables: Readonly<Record<string, (table: Table, segments: Table[]) => void>> = {
    'a next node that is too small': (table) => Object.assign(table, { nextNode: 78 }),
    'a negative next node': (table) => Object.assign(table, { nextNode: -1 }),
    'no next node': (table) => Object.assign(table, { nextNode: undefined }),
    'a next node that is text': (table) => Object.assign(table, { nextNode: '80' }),
    'a next node beyond all': (table) => Object.assign(table, { nextNode: 2 ** 31 }),
    'fewer removed vectors': (_, [first]) => Object.assign(first!, { removed: 4 }),
    'more removed vectors': (_, [first]) => Object.assign(first!, { removed: 6 }),
    'more removed vectors than there are': (_, [first]) => Object.assign(first!, { removed: 61 }),
    'a first node that meets another segment': (_, [first]) =>
      Object.assign(first!, { firstNode: 1 }),
    'a first node beyond all': (_, [first]) => Object.assign(first!, { firstNode: 2 ** 31 - 20 }),
    'a first node that is no number': (_, [first]) => Object.assign(first!, { firstNode: null }),
    'numbers that are said not to be there': (_, [, second]) =>
      Object.assign(second!, { numbered: false }),
    'numbers that are not there': (_, [first]) => Object.assign(first!, { numbered: true }),
    'a sign of numbers that is none': (_, [first]) => Object.assign(first!, { numbered: 0 }),
  };
  for (const [name, change] of Object.entries(wrongTables)) {
    test(`with ${name} is refused`, async () => {
      const outcome = await outcomeOf({ table: (table) => change(table, segmentsOf(table)) });
      expect(outcome).toBe('SNAPSHOT_CORRUPT');
    });
  }

  const wrongTombstones: Readonly<Record<string, (regions: Regions) => void>> = {
    'a tombstone too many': ([first]) => {
      words(first!.tombstones!)[0]! |= 1 << 9;
    },
    'a tombstone too few': ([first]) => {
      words(first!.tombstones!)[0]! &= ~1;
    },
    'a tombstone of nobody': ([, second]) => {
      words(second!.tombstones!)[0]! |= 1 << 30;
    },
    // As many as before: node 5 is there twice then.
    'a tombstone of another node': ([first]) => {
      words(first!.tombstones!)[0]! ^= (1 << 5) | (1 << 9);
    },
  };
  for (const [name, change] of Object.entries(wrongTombstones)) {
    test(`with ${name} is refused`, async () => {
      expect(await outcomeOf({ regions: change })).toBe('SNAPSHOT_CORRUPT');
    });
  }

  test('whose numbers are nearly used up takes what there are numbers for', async () => {
    const nextNode = 2 ** 31 - 3;
    file.write(forge(sound, { table: (table) => Object.assign(table, { nextNode }) }));
    const index = await VectorIndex.load(file.path, { threads: 1 });
    const before = answersOf(index);
    const full = { code: 'CAPACITY_EXCEEDED', details: { expected: 2, got: 3 } };
    await expect(index.add(rows(3))).rejects.toMatchObject(full);
    index.reserve(3).set(rows(3));
    await expect(index.commit()).rejects.toMatchObject(full);
    expect(answersOf(index)).toEqual(before);
    index.reserve(1).set(rows(1));
    expect(await index.commit()).toEqual({ first: nextNode, count: 1 });
    expect(await index.add(rows(1))).toEqual({ first: nextNode + 1, count: 1 });
    await expect(index.add(rows(1))).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    const last = 2 ** 31 - 2;
    await index.update([last, 1], rows(2, 8));
    expect([...index.nodes()].slice(-2)).toEqual([last - 1, last]);
    expect(index.searchNode(last, 3).nodes.length).toBe(3);
    expect(index.verify()).toEqual([]);
    index.remove(last);
    expect(index.has(last)).toBe(false);
    await index.consolidate();
    expect(index.nextNode).toBe(2 ** 31 - 1);
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('that is another index answers as that index', async () => {
    // Nodes with other numbers, of which each is there once: everything follows.
    file.write(
      forge(sound, {
        regions: numbers((all) => all.set([500, 400, 300], 1)),
        table: (table) => Object.assign(table, { nextNode: 501 }),
      }),
    );
    const index = await VectorIndex.load(file.path, { threads: 1 });
    const renamed = new Map([61, 62, 63].map((node, i) => [node, 500 - 100 * i]));
    const expected = NODES.map((node) => renamed.get(node) ?? node).sort((a, b) => a - b);
    expect([...index.nodes()]).toEqual(expected);
    expect([...index.getVector(300)]).toEqual([...rows(20, 2).subarray(9, 12)]);
    expect(index.search(rows(20, 2).subarray(9, 12), 1).nodes[0]).toBe(300);
    expect(index.has(61)).toBe(false);
    expect(await index.add(rows(1))).toEqual({ first: 501, count: 1 });
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});
