// What is wrong with documents that a caller gives is refused by code, with its place, and changes
// nothing.

import type { NighError } from '@nigh/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Collection, IN_MEMORY, Collection as Real } from '../../src/index.ts';
import { openFilled, SCHEMA } from '../support/open.ts';
import { type Call, expectRefusal, GOOD, thrower, type Wanted } from '../support/refuse.ts';

let collection: Collection;
beforeAll(async () => {
  collection = await openFilled();
});
afterAll(() => collection.close());

const expectRefused = (call: Call, wanted: Wanted): Promise<void> =>
  expectRefusal(collection, call, wanted);

const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const deep = (levels: number): unknown =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
const trap = (name: string): object =>
  new Proxy(
    { a: 1 },
    {
      [name]: () => {
        throw new Error('mine');
      },
    },
  );
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

describe('a key that is none', () => {
  const keys: readonly (readonly [string, unknown])[] = [
    ['of no character', ''],
    ['2 ** 53', 2 ** 53],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['1.5', 1.5],
    ['an object', {}],
    ['an array', [[1]]],
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['a bigint', 1n],
    ['a symbol', Symbol('key')],
    ['a boxed string', new String('a')],
    ['a function', () => 'key'],
    ['half of a surrogate pair', 'a\ud83d'],
    ['1,025 characters long', 'k'.repeat(1025)],
  ];
  const calls: readonly (readonly [string, (key: unknown) => Call, Record<string, unknown>])[] = [
    ['upsert', (key) => (c) => c.upsert({ ...GOOD, key }), { row: 0 }],
    ['upsert of several', (key) => (c) => c.upsert([GOOD, { ...GOOD, key }]), { row: 1 }],
    [
      'upsert of columns',
      (key) => (c) => c.upsert({ keys: [5, key], vectors: [1, 2, 3, 4] }),
      { row: 1 },
    ],
    [
      'update',
      (key) => (c) =>
        c.update([
          { key: 1, metadata: { year: 2 } },
          { key, metadata: {} },
        ]),
      { row: 1 },
    ],
    ['delete of several', (key) => (c) => c.delete([1, key]), { row: 1 }],
    ['get', (key) => (c) => c.get(key), {}],
    ['has', (key) => (c) => c.has(key), {}],
  ];
  for (const [what, key] of keys) {
    test.for(calls)(`${what} is refused by %s`, async ([, call, details]) => {
      await expectRefused(call(key), { code: 'INVALID_KEY', details });
    });
  }
  test.for(keys.filter(([, key]) => key !== undefined))(
    '%s is refused by like',
    async ([, key]) => {
      await expectRefused((c) => c.search({ like: key }), { code: 'INVALID_KEY' });
    },
  );
});

describe('metadata that is no JSON', () => {
  const values: readonly (readonly [string, unknown])[] = [
    ['NaN', Number.NaN],
    ['Infinity', Number.NEGATIVE_INFINITY],
    ['a Map', new Map([[1, 2]])],
    ['a Set', new Set()],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a bigint', 1n],
    ['a Date in a field that is none', new Date()],
    ['a typed array', new Float32Array(2)],
    [
      'a class of its own',
      new (class Own {
        a = 1;
      })(),
    ],
    ['a boxed number', new Number(1)],
    ['a regular expression', /a/],
    ['a sparse array', new Array(3)],
    ['undefined in an array', [undefined]],
    ['a cycle', cycle],
    ['too deep', deep(10_000)],
    ['one level too deep', deep(64)],
    ['a getter that throws', thrower('a')],
    ['a proxy whose prototype throws', trap('getPrototypeOf')],
    ['a proxy whose keys throw', trap('ownKeys')],
    ['a revoked proxy', revoked()],
  ];
  test.for(values)('%s is refused at its place', async ([, value]) => {
    const details = { row: 1, path: expect.stringMatching(/^metadata/) };
    const documents = [GOOD, { ...GOOD, key: 'b', metadata: { more: value } }];
    await expectRefused((c) => c.upsert(documents), { code: 'INVALID_DOCUMENT', details });
    const updates = [
      { key: 1, metadata: { year: 7 } },
      { key: 'two', metadata: { more: value } },
    ];
    await expectRefused((c) => c.update(updates), { code: 'INVALID_DOCUMENT', details });
  });

  test('as a whole', async () => {
    const wrong = [null, 1, 'text', [], new Map(), new Date(), trap('getPrototypeOf'), revoked()];
    for (const metadata of wrong) {
      const wanted = { code: 'INVALID_DOCUMENT', details: { row: 0, path: 'metadata' } };
      await expectRefused((c) => c.upsert({ ...GOOD, metadata }), wanted);
    }
  });

  test('what is not of the type of its field is refused by field', async () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['year', '1999'],
      ['year', [1]],
      ['tags', 'a'],
      ['tags', ['a', 1]],
      ['tags', [null]],
      ['when', 5],
      ['when', 'yesterday'],
      ['when', '2020-02-30'],
      ['days', [new Date(1), 'x']],
    ];
    for (const [field, value] of wrong) {
      const metadata = { [field]: value };
      const message = expect.stringMatching(`^document 1: field "${field}" must be`);
      const wanted = { code: 'WRONG_TYPE', details: { field, row: 1 }, message };
      await expectRefused((c) => c.upsert([GOOD, { ...GOOD, metadata }]), wanted);
      await expectRefused(
        (c) =>
          c.update([
            { key: 1, metadata: {} },
            { key: 1, metadata },
          ]),
        wanted,
      );
    }
    for (const metadata of [{ when: new Date(Number.NaN) }, { days: [new Date(Number.NaN)] }]) {
      const wanted = { code: 'INVALID_DOCUMENT', details: { row: 0 } };
      await expectRefused((c) => c.upsert({ ...GOOD, metadata }), wanted);
    }
    for (const title of [5, ['a', null], { a: 1 }, true]) {
      const wanted = { code: 'INVALID_DOCUMENT', details: { row: 0, path: 'metadata.title' } };
      await expectRefused((c) => c.upsert({ ...GOOD, metadata: { title } }), wanted);
      await expectRefused((c) => c.update({ key: 1, metadata: { title } }), wanted);
    }
  });
});

