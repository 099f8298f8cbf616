// Reading .fvecs, .bvecs and .ivecs files, whose rows each repeat the dimension.
import { expect, test } from 'vitest';

import { openVectorFile } from '../../../src/vectors/open-vector-file.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { concatenate, faultOf, readAll, xvecsBytes } from './files.ts';

const write = temporaryFiles();

test.each([
  ['fvecs', [Float32Array.of(1.5, -2, 3), Float32Array.of(0, 1e-3, 9)]],
  ['bvecs', [Uint8Array.of(1, 2, 255), Uint8Array.of(0, 7, 128)]],
  ['ivecs', [Int32Array.of(1, -2, 70_000), Int32Array.of(0, 5, -1)]],
])('.%s gives back its rows', async (ending, rows) => {
  const path = await write(`a.${ending}`, xvecsBytes(rows));
  const expected = rows.flatMap((row) => Array.from(row));
  const read = await readAll(path);
  expect(read.shape).toEqual([2, 3]);
  expect(read.rows.map(Math.fround)).toEqual(expected.map(Math.fround));
});

test('rows from the middle land at the start of the target, and nothing else', async () => {
  const rows = [1, 2, 3, 4].map((n) => Float32Array.of(n, -n));
  const file = await openVectorFile(await write('a.fvecs', xvecsBytes(rows)));
  const target = new Float32Array(5).fill(7);
  await file.read(target, 2, 2);
  await file.close();
  expect([...target]).toEqual([3, -3, 4, -4, 7]);
});

test('a file larger than the block buffer is read whole', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => new Float32Array(64).fill(i));
  const path = await write('a.fvecs', xvecsBytes(rows));
  const { rows: read } = await readAll(path);
  expect(read.findIndex((component, i) => component !== Math.floor(i / 64))).toBe(-1);
});

test('a row with another dimension is damage, and its place is told', async () => {
  const rows = [Int32Array.of(1, 2), Int32Array.of(3, 4), Int32Array.of(5, 6)];
  const bytes = xvecsBytes(rows);
  new DataView(bytes.buffer).setInt32(12, 3, true);
  expect(await faultOf(await write('a.ivecs', bytes))).toMatchObject({
    code: 'FORMAT_DAMAGED',
    offset: 12,
    expected: 2,
    got: 3,
  });
});

test.each([0, -1, 2 ** 31 - 1])('a first dimension of %i is damage', async (dimension) => {
  const bytes = xvecsBytes([Float32Array.of(1, 2)]);
  new DataView(bytes.buffer).setInt32(0, dimension, true);
  const fault = await faultOf(await write('a.fvecs', bytes));
  expect(fault).toMatchObject({ code: 'FORMAT_DAMAGED', offset: 0 });
  expect(fault.message).toContain(String(dimension));
});

test('a file cut at any byte that is not the end of a row is damage', async () => {
  const bytes = xvecsBytes([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
  const faults = new Set<string>();
  for (let length = 0; length < bytes.length; length++) {
    if (length === bytes.length / 2) continue;
    faults.add((await faultOf(await write('a.bvecs', bytes.subarray(0, length)))).code);
  }
  expect([...faults]).toEqual(['FORMAT_DAMAGED']);
  const fault = await faultOf(await write('a.bvecs', bytes.subarray(0, bytes.length - 1)));
  expect(fault.message).toContain('cut short');
});

test('bytes after the last row are damage', async () => {
  const bytes = concatenate(xvecsBytes([Float32Array.of(1, 2)]), Uint8Array.of(1));
  expect((await faultOf(await write('a.fvecs', bytes))).code).toBe('FORMAT_DAMAGED');
});
