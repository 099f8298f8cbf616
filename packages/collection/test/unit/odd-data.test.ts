// Data that is odd and right: it comes back as it was given, and nothing else changes.

import { SimulatedDisk } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { Collection, IN_MEMORY, type StoredDocument } from '../../src/index.ts';
import { openFilled, SCHEMA } from '../support/open.ts';

type Json = Record<string, unknown>;

/** What a document is in memory, after replaying the log, and after a snapshot. */
async function roundTrips(
  document: Json,
  options: object,
): Promise<(StoredDocument | undefined)[]> {
  const disk = new SimulatedDisk();
  const open = (): Promise<Collection> =>
    Collection.open('/c', { ...options, threads: 1, files: disk });
  let collection = await open();
  await collection.upsert(document as never);
  const found = [collection.get(document.key as string)];
  await collection.close();
  collection = await open();
  found.push(collection.get(document.key as string));
  await collection.compact();
  await collection.close();
  collection = await open();
  expect(await collection.verify()).toEqual([]);
  found.push(collection.get(document.key as string));
  await collection.close();
  return found;
}

describe('names that objects inherit', () => {
  const text =
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toJSON":5,' +
    '"hasOwnProperty":false,"a":{"__proto__":[{"toString":null}],"toJSON":"x"},"prototype":1}';

  test('are data, and set no prototype', async () => {
    const document = { key: '__proto__', metadata: JSON.parse(text) as Json };
    for (const found of await roundTrips(document, { fields: {} })) {
      expect(JSON.stringify(found?.metadata)).toBe(text);
      expect(Object.getPrototypeOf(found?.metadata)).toBe(Object.prototype);
      expect(found?.metadata.admin).toBe(undefined);
      expect(({} as Json).admin).toBe(undefined);
    }
  });

  test('can be fields, be searched and be updated', async () => {
    const fields = JSON.parse('{"__proto__":"string","constructor":"number","toString":"date"}');
    const collection = await Collection.open(IN_MEMORY, { fields, text: ['__proto__', 'valueOf'] });
    const metadata = JSON.parse(
      '{"__proto__":"alpha beta","constructor":3,"toString":"2020-01-01"}',
    );
    await collection.upsert([{ key: 1, metadata }, { key: 2 }]);
    expect(collection.count(JSON.parse('{"__proto__":"alpha beta"}'))).toBe(1);
    expect(collection.count({ constructor: { $gt: 2 } })).toBe(1);
    expect(collection.count({ toString: { $exists: false } })).toBe(1);
    expect((await collection.search({ text: 'alpha' })).map(({ key }) => key)).toEqual([1]);
    const patch = JSON.parse('{"__proto__":"gamma","constructor":null}');
    await collection.update({ key: 1, metadata: patch });
    const wanted = Object.defineProperty({ toString: new Date('2020-01-01') }, '__proto__', {
      ...{ value: 'gamma', enumerable: true, writable: true, configurable: true },
    });
    const found = collection.get(1)?.metadata as Json;
    expect(Object.entries(found)).toEqual(Object.entries(wanted));
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect((await collection.search({ text: 'alpha' })).length).toBe(0);
    expect(await collection.verify()).toEqual([]);
    await collection.close();
  });
});

describe('metadata', () => {
  test('comes back as JSON has it', async () => {
    const metadata = {
      ...{ '': '', ' ': null, '\ud800': '\udc00\ud800', '\0': '\u2028' },
      ...{ big: 1.7976931348623157e308, small: 5e-324, zero: 0, none: undefined },
      ...{ list: [[], [[]], {}, null, false, '', -1e21], text: 'not the text' },
    };
    const { none: _, ...wanted } = metadata;
    for (const found of await roundTrips({ key: 'a', metadata }, { fields: {} })) {
      expect(found).toStrictEqual({ key: 'a', metadata: wanted });
    }
  });

  test('of 64 levels and of 2,000 fields is taken', async () => {
    const levels = (count: number): unknown =>
      JSON.parse(`${'['.repeat(count)}${']'.repeat(count)}`);
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`field ${i}`, i]));
    const metadata = { ...many, deep: levels(63) };
    for (const found of await roundTrips({ key: 'a', metadata }, { fields: {} })) {
      expect(found?.metadata).toStrictEqual(metadata);
    }
  });

  test("is read once, and a copy of the caller's", async () => {
    const collection = await openFilled();
    let reads = 0;
    const metadata = Object.defineProperty({ tags: ['a'] }, 'year', {
      enumerable: true,
      get: () => (++reads === 1 ? 1 : 'not a number'),
    });
    const vector = Float32Array.of(3, 4);
    const written = collection.upsert({ key: 'own', vector, metadata });
    metadata.tags.push('b');
    vector.fill(0);
    await written;
    expect(reads).toBe(1);
    const found = collection.get('own');
    expect(found?.metadata).toStrictEqual({ tags: ['a'], year: 1 });
    expect(found?.vector?.[1]).toBeCloseTo(0.8, 6);
    (found?.metadata.tags as string[] | undefined)?.push('mine');
    found?.vector?.fill(0);
    expect(collection.get('own')?.metadata.tags).toEqual(['a']);
    expect(collection.get('own')?.vector?.[1]).toBeCloseTo(0.8, 6);
    expect(await collection.verify()).toEqual([]);
    await collection.close();
  });

  test('whose getter writes to the collection is written after that', async () => {
    const collection = await openFilled();
    const inner: Promise<number>[] = [];
    const metadata = Object.defineProperty({}, 'year', {
      enumerable: true,
      get: () => {
        inner.push(collection.upsert({ key: 'x', vector: [1, 1], metadata: { year: 1 } }));
        return 2;
      },
    });
    await collection.upsert({ key: 'x', vector: [1, 2], metadata });
    await Promise.all(inner);
    expect(collection.get('x')?.metadata).toEqual({ year: 2 });
    expect(await collection.verify()).toEqual([]);
    await collection.close();
  });
});

