// Opening: what is there, what was asked for, and what is refused; and what is left of a collection
// that was closed.

import { SimulatedDisk } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { Collection, IN_MEMORY, type OpenOptions } from '../../src/index.ts';
import { DOCUMENTS, openFilled, SCHEMA } from '../support/open.ts';
import { stateOf } from '../support/state.ts';

const code = (expected: string): object => expect.objectContaining({ code: expected });

describe('opening', () => {
  test('without a schema gives what was made with one', async () => {
    const disk = new SimulatedDisk();
    const first = await openFilled(SCHEMA, disk);
    const [state, schema] = [await stateOf(first), first.schema];
    await first.close();
    const second = await Collection.open('/data/c', { files: disk, threads: 1 });
    expect(second.schema).toEqual(schema);
    expect(await stateOf(second)).toBe(state);
    await second.close();
  });

  test('takes the same schema said otherwise', async () => {
    const disk = new SimulatedDisk();
    await (await openFilled(SCHEMA, disk)).close();
    const { year, ...fields } = SCHEMA.fields;
    const same: OpenOptions[] = [
      { vector: { metric: 'cosine', dimension: 2 } },
      { fields: { ...fields, year } },
      { text: { fields: { text: { weight: 1 }, title: {} }, language: 'english', stem: true } },
      { ...SCHEMA, text: [{ name: 'text' }, 'title'] } as never,
    ];
    for (const options of same) {
      await (await Collection.open('/data/c', { ...options, files: disk, threads: 1 })).close();
    }
  });

  test('refuses another schema, tells what differs, and leaves the files as they are', async () => {
    const disk = new SimulatedDisk();
    await (await openFilled(SCHEMA, disk)).close();
    const [names, manifest] = [disk.names('/data/c'), disk.bytesOf('/data/c/manifest')];
    const others: readonly (readonly [string, OpenOptions])[] = [
      ['vector', { vector: { dimension: 3, metric: 'cosine' } }],
      ['vector', { vector: { dimension: 2 } }],
      ['vector', { vector: { dimension: 2, metric: 'cosine', M: 8 } }],
      ['fields', { fields: {} }],
      ['fields', { fields: { ...SCHEMA.fields, more: 'string' } }],
      ['text', { text: ['title', 'text'] }],
      ['text', { text: { fields: ['text', 'title'], b: 0.5 } }],
    ];
    for (const [name, options] of others) {
      const opening = Collection.open('/data/c', { ...options, files: disk });
      await expect(opening).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH', details: { name } });
    }
    expect(disk.names('/data/c')).toEqual(names);
    expect(disk.bytesOf('/data/c/manifest')).toEqual(manifest);
    await (await Collection.open('/data/c', { files: disk, threads: 1 })).close();
  });

  test('refuses what is no collection', async () => {
    const disk = new SimulatedDisk();
    const nothing = Collection.open('/nothing', { files: disk });
    await expect(nothing).rejects.toMatchObject({
      code: 'NO_SCHEMA',
      details: { folder: '/nothing' },
    });
    expect(await disk.exists('/nothing')).toBe(false);
    await expect(Collection.open(IN_MEMORY)).rejects.toEqual(code('NO_SCHEMA'));
    await disk.makeFolder('/other');
    disk.place('/other/manifest', Uint8Array.of(1, 2, 3));
    for (const options of [{}, SCHEMA]) {
      const other = Collection.open('/other', { ...options, files: disk });
      await expect(other).rejects.toEqual(code('MANIFEST_CORRUPT'));
    }
    expect(disk.names('/other')).toEqual(['manifest']);
  });

  test('is for one at a time', async () => {
    const disk = new SimulatedDisk();
    const first = await openFilled(SCHEMA, disk);
    await expect(Collection.open('/data/c', { files: disk })).rejects.toEqual(code('LOCKED'));
    await first.close();
    await (await Collection.open('/data/c', { files: disk, threads: 1 })).close();
  });

  const wrong: readonly (readonly [string, unknown, unknown, string])[] = [
    ['a path of nothing', '', SCHEMA, 'INVALID_ARGUMENT'],
    ['a path that is a number', 5, SCHEMA, 'INVALID_ARGUMENT'],
    ['no path', undefined, SCHEMA, 'INVALID_ARGUMENT'],
    ['options of null', '/c', null, 'INVALID_OPTION'],
    ['options that are text', '/c', 'text', 'INVALID_OPTION'],
    ['an unknown option', '/c', { ...SCHEMA, dimension: 3 }, 'INVALID_OPTION'],
    ['threads 0', '/c', { ...SCHEMA, threads: 0 }, 'INVALID_OPTION'],
    ['threads 1.5', '/c', { ...SCHEMA, threads: 1.5 }, 'INVALID_OPTION'],
    ['checkpointAt 0', '/c', { ...SCHEMA, checkpointAt: 0 }, 'INVALID_OPTION'],
    ['recover of another kind', '/c', { ...SCHEMA, recover: 'all' }, 'INVALID_OPTION'],
    ['durability of another kind', '/c', { ...SCHEMA, durability: 'none' }, 'INVALID_OPTION'],
    ['intervalMs 0', '/c', { ...SCHEMA, intervalMs: 0 }, 'INVALID_OPTION'],
    ['files that are none', '/c', { ...SCHEMA, files: 5 }, 'INVALID_OPTION'],
    ['a vector that is none', '/c', { vector: 5 }, 'INVALID_OPTION'],
    ['a vector of threads', '/c', { vector: { dimension: 2, threads: 1 } }, 'INVALID_OPTION'],
    ['a vector without dimension', '/c', { vector: {} }, 'INVALID_OPTION'],
    ['a vector of dimension 0', '/c', { vector: { dimension: 0 } }, 'INVALID_OPTION'],
    [
      'a vector of another metric',
      '/c',
      { vector: { dimension: 2, metric: 'l1' } },
      'INVALID_OPTION',
    ],
    ['a vector with an unknown option', '/c', { vector: { dimension: 2, a: 1 } }, 'INVALID_OPTION'],
    ['fields that are none', '/c', { fields: [] }, 'INVALID_FIELDS'],
    ['a field of another type', '/c', { fields: { a: 'text' } }, 'INVALID_FIELDS'],
    ['a field of no name', '/c', { fields: { '': 'number' } }, 'INVALID_FIELDS'],
    ['text of nothing', '/c', { text: [] }, 'INVALID_OPTION'],
    ['text that is text', '/c', { text: 'text' }, 'INVALID_OPTION'],
    [
      'text in no language',
      '/c',
      { text: { fields: ['a'], language: 'klingon' } },
      'INVALID_OPTION',
    ],
    ['text twice', '/c', { text: ['a', 'a'] }, 'INVALID_OPTION'],
  ];
  test.for(wrong)('refuses %s', async ([, path, options, wanted]) => {
    const disk = new SimulatedDisk();
    const given =
      typeof options === 'object' && options !== null ? { files: disk, ...options } : options;
    await expect(Collection.open(path as string, given as OpenOptions)).rejects.toEqual(
      code(wanted),
    );
    expect(disk.steps).toBe(0);
  });

  test('keeps nothing of a schema that the caller changes later', async () => {
    const vector = { dimension: 2 };
    const fields: Record<string, 'number'> = { year: 'number' };
    const text = ['text'];
    const collection = await Collection.open(IN_MEMORY, { vector, fields, text, threads: 1 });
    vector.dimension = 3;
    fields.more = 'number';
    text.push('title');
    await collection.upsert({ key: 1, vector: [1, 2], metadata: { more: 'text', year: 1 } });
    expect(collection.schema.vector?.dimension).toBe(2);
    expect(await collection.verify()).toEqual([]);
    await collection.close();
  });
});

