// Opening files of rows: names, options, and the column of vectors.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRows } from '../../../src/index.ts';
import { collect, faultOf, readRows } from '../../support/rows.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

const write = temporaryFiles();

test.each(['a.csv', 'rows', 'a.jsonl.gz'])('the name %s is of no known format', async (name) => {
  const fault = await faultOf(openRows(await write(name, '{}')));
  expect(fault.code).toBe('FORMAT_UNKNOWN');
  expect(fault.message).toContain('.jsonl');
});

test('a path without a file is not found, whatever its format', async () => {
  const folder = await write('here', '');
  for (const name of ['a.jsonl']) {
    expect((await faultOf(openRows(join(folder, '..', name)))).code).toBe('FILE_NOT_FOUND');
  }
});

test.each([
  [{ blockRows: 0 }, 'blockRows'],
  [{ blockRows: 1.5 }, 'blockRows'],
  [{ columns: 'a' }, 'columns'],
  [{ columns: [1] }, 'columns'],
  [{ vectors: '' }, 'vectors'],
  [{ rows: 1 }, 'rows'],
])('options %j are refused', async (options, name) => {
  const path = await write('a.jsonl', '{}');
  const fault = await faultOf(openRows(path, options as never));
  expect(fault.code).toBe('INVALID_OPTION');
  expect(fault.message).toContain(name);
});

test('the column of vectors leaves the rows and comes flat', async () => {
  const text = '{"a":1,"v":[1,2]}\n{"v":[3,4],"a":2}\n{"a":3,"v":[5,6]}';
  const rows = await openRows(await write('a.jsonl', text), { vectors: 'v', blockRows: 2 });
  const blocks = await collect(rows.vectorBlocks());
  await rows.close();
  expect(blocks).toEqual([
    { firstRow: 0, rows: [{ a: 1 }, { a: 2 }], vectors: Float32Array.of(1, 2, 3, 4), dimension: 2 },
    { firstRow: 2, rows: [{ a: 3 }], vectors: Float32Array.of(5, 6), dimension: 2 },
  ]);
});

test('rows without their vectors can be read alone, with the columns asked for', async () => {
  const path = await write('a.jsonl', '{"a":1,"b":2,"v":[1,2]}');
  expect(await readRows(path, { vectors: 'v', columns: ['b'] })).toEqual([{ b: 2 }]);
});

test.each([
  ['missing', '{"a":1}'],
  ['of another dimension', '{"v":[1,2,3]}'],
  ['with text in it', '{"v":[1,"2"]}'],
  ['with null in it', '{"v":[1,null]}'],
  ['no list', '{"v":12}'],
])('a vector that is %s is told with its row', async (_, line) => {
  const path = await write('a.jsonl', `{"v":[1,2]}\n\n{"v":[1,2]}\n${line}`);
  const fault = await faultOf(readRows(path, { vectors: 'v', blockRows: 2 }));
  expect(fault).toMatchObject({ code: 'ROW_INVALID', row: 2, column: 'v' });
});

test('vectors without components are refused', async () => {
  const path = await write('a.jsonl', '{"v":[]}');
  expect(await faultOf(readRows(path, { vectors: 'v' }))).toMatchObject({ row: 0 });
});

test('blocks of vectors need the name of their column', async () => {
  const rows = await openRows(await write('a.jsonl', '{}'));
  const fault = await faultOf(collect(rows.vectorBlocks()));
  await rows.close();
  expect(fault.code).toBe('INVALID_OPTION');
});
