import { Random } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { Analyzer } from '../../src/analyzer.ts';
import { type Language, MAX_WORD_UNITS, readTextOptions, tokenize } from '../../src/index.ts';
import { LANGUAGES } from '../../src/languages.ts';

test('words are folded: case, compatibility forms, apostrophes', async () => {
  const language = 'none';
  expect(await tokenize('Ａｂｃ ﬁne CAFE\u0301 Straße', { language })).toEqual([
    'abc',
    'fine',
    'café',
    'straße',
  ]);
  expect(await tokenize("don’t DON'T", { language })).toEqual(["don't", "don't"]);
  expect(await tokenize('1,000.5 a.b snake_case __ - 🎬', { language })).toEqual([
    '1,000.5',
    'a.b',
    'snake_case',
  ]);
});

test('English words lose endings and the possessive', async () => {
  expect(await tokenize("The dog's dogs running")).toEqual(['the', 'dog', 'dog', 'run']);
  expect(await tokenize("dog's", { stem: false })).toEqual(["dog's"]);
});

test('articles before an apostrophe are no part of a French or Italian word', async () => {
  expect(await tokenize("l'amour aujourd'hui", { language: 'french' })).toEqual(
    await tokenize("amour aujourd'hui", { language: 'french' }),
  );
  expect(await tokenize('dell’arte', { language: 'italian' })).toEqual(
    await tokenize('arte', { language: 'italian' }),
  );
});

test('stop words are left out where asked for: those of the language, or a list', async () => {
  expect(await tokenize('the dog and who’s', { stopWords: true })).toEqual(['dog']);
  expect(await tokenize('the dog DOG’S end', { stopWords: ['DOG'] })).toEqual(['the', 'end']);
});

test('long words are cut', async () => {
  const long = 'x1'.repeat(400);
  expect(await tokenize(long, { stem: false })).toEqual([long.slice(0, MAX_WORD_UNITS)]);
});

test('every language can be used', async () => {
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    const terms = await tokenize('film 2001 東京 москва', { language, stopWords: true });
    expect(terms.length, language).toBeGreaterThanOrEqual(4);
  }
});

test('a word that a stemmer throws at is its own stem', async () => {
  expect(await tokenize('пъстър филм', { language: 'bulgarian' })).toEqual(['пъстър', 'филм']);
});

test.each(Object.keys(LANGUAGES) as Language[])('any word has one %s term', async (language) => {
  const analyzer = await Analyzer.of(readTextOptions({ fields: ['text'], language }));
  const again = await Analyzer.of(readTextOptions({ fields: ['text'], language }));
  const known = (await LANGUAGES[language].stopping?.())?.stopwords ?? ['film'];
  const letters = [...new Set(known.join(''))];
  const random = new Random(5);
  const oneOf = (list: readonly string[]): string => list[random.integer(0, list.length)] as string;
  const problems: string[] = [];
  for (let i = 0; i < 4000; i++) {
    const length = random.integer(1, i % 100 === 0 ? MAX_WORD_UNITS : 12);
    const drawn = Array.from({ length }, () => oneOf(letters)).join('');
    const word = `${i % 2 === 0 ? oneOf(known) : ''}${drawn}`;
    const term = analyzer.termOf(word);
    if (term === '' || typeof term !== 'string' || again.termOf(word) !== term) problems.push(word);
  }
  expect(problems).toEqual([]);
});

test('what is no text has no terms', async () => {
  for (const text of [5, undefined, null, ['a']]) {
    await expect(tokenize(text as unknown as string)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  }
});

test('of the marks on a letter thirty count', async () => {
  const marks = '\u0301\u0323'.repeat(15);
  for (const base of ['z', 'ｶ', '\u{1d15f}']) {
    const cut = await tokenize(`${base}${marks}`, { language: 'none' });
    const long = `${base}${marks}${'\uff9e\u{1d165}\u0301\u0323'.repeat(100_000)} end`;
    expect(await tokenize(long, { language: 'none' })).toEqual([...cut, 'end']);
  }
  const many = `a\u0301${'東'.repeat(40)}e\u0301`;
  expect((await tokenize(many, { language: 'none' })).join('')).toBe(many.normalize('NFKC'));
});

test('Turkish capitals have the small letters of Turkish', async () => {
  const language = 'turkish';
  const terms = await tokenize('istanbul ışık', { language });
  expect(await tokenize('İSTANBUL IŞIK', { language })).toEqual(terms);
  expect(await tokenize('I\u0307STANBUL', { language })).toEqual(terms.slice(0, 1));
  expect(await tokenize('ISI', { language, stem: false })).toEqual(['ısı']); // of ASCII alone
  expect(await tokenize('ilk IŞIK', { language, stopWords: ['IŞIK'] })).toEqual(['ilk']);
  expect(await tokenize('IS', { language: 'none' })).toEqual(['is']);
});
