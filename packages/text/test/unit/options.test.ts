import { expect, test } from 'vitest';
import { readTextOptions, TextIndex, type TextOptions } from '../../src/index.ts';

test('says everything that was not said', () => {
  expect(readTextOptions({ fields: { title: { weight: 2 }, text: {} } })).toEqual({
    fields: [
      { name: 'title', weight: 2 },
      { name: 'text', weight: 1 },
    ],
    language: 'english',
    stem: true,
    stopWords: false,
    k1: 0.9,
    b: 0.4,
  });
});

test('takes what it returned, after a way through JSON, in the same order', () => {
  const options = readTextOptions({ fields: ['10', '2', '__proto__'], stopWords: ['a'], k1: 0 });
  expect(options.fields.map(({ name }) => name)).toEqual(['10', '2', '__proto__']);
  expect(readTextOptions(JSON.parse(JSON.stringify(options)))).toEqual(options);
});

test('refuses what it does not know', async () => {
  const wrong: unknown[] = [
    ...[undefined, null, 1, {}, { fields: undefined }, { fields: null }, { fields: 'a' }],
    ...[{ fields: [] }, { fields: {} }, { fields: [''] }, { fields: ['a', 'a'] }, { fields: [1] }],
    { fields: Object.assign(new Array(2), { 1: 'a' }) },
    { fields: ['a'], stopWords: Object.assign(new Array(2), { 1: 'a' }) },
    { fields: Array.from({ length: 17 }, (_, i) => `f${i}`) },
    ...[0, -1, 1001, Number.NaN, '1'].map((weight) => ({ fields: { a: { weight } } })),
    ...[{ a: 1 }, { a: { wieght: 1 } }, [{ weight: 1 }], [{ name: 'a', x: 1 }]].map((fields) => ({
      fields,
    })),
    { fields: ['a'], languages: 'english' },
    ...['klingon', 'toString', 1].map((language) => ({ fields: ['a'], language })),
    { fields: ['a'], stem: 1 },
    ...['yes', [1], ['']].map((stopWords) => ({ fields: ['a'], stopWords })),
    ...[-1, 101, Number.NaN].map((k1) => ({ fields: ['a'], k1 })),
    ...[-0.1, 1.1].map((b) => ({ fields: ['a'], b })),
  ];
  const problem = expect.objectContaining({ name: 'TextError', code: 'INVALID_OPTION' });
  for (const options of wrong) {
    expect(() => readTextOptions(options), JSON.stringify(options)).toThrow(problem);
    await expect(TextIndex.create(options as TextOptions)).rejects.toThrow(problem);
  }
});
