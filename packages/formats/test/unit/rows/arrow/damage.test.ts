// Arrow files that are cut, changed or forged: an error of ours or other rows, never a crash.
import { truncations } from '@nigh/testkit';
import * as flechette from '@uwdata/flechette';
import { expect, test } from 'vitest';
import { FormatError, openRows } from '../../../../src/index.ts';
import { arrowBytes, SOME_COLUMNS } from '../../../support/arrow.ts';
import { faultOf, readRows } from '../../../support/rows.ts';
import { temporaryFiles } from '../../../support/temporary-files.ts';

const write = temporaryFiles();
const stream = arrowBytes(SOME_COLUMNS, { batchRows: 2 });
const file = arrowBytes(SOME_COLUMNS, { batchRows: 2, format: 'file' });

/** The code of the error, or how many rows there were. */
async function outcome(bytes: Uint8Array): Promise<string | number> {
  const path = await write('a.arrow', bytes);
  try {
    return (await readRows(path)).length;
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
}

test('a file of Arrow cut at any byte is damage', async () => {
  const outcomes = new Set<string | number>();
  for (const { bytes } of truncations(file, { step: 3 })) outcomes.add(await outcome(bytes));
  expect([...outcomes]).toEqual(['FORMAT_DAMAGED']);
});

test('a stream of Arrow cut within a message is damage', async () => {
  for (const { bytes, label } of truncations(stream, { step: 3 })) {
    const result = await outcome(bytes);
    // A stream may also end with a whole message.
    if (result !== 'FORMAT_DAMAGED') expect([0, 2, 4], label).toContain(result);
  }
});

test.each([
  ['no bytes', new Uint8Array(0)],
  ['text', Buffer.from('id,name\n1,a\n2,b\n')],
  ['zeros', new Uint8Array(4096)],
  ['the magic word alone', Buffer.from('ARROW1\0\0')],
  ['the magic word twice', Buffer.from('ARROW1\0\0....ARROW1')],
])('%s are no Arrow file', async (_, bytes) => {
  const fault = await faultOf(readRows(await write('a.arrow', bytes)));
  expect(fault.code).toBe('FORMAT_DAMAGED');
});

test('the first version of Feather is named', async () => {
  const path = await write('a.feather', Buffer.from('FEA1............FEA1'));
  const fault = await faultOf(readRows(path));
  expect(fault.code).toBe('FORMAT_UNSUPPORTED');
  expect(fault.message).toContain('Feather');
});

test('a header length of gigabytes is refused before room is made for it', async () => {
  const bytes = stream.slice();
  new DataView(bytes.buffer).setInt32(4, 2 ** 31 - 1, true);
  const fault = await faultOf(readRows(await write('a.arrow', bytes)));
  expect(fault).toMatchObject({ code: 'FORMAT_DAMAGED', offset: 0 });
});

test('a file of more than 10,000 columns, parts of them counted, is refused', async () => {
  const structOf = (count: number) => {
    const parts = Array.from({ length: count }, (_, i) => [`c${i}`, flechette.bool()] as const);
    return { a: { type: flechette.struct(Object.fromEntries(parts)), values: [null] } };
  };
  const most = await write('a.arrow', arrowBytes(structOf(9_999)));
  await (await openRows(most)).close();
  const fault = await faultOf(openRows(await write('b.arrow', arrowBytes(structOf(10_000)))));
  expect(fault.code).toBe('FORMAT_UNSUPPORTED');
  expect(fault.message).toContain('more than 10,000 columns');
});
