// Changes of metadata that share a turn: they share a sync too, and each of them is still checked
// against what those before it have made of the documents.

import { SimulatedDisk } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { Collection } from '../../src/index.ts';

const KEYS: readonly number[] = Array.from({ length: 64 }, (_, i) => i);

async function openNumbered(disk: SimulatedDisk): Promise<Collection> {
  const collection = await Collection.open('/c', { fields: { n: 'number' }, files: disk });
  await collection.upsert(KEYS.map((key) => ({ key, metadata: { n: key } })));
  return collection;
}

test('changes that wait together are synced together', async () => {
  const disk = new SimulatedDisk();
  const collection = await openNumbered(disk);
  const before = disk.syncs;
  const change = (key: number): Promise<number> =>
    collection.update({ key, metadata: { n: key + 1000 } });
  await Promise.all(KEYS.map(change));
  expect(disk.syncs - before).toBe(1);
  expect(collection.count({ n: { $gte: 1000 } })).toBe(KEYS.length);
  expect(collection.stats().storage?.logRecords).toBe(1 + KEYS.length);
  await collection.close();
});

test('changes come in their order, among themselves and among other writes', async () => {
  const collection = await openNumbered(new SimulatedDisk());
  const results = await Promise.allSettled([
    collection.update({ key: 1, metadata: { n: 5, a: 1 } }),
    collection.update({ key: 1, metadata: { n: 6, a: null } }),
    collection.update({ key: 'late', metadata: { n: 7 } }),
    collection.update({ key: 2, metadata: { n: 8 } }),
    collection.upsert({ key: 'late', metadata: { n: 9 } }),
    collection.update({ key: 'late', metadata: { b: true } }),
    collection.delete(3),
    collection.update({ key: 3, metadata: { n: 1 } }),
    collection.delete({ filter: { n: 4 } }),
    collection.update({ key: 4, metadata: { n: 1 } }),
  ]);
  const refused = results.flatMap((result, i) =>
    result.status === 'rejected' ? [[i, result.reason.code]] : [],
  );
  expect(refused).toEqual([2, 7, 9].map((i) => [i, 'KEY_NOT_FOUND']));
  expect(collection.get(1)?.metadata).toEqual({ n: 6 });
  expect(collection.get(2)?.metadata).toEqual({ n: 8 });
  expect(collection.get('late')?.metadata).toEqual({ n: 9, b: true });
  expect(await collection.verify()).toEqual([]);
  await collection.close();
});

test('changes of one turn cannot make a document too large together', async () => {
  const disk = new SimulatedDisk();
  const collection = await Collection.open('/c', { fields: {}, files: disk, durability: 'os' });
  await collection.upsert({ key: 1, metadata: { a: 'a'.repeat(22_300_000) } });
  const results = await Promise.allSettled(
    ['b', 'c', 'a'].map((name) => {
      const value = name === 'a' ? null : name.repeat(50_000);
      return collection.update({ key: 1, metadata: { [name]: value } });
    }),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { code: 'INVALID_DOCUMENT' } });
  expect(Object.keys(collection.get(1)?.metadata ?? {})).toEqual(['b']);
  await collection.close();
});

test('many changes of many bytes take several turns, and all are made', async () => {
  const disk = new SimulatedDisk();
  const collection = await openNumbered(disk);
  const before = disk.syncs;
  const text = 'x'.repeat(100_000);
  await Promise.all(KEYS.map((key) => collection.update({ key, metadata: { n: -1, text } })));
  expect(disk.syncs - before).toBeGreaterThan(1);
  expect(disk.syncs - before).toBeLessThan(KEYS.length / 4);
  expect(collection.count({ n: -1 })).toBe(KEYS.length);
  await collection.close();
});

test('others have their turn while many changes of one turn are made', async () => {
  const collection = await Collection.open(':memory:', { fields: { n: 'number' } });
  await collection.upsert(KEYS.map((key) => ({ key, metadata: { n: key } })));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const changes = Array.from({ length: 20_000 }, (_, n) =>
    collection.update({ key: n % KEYS.length, metadata: { n } }),
  );
  // Work of some 100 ms; without turns none would come before its end.
  await Promise.all(changes);
  const meanwhile = turns;
  clearInterval(timer);
  expect(meanwhile).toBeGreaterThan(1);
  await collection.close();
});
