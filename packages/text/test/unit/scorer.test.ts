// What a search does beside adding up scores must not grow with the square of its terms.
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
