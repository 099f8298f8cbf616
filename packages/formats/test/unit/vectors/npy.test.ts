// Reading .npy files: every number type and header version, and every way a header can lie.
import { expect, test } from 'vitest';

import { openVectorFile } from '../../../src/vectors/open-vector-file.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { bytesOf, concatenate, faultOf, npyBytes, npyDictionary, readAll } from './files.ts';

const write = temporaryFiles();
const six = Float32Array.of(1, -2, 3.5, 0, 1e10, -0.25);
const dictionary = npyDictionary('<f4', '(3, 2)');
const good = npyBytes({ header: dictionary, data: bytesOf(six) });

test.each([1, 2, 3])('a .npy file of version %i gives back its rows', async (version) => {
  const path = await write('a.npy', npyBytes({ version, header: dictionary, data: bytesOf(six) }));
  expect(await readAll(path)).toEqual({ rows: [...six], shape: [3, 2] });
});

test.each([
  ['<f8', Float64Array.of(1.5, -2, 3, 0)],
  ['|i1', Int8Array.of(1, -2, 127, -128)],
  ['|u1', Uint8Array.of(1, 2, 255, 0)],
  ['<i2', Int16Array.of(1, -2, 32767, -32768)],
  ['<u2', Uint16Array.of(1, 2, 65535, 0)],
  ['<i4', Int32Array.of(1, -2, 2 ** 24, -(2 ** 31))],
  ['<u4', Uint32Array.of(1, 2, 2 ** 24, 2 ** 31)],
  ['<i8', BigInt64Array.of(1n, -2n, 2n ** 40n, 0n)],
  ['<u8', BigUint64Array.of(1n, 2n, 2n ** 40n, 0n)],
])('numbers of type %s become the same 32-bit floats', async (descr, numbers) => {
  const header = npyDictionary(descr, '(2, 2)');
  const path = await write('a.npy', npyBytes({ header, data: bytesOf(numbers) }));
  expect(await readAll(path)).toEqual({ rows: Array.from(numbers, Number), shape: [2, 2] });
});

test('16-bit floats are decoded, with subnormal numbers and infinities', async () => {
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7c00, 0x8000);
  const header = npyDictionary('<f2', '(2, 3)');
  const path = await write('a.npy', npyBytes({ header, data: bytesOf(halves) }));
  const { rows } = await readAll(path);
  expect(rows).toEqual([1, -2, 0.333251953125, 2 ** -24, Number.POSITIVE_INFINITY, -0]);
});

test('rows from the middle land at the start of the target, and nothing else', async () => {
  const file = await openVectorFile(await write('a.npy', good));
  const target = new Float32Array(5).fill(7);
  await file.read(target, 1, 2);
  await file.close();
  expect([...target]).toEqual([...six.subarray(2), 7]);
  expect(file).toMatchObject({ format: 'npy', componentType: 'f32' });
});

test('a file larger than the block buffer is converted whole', async () => {
  const numbers = Float64Array.from({ length: 3 * 50_000 }, (_, i) => i);
  const header = npyDictionary('<f8', '(50000, 3)');
  const path = await write('a.npy', npyBytes({ header, data: bytesOf(numbers) }));
  const { rows } = await readAll(path);
  expect(rows.findIndex((component, i) => component !== i)).toBe(-1);
});

test('keys in another order and double quotes are read', async () => {
  const header = `{"shape": (3, 2), "descr": "<f4", "fortran_order": False}`;
  const path = await write('a.npy', npyBytes({ header, data: bytesOf(six) }));
  expect((await readAll(path)).shape).toEqual([3, 2]);
});

const unsupported: [string, string, RegExp][] = [
  ['columns stored first', npyDictionary('<f4', '(3, 2)', 'True'), /Fortran order/],
  ['big-endian numbers', npyDictionary('>f4', '(3, 2)'), /big endian/],
  ['Python objects', npyDictionary('|O', '(3, 2)'), /objects/],
  ['complex numbers', npyDictionary('<c8', '(3, 2)'), /not read/],
  [
    'a structured type',
    "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (3,), }",
    /not read/,
  ],
  ['a single row', npyDictionary('<f4', '(6,)'), /reshape\(1, -1\)/],
  ['three axes', npyDictionary('<f4', '(3, 2, 1)'), /not a table/],
  ['a single number', npyDictionary('<f4', '()'), /not a table/],
];

