// Whatever JSON, key and text a caller gives comes back as it was: from memory, from the log and
// from a snapshot.

import { SimulatedDisk } from '@nigh/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collection, type Key } from '../../src/index.ts';

const key: fc.Arbitrary<Key> = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed()),
  fc.maxSafeInteger(),
  fc.constantFrom<Key>('__proto__', 'constructor', 'n1', 's', '\0'),
);
const name = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'toJSON', 'constructor', 'length', '0'),
);
const metadata = fc.dictionary(
  name,
  fc.oneof(fc.jsonValue({ maxDepth: 6 }), fc.object({ maxDepth: 3, withNullPrototype: false })),
  { maxKeys: 8 },
);
const text = fc.option(fc.string({ unit: 'binary' }).map((one) => one.toWellFormed()));

/** What JSON makes of a value, which is what is kept of it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
/** `fc.object` gives more than JSON has; what is refused is the business of other tests. */
const isJson = (value: unknown): boolean => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object') return false;
  return Object.values(value as object).every((one) => one === undefined || isJson(one));
};

async function* opened(disk: SimulatedDisk): AsyncGenerator<Collection> {
  for (const way of ['new', 'replayed', 'compacted', 'loaded']) {
    const options = way === 'new' ? { fields: {}, text: ['text'] } : {};
    const collection = await Collection.open('/c', { ...options, files: disk });
    if (way === 'compacted') await collection.compact();
    yield collection;
    await collection.close();
  }
}

test('any key, metadata and text come back', async () => {
  const document = fc.record({ key, metadata: metadata.filter(isJson), text });
  const documents = fc.uniqueArray(document, {
    maxLength: 6,
    selector: (one) => `${typeof one.key}${one.key === 0 ? 0 : one.key}`,
  });
  await fc.assert(
    fc.asyncProperty(documents, async (list) => {
      let isNew = true;
      for await (const collection of opened(new SimulatedDisk())) {
        const given = list.map(({ text: own, ...rest }) => ({
          ...rest,
          ...(own !== null && { text: own }),
        }));
        if (isNew) expect(await collection.upsert(given)).toBe(list.length);
        isNew = false;
        expect(await collection.verify()).toEqual([]);
        expect(collection.count()).toBe(list.length);
        for (const one of list) {
          const found = collection.get(one.key);
          expect(found?.key).toBe(one.key === 0 ? 0 : one.key);
          expect(JSON.stringify(found?.metadata)).toBe(JSON.stringify(asJson(one.metadata)));
          expect(found?.text ?? null).toBe(one.text);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('any patch makes of metadata what laying it over makes', async () => {
  const patch = fc.dictionary(name, fc.oneof(fc.constant(null), fc.jsonValue({ maxDepth: 3 })), {
    maxKeys: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      metadata.filter(isJson),
      fc.array(patch, { maxLength: 4 }),
      async (first, patches) => {
        const disk = new SimulatedDisk();
        const wanted = new Map(Object.entries(asJson(first) as object));
        let isNew = true;
        for await (const collection of opened(disk)) {
          if (isNew) {
            await collection.upsert({ key: 1, metadata: first });
            for (const one of patches) {
              await collection.update({ key: 1, metadata: one });
              for (const [field, value] of Object.entries(asJson(one) as object)) {
                if (value === null) wanted.delete(field);
                else wanted.set(field, value);
              }
            }
          }
          isNew = false;
          const found = new Map(Object.entries(collection.get(1)?.metadata ?? {}));
          const sorted = (map: ReadonlyMap<string, unknown>): string =>
            JSON.stringify([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
          expect(sorted(found)).toBe(sorted(wanted));
        }
      },
    ),
    { numRuns: 40 },
  );
});
