// Listing documents while others write: what is deleted does not come any more, what is new does
// not come, and nothing comes twice.

import { SimulatedDisk } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { Collection, IN_MEMORY, type Key } from '../../src/index.ts';
import { openFilled, SCHEMA } from '../support/open.ts';

const COUNT = 60;

test.for(['as it is', 'compacted on the way'])('a listing, %s', async (way) => {
  for (const filter of [undefined, { n: { $gte: 0 } }]) {
    const collection = await Collection.open(IN_MEMORY, { fields: { n: 'number' } });
    const list = Array.from({ length: COUNT }, (_, i) => ({ key: i, metadata: { n: i } }));
    await collection.upsert(list);
    await collection.delete([0, 5]);
    const seen: Key[] = [];
    for await (const { key, metadata } of collection.documents(filter ? { filter } : {})) {
      seen.push(key);
      if (seen.length === 10) {
        await collection.delete({ filter: { n: { $gte: 30, $lt: 40 } } });
        await collection.upsert({ key: 'new', metadata: { n: 1 } });
        await collection.update({ key: 50, metadata: { n: 500 } });
        if (way !== 'as it is') await collection.compact();
      }
      expect(metadata.n).toBe(key === 50 ? 500 : key);
    }
    const wanted = list
      .map(({ key }) => key)
      .filter((key) => key !== 0 && key !== 5 && !(key >= 30 && key < 40));
    expect(seen).toEqual(wanted);
    await collection.close();
  }
});

test('two listings at once do not disturb each other', async () => {
  const collection = await openFilled(SCHEMA, new SimulatedDisk());
  const [one, other] = [collection.documents(), collection[Symbol.asyncIterator]()];
  const keys: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    for (const listing of [one, other]) keys.push((await listing.next()).value?.key);
  }
  expect(keys).toEqual([1, 1, 'two', 'two', '3', '3']);
  expect((await one.next()).done).toBe(true);
  await collection.close();
});

test("what a listing gave is the caller's to change", async () => {
  const collection = await openFilled();
  for await (const document of collection.documents({ vectors: true })) {
    (document.metadata as Record<string, unknown>).year = 'mine';
    document.vector?.fill(7);
  }
  expect(collection.get(1)?.metadata.year).toBe(1999);
  expect(collection.get(1)?.vector).toEqual(Float32Array.of(1, 0));
  const [hit] = await collection.search({ vector: [1, 0], vectors: true, k: 1 });
  hit?.vector?.fill(7);
  expect(collection.get(1)?.vector).toEqual(Float32Array.of(1, 0));
  expect(await collection.verify()).toEqual([]);
  await collection.close();
});
