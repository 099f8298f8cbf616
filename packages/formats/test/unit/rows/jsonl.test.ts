// Reading .jsonl files: what counts as a line, where blocks end, and every line that is no row.
import { expect, test } from 'vitest';
import { openRows } from '../../../src/index.ts';
import { openForReading } from '../../../src/opened-file.ts';
import { MAX_DEPTH } from '../../../src/rows/depth.ts';
import { jsonlReader } from '../../../src/rows/jsonl.ts';
import { collect, faultOf, readBlocks, readRows } from '../../support/rows.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

const write = temporaryFiles();

test.each([
  ['with a line feed after each', '{"a":1}\n{"a":2}\n'],
  ['without one at the end', '{"a":1}\n{"a":2}'],
  ['with CRLF', '{"a":1}\r\n{"a":2}\r\n'],
  ['with blank lines', '\n\n{"a":1}\n  \t\n\r\n{"a":2}\n\n'],
  ['with a byte order mark', '\ufeff{"a":1}\n{"a":2}\n'],
  ['with blanks around them', '  {"a":1} \n\t{"a":2}\t'],
])('lines %s are rows', async (_, text) => {
  expect(await readRows(await write('a.jsonl', text))).toEqual([{ a: 1 }, { a: 2 }]);
});

test.each(['', '\n', '\ufeff', '\ufeff\n\n'])('%j holds no rows', async (text) => {
  expect(await readRows(await write('a.ndjson', text))).toEqual([]);
});

test('blocks have as many rows as asked for, the last one the rest', async () => {
  const text = Array.from({ length: 10 }, (_, i) => `{"i":${i}}\n`).join('');
  const path = await write('a.jsonl', text);
  const sizes = async (blockRows: number) =>
    (await readBlocks(path, { blockRows })).map((block) => block.length);
  expect(await sizes(4)).toEqual([4, 4, 2]);
  expect(await sizes(5)).toEqual([5, 5]);
  expect(await sizes(1)).toHaveLength(10);
  expect(await sizes(11)).toEqual([10]);
});

test('a block of long rows ends after some four megabytes', async () => {
  const text = `{"t":"${'x'.repeat(300_000)}"}\n`.repeat(40);
  const sizes = (await readBlocks(await write('a.jsonl', text))).map((block) => block.length);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(40);
  expect(Math.max(...sizes)).toBeLessThan(20);
});

test('a line of many chunks is one row', async () => {
  const long = 'ä€😀'.repeat(400_000); // 3.6 MB
  const text = `{"a":1}\n{"t":"${long}"}\n{"a":2}\n`;
  const rows = await readRows(await write('a.jsonl', text));
  expect(rows).toEqual([{ a: 1 }, { t: long }, { a: 2 }]);
});

