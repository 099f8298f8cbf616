// Merging with turns for others in between: it finds and keeps what merging at once does, whoever
// searches meanwhile, and does nothing where something changes meanwhile.
import { nextTurn } from '@nigh/base';
import { expect, test, vi } from 'vitest';
import { TextIndex } from '../../src/index.ts';
import { bytesOf } from '../image-bytes.ts';

const FIELDS = ['title', 'text'];
const QUERY = 'w3 v5 film';

/** An index with postings in the base and in the tail, and dead documents. */
async function filled(): Promise<TextIndex> {
  const index = await TextIndex.create({ fields: FIELDS });
  for (let i = 0; i < 20_000; i++) {
    index.add((i * 7) % 18_000, [`w${i % 50} film`, `v${i % 77} x${i % 9000}`]);
    if (i % 5 === 0) index.remove((i * 3) % 18_000);
  }
  return index;
}

test('an index is the same afterwards, and is searched meanwhile', async () => {
  const [index, other] = [await filled(), await filled()];
  const before = index.search(QUERY, 50);
  let turns = 0;
  await index.tidy(async () => {
    turns++;
    expect(index.search(QUERY, 50)).toEqual(before);
    await nextTurn();
  }, true);
  expect(turns).toBeGreaterThan(5);
  expect(index.search(QUERY, 50)).toEqual(before);
  expect(index.verify()).toEqual([]);
  expect(bytesOf(index.images())).toBe(bytesOf(other.images()));
});

test.for(['added', 'removed', 'merged'] as const)(
  'a row that is %s meanwhile is seen',
  async (what) => {
    for (const at of [0, 1, 4, 8]) {
      let turns = 0;
      const [index, other] = [await filled(), await filled()];
      const change = (to: TextIndex): void => {
        if (what === 'added') to.add(90_000, ['unheard', QUERY]);
        else if (what === 'removed') to.remove(7);
        else to.images();
      };
      await index.tidy(async () => {
        if (turns++ === at) change(index);
      }, true);
      change(other);
      expect(index.search(QUERY, 50), `turn ${at}`).toEqual(other.search(QUERY, 50));
      expect(index.verify()).toEqual([]);
      expect(bytesOf(index.images())).toBe(bytesOf(other.images()));
      expect(turns).toBe(at + 1);
    }
  },
);

test('it happens when it is time, and then no row that is added has to wait for it', async () => {
  const index = await TextIndex.create({ fields: FIELDS });
  const rest = vi.fn(async () => undefined);
  for (let i = 0; i < 2000; i++) index.add(i, [`w${i % 50}`, '']);
  await index.tidy(rest);
  expect(rest).not.toHaveBeenCalled();
  for (let i = 2000; i < 4500; i++) index.add(i, [`w${i % 50}`, '']);
  await index.tidy(rest);
  expect(rest).toHaveBeenCalled();
  rest.mockClear();
  await index.tidy(rest, true);
  expect(rest).not.toHaveBeenCalled();
});
