// What a search does beside adding up scores must not grow with the square of its terms; and scores
// of a few rows are those of a search, to the bit.
import { expect, test, vi } from 'vitest';
import { TextIndex } from '../../src/index.ts';
import { TopRows } from '../../src/top-rows.ts';

test('a long query looks at what has a score a few times, not for every term', async () => {
  const rows = 2400;
  const words = 200;
  const index = await TextIndex.create({ fields: ['text'], language: 'none' });
  for (let row = 0; row < rows; row++) {
    const has = Array.from({ length: words }, (_, word) => word).filter((word) => {
      return (row * 7 + word * 13) % 100 < 50 + word / 5; // every word in half the rows or more
    });
    index.add(row, [has.map((word) => `w${word}`).join(' ')]);
  }
  const offers = vi.spyOn(TopRows.prototype, 'offer');
  index.search(Array.from({ length: words }, (_, word) => `w${word}`).join(' '), 10);
  const { length } = offers.mock.calls;
  offers.mockRestore();
  expect(length).toBeGreaterThan(0);
  expect(length).toBeLessThan(5 * rows); // with a look before every term: 100 times as many
});

test('a few rows have the scores of a search, wherever their postings lie', async () => {
  const index = await TextIndex.create({ fields: ['title', 'text'], language: 'none' });
  const add = (row: number): void =>
    index.add(row, [`w${row % 3} film`, `film v${row % 7} ${'x '.repeat(row % 5)}z${row}`]);
  for (let row = 0; row < 6000; row++) add(row);
  index.images(); // all of it is in the base
  for (let row = 4000; row < 4100; row++) add(row); // dead there, and new in the tail
  for (let row = 10; row < 6000; row += 10) index.remove(row);
  for (let row = 7000; row < 7050; row++) index.add(row, ['', `film newer w${row % 3}`]);
  const query = 'film w1 w1 v3 x newer missing';
  const all = index.search(query, 10_000);
  const expected = new Map(Array.from(all.rows, (row, i) => [row, all.scores[i]]));
  const groups = [[1], [10], [4050], [7001, 3, 3, 9999, 4, 7001, 5990, 4001], [], [-1, 2.5, 5]];
  for (const rows of [...groups, Array.from({ length: 7100 }, (_, row) => row)]) {
    const wanted = rows.map((row) => expected.get(row) ?? 0);
    expect(Array.from(index.score(query, rows)), `${rows.slice(0, 10)}`).toEqual(wanted);
  }
  expect(index.search(query, 10_000)).toEqual(all); // nothing is left of other scores
});
