// The scan of words against the segmenter whose words they are to be.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LANGUAGES } from '../../src/languages.ts';
import { scannerOf } from '../../src/words.ts';

const LOCALES = [...new Set(Object.values(LANGUAGES).map(({ locale }) => locale))];

function segmented(text: string, locale: string): string[] {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
  return Array.from(segmenter.segment(text))
    .filter(({ isWordLike, segment }) => isWordLike && !/^_+$/.test(segment))
    .map(({ segment }) => segment);
}

function scanned(text: string, locale: string): string[] {
  const words: string[] = [];
  scannerOf(locale).scan(text, words);
  return words;
}

const unit = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((code) => String.fromCharCode(code));
const joiner = fc.constantFrom(...`a1_'.,:;"- \n\r\t`);
const ascii = fc.oneof(unit(0, 127), { weight: 3, arbitrary: joiner });
const learnt = fc.oneof(ascii, unit(0x80, 0x590));
const strange = fc.constantFrom(
  ...['\u0301', '\u200d', '\u00ad', '\u3000', '\u2019', '東', 'タ', 'ภ', 'า', 'ب', 'א', '"', '𝒜'],
  ...['🎬', '👩‍👩‍👧', '🇩🇪', '\ud800', '\udc00', '\ufeff', '\u2060', '9️⃣', '가', 'ᄀ', 'x', ' '],
);
const any = fc.oneof(ascii, learnt, strange, fc.string({ unit: 'binary', maxLength: 2 }));

for (const [name, part] of [
  ['ASCII', ascii],
  ['alphabets that were learnt', learnt],
  ['anything', any],
] as const) {
  test(`words of ${name} are those of the segmenter`, () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 24 }),
        fc.constantFrom(...LOCALES),
        (parts, locale) => {
          const text = parts.join('');
          expect(scanned(text, locale)).toEqual(segmented(text, locale));
        },
      ),
      { numRuns: 5000 },
    );
  });
}

test('every two characters that were learnt meet as in the segmenter', () => {
  const problems: string[] = [];
  const chars = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  for (const first of chars) {
    const text = chars.map((second) => `a${first}${second}a 1${first}${second}1`).join(' ');
    if (String(scanned(text, 'en')) !== String(segmented(text, 'en'))) problems.push(first);
  }
  expect(problems).toEqual([]);
});
