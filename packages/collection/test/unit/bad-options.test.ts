// What is wrong with options of a call is refused by code, with its name, and changes nothing.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Collection } from '../../src/index.ts';
import { DOCUMENTS, openFilled, SCHEMA } from '../support/open.ts';
import { type Call, expectRefusal, GOOD, thrower, type Wanted } from '../support/refuse.ts';
import { stateOf } from '../support/state.ts';

let collection: Collection;
beforeAll(async () => {
  collection = await openFilled();
});
afterAll(() => collection.close());

const expectRefused = (call: Call, wanted: Wanted): Promise<void> =>
  expectRefusal(collection, call, wanted);

const first = async (list: unknown): Promise<unknown> =>
  await (list as AsyncGenerator<unknown>).next();

describe('an option that is wrong', () => {
  const vector = [1, 2];
  const searches: readonly (readonly [string, object, Wanted])[] = [
    ['nothing to search by', {}, { code: 'INVALID_OPTION' }],
    [
      'an unknown name',
      { vector, limit: 5 },
      { code: 'INVALID_OPTION', details: { name: 'limit' } },
    ],
    ['k 0', { vector, k: 0 }, { code: 'INVALID_OPTION', details: { name: 'k' } }],
    ['k -1', { text: 'alpha', k: -1 }, { code: 'INVALID_OPTION', details: { name: 'k' } }],
    ['k 1.5', { vector, k: 1.5 }, { code: 'INVALID_OPTION', details: { name: 'k' } }],
    ['k too large', { vector, k: 2 ** 31 }, { code: 'INVALID_OPTION', details: { name: 'k' } }],
    ['k as text', { vector, k: '5' }, { code: 'INVALID_OPTION', details: { name: 'k' } }],
    ['vector and like', { vector, like: 1 }, { code: 'INVALID_OPTION', details: { name: 'like' } }],
    ['text that is none', { text: 5 }, { code: 'INVALID_OPTION', details: { name: 'text' } }],
    ['text of nothing', { text: '' }, { code: 'INVALID_OPTION', details: { name: 'text' } }],
    [
      'candidates 0',
      { vector, text: 'a', candidates: 0 },
      { code: 'INVALID_OPTION', details: { name: 'candidates' } },
    ],
    ['vectors 1', { vector, vectors: 1 }, { code: 'INVALID_OPTION', details: { name: 'vectors' } }],
    [
      'texts null',
      { vector, texts: 'yes' },
      { code: 'INVALID_OPTION', details: { name: 'texts' } },
    ],
    ['a fusion that is none', { vector, text: 'a', fusion: 'sum' }, { code: 'INVALID_OPTION' }],
    ['a fusion of null', { vector, text: 'a', fusion: null }, { code: 'INVALID_OPTION' }],
    [
      'a fusion with an unknown name',
      { vector, text: 'a', fusion: { kind: 'rrf', a: 1 } },
      { code: 'INVALID_OPTION' },
    ],
    [
      'rrf with a normalization',
      { vector, text: 'a', fusion: { kind: 'rrf', normalization: 'min-max' } },
      { code: 'INVALID_OPTION' },
    ],
    [
      'convex with k',
      { vector, text: 'a', fusion: { kind: 'convex', k: 1 } },
      { code: 'INVALID_OPTION' },
    ],
    [
      'weight 1.1',
      { vector, text: 'a', fusion: { kind: 'rrf', weight: 1.1 } },
      { code: 'INVALID_OPTION' },
    ],
    [
      'weight NaN',
      { vector, text: 'a', fusion: { kind: 'rrf', weight: Number.NaN } },
      { code: 'INVALID_OPTION' },
    ],
    [
      'k of rrf -1',
      { vector, text: 'a', fusion: { kind: 'rrf', k: -1 } },
      { code: 'INVALID_OPTION' },
    ],
    ['efSearch 0', { vector, efSearch: 0 }, { code: 'INVALID_ARGUMENT' }],
    ['recall 2', { vector, recall: 2 }, { code: 'INVALID_ARGUMENT' }],
    ['recall and efSearch', { vector, recall: 0.9, efSearch: 10 }, { code: 'INVALID_OPTION' }],
    ['exact 1', { vector, exact: 1 }, { code: 'INVALID_OPTION' }],
    ['a key that is not there', { like: 99 }, { code: 'KEY_NOT_FOUND', details: { key: 99 } }],
    ['a field that is none', { vector, filter: { nope: 1 } }, { code: 'UNKNOWN_FIELD' }],
    [
      'an operator that is none',
      { vector, filter: { year: { $near: 1 } } },
      { code: 'UNKNOWN_OPERATOR' },
    ],
    ['a value of another type', { text: 'a', filter: { year: 'x' } }, { code: 'WRONG_TYPE' }],
    ['a filter that is none', { vector, filter: null }, { code: 'INVALID_FILTER' }],
    ['a filter that throws', { vector, filter: thrower('year') }, { code: expect.any(String) }],
  ];
  test.for(searches)('search: %s', async ([, options, wanted]) => {
    await expectRefused((c) => c.search(options), wanted);
  });

  const signal = new AbortController().signal;
  const calls: readonly (readonly [string, Call, Wanted])[] = [
    ['search of nothing', (c) => c.search(), { code: 'INVALID_OPTION' }],
    ['search of null', (c) => c.search(null), { code: 'INVALID_OPTION' }],
    ['update of nothing', (c) => c.update(), { code: 'INVALID_KEY' }],
    ['update of a number', (c) => c.update(5), { code: 'INVALID_ARGUMENT' }],
    [
      'update of a vector',
      (c) => c.update({ key: 1, vector: [1, 2] }),
      { code: 'INVALID_ARGUMENT', details: { name: 'vector' } },
    ],
    [
      'update of a key that is not there',
      (c) =>
        c.update([
          { key: 1, metadata: { year: 3 } },
          { key: 9, metadata: {} },
        ]),
      { code: 'KEY_NOT_FOUND', details: { key: 9 } },
    ],
    [
      'update that throws',
      (c) =>
        c.update(
          Object.defineProperty({ key: 1 }, 'metadata', {
            enumerable: true,
            get: () => {
              throw new Error('mine');
            },
          }),
        ),
      { code: 'INVALID_DOCUMENT' },
    ],
    ['delete of nothing', (c) => c.delete(), { code: 'INVALID_KEY' }],
    ['delete of an object', (c) => c.delete({}), { code: 'INVALID_FILTER' }],
    [
      'delete of a filter and more',
      (c) => c.delete({ filter: {}, k: 1 }),
      { code: 'INVALID_ARGUMENT', details: { name: 'k' } },
    ],
    [
      'delete by a field that is none',
      (c) => c.delete({ filter: { nope: 1 } }),
      { code: 'UNKNOWN_FIELD' },
    ],
    ['count by null', (c) => c.count(null), { code: 'INVALID_FILTER' }],
    ['count by a field that is none', (c) => c.count({ nope: 1 }), { code: 'UNKNOWN_FIELD' }],
    [
      'documents with an unknown option',
      (c) => first(c.documents({ text: true })),
      { code: 'INVALID_ARGUMENT', details: { name: 'text' } },
    ],
    [
      'documents with vectors 1',
      (c) => first(c.documents({ vectors: 1 })),
      { code: 'INVALID_ARGUMENT', details: { name: 'vectors' } },
    ],
    [
      'documents by a field that is none',
      (c) => first(c.documents({ filter: { nope: 1 } })),
      { code: 'UNKNOWN_FIELD' },
    ],
    ['checkpoint in memory', (c) => c.checkpoint(), { code: 'IN_MEMORY' }],
    ['backup in memory', (c) => c.backup('never'), { code: 'IN_MEMORY' }],
    [
      'backup to nowhere',
      (c) => c.backup(''),
      { code: 'INVALID_ARGUMENT', details: { name: 'path' } },
    ],
    [
      'compact with an unknown option',
      (c) => c.compact({ threads: 1 }),
      { code: 'INVALID_OPTION', details: { name: 'threads' } },
    ],
    [
      'compact with a signal that is none',
      (c) => c.compact({ signal: {} }),
      { code: 'INVALID_OPTION', details: { name: 'signal' } },
    ],
    [
      'compact with progress that is none',
      (c) => c.compact({ onProgress: 1 }),
      { code: 'INVALID_OPTION', details: { name: 'onProgress' } },
    ],
    [
      'import of nothing',
      (c) => c.import(),
      { code: 'INVALID_ARGUMENT', details: { name: 'rows' } },
    ],
    [
      'import with an unknown option',
      (c) => c.import({ rows: 'a.jsonl', k: 1 }),
      { code: 'INVALID_OPTION', details: { name: 'k' } },
    ],
    [
      'import with metadata that is none',
      (c) => c.import({ rows: 'a.jsonl', metadata: 'a' }),
      { code: 'INVALID_ARGUMENT', details: { name: 'metadata' } },
    ],
    [
      'import of a file that is not there',
      (c) => c.import({ rows: 'no/such.jsonl' }),
      { code: 'FILE_NOT_FOUND' },
    ],
    [
      'import of a file of another kind',
      (c) => c.import({ rows: 'a.txt', signal }),
      { code: 'FORMAT_UNKNOWN' },
    ],
  ];
  test.for(calls)('%s', async ([, call, wanted]) => {
    await expectRefused(call, wanted);
  });
});

describe('what a collection was not made for', () => {
  test('vectors are refused where there are none, and searches for them', async () => {
    const plain = await openFilled({ fields: SCHEMA.fields, threads: 1 });
    const before = await stateOf(plain);
    const calls: readonly (() => Promise<unknown>)[] = [
      () => plain.upsert(GOOD),
      () => plain.upsert([{ key: 5 }, GOOD]),
      () => plain.upsert({ keys: [1], vectors: [[1, 2]] }),
      () => plain.search({ vector: [1, 2] }),
      () => plain.search({ like: 1 }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'NO_VECTORS' });
    await expect(plain.search({ text: 'alpha' })).rejects.toMatchObject({ code: 'NO_TEXT' });
    expect(await stateOf(plain)).toBe(before);
    expect(plain.get(DOCUMENTS[2].key)).toEqual({ key: '3', metadata: {}, text: 'alpha beta' });
    await plain.close();
  });
});