test.each(unsupported)('an array with %s is refused by name', async (_, header, message) => {
  const path = await write('a.npy', npyBytes({ header, data: bytesOf(six) }));
  const fault = await faultOf(path);
  expect(fault).toMatchObject({ code: 'FORMAT_UNSUPPORTED', path });
  expect(fault.message).toMatch(message);
});

const damagedHeaders: [string, string][] = [
  ['no braces', "'descr': '<f4'"],
  ['a missing key', "{'descr': '<f4', 'shape': (3, 2), }"],
  ['code in place of a value', "{'descr': '<f4', 'fortran_order': exit(), 'shape': (3, 2), }"],
  ['a negative count', npyDictionary('<f4', '(-3, 2)')],
  ['a count that is no number', npyDictionary('<f4', '(x, 2)')],
  ['a count with letters behind it', npyDictionary('<f4', '(3x, 2)')],
  ['a count past 2^53', npyDictionary('<f4', '(9999999999999999, 2)')],
  ['more rows than the file', npyDictionary('<f4', '(4, 2)')],
  ['fewer rows than the file', npyDictionary('<f4', '(2, 2)')],
  ['a product past 2^53', npyDictionary('<f4', '(4503599627370496, 4503599627370496)')],
];

test.each(damagedHeaders)('a header with %s is damage', async (_, header) => {
  const path = await write('a.npy', npyBytes({ header, data: bytesOf(six) }));
  expect(await faultOf(path)).toMatchObject({ code: 'FORMAT_DAMAGED', path });
});

test('rows without components are damage, though the length of the file agrees', async () => {
  const header = npyDictionary('<f4', '(3, 0)');
  const path = await write('a.npy', npyBytes({ header, data: new Uint8Array(0) }));
  expect((await faultOf(path)).code).toBe('FORMAT_DAMAGED');
});

test('an array without rows holds no vectors', async () => {
  const header = npyDictionary('<f4', '(0, 2)');
  const path = await write('a.npy', npyBytes({ header, data: new Uint8Array(0) }));
  expect((await faultOf(path)).code).toBe('FILE_EMPTY');
});

test('a file cut at any byte is damage', async () => {
  const codes = new Set<string>();
  for (let length = 0; length < good.length; length++) {
    codes.add((await faultOf(await write('a.npy', good.subarray(0, length)))).code);
  }
  expect([...codes]).toEqual(['FORMAT_DAMAGED']);
});

test('bytes after the last row are damage, and the message gives both lengths', async () => {
  const path = await write('a.npy', concatenate(good, Uint8Array.of(0)));
  const fault = await faultOf(path);
  expect(fault).toMatchObject({
    code: 'FORMAT_DAMAGED',
    offset: good.length,
    expected: `${good.length} bytes`,
    got: `${good.length + 1} bytes`,
  });
});

test('wrong first bytes are damage', async () => {
  const bytes = good.slice();
  bytes[1] = 0;
  expect((await faultOf(await write('a.npy', bytes))).code).toBe('FORMAT_DAMAGED');
});

test('a version we have never heard of is not supported', async () => {
  const bytes = good.slice();
  bytes[6] = 4;
  const fault = await faultOf(await write('a.npy', bytes));
  expect(fault).toMatchObject({ code: 'FORMAT_UNSUPPORTED', offset: 6, got: 4 });
});

test.each([1, 2])('a header length past the end is damage in version %i', async (version) => {
  const bytes = npyBytes({ version, header: dictionary, data: bytesOf(six) });
  bytes.set(version === 1 ? [0xff, 0xff] : [0xff, 0xff, 0xff, 0xff], 8);
  const fault = await faultOf(await write('a.npy', bytes));
  expect(fault.code).toBe('FORMAT_DAMAGED');
  expect(fault.expected).toMatch(/a header of at most \d+ bytes/); // before room is made for it
});

test('foreign bytes of a header never reach the message', async () => {
  const header = npyDictionary('<f4\u001b[31m', '(3, 2)');
  const fault = await faultOf(await write('a.npy', npyBytes({ header, data: bytesOf(six) })));
  expect(fault.message).not.toContain('\u001b');
});