test('the last of equal keys wins, and __proto__ is a key', async () => {
  const text = '{"a":1,"a":2,"__proto__":{"b":3}}';
  for (const options of [{}, { columns: ['a', '__proto__'] }]) {
    const [row] = await readRows(await write('a.jsonl', text), options);
    expect(Object.entries(row ?? {})).toEqual([
      ['a', 2],
      ['__proto__', { b: 3 }],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  }
});

test('only the columns asked for come, where a row has them', async () => {
  const path = await write('a.jsonl', '{"a":1,"b":2,"c":3}\n{"c":4}\n');
  expect(await readRows(path, { columns: ['c', 'a'] })).toEqual([{ a: 1, c: 3 }, { c: 4 }]);
});

test.each([
  ['{"a":1', 'is not JSON'],
  ['{"a":1}{"a":2}', 'is not JSON'],
  ["{'a':1}", 'is not JSON'],
  ['[1,2]', 'is not a row'],
  ['"text"', 'is not a row'],
  ['null', 'is not a row'],
  ['12', 'is not a row'],
  ['\ufeff{}', 'is not JSON'],
])('line %j is refused with its number and byte', async (line, problem) => {
  const path = await write('a.jsonl', `{"ä":1}\r\n\n${line}\n{}`);
  const fault = await faultOf(readRows(path));
  expect(fault).toMatchObject({ code: 'ROW_INVALID', path, line: 3, offset: 11 });
  expect(fault.message).toContain(`line 3 ${problem}`);
});

test('a row may be nested as deep as the limit and no deeper', async () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const deep = await write('a.jsonl', nested(MAX_DEPTH - 1));
  expect(await readRows(deep)).toHaveLength(1);
  const deeper = await write('b.jsonl', `{}\n${nested(MAX_DEPTH)}`);
  expect(await faultOf(readRows(deeper))).toMatchObject({ code: 'ROW_INVALID', line: 2 });
  const endless = await write('c.jsonl', nested(500_000));
  expect(await faultOf(readRows(endless))).toMatchObject({ code: 'ROW_INVALID', line: 1 });
});

test('a line that is deep is refused before anything is made of it', async () => {
  const path = await write('a.jsonl', '['.repeat(2 ** 20)); // no JSON either, were it parsed
  const fault = await faultOf(readRows(path));
  expect(fault.message).toContain('nested too deep');
});

test.each([
  ['a byte that begins nothing', [0xff], 0],
  ['a character cut short', [0xe2, 0x82, 0x22], 2],
  ['a surrogate', [0xed, 0xa0, 0x80], 1],
  ['a character longer than needed', [0xc0, 0x80], 0],
])('%s is no text, and its line and byte are told', async (_, bytes, at) => {
  const before = Buffer.from('{"a":"ä"}\n\n{"b":"');
  const path = await write(
    'a.jsonl',
    Buffer.concat([before, Buffer.from(bytes), Buffer.from('"}')]),
  );
  const fault = await faultOf(readRows(path));
  expect(fault).toMatchObject({ code: 'TEXT_INVALID', path, line: 3, offset: before.length + at });
});

test('a file that ends within a character is no text', async () => {
  const path = await write('a.jsonl', Buffer.concat([Buffer.from('{}\n"'), Buffer.of(0xe2, 0x82)]));
  expect(await faultOf(readRows(path))).toMatchObject({ code: 'TEXT_INVALID', line: 2, offset: 6 });
});

test('a line longer than 16 MiB is refused before all of it is read', async () => {
  const line = Buffer.alloc(17 * 2 ** 20, 0x20);
  const path = await write('a.jsonl', Buffer.concat([Buffer.from('{}\n'), line]));
  const fault = await faultOf(readRows(path));
  expect(fault).toMatchObject({ code: 'ROW_INVALID', line: 2, offset: 3 });
  expect(fault.message).toContain('too long');
});

test('each iteration begins anew, and tells how far it is', async () => {
  const path = await write('a.jsonl', '{"a":1}\n{"a":2}\n');
  const rows = await openRows(path, { blockRows: 1 });
  expect(rows).toMatchObject({ name: 'jsonl', path, byteLength: 16, bytesRead: 0 });
  expect(rows.count).toBeUndefined();
  for (let round = 0; round < 2; round++) {
    const seen: unknown[] = [];
    for await (const block of rows) seen.push(...block);
    expect(seen).toEqual([{ a: 1 }, { a: 2 }]);
    expect(rows.bytesRead).toBe(16);
  }
  await rows.close();
  await rows.close();
  const closed = (async () => {
    for await (const _ of rows);
  })();
  expect((await faultOf(closed)).code).toBe('CLOSED');
});

test('closing in the middle ends the iteration with an error, at once', async () => {
  const rows = await openRows(await write('a.jsonl', '{}\n{}\n{}\n'), { blockRows: 1 });
  let blocks = 0;
  const read = (async () => {
    for await (const _ of rows) {
      blocks++;
      await rows.close();
    }
  })();
  expect((await faultOf(read)).code).toBe('CLOSED');
  expect(blocks).toBe(1);
});

test('a byte order mark after the start is no part of JSON, wherever a chunk begins', async () => {
  const file = await openForReading(await write('a.jsonl', '{}\n\ufeff{}\n'));
  const settings = { blockRows: 9, columns: undefined, vectors: undefined };
  const reader = jsonlReader(file, settings, { chunkBytes: 3, lineBytes: 99 });
  const fault = await faultOf(collect(reader.blocks(() => {})));
  await file.handle.close();
  expect(fault).toMatchObject({ code: 'ROW_INVALID', line: 2, offset: 3 });
});
