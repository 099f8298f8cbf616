// Any rows, written in any legal way and read in chunks of any size, come back as they were.
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openForReading } from '../../../src/opened-file.ts';
import { jsonlReader } from '../../../src/rows/jsonl.ts';
import type { Row } from '../../../src/rows/rows.ts';
import { collect } from '../../support/rows.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

const write = temporaryFiles();
const rows = fc.array(
  fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
  { maxLength: 12 },
);
const ends = fc.constantFrom('\n', '\r\n', '\n\n', ' \n');

async function read(path: string, chunkBytes: number, blockRows: number): Promise<Row[][]> {
  const file = await openForReading(path);
  const settings = { blockRows, columns: undefined, vectors: undefined };
  try {
    const reader = jsonlReader(file, settings, { chunkBytes, lineBytes: 2 ** 20 });
    return (await collect(reader.blocks(() => {}))).map((block) => block.rows);
  } finally {
    await file.handle.close();
  }
}

test('rows come back whatever the chunks, the ends of lines and the blocks', async () => {
  const path = await write('a.jsonl', '');
  const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }));
  await fc.assert(
    fc.asyncProperty(rows, ends, sizes, fc.boolean(), async (values, end, [chunk, block], mark) => {
      const text = values.map((value) => JSON.stringify(value) + end).join('');
      await writeFile(path, (mark ? '\ufeff' : '') + text);
      const blocks = await read(path, chunk, block);
      expect(blocks.flat()).toEqual(JSON.parse(JSON.stringify(values)));
      expect(blocks.slice(0, -1).every((rowsOfBlock) => rowsOfBlock.length === block)).toBe(true);
    }),
  );
});
