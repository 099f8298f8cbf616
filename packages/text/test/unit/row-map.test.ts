import { expect, test } from 'vitest';
import { RowMap } from '../../src/row-map.ts';

test('rows far apart are kept, each for a few hundred bytes', () => {
  const map = new RowMap();
  const rows = Array.from({ length: 1000 }, (_, i) => i * 2_147_483);
  for (const [doc, row] of rows.entries()) map.set(row, doc);
  expect(rows.map((row) => map.get(row))).toEqual(rows.map((_, doc) => doc));
  expect([1, 2_147_482, 2 ** 31 - 1].map((row) => map.get(row))).toEqual([-1, -1, -1]);
  expect(map.byteLength).toBeLessThan(300 * rows.length);
  map.delete(rows[3] as number);
  expect(map.get(rows[3] as number)).toBe(-1);
});
