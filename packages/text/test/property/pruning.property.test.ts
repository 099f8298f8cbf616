// Searches leave documents out that cannot be among the best: what is found must not show it.
import { Random } from '@nigh/testkit';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { TextIndex } from '../../src/index.ts';

const ROWS = 6000;
const WORDS = 40;
let index: TextIndex;

beforeAll(async () => {
  index = await TextIndex.create({ fields: ['a', 'b'], language: 'none' });
  const random = new Random(7);
  // Word w0 is in most rows, the last words in few.
  const text = (): string =>
    Array.from({ length: 12 }, () => `w${Math.floor(WORDS * random.uniform() ** 4)}`).join(' ');
  for (let row = 0; row < ROWS; row++) index.add(row, [text(), text()]);
  for (let row = 0; row < ROWS; row += 9) index.remove(row);
});

test('what a search finds is the top of all scores, bit for bit', () => {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const query = fc.array(fc.nat({ max: WORDS - 1 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(query, fc.integer({ min: 1, max: 300 }), fc.boolean(), (words, k, isFiltered) => {
      const text = words.map((word) => `w${word}`).join(' ');
      const accept = new Uint32Array(ROWS / 32).fill(isFiltered ? 0x10100100 : 2 ** 32 - 1);
      const scores = index.score(text, rows);
      const isAccepted = (row: number): boolean => ((accept[row >>> 5] >>> (row & 31)) & 1) === 1;
      const expected = rows
        .filter((row) => scores[row] > 0 && isAccepted(row))
        .sort((a, b) => scores[b] - scores[a] || a - b)
        .slice(0, k);
      const found = index.search(text, k, { accept });
      expect(Array.from(found.rows)).toEqual(expected);
      expect(Array.from(found.scores)).toEqual(expected.map((row) => scores[row]));
    }),
    { numRuns: 150 },
  );
});
