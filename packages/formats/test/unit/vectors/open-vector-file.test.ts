// Opening vector files: what is not there, not a file, not known, or changes while it is read.
import { mkdtemp, rmdir, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { FormatError } from '../../../src/errors.ts';
import { openVectorFile } from '../../../src/vectors/open-vector-file.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { binBytes, faultOf, readAll } from './files.ts';

const write = temporaryFiles();
const bytes = binBytes(3, 2, Float32Array.of(1, 2, 3, 4, 5, 6));

test('a path without a file is not found', async () => {
  const path = join(tmpdir(), 'nigh-there-is-no-such-file.npy');
  expect(await faultOf(path)).toMatchObject({ code: 'FILE_NOT_FOUND', path });
});

test('a folder cannot be read as a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-folder-'));
  const fault = await faultOf(folder);
  await rmdir(folder);
  expect(fault.code).toBe('FILE_UNREADABLE');
});

test.each(['a.csv', 'vectors', 'a.npy.gz'])('the name %s is of no known format', async (name) => {
  const fault = await faultOf(await write(name, bytes));
  expect(fault.code).toBe('FORMAT_UNKNOWN');
  expect(fault.message).toContain('.fbin');
});

test('the ending may be in capitals', async () => {
  expect((await readAll(await write('A.FBIN', bytes))).shape).toEqual([3, 2]);
});

test.each([
  ['past the end', 2, 2],
  ['before the start', -1, 1],
  ['with half a row', 0.5, 1],
  ['with a negative count', 0, -1],
])('rows %s are out of range', async (_, firstRow, rowCount) => {
  const file = await openVectorFile(await write('a.fbin', bytes));
  const read = file.read(new Float32Array(8), firstRow, rowCount);
  await expect(read).rejects.toMatchObject({ code: 'ROW_OUT_OF_RANGE' });
  await file.close();
});

test('a target too short for the rows is refused before anything is written', async () => {
  const file = await openVectorFile(await write('a.fbin', bytes));
  const target = new Float32Array(5);
  await expect(file.read(target, 0, 3)).rejects.toThrow(RangeError);
  expect([...target]).toEqual([0, 0, 0, 0, 0]);
  await file.close();
});

test('a file that shrinks after it was opened is damage, and the byte is told', async () => {
  const path = await write('a.fbin', bytes);
  const file = await openVectorFile(path);
  await truncate(path, 20);
  const read = file.read(new Float32Array(6), 0, 3);
  await expect(read).rejects.toBeInstanceOf(FormatError);
  await expect(read).rejects.toMatchObject({ code: 'FORMAT_DAMAGED', details: { offset: 20 } });
  await file.close();
});
