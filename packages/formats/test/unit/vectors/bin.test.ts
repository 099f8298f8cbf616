// Reading .fbin, .u8bin and .i8bin files: eight bytes of header, then rows.
import { expect, test } from 'vitest';

import { temporaryFiles } from '../../support/temporary-files.ts';
import { binBytes, concatenate, faultOf, readAll } from './files.ts';

const write = temporaryFiles();

test.each([
  ['fbin', Float32Array.of(1.5, -2, 3, 0, 0.25, 9)],
  ['u8bin', Uint8Array.of(1, 2, 255, 0, 7, 128)],
  ['i8bin', Int8Array.of(1, -2, 127, 0, 7, -128)],
])('.%s gives back its rows', async (ending, numbers) => {
  const path = await write(`a.${ending}`, binBytes(2, 3, numbers));
  expect(await readAll(path)).toEqual({ rows: [...numbers], shape: [2, 3] });
});

test.each([
  ['more rows than the file', 3, 3],
  ['fewer rows than the file', 1, 3],
  ['the largest count and dimension', 0xffff_ffff, 0xffff_ffff],
])('a header with %s is damage', async (_, count, dimension) => {
  const path = await write('a.fbin', binBytes(count, dimension, new Float32Array(6)));
  expect(await faultOf(path)).toMatchObject({ code: 'FORMAT_DAMAGED', path });
});

test('rows without components are damage, though the length of the file agrees', async () => {
  const path = await write('a.fbin', binBytes(2, 0, new Float32Array(0)));
  expect((await faultOf(path)).code).toBe('FORMAT_DAMAGED');
});

test('a file shorter than its header says how many bytes a header has', async () => {
  const fault = await faultOf(await write('a.fbin', new Uint8Array(7)));
  expect(fault).toMatchObject({ code: 'FORMAT_DAMAGED', expected: 'at least 8 bytes' });
});

test('a file without rows holds no vectors', async () => {
  const path = await write('a.fbin', binBytes(0, 3, new Float32Array(0)));
  expect((await faultOf(path)).code).toBe('FILE_EMPTY');
});

test('a file cut at any byte, or with a byte too many, is damage', async () => {
  const bytes = binBytes(2, 3, new Uint8Array(6));
  const codes = new Set<string>();
  for (let length = 0; length < bytes.length; length++) {
    codes.add((await faultOf(await write('a.u8bin', bytes.subarray(0, length)))).code);
  }
  const longer = concatenate(bytes, Uint8Array.of(0));
  codes.add((await faultOf(await write('a.u8bin', longer))).code);
  expect([...codes]).toEqual(['FORMAT_DAMAGED']);
});