describe('dates', () => {
  test('are Dates again where they were declared, and text elsewhere', async () => {
    const days = [new Date(0), new Date(8.64e15), new Date(-8.64e15), new Date(-1)];
    const metadata = { when: days[3], days, other: '2020-01-01', nested: { when: '2020-01-01' } };
    const { fields } = SCHEMA;
    for (const found of await roundTrips({ key: 'a', metadata }, { fields })) {
      expect(found?.metadata).toStrictEqual(metadata);
    }
  });

  test('as text mean the same to filters and as Dates', async () => {
    const texts = [
      ...['2020-01-31', '2020-01-31T24:00Z', '2020-01-31T12:30Z', '2020-01-31T12:30:15.2+02:00'],
      ...['2020-01-31T12:30:15.123456789-11:59', '+012020-01-31', '-000001-12-31T00:00Z'],
      ...['2020-01-31T12:30:15.250+00:00', '0000-01-01', '0099-01-01T00:00:00Z'],
      ...['-271821-04-20', '+275760-09-13T00:00:00.000Z'],
    ];
    const collection = await Collection.open(IN_MEMORY, { fields: { when: 'date' } });
    for (const text of texts) {
      await collection.upsert({ key: text, metadata: { when: text } });
      const when = collection.get(text)?.metadata.when;
      expect(when, text).toBeInstanceOf(Date);
      expect((when as Date).getTime(), text).not.toBeNaN();
      for await (const { key } of collection.documents({ filter: { when: when as Date } })) {
        expect(key).toBe(text);
      }
      expect(collection.count({ when: when as Date }), text).toBe(1);
      await collection.delete(text);
    }
    await collection.close();
  });
});

describe('keys', () => {
  test('of both kinds are different, and come back of their kind', async () => {
    const keys = [
      0,
      -1,
      2 ** 53 - 1,
      -(2 ** 53 - 1),
      '0',
      '-1',
      'n0',
      's0',
      'k'.repeat(1024),
      '\0',
      ' ',
    ];
    const disk = new SimulatedDisk();
    let collection = await Collection.open('/c', { fields: {}, files: disk });
    await collection.upsert(keys.map((key, i) => ({ key, metadata: { i } })));
    await collection.upsert({ key: -0, metadata: { i: 0 } });
    for (const way of ['as written', 'replayed', 'compacted']) {
      expect(collection.count(), way).toBe(keys.length);
      for (const [i, key] of keys.entries()) {
        expect(collection.get(key), way).toStrictEqual({ key, metadata: { i } });
      }
      if (way === 'replayed') await collection.compact();
      await collection.close();
      collection = await Collection.open('/c', { files: disk });
    }
    expect(await collection.delete(keys)).toBe(keys.length);
    await collection.close();
  });
});

describe('texts', () => {
  test('of 100 kB and of any script come back and are found', async () => {
    const long = 'lorem ipsum '.repeat(9000);
    const texts = [
      long,
      '',
      ' \n\t',
      '日本語のテキスト',
      'naïve Œuvre',
      '\u0000',
      '👩‍👩‍👧 family',
      '\ufeffbom',
    ];
    const disk = new SimulatedDisk();
    let collection = await Collection.open('/c', { text: ['text'], files: disk });
    await collection.upsert({ keys: texts.map((_, i) => i), texts });
    for (const way of ['as written', 'replayed', 'compacted']) {
      for (const [key, text] of texts.entries()) expect(collection.get(key)?.text, way).toBe(text);
      expect((await collection.search({ text: 'lorem', texts: true }))[0]?.text, way).toBe(long);
      expect((await collection.search({ text: 'family' }))[0]?.key, way).toBe(6);
      expect((await collection.search({ text: '日本語' }))[0]?.key, way).toBe(3);
      expect(await collection.search({ text: '!?' }), way).toEqual([]);
      expect(await collection.verify(), way).toEqual([]);
      if (way === 'replayed') await collection.compact();
      await collection.close();
      collection = await Collection.open('/c', { files: disk });
    }
    await collection.close();
  });

  test('a query with half of a surrogate pair finds what else it says', async () => {
    const collection = await openFilled();
    const hits = await collection.search({ text: 'alpha \ud800' });
    expect(hits.length).toBeGreaterThan(0);
    await collection.close();
  });
});

test('updates may let a document grow to its limit and not beyond, also over time', async () => {
  const disk = new SimulatedDisk();
  let collection = await Collection.open('/c', { fields: {}, files: disk, durability: 'os' });
  await collection.upsert({ key: 1, metadata: { a: 'a'.repeat(11 * 2 ** 20) } });
  const patch = { b: 'b'.repeat(11 * 2 ** 20) };
  const refused = collection.update({ key: 1, metadata: patch });
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_DOCUMENT' });
  expect(Object.keys(collection.get(1)?.metadata ?? {})).toEqual(['a']);
  const twice = [
    { key: 1, metadata: { b: 'b'.repeat(5 * 2 ** 20) } },
    { key: 1, metadata: { c: 'c'.repeat(6 * 2 ** 20) } },
  ];
  await expect(collection.update(twice)).rejects.toMatchObject({ code: 'INVALID_DOCUMENT' });
  await collection.update({ key: 1, metadata: { a: null, ...patch } });
  await collection.close();
  collection = await Collection.open('/c', { files: disk });
  expect(collection.get(1)?.metadata).toEqual(patch);
  await collection.close();
});