/** Every method, called as it should be. */
function calls(collection: Collection): Record<string, () => unknown> {
  return {
    upsert: () => collection.upsert({ key: 9, vector: [1, 2] }),
    'upsert of nothing': () => collection.upsert([]),
    update: () => collection.update({ key: 1, metadata: { year: 5 } }),
    delete: () => collection.delete(1),
    'delete by filter': () => collection.delete({ filter: {} }),
    get: () => collection.get(1),
    has: () => collection.has(1),
    count: () => collection.count(),
    documents: () => collection.documents().next(),
    'for await': () => collection[Symbol.asyncIterator]().next(),
    search: () => collection.search({ vector: [1, 2] }),
    import: () => collection.import({ rows: 'a.jsonl' }),
    checkpoint: () => collection.checkpoint(),
    backup: () => collection.backup('/other'),
    compact: () => collection.compact(),
    stats: () => collection.stats(),
    verify: () => collection.verify(),
  };
}

describe('a closed collection', () => {
  test.for(Object.keys(calls({} as Collection)))('refuses %s', async (name) => {
    const disk = new SimulatedDisk();
    const collection = await openFilled(SCHEMA, disk);
    await collection.close();
    const call = async (): Promise<unknown> => await calls(collection)[name]?.();
    await expect(call()).rejects.toMatchObject({ name: 'CollectionError', code: 'CLOSED' });
    await collection.close();
    await collection[Symbol.asyncDispose]();
  });

  test('ends a listing that has begun', async () => {
    const collection = await openFilled();
    const listing = collection.documents();
    await listing.next();
    await collection.close();
    await expect(listing.next()).rejects.toEqual(code('CLOSED'));
  });

  test('has done what was asked for before', async () => {
    const disk = new SimulatedDisk();
    const collection = await openFilled(SCHEMA, disk);
    const { key } = DOCUMENTS[0];
    const asked = [
      collection.update({ key, metadata: { year: 1 } }),
      collection.upsert({ key: 9, vector: [1, 2], metadata: { year: 7 } }),
      collection.delete({ filter: { year: 7 } }),
      collection.update({ key, metadata: { year: 2 } }),
      collection.compact(),
      collection.update({ key, metadata: { year: 3 } }),
      collection.checkpoint(),
      collection.update({ key, metadata: { year: 4 } }),
      collection.backup('/backup'),
      collection.verify(),
      collection.upsert({ key: 10, vector: [1, 2] }),
    ];
    await collection.close();
    const settled = await Promise.allSettled(asked);
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);
    const again = await Collection.open('/data/c', { files: disk, threads: 1 });
    expect([again.get(key)?.metadata.year, again.has(9), again.has(10)]).toEqual([4, false, true]);
    await again.close();
    const copy = await Collection.open('/backup', { files: disk, threads: 1 });
    expect([copy.get(key)?.metadata.year, copy.has(10)]).toEqual([4, false]);
    await copy.close();
  });
});
