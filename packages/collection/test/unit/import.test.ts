// Importing files: rows with their vectors in a column or beside them, what is told when one of
// them is wrong, and what is kept when it is stopped.

import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SimulatedDisk } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Collection, IN_MEMORY, type OpenOptions } from '../../src/index.ts';

const OPTIONS: OpenOptions = {
  vector: { dimension: 2 },
  fields: { year: 'number', when: 'date', tags: 'string[]' },
  text: ['text', 'title'],
  threads: 1,
};
/** Rows of a block of the reader: with more there are several. */
const BLOCK = 4096;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Row = Record<string, unknown>;

const rowOf = (i: number): Row => ({
  ...{ key: `k${i}`, vector: [i, 1], year: i, tags: [`t${i % 3}`] },
  ...{ when: '2020-01-01', text: `alpha beta${i % 7}`, title: 'Film', more: { i } },
});

async function jsonl(name: string, rows: readonly Row[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

/** A .npy file of float32 rows. */
async function npy(name: string, rows: readonly (readonly number[])[]): Promise<string> {
  const shape = `(${rows.length}, ${rows[0]?.length ?? 0})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11 + 64 - 0, ' ');
  const padded = header.slice(0, header.length - ((header.length + 11) % 64));
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(padded.length + 1, 8);
  const path = join(folder, name);
  const floats = Float32Array.from(rows.flat());
  await writeFile(
    path,
    Buffer.concat([head, Buffer.from(`${padded}\n`), Buffer.from(floats.buffer)]),
  );
  return path;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const withoutVector = ({ vector: _, ...row }: Row): Row => row;

describe('an import', () => {
  test('of rows with a column of vectors takes each as a document', async () => {
    const rows = await jsonl('whole.jsonl', range(10).map(rowOf));
    const disk = new SimulatedDisk();
    const collection = await Collection.open('/c', { ...OPTIONS, files: disk });
    expect(await collection.import({ rows })).toEqual({ count: 10 });
    // So little stays in the log: a checkpoint would write all that is there for it.
    expect(collection.stats().storage).toMatchObject({ logRecords: 1 });
    expect(await collection.verify()).toEqual([]);
    await collection.close();
    const again = await Collection.open('/c', { files: disk, threads: 1 });
    for (const i of range(10)) {
      expect(again.get(`k${i}`)).toStrictEqual({
        ...{ key: `k${i}`, vector: Float32Array.of(i, 1), text: `alpha beta${i % 7}` },
        metadata: {
          ...{ year: i, tags: [`t${i % 3}`], when: new Date('2020-01-01') },
          ...{ title: 'Film', more: { i } },
        },
      });
    }
    await again.close();
  });

  test('of rows and a file of vectors beside them is the same', async () => {
    const rows = await jsonl('beside.jsonl', range(300).map(rowOf).map(withoutVector));
    const vectors = await npy(
      'beside.npy',
      range(300).map((i) => [i, 1]),
    );
    const collection = await Collection.open(IN_MEMORY, OPTIONS);
    expect(await collection.import({ rows, vectors })).toEqual({ count: 300 });
    const [hit] = await collection.search({ vector: [7, 1], exact: true, k: 1 });
    expect([hit?.key, hit?.distance]).toEqual(['k7', 0]);
    expect(collection.count({ year: { $lt: 100 } })).toBe(100);
    expect(await collection.verify()).toEqual([]);
    await collection.close();
  });

  test('of chosen columns takes those', async () => {
    const list = range(5).map((i) => ({
      id: i,
      name: `n${i}`,
      v: [i, 2],
      plot: `gamma ${i}`,
      year: i,
    }));
    const rows = await jsonl('chosen.jsonl', list);
    const collection = await Collection.open(IN_MEMORY, OPTIONS);
    await collection.import({ rows, vector: 'v', text: 'plot', metadata: ['year'] });
    const wanted = {
      key: 3,
      vector: Float32Array.of(3, 2),
      metadata: { year: 3 },
      text: 'gamma 3',
    };
    expect(collection.get(3)).toStrictEqual(wanted);
    await collection.import({ rows, vector: 'v', key: 'name', metadata: [] });
    expect(collection.get('n3')).toStrictEqual({ key: 'n3', vector: wanted.vector, metadata: {} });
    await collection.close();
  });

  test('into a collection that has documents replaces those with the same key', async () => {
    const collection = await Collection.open(IN_MEMORY, OPTIONS);
    await collection.upsert([
      { key: 'k1', vector: [9, 9], metadata: { year: 99, old: true }, text: 'omega' },
      { key: 'other', vector: [8, 8] },
    ]);
    const rows = await jsonl('twice.jsonl', range(5).map(rowOf));
    for (const time of [1, 2]) {
      expect(await collection.import({ rows }), `time ${time}`).toEqual({ count: 5 });
      expect(collection.count()).toBe(6);
      expect(collection.get('k1')?.metadata).not.toHaveProperty('old');
      expect(await collection.search({ text: 'omega' })).toEqual([]);
    }
    const repeated = await jsonl('repeated.jsonl', [rowOf(1), { ...rowOf(1), year: 50 }]);
    await collection.import({ rows: repeated });
    expect([collection.count(), collection.get('k1')?.metadata.year]).toEqual([6, 50]);
    expect(await collection.verify()).toEqual([]);
    await collection.close();
  });

  test('decides once which column has the keys', async () => {
    const list = range(BLOCK + 10).map((i) => ({ id: i, ...(i > BLOCK && { key: 'data' }) }));
    const rows = await jsonl('late-key.jsonl', list);
    const collection = await Collection.open(IN_MEMORY, { fields: {} });
    await collection.import({ rows });
    expect(collection.count()).toBe(BLOCK + 10);
    expect(collection.get(BLOCK + 5)?.metadata).toEqual({ key: 'data' });
    await collection.close();
  });

  test('names of rows that objects inherit are data', async () => {
    const path = join(folder, 'names.jsonl');
    await writeFile(path, '{"id":1,"__proto__":{"admin":true},"constructor":1}\n');
    const collection = await Collection.open(IN_MEMORY, { fields: {} });
    await collection.import({ rows: path });
    const metadata = collection.get(1)?.metadata;
    expect(JSON.stringify(metadata)).toBe('{"__proto__":{"admin":true},"constructor":1}');
    expect(metadata?.admin).toBe(undefined);
    await collection.close();
  });

  test('of nothing imports nothing', async () => {
    const collection = await Collection.open(IN_MEMORY, { fields: {} });
    expect(await collection.import({ rows: await jsonl('empty.jsonl', []) })).toEqual({ count: 0 });
    await collection.close();
  });
});

describe('a parquet file', () => {
  const rows = fileURLToPath(
    new URL('../../../formats/test/fixtures/first.parquet', import.meta.url),
  );

  test('is imported with its vectors, lists and dates', async () => {
    const collection = await Collection.open(IN_MEMORY, {
      ...{ vector: { dimension: 3 }, threads: 1, text: ['name'] },
      fields: { day: 'date', price: 'number', tags: 'string[]' },
    });
    expect(await collection.import({ rows, vector: 'v' })).toEqual({ count: 12 });
    expect(await collection.verify()).toEqual([]);
    const first = collection.get(0);
    expect([...(first?.vector ?? [])]).toEqual([0, 0, -0]);
    expect(first?.metadata).toEqual({
      ...{ big: null, name: null, tags: [], w: [0, 0], s: { a: true, b: 'b0' } },
      ...{ day: new Date(0), time: '2023-11-14T22:13:20.000Z', price: 0.3 },
    });
    expect(collection.count({ day: { $gte: new Date(0) } })).toBeGreaterThan(0);
    await collection.import({ rows, vector: 'v', key: 'id', metadata: ['price'] });
    expect(collection.count()).toBe(12);
    expect(collection.get(0)?.metadata).toEqual({ price: 0.3 });
    await collection.close();
  });

  test('without the column of vectors that is asked for is refused', async () => {
    const collection = await Collection.open(IN_MEMORY, OPTIONS);
    for (const vector of ['vector', 'name']) {
      const importing = collection.import({ rows, vector });
      await expect(importing).rejects.toMatchObject({ name: 'FormatError' });
    }
    expect(collection.count()).toBe(0);
    await collection.close();
  });
});

describe('a row that is wrong', () => {
  const at = BLOCK + 7;
  const wrong: readonly (readonly [string, Row, string])[] = [
    ['no key', { key: undefined }, 'INVALID_KEY'],
    ['a key that is none', { key: 1.5 }, 'INVALID_KEY'],
    ['a year that is text', { year: 'x' }, 'WRONG_TYPE'],
    ['a date that is none', { when: 'yesterday' }, 'WRONG_TYPE'],
    ['text that is a number', { text: 5 }, 'INVALID_DOCUMENT'],
    ['a title that is a number', { title: 5 }, 'INVALID_DOCUMENT'],
    ['a vector that overflows', { vector: [1e39, 1] }, 'NOT_FINITE'],
  ];
  test.for(wrong)('with %s is told by its number in the file', async ([, change, code]) => {
    const list = range(BLOCK + 20).map(rowOf);
    list[at] = { ...list[at], ...change };
    const rows = await jsonl('wrong.jsonl', list);
    const collection = await Collection.open(IN_MEMORY, {
      ...OPTIONS,
      vector: { dimension: 2, M: 2 },
    });
    const details = { row: at, path: rows };
    await expect(collection.import({ rows })).rejects.toMatchObject({ details });
    const error = await collection.import({ rows }).catch((reason: unknown) => reason);
    const { message } = error as Error;
    expect(message).toContain(`row ${at} of ${rows}`);
    expect(message.replace(`row ${at} of ${rows}`, '')).not.toMatch(/(row|document) \d/);
    if (code !== 'NOT_FINITE')
      expect(error).toMatchObject({ code: 'INVALID_DOCUMENT', details: { code } });
    expect(collection.count()).toBe(BLOCK); // the blocks before it, none of its own
    expect(collection.has(`k${BLOCK}`)).toBe(false);
    expect(await collection.verify()).toEqual([]);
    await collection.upsert({ key: 'after', vector: [1, 2] });
    await collection.close();
  });

  test('in a field that is named like a row is told by its number in the file', async () => {
    const rows = await jsonl('named.jsonl', [{ key: 1 }, { key: 2, 'row 1': 5 }]);
    const collection = await Collection.open(IN_MEMORY, { text: ['row 1'] });
    const message = `metadata.row 1 of row 1 of ${rows} is 5`;
    await expect(collection.import({ rows })).rejects.toThrow(message);
    await collection.close();
  });

  test('of JSON leaves what was imported before, when the call has ended', async () => {
    const rows = await jsonl('broken.jsonl', range(BLOCK + 3).map(rowOf));
    await appendFile(rows, '{"key":');
    const disk = new SimulatedDisk();
    const collection = await Collection.open('/c', {
      ...OPTIONS,
      vector: { dimension: 2, M: 2 },
      files: disk,
    });
    await expect(collection.import({ rows })).rejects.toMatchObject({ name: 'FormatError' });
    const count = collection.count();
    expect(count).toBe(BLOCK);
    await collection.close();
    expect(collection.path).toBe('/c');
    const again = await Collection.open('/c', { files: disk, threads: 1 });
    expect(again.count()).toBe(count);
    await again.close();
  });

  test('fewer and more vectors than rows are told', async () => {
    const rows = await jsonl('ten.jsonl', range(10).map(rowOf).map(withoutVector));
    for (const count of [9, 11]) {
      const vectors = await npy(
        `${count}.npy`,
        range(count).map((i) => [i, 1]),
      );
      const collection = await Collection.open(IN_MEMORY, OPTIONS);
      const wanted = { code: 'COUNT_MISMATCH' };
      await expect(collection.import({ rows, vectors })).rejects.toMatchObject(wanted);
      expect(await collection.verify()).toEqual([]);
      await collection.close();
    }
    const vectors = await npy(
      'wide.npy',
      range(10).map((i) => [i, 1, 2]),
    );
    const collection = await Collection.open(IN_MEMORY, OPTIONS);
    await expect(collection.import({ rows, vectors })).rejects.toMatchObject({
      ...{ name: 'CollectionError', code: 'DIMENSION_MISMATCH' },
      details: { path: vectors, expected: 2, got: 3 },
      message: `${vectors} has vectors of 3 components; those of the collection have 2`,
    });
    const wide = await jsonl(
      'wide.jsonl',
      range(10).map((i) => ({ ...rowOf(i), vector: [i, 1, 2] })),
    );
    await expect(collection.import({ rows: wide })).rejects.toMatchObject({
      ...{ code: 'DIMENSION_MISMATCH', details: { path: wide, expected: 2, got: 3 } },
      message: expect.stringContaining('in column "vector", vectors of 3 components'),
    });
    expect(collection.count()).toBe(0);
    await collection.close();
    const plain = await Collection.open(IN_MEMORY, { fields: {} });
    await expect(plain.import({ rows, vectors })).rejects.toMatchObject({ code: 'NO_VECTORS' });
    await plain.close();
  });
});

describe('a column that was named', () => {
  const named = ['key', 'text', 'metadata', 'vector'] as const;
  test.for(named)('as %s and is in no row is told at once', async (option) => {
    const rows = await jsonl('columns.jsonl', range(3).map(rowOf));
    const collection = await Collection.open(IN_MEMORY, OPTIONS);
    const column = option === 'metadata' ? ['year', 'missing'] : 'missing';
    const importing = collection.import({ rows, [option]: column });
    await expect(importing).rejects.toMatchObject({
      ...{ name: 'FormatError', code: 'COLUMN_NOT_FOUND' },
      details: { path: rows, column: 'missing', expected: expect.stringContaining('"year"') },
    });
    expect(collection.count()).toBe(0);
    await collection.close();
  });

  test('may be missing in some rows', async () => {
    const rows = await jsonl('some.jsonl', [{ key: 1 }, { key: 2, year: 5 }]);
    const collection = await Collection.open(IN_MEMORY, { fields: { year: 'number' } });
    await collection.import({ rows, metadata: ['year'] });
    expect(range(2).map((i) => collection.get(i + 1)?.metadata)).toEqual([{}, { year: 5 }]);
    await collection.close();
  });
});

describe('progress', () => {
  test('is of rows where a file has their number, else of bytes', async () => {
    const rows = await jsonl('phases.jsonl', range(5).map(rowOf).map(withoutVector));
    const vectors = await npy(
      'phases.npy',
      range(5).map((i) => [i, 1]),
    );
    const { size } = await stat(rows);
    for (const [given, wanted] of [
      [{ rows }, { phase: 'import bytes', done: size, total: size }],
      [
        { rows, vectors },
        { phase: 'import', done: 5, total: 5 },
      ],
    ] as const) {
      const schema = 'vectors' in given ? { vector: { dimension: 2 }, threads: 1 } : { fields: {} };
      const collection = await Collection.open(IN_MEMORY, schema);
      const seen: unknown[] = [];
      await collection.import({ ...given, onProgress: (progress) => seen.push(progress) });
      expect(seen[0]).toEqual(wanted);
      await collection.close();
    }
  });

  test('only grows, and ends at the end', async () => {
    const rows = await jsonl(
      'progress.jsonl',
      range(3 * BLOCK).map((i) => ({ id: i })),
    );
    const vectors = await npy(
      'progress.npy',
      range(3 * BLOCK).map((i) => [i, 1]),
    );
    for (const given of [{ rows }, { rows, vectors }]) {
      const isBeside = 'vectors' in given;
      const collection = await Collection.open(
        IN_MEMORY,
        isBeside ? { vector: { dimension: 2, M: 2 }, threads: 1 } : { fields: {} },
      );
      const seen: { done: number; total: number }[] = [];
      await collection.import({
        ...given,
        onProgress: (progress) => {
          if (progress.phase.startsWith('import'))
            seen.push({ done: progress.done, total: progress.total });
        },
      });
      expect(seen.length).toBeGreaterThanOrEqual(3);
      for (const [i, { done, total }] of seen.entries()) {
        expect(done >= (seen[i - 1]?.done ?? 0) && done <= total).toBe(true);
        expect(total).toBe(seen[0]?.total);
      }
      expect(seen.at(-1)?.done).toBe(seen[0]?.total);
      await collection.close();
    }
  });

  test('that throws ends the import with what it threw, and no write under way', async () => {
    const rows = await jsonl(
      'throws.jsonl',
      range(3 * BLOCK).map((i) => ({ id: i })),
    );
    const files = new SimulatedDisk();
    const collection = await Collection.open('/c', { fields: {}, files });
    files.beforeCall = () => new Promise((resolve) => setTimeout(resolve, 20)); // a slow one
    let calls = 0;
    const onProgress = (): void => {
      if (++calls === 2) throw new Error('mine');
    };
    await expect(collection.import({ rows, onProgress })).rejects.toThrow('mine');
    const count = collection.count();
    expect(count).toBe(2 * BLOCK);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(collection.count()).toBe(count);
    await collection.close();
  });
});

describe('an import that is stopped', () => {
  test('keeps what it has written, whole blocks of it', async () => {
    const rows = await jsonl(
      'stopped.jsonl',
      range(4 * BLOCK).map((i) => ({ id: i, year: i })),
    );
    const disk = new SimulatedDisk();
    const collection = await Collection.open('/c', { fields: { year: 'number' }, files: disk });
    const stop = new AbortController();
    let calls = 0;
    const importing = collection.import({
      ...{ rows, signal: stop.signal },
      onProgress: () => {
        if (++calls === 2) stop.abort(new Error('enough'));
      },
    });
    await expect(importing).rejects.toMatchObject({
      code: 'ABORTED',
      cause: { message: 'enough' },
    });
    const count = collection.count();
    expect([BLOCK, 2 * BLOCK]).toContain(count);
    expect(collection.count({ year: { $gte: 0 } })).toBe(count);
    expect(await collection.verify()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(collection.count()).toBe(count);
    await collection.import({ rows });
    expect(collection.count()).toBe(4 * BLOCK);
    await collection.close();
    const again = await Collection.open('/c', { files: disk });
    expect(again.count()).toBe(4 * BLOCK);
    await again.close();
  });

  test('before it begins imports nothing', async () => {
    const rows = await jsonl(
      'never.jsonl',
      range(5).map((i) => ({ id: i })),
    );
    const collection = await Collection.open(IN_MEMORY, { fields: {} });
    const importing = collection.import({ rows, signal: AbortSignal.abort() });
    await expect(importing).rejects.toMatchObject({ code: 'ABORTED' });
    expect(collection.count()).toBe(0);
    await collection.close();
  });

  test('by closing the collection says so', async () => {
    const rows = await jsonl(
      'closed.jsonl',
      range(4 * BLOCK).map((i) => ({ id: i })),
    );
    const disk = new SimulatedDisk();
    const collection = await Collection.open('/c', { fields: {}, files: disk });
    const importing = collection.import({ rows }).catch((error: unknown) => error);
    await collection.close();
    expect(await importing).toMatchObject({ code: 'CLOSED' });
    await (await Collection.open('/c', { files: disk })).close();
  });
});

describe('an arrow file', () => {
  // Two rows: key, vector, days (a list of dates), place (a struct of a date and a float32 list).
  const rows = fileURLToPath(new URL('../fixtures/nested.arrow', import.meta.url));

  test('is imported with dates and lists within others, as JSON has them', async () => {
    for (const isDeclared of [false, true]) {
      const collection = await Collection.open(IN_MEMORY, {
        ...{ vector: { dimension: 2 }, threads: 1 },
        fields: isDeclared ? { days: 'date[]' } : {},
      });
      expect(await collection.import({ rows })).toEqual({ count: 2 });
      const days = ['1970-01-01T00:00:00.000Z', '1970-01-02T00:00:00.000Z'];
      expect(collection.get('a')).toStrictEqual({
        key: 'a',
        vector: Float32Array.of(1, 2),
        metadata: {
          days: isDeclared ? days.map((day) => new Date(day)) : days,
          place: { at: '1970-01-03T00:00:00.000Z', point: [0.5, 1] },
        },
      });
      expect(await collection.verify()).toEqual([]);
      await collection.close();
    }
  });
});
