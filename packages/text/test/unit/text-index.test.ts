import { imageBytes } from '@nigh/base';
import { expect, test } from 'vitest';
import { MAX_QUERY_UNITS, TextError, TextIndex } from '../../src/index.ts';
import { bytesOf } from '../image-bytes.ts';

const rowsOf = (index: TextIndex, query: string, k = 10): number[] =>
  Array.from(index.search(query, k).rows);

async function indexOf(texts: readonly string[]): Promise<TextIndex> {
  const index = await TextIndex.create({ fields: ['text'] });
  for (const [row, text] of texts.entries()) index.add(row, [text]);
  return index;
}

test('finds rows by stems, best first, and equal rows by number', async () => {
  const index = await indexOf(['an actor acted', 'acting', 'a dog', 'acting']);
  expect(rowsOf(index, 'ACTS')).toEqual([1, 3, 0]);
  expect(rowsOf(index, 'acts', 2)).toEqual([1, 3]);
  expect(rowsOf(index, 'cat')).toEqual([]);
  expect(rowsOf(index, '')).toEqual([]);
  expect(rowsOf(index, ' .,! ')).toEqual([]);
});

test('ties among many rows are broken by the smaller row, in any order of adding', async () => {
  const index = await TextIndex.create({ fields: ['text'] });
  for (let i = 0; i < 500; i++) index.add((i * 211) % 500, ['same words']);
  for (const k of [1, 2, 3, 7, 100, 499, 500, 1000]) {
    const expected = Array.from({ length: Math.min(k, 500) }, (_, row) => row);
    expect(rowsOf(index, 'words', k)).toEqual(expected);
  }
});

test('accept says which rows may be found, and rows beyond its words are not', async () => {
  const index = await indexOf(Array.from({ length: 70 }, () => 'film'));
  const found = (accept: Uint32Array): number[] =>
    Array.from(index.search('film', 100, { accept }).rows);
  expect(found(new Uint32Array(0))).toEqual([]);
  expect(found(Uint32Array.of(0b101))).toEqual([0, 2]);
  expect(found(Uint32Array.of(0, 1 << 31))).toEqual([63]);
  expect(found(new Uint32Array(9).fill(2 ** 32 - 1))).toHaveLength(70);
  expect(rowsOf(index, 'film', 100)).toHaveLength(70);
});

test('a row that is added again has its new texts only', async () => {
  const index = await indexOf(['dog', 'cat']);
  index.add(0, ['cat cat']);
  expect(index.count).toBe(2);
  expect(rowsOf(index, 'dog')).toEqual([]);
  expect(rowsOf(index, 'cat')).toEqual([0, 1]);
  index.remove(1);
  index.remove(1);
  index.remove(5000);
  expect(index.count).toBe(1);
  expect(rowsOf(index, 'cat')).toEqual([0]);
});

test('a word that is twice in the query counts twice', async () => {
  const index = await indexOf(['dog', 'cat', 'cow']);
  const [once] = index.score('dog', [0]);
  expect(index.score('dog dog', [0])).toEqual(Float64Array.of(2 * once!));
});

test('texts of every kind are added and found', async () => {
  const texts = [
    '東京タワーの映画',
    'ภาษาไทยสวยงาม',
    'الفيلم العربي',
    '🎬 emoji 👩‍👩‍👧',
    'cafe\u0301 society',
    'lone \ud800 and \udc00 surrogates\ud83c',
    '',
    `${'word '.repeat(200_000)}needle`,
    'x'.repeat(1_000_000),
    '東京'.repeat(100_000),
    'ﬁlm ＡＢＣ',
  ];
  const index = await indexOf(texts);
  const queries = ['映画', 'ภาษา', 'الفيلم', 'emoji', 'CAFÉ', 'surrogates', 'needle', 'abc'];
  const first = queries.map((query) => rowsOf(index, query, 1)[0]);
  expect(first).toEqual([0, 1, 2, 3, 4, 5, 7, 10]);
  expect(rowsOf(index, 'film')).toEqual([10]);
  expect(rowsOf(index, 'x'.repeat(300))).toEqual([8]);
  expect(rowsOf(index, '東京')).toEqual([9]);
  expect(rowsOf(index, '東京タワー')).toEqual([0]);
  expect(index.verify()).toEqual([]);
  const loaded = await TextIndex.load(index.images(), index.options);
  expect(loaded.search('word', 5)).toEqual(index.search('word', 5));
});

test('the same operations leave the same bytes, whatever was searched for', async () => {
  const make = async (searches: boolean): Promise<string> => {
    const index = await TextIndex.create({ fields: ['a', 'b'] });
    for (let i = 0; i < 3000; i++) {
      index.add((i * 17) % 1000, [`w${i % 50} film`, `v${i % 77} dog x${i}`]);
      if (i % 3 === 0) index.remove((i * 5) % 1000);
      if (searches && i % 10 === 0) index.search('film w3 v5', 5);
    }
    return bytesOf(index.images());
  };
  expect(await make(true)).toBe(await make(false));
});

test('an image stays as it is while its index and others loaded from it change', async () => {
  const index = await indexOf(['dog', 'cat', 'dog cat']);
  const image = index.images();
  const before = bytesOf(image);
  const loaded = await Promise.all([1, 2].map(() => TextIndex.load(image, index.options)));
  for (const [i, each] of [index, ...loaded].entries()) {
    each.remove(0);
    each.add(7, [`new${i} words dog`]);
    each.images();
    each.add(8, ['more']);
  }
  expect(bytesOf(image)).toBe(before);
  expect(loaded.map((each) => rowsOf(each, 'dog'))).toEqual([
    [2, 7],
    [2, 7],
  ]);
  expect(loaded.map((each) => each.verify())).toEqual([[], []]);
});