describe('a document that is none', () => {
  const documents: readonly (readonly [string, unknown, Wanted])[] = [
    ['undefined', undefined, { code: 'INVALID_ARGUMENT' }],
    ['null', null, { code: 'INVALID_ARGUMENT' }],
    ['a number', 5, { code: 'INVALID_ARGUMENT' }],
    ['text', 'text', { code: 'INVALID_ARGUMENT' }],
    ['null among others', [GOOD, null], { code: 'INVALID_DOCUMENT', details: { row: 1 } }],
    ['a hole', new Array(2), { code: 'INVALID_DOCUMENT', details: { row: 0 } }],
    ['an array among others', [GOOD, [1]], { code: 'INVALID_DOCUMENT', details: { row: 1 } }],
    [
      'with a field of its own',
      [GOOD, { ...GOOD, year: 1 }],
      { code: 'INVALID_DOCUMENT', details: { row: 1, path: 'year' } },
    ],
    [
      'with text that is a number',
      { ...GOOD, text: 5 },
      { code: 'INVALID_DOCUMENT', details: { row: 0, path: 'text' } },
    ],
    [
      'with half a surrogate in its text',
      { ...GOOD, text: 'a\udc00' },
      { code: 'INVALID_DOCUMENT', details: { row: 0, path: 'text' } },
    ],
    [
      'with 23 MB of text',
      { ...GOOD, text: 'a'.repeat(23 * 2 ** 20) },
      { code: 'INVALID_DOCUMENT', details: { row: 0 } },
    ],
    ['whose key throws', thrower('key'), { code: 'INVALID_DOCUMENT', details: { row: 0 } }],
    ['whose vector throws', thrower('vector'), { code: 'INVALID_DOCUMENT', details: { row: 0 } }],
    [
      'whose metadata throws',
      [GOOD, thrower('metadata')],
      { code: 'INVALID_DOCUMENT', details: { row: 1 } },
    ],
    ['whose text throws', thrower('text'), { code: 'INVALID_DOCUMENT', details: { row: 0 } }],
    ['a proxy whose keys throw', trap('ownKeys'), { code: 'INVALID_DOCUMENT' }],
    ['a revoked proxy', [revoked()], { code: 'INVALID_DOCUMENT' }],
    ['a revoked proxy for all', revoked(), { code: 'INVALID_ARGUMENT' }],
  ];
  test.for(documents)('%s is refused', async ([, given, wanted]) => {
    await expectRefused((c) => c.upsert(given), wanted);
  });

  const keys = [7, 8];
  const vectors = [
    [1, 2],
    [3, 4],
  ];
  const columns: readonly (readonly [string, unknown, Wanted])[] = [
    ['keys that are none', { keys: 5, vectors }, { code: 'INVALID_ARGUMENT' }],
    ['keys that are undefined', { keys: undefined, vectors }, { code: 'INVALID_ARGUMENT' }],
    ['fewer texts', { keys, vectors, texts: ['a'] }, { code: 'INVALID_ARGUMENT' }],
    ['more metadata', { keys, vectors, metadata: [{}, {}, {}] }, { code: 'INVALID_ARGUMENT' }],
    ['metadata that is null', { keys, vectors, metadata: null }, { code: 'INVALID_ARGUMENT' }],
    ['a column of another name', { keys, vectors, text: ['a', 'b'] }, { code: 'INVALID_ARGUMENT' }],
    ['a column that throws', thrower('keys'), { code: 'INVALID_ARGUMENT' }],
    [
      'fewer vectors',
      { keys, vectors: [[1, 2]] },
      { code: 'INVALID_DOCUMENT', details: { expected: 2, got: 1 } },
    ],
    [
      'a vector missing',
      { keys, vectors: [[1, 2], undefined] },
      { code: 'INVALID_DOCUMENT', details: { row: 1, path: 'vector' } },
    ],
    ['rows of another length', { keys, vectors: [[1], [2]] }, { code: 'DIMENSION_MISMATCH' }],
    ['no vectors', { keys }, { code: 'INVALID_DOCUMENT', details: { row: 0, path: 'vector' } }],
    [
      'vectors that throw',
      { keys, vectors: [trap('get'), trap('get')] },
      { code: 'INVALID_VECTORS' },
    ],
  ];
  test.for(columns)('columns with %s are refused', async ([, given, wanted]) => {
    await expectRefused((c) => c.upsert(given), wanted);
  });
});

