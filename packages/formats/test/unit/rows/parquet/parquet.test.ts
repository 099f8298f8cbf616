// Reading parquet files of other writers: both versions of pages, lists, vectors, what is refused.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { truncations } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { openRows } from '../../../../src/index.ts';
import { parquetOfNulls } from '../../../support/parquet.ts';
import { collect, faultOf, readBlocks, readRows } from '../../../support/rows.ts';
import { temporaryFiles } from '../../../support/temporary-files.ts';

const write = temporaryFiles();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/${name}.parquet`, import.meta.url));

const twelve = Array.from({ length: 12 }, (_, i) => i);
const expected = twelve.map((i) => ({
  id: i,
  big: i % 5 === 0 ? null : i * 1_000_000_007,
  name: i % 3 === 0 ? null : `name ${i % 4} ä€😀`,
  tags: ['t0', 't1', 't2'].slice(0, i % 4),
  v: Float32Array.of(i, i / 4, -i),
  w: [i / 10, i],
  s: { a: i % 2 === 0, b: `b${i}` },
  day: new Date(i * 86_400_000),
  time: new Date(1.7e12 + i),
  price: (i * 10 + 30) / 100,
}));
const third = ['id', 'genre', 'good', 'json'];

test.each(['first', 'second'])('%s gives back its rows', async (name) => {
  expect(await readRows(fixture(name))).toEqual(expected);
});

test('rows of another writer come back', async () => {
  const rows = await readRows(fixture('third'), { columns: third });
  expect(rows).toEqual(
    twelve.map((i) => ({
      ...{ id: i, genre: ['drama', 'comedy'][i % 2], good: i % 3 === 0 },
      json: { i, list: [i] },
    })),
  );
});

test('blocks end with their row group and after the rows asked for', async () => {
  const sizes = async (blockRows: number) =>
    (await readBlocks(fixture('first'), { blockRows })).map((block) => block.length);
  expect(await sizes(4)).toEqual([4, 3, 4, 1]);
  expect(await sizes(100)).toEqual([7, 5]);
});

test('the count is known before the rows are read', async () => {
  const rows = await openRows(fixture('second'), { columns: ['id'] });
  expect(rows).toMatchObject({ name: 'parquet', count: 12, bytesRead: 0 });
  for await (const _ of rows) expect(rows.bytesRead).toBeGreaterThan(0);
  expect(rows.bytesRead).toBe(rows.byteLength);
  await rows.close();
});

test.each([
  ['v', 3, (i: number) => [i, i / 4, -i]],
  ['w', 2, (i: number) => [i / 10, i]],
] as const)('column %s of vectors comes flat', async (vectors, dimension, vectorOf) => {
  for (const name of ['first', 'second']) {
    const rows = await openRows(fixture(name), { vectors, columns: ['id'], blockRows: 5 });
    const blocks = await collect(rows.vectorBlocks());
    await rows.close();
    expect(blocks.map(({ firstRow }) => firstRow)).toEqual([0, 5, 7]);
    for (const block of blocks) {
      expect(block.dimension).toBe(dimension);
      expect(block.rows).toEqual(block.rows.map((_, i) => ({ id: block.firstRow + i })));
      const all = block.rows.flatMap((_, i) => vectorOf(block.firstRow + i));
      expect(block.vectors).toEqual(Float32Array.from(all));
    }
  }
});

test('lists of texts are no vectors', async () => {
  const fault = await faultOf(readRows(fixture('first'), { vectors: 'tags' }));
  expect(fault).toMatchObject({ code: 'ROW_INVALID', column: 'tags' });
});

test('bytes are refused when the file is opened, and columns beside them can be read', async () => {
  const fault = await faultOf(openRows(fixture('third')));
  expect(fault).toMatchObject({ code: 'FORMAT_UNSUPPORTED', column: 'bytes' });
});

test('an integer beyond 2^53 is refused with its row', async () => {
  const fault = await faultOf(readRows(fixture('third'), { columns: ['huge'] }));
  expect(fault).toMatchObject({ code: 'VALUE_UNSUPPORTED', row: 1, column: 'huge' });
});

test('a column that is not there is named, with those that are', async () => {
  const fault = await faultOf(openRows(fixture('third'), { columns: ['idd'] }));
  expect(fault).toMatchObject({ code: 'COLUMN_NOT_FOUND', column: 'idd' });
  expect(fault.message).toContain('"id", "genre", "good"');
});

test('a file cut at any byte is damage', async () => {
  const bytes = await readFile(fixture('third'));
  for (const { bytes: cut, label } of truncations(bytes, { step: 7 })) {
    const fault = await faultOf(openRows(await write('a.parquet', cut)));
    expect(fault.code, label).toBe('FORMAT_DAMAGED');
  }
});

test.each([
  ['no bytes', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(4096)],
  ['text', Buffer.from('id,name\n1,a\n2,b\n')],
  ['the magic word twice', Buffer.from('PAR1....PAR1')],
  ['metadata of 4 GiB', Buffer.from('PAR1....\xff\xff\xff\xffPAR1', 'latin1')],
  [
    'lists without an end',
    Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(99, 0x19), Buffer.from('\x63\0\0\0PAR1')]),
  ],
  [
    'a number without an end',
    Buffer.concat([Buffer.from('PAR1\x16'), Buffer.alloc(98, 0x80), Buffer.from('\x63\0\0\0PAR1')]),
  ],
])('%s are no parquet file', async (_, bytes) => {
  const fault = await faultOf(openRows(await write('a.parquet', bytes)));
  expect(fault.code).toBe('FORMAT_DAMAGED');
});

test('an encrypted file is named', async () => {
  const fault = await faultOf(openRows(await write('a.parquet', Buffer.from('PARE....0000PARE'))));
  expect(fault.code).toBe('FORMAT_UNSUPPORTED');
});

test('a file of columns that are nulls is read', async () => {
  const path = await write('a.parquet', parquetOfNulls(3, 10));
  expect(await readRows(path)).toEqual(Array(10).fill({ c0: null, c1: null, c2: null }));
});

test('a row group whose columns claim more values than memory holds is refused', async () => {
  const bytes = parquetOfNulls(20, 2 ** 24);
  expect(bytes.length).toBeLessThan(2000);
  const path = await write('a.parquet', bytes);
  const fault = await faultOf(openRows(path));
  expect(fault).toMatchObject({ code: 'FORMAT_UNSUPPORTED', path });
  expect(fault.got).toBe('335544320 values that take some 5.0 GiB');
  await (await openRows(path, { columns: ['c0', 'c19'] })).close();
});
