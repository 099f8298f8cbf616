// Rows and a file of vectors read in step: every row gets its vector, and counts must agree.
import { expect, test } from 'vitest';
import { openRows, openVectorFile, type VectorBlock, zipBlocks } from '../../src/index.ts';
import { collect, faultOf } from '../support/rows.ts';
import { temporaryFiles } from '../support/temporary-files.ts';
import { binBytes } from './vectors/files.ts';

const write = temporaryFiles();

async function zip(lineCount: number, count: number): Promise<VectorBlock[]> {
  const lines = Array.from({ length: lineCount }, (_, i) => `{"i":${i}}\n`).join('');
  const numbers = Float32Array.from({ length: 2 * count }, (_, i) => i);
  const rows = await openRows(await write('a.jsonl', lines), { blockRows: 3 });
  const vectors = await openVectorFile(await write('a.fbin', binBytes(count, 2, numbers)));
  try {
    return await collect(zipBlocks(rows, vectors));
  } finally {
    await Promise.all([rows.close(), vectors.close()]);
  }
}

test('row i comes with vector i, in every block', async () => {
  const blocks = await zip(7, 7);
  expect(blocks.map(({ firstRow, rows }) => [firstRow, rows.length])).toEqual([
    [0, 3],
    [3, 3],
    [6, 1],
  ]);
  for (const { firstRow, rows, vectors, dimension } of blocks) {
    expect(dimension).toBe(2);
    expect(rows).toEqual(rows.map((_, i) => ({ i: firstRow + i })));
    expect([...vectors]).toEqual(
      rows.flatMap((_, i) => [2 * (firstRow + i), 2 * (firstRow + i) + 1]),
    );
  }
});

test.each([
  [7, 8, '8 rows, as there are vectors', '7 rows'],
  [8, 7, '7 rows, as there are vectors', 'at least 8 rows'],
  [0, 1, '1 rows, as there are vectors', '0 rows'],
])('%i rows and %i vectors do not belong together', async (lineCount, count, expected, got) => {
  const fault = await faultOf(zip(lineCount, count));
  expect(fault).toMatchObject({ code: 'COUNT_MISMATCH', expected, got });
  expect(fault.message).toMatch(/a\.jsonl.*a\.fbin/);
});