describe('a vector that is wrong', () => {
  const vectors: readonly (readonly [string, unknown, Wanted])[] = [
    ['too short', [1], { code: 'INVALID_VECTORS', details: { row: 1 } }],
    ['too long', [1, 2, 3], { code: 'INVALID_VECTORS', details: { row: 1 } }],
    ['not a number', [1, Number.NaN], { code: 'NOT_FINITE', details: { row: 1 } }],
    ['infinite', [1, Number.POSITIVE_INFINITY], { code: 'NOT_FINITE', details: { row: 1 } }],
    ['infinite as float32', [1, 1e39], { code: 'NOT_FINITE', details: { row: 1 } }],
    ['zero', [0, 0], { code: 'ZERO_VECTOR', details: { row: 1 } }],
    ['text', 'text', { code: 'INVALID_VECTORS', details: { row: 1 } }],
    ['null', null, { code: 'INVALID_VECTORS', details: { row: 1 } }],
    ['of text', ['1', '2'], { code: 'INVALID_VECTORS', details: { row: 1 } }],
    ['missing', undefined, { code: 'INVALID_DOCUMENT', details: { row: 1, path: 'vector' } }],
  ];
  test.for(vectors)('%s is refused', async ([, vector, wanted]) => {
    const documents = [GOOD, { ...GOOD, key: 'b', vector }, { ...GOOD, key: 'c' }];
    await expectRefused((c) => c.upsert(documents), wanted);
  });

  test('is refused in a search, also where nothing can be found', async () => {
    for (const filter of [undefined, { year: -5 }]) {
      const search =
        (options: object): Call =>
        (c) =>
          c.search({ ...options, ...(filter && { filter }) });
      await expectRefused(search({ vector: [1] }), { code: 'DIMENSION_MISMATCH' });
      await expectRefused(search({ vector: [1, Number.NaN] }), { code: 'NOT_FINITE' });
      await expectRefused(search({ vector: [0, 0] }), { code: 'ZERO_VECTOR' });
      await expectRefused(search({ vector: [1, 1e39] }), { code: 'NOT_FINITE' });
      await expectRefused(search({ vector: null }), { code: expect.any(String) });
      await expectRefused(search({ vector: [1, 2], efSearch: 0 }), { code: 'INVALID_ARGUMENT' });
    }
    const empty = await Real.open(IN_MEMORY, SCHEMA);
    await expect(empty.search({ vector: [1] })).rejects.toMatchObject({
      code: 'DIMENSION_MISMATCH',
    });
    await empty.close();
  });

  test('very small and very large ones are taken or refused, and never fail later', async () => {
    const numbers = [1e-45, 1e-38, 1e-30, 1e-20, 1e-10, 1e10, 1e18, 1.8e19, 1e20, 1e30, 3.4e38];
    for (const metric of ['l2', 'cosine', 'dot'] as const) {
      for (const precision of ['float32', 'float16', 'int8'] as const) {
        const own = await Real.open(IN_MEMORY, {
          vector: { dimension: 2, metric, precision },
          threads: 1,
        });
        for (const number of numbers) {
          for (const vector of [
            [number, 0],
            [number, number],
            [-number, 1],
          ]) {
            const before = own.count();
            const code = await own.upsert({ key: `${vector}`, vector }).then(
              () => 'taken',
              (error: NighError) => error.code,
            );
            expect(['taken', 'VALUE_TOO_LARGE', 'ZERO_VECTOR', 'NOT_FINITE']).toContain(code);
            expect(own.count()).toBe(before + (code === 'taken' ? 1 : 0));
          }
        }
        expect(await own.verify()).toEqual([]);
        await own.compact();
        expect(await own.verify()).toEqual([]);
        await own.close();
      }
    }
  });
});
