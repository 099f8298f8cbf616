// Images that no index has written: a typed error when they are loaded, whatever is wrong.
import type { Image, TypedArray } from '@nigh/base';
import { beforeAll, expect, test } from 'vitest';
import { TextIndex } from '../../src/index.ts';

type Images = Readonly<Record<string, Image>>;
const OPTIONS = { fields: ['a', 'b'] };
let good: Images;

beforeAll(async () => {
  const index = await TextIndex.create(OPTIONS);
  index.add(4, ['dog cat', 'dog']);
  index.add(2, ['dog', '']);
  index.add(9, ['cow', 'cat cat']);
  good = index.images();
});

/** The images with one array replaced by what `change` makes of a copy. */
function forged(
  image: string,
  name: string,
  change: (array: TypedArray) => TypedArray | undefined,
): Images {
  const { header, arrays } = good[image]!;
  const copy = arrays[name]!.slice() as TypedArray;
  return {
    ...good,
    [image]: { header, arrays: { ...arrays, [name]: change(copy) as TypedArray } },
  };
}

const put =
  (at: number, value: number) =>
  (array: TypedArray): TypedArray => {
    array[at < 0 ? array.length + at : at] = value;
    return array;
  };

const withHeader = (image: string, header: object): Images => ({
  ...good,
  [image]: { ...good[image]!, header: { ...good[image]!.header, ...header } },
});

async function refuses(images: unknown): Promise<void> {
  const loading = TextIndex.load(images as Images, OPTIONS);
  await expect(loading).rejects.toMatchObject({ name: 'TextError', code: 'TEXT_CORRUPT' });
}

test('loads what an index has written', async () => {
  const index = await TextIndex.load(good, OPTIONS);
  expect(Array.from(index.search('dog', 9).rows)).toEqual([4, 2]);
});

test('refuses images that are not there', async () => {
  for (const images of [undefined, null, 1, {}, { terms: good.terms }, { ...good, terms: 1 }])
    await refuses(images);
  for (const image of ['terms', 'postings']) {
    await refuses({ ...good, [image]: { header: {}, arrays: {} } });
    await refuses({ ...good, [image]: { header: null, arrays: null } });
    await refuses({ ...good, [image]: good[image === 'terms' ? 'postings' : 'terms'] });
  }
});

test('refuses arrays of another kind or length', async () => {
  for (const [image, { arrays }] of Object.entries(good)) {
    for (const name of Object.keys(arrays)) {
      await refuses(forged(image, name, () => undefined));
      await refuses(forged(image, name, () => new Float64Array(4)));
      await refuses(forged(image, name, (array) => array.slice(0, -1) as TypedArray));
      await refuses(forged(image, name, (array) => array.slice(0, 0) as TypedArray));
    }
  }
});

test('refuses headers that do not fit', async () => {
  for (const documents of [-1, 2, 4, 2 ** 40, 0.5, '3', null])
    await refuses(withHeader('postings', { documents }));
  for (const fields of [0, 1, 3, 17, '2', null]) await refuses(withHeader('postings', { fields }));
  for (const count of [-1, 0, 1, 2 ** 40, null]) await refuses(withHeader('terms', { count }));
});

test('refuses numbers out of range and out of order', async () => {
  const changes: [string, (array: TypedArray) => TypedArray][] = [
    ...[2 ** 32 - 1, 2 ** 31, 2].map(
      (row) => ['rows', put(0, row)] as [string, ReturnType<typeof put>],
    ),
    ...[1, 2 ** 32 - 1].map(
      (offset) => ['offsets', put(0, offset)] as [string, ReturnType<typeof put>],
    ),
    ...[0, 2 ** 32 - 1].map(
      (offset) => ['offsets', put(1, offset)] as [string, ReturnType<typeof put>],
    ),
    ['offsets', put(-1, 2 ** 32 - 1)],
    ['offsets', put(-1, 1)],
    ...[3, 2 ** 32 - 1].map((doc) => ['docs', put(-1, doc)] as [string, ReturnType<typeof put>]),
    ['docs', (array) => array.reverse() as TypedArray],
    ['docs', (array) => array.fill(0) as TypedArray],
    ...[0, 1, 15, 16 + 2, 65_535].map(
      (use) => ['uses', put(0, use)] as [string, ReturnType<typeof put>],
    ),
    ...[0, 2 ** 32 - 1].map(
      (length) => ['lengths', put(0, length)] as [string, ReturnType<typeof put>],
    ),
    ['lengths', put(3, 1)],
  ];
  for (const [name, change] of changes) await refuses(forged('postings', name, change));
});

test('refuses a term that is twice in a field of a document, though lengths agree', async () => {
  const { header, arrays } = good.postings!;
  const twice = {
    docs: put(2, 0)(arrays.docs!.slice() as TypedArray),
    uses: put(2, 16 + 1)(arrays.uses!.slice() as TypedArray),
    lengths: put(2, 0)(put(1, 2)(arrays.lengths!.slice() as TypedArray)),
  };
  await refuses({ ...good, postings: { header, arrays: { ...arrays, ...twice } } });
  const error = await TextIndex.load(
    { ...good, postings: { header, arrays: { ...arrays, ...twice } } },
    OPTIONS,
  ).catch(({ message }) => message);
  expect(error).toMatch('posting 2 comes before');
});

test('refuses a document that is not there, though lengths agree', async () => {
  const { header, arrays } = good.postings!;
  const docs = put(-1, 7)(arrays.docs!.slice() as TypedArray);
  const lengths = put(4, 0)(arrays.lengths!.slice() as TypedArray);
  await refuses({ ...good, postings: { header, arrays: { ...arrays, docs, lengths } } });
});

test('refuses a field that is not there, though lengths agree', async () => {
  const { header, arrays } = good.postings!;
  const docs = put(2, 0)(arrays.docs!.slice() as TypedArray);
  const uses = put(2, 16 + 2)(arrays.uses!.slice() as TypedArray);
  await refuses({ ...good, postings: { header, arrays: { ...arrays, docs, uses } } });
});

test('any one number changed is refused, or leaves an index that works', async () => {
  const { arrays } = good.postings!;
  for (const [name, array] of Object.entries(arrays)) {
    for (let at = 0; at < array.length; at++) {
      for (const value of [0, 1, 2, 3, 16, 17, 33, 65_535, 2 ** 31, 2 ** 32 - 1]) {
        const images = forged('postings', name, put(at, value));
        const index = await TextIndex.load(images, OPTIONS).catch((error) => {
          expect(error).toMatchObject({ code: 'TEXT_CORRUPT' });
        });
        if (index === undefined) continue;
        expect(index.search('dog cat cow', 9).scores.every(Number.isFinite)).toBe(true);
        index.add(1, ['dog bird', 'cow']);
        index.remove(4);
        expect(index.verify()).toEqual([]);
      }
    }
  }
});