test('what is removed leaves no postings and no terms behind', async () => {
  const index = await TextIndex.create({ fields: ['text'] });
  for (let i = 0; i < 30_000; i++) {
    index.add(i, [`unique${i} film`]);
    if (i >= 10) index.remove(i - 10);
  }
  expect(index.count).toBe(10);
  const images = index.images();
  expect(index.termCount).toBeLessThan(100);
  expect(imageBytes(images.postings!)).toBeLessThan(2000);
  expect(rowsOf(index, 'unique29999')).toEqual([29_999]);
  expect(rowsOf(index, 'unique3')).toEqual([]);
  index.add(99, ['unique3']);
  expect(rowsOf(index, 'unique3')).toEqual([99]);
  expect(index.verify()).toEqual([]);
});

test('rows that are replaced without end leave no documents behind', async () => {
  const index = await TextIndex.create({ fields: ['text'] });
  for (let i = 0; i < 60_000; i++) index.add(i % 3, [i % 70 === 0 ? `film word${i}` : '']);
  expect(index.bytes).toBeLessThan(300_000);
  expect(index.verify()).toEqual([]);
});

test('a row is found after each of many replacements', async () => {
  const index = await TextIndex.create({ fields: ['text'] });
  const missed: number[] = [];
  // More dead documents than postings, so that it is those that ask for a merge.
  for (let i = 0; i < 10; i++) index.add(0, ['']);
  for (let i = 0; i < 10_000; i++) {
    index.add(0, [`dog${i % 40}`]);
    if (rowsOf(index, `dog${i % 40}`)[0] !== 0) missed.push(i);
  }
  expect(missed).toEqual([]);
});

test('refuses wrong arguments with a code, and is as before', async () => {
  const index = await indexOf(['dog']);
  const wrong: (() => unknown)[] = [
    ...[-1, 0.5, 2 ** 31, Number.NaN, '1'].map((row) => () => index.add(row as number, ['cat'])),
    ...[[], ['a', 'b'], [1], 'cat', undefined].map(
      (texts) => () => index.add(0, texts as string[]),
    ),
    ...[-1, 0.5].map((row) => () => index.remove(row)),
    ...[0, -1, 1.5, undefined].map((k) => () => index.search('dog', k as number)),
    () => index.search(1 as unknown as string, 1),
    () => index.score(undefined as unknown as string, [0]),
    ...[undefined, null, 3, 'dog', { length: 1 }].map(
      (rows) => () => index.score('dog', rows as number[]),
    ),
    () => index.search('dog', 1, { accept: [1] as unknown as Uint32Array }),
  ];
  for (const call of wrong) {
    expect(call).toThrow(TextError);
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  }
  expect(rowsOf(index, 'dog cat')).toEqual([0]);
  expect(index.has(-1)).toBe(false);
  expect(index.score('dog', [-1, 0.5, 9])).toEqual(new Float64Array(3));
});

test('an index without rows can be searched, saved and loaded', async () => {
  const index = await TextIndex.create({ fields: ['text'] });
  expect(rowsOf(index, 'dog')).toEqual([]);
  const loaded = await TextIndex.load(index.images(), index.options);
  expect(loaded.count).toBe(0);
  loaded.add(3, ['dog']);
  expect(rowsOf(loaded, 'dog')).toEqual([3]);
});

test('a search that fails leaves no scores behind', async () => {
  const index = await indexOf(['dog', 'cat']);
  const before = index.score('dog', [0, 1]);
  const failing = new Proxy([0, 1], {
    get(target, name) {
      if (name === '1') throw new Error('cannot be read');
      return Reflect.get(target, name);
    },
  });
  expect(() => index.score('dog', failing)).toThrow('cannot be read');
  expect(index.score('dog', [0, 1])).toEqual(before);
});

/** Lets `act` have so many allocations of shared memory. */
function withAllocations(count: number, act: () => void): void {
  const Original = globalThis.SharedArrayBuffer;
  let left = count;
  globalThis.SharedArrayBuffer = class extends Original {
    constructor(length: number) {
      if (left-- <= 0) throw new RangeError('no memory');
      super(length);
    }
  } as typeof SharedArrayBuffer;
  try {
    act();
  } finally {
    globalThis.SharedArrayBuffer = Original;
  }
}

test('an index that gets no memory for a row is as before, and takes it later', async () => {
  const index = await indexOf(['dog', 'cat']);
  const text = (n: number): string =>
    Array.from({ length: 300 }, (_, i) => `dog new${n}x${i}`).join(' ');
  let failures = 0;
  for (let count = 0; index.count === 2; count++) {
    withAllocations(count, () => {
      try {
        index.add(2, [text(count)]);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        failures++;
      }
    });
    if (index.count === 2) expect(rowsOf(index, 'dog')).toEqual([0]);
    index.add(3, [text(count)]);
    expect(index.holds(3, [text(count)]), `${count}`).toBe(true);
    expect(rowsOf(index, `new${count}x7`)).toContain(3);
    index.remove(3);
  }
  expect(failures).toBeGreaterThan(4);
  expect(rowsOf(index, 'dog')).toEqual([2, 0]);
  expect(index.verify()).toEqual([]);
});

test('of a query so many units count', async () => {
  const index = await indexOf(['dog', 'cat']);
  const full = `dog ${'x'.repeat(MAX_QUERY_UNITS - 8)}`;
  expect(rowsOf(index, `${full} cat`)).toEqual([0, 1]);
  expect(rowsOf(index, `${full}  cat`)).toEqual([0]);
  expect(index.score(`${full}  cat`, [0, 1])[1]).toBe(0);
});
