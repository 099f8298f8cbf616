// From a text to its terms: NFKC, lower case, words, without stop words, stems. Documents and
// queries go the same way.

import { describe } from '@nigh/base';
import { TextError, TextErrorCode } from './errors.ts';
import { LANGUAGES, type LanguageSource } from './languages.ts';
import { type ResolvedTextOptions, readTextOptions, type TextOptions } from './options.ts';
import { scannerOf, type WordScanner } from './words.ts';

/** UTF-16 units of a word that count; the rest is cut off. */
export const MAX_WORD_UNITS = 255;
/** Marks on one letter that count; the rest is cut off (UAX 15, Stream-Safe Text Format). */
const MAX_MARKS = 30;
/** Marks, and the two letters that NFKC turns into marks. */
const LONG_RUNS = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;
const FIRST_MARK = 0x300;
/** Nothing of ASCII is changed by NFKC. */
const BEYOND_ASCII = /[^\0-\x7f]/;
/** As typeset, and as typed. */
const APOSTROPHES = /[\u2019\u02bc]/g;
const POSSESSIVE = "'s";

type Stem = (word: string) => string;

export class Analyzer {
  readonly #scanner: WordScanner;
  readonly #stem: Stem | undefined;
  readonly #stopWords: ReadonlySet<string>;
  readonly #elisions: ReadonlySet<string>;
  readonly #isEnglish: boolean;
  readonly #casing: string | undefined;
  readonly #words: string[] = [];

  private constructor(
    options: ResolvedTextOptions,
    stem: Stem | undefined,
    stopWords: readonly string[],
  ) {
    const source: LanguageSource = LANGUAGES[options.language];
    this.#scanner = scannerOf(source.locale);
    this.#stem = stem;
    this.#casing = source.casing;
    this.#stopWords = new Set(stopWords.map((word) => fold(word, source.casing)));
    this.#elisions = new Set(source.elisions);
    this.#isEnglish = options.language === 'english';
  }

  /** The analyzer of these options, once what its language needs has been imported. */
  static async of(options: ResolvedTextOptions): Promise<Analyzer> {
    const source: LanguageSource = LANGUAGES[options.language];
    const { stem, stopWords } = options;
    const imported = stem ? await source.stemming?.() : undefined;
    const stemmer = imported && sound(imported.stemmer);
    if (typeof stopWords !== 'boolean') return new Analyzer(options, stemmer, stopWords);
    const stopping = stopWords ? await source.stopping?.() : undefined;
    return new Analyzer(options, stemmer, stopping?.stopwords ?? []);
  }

  /** The words of a text, to be made terms of. The next call takes the array for its own words. */
  wordsOf(text: string): readonly string[] {
    this.#words.length = 0;
    this.#scanner.scan(fold(text, this.#casing), this.#words);
    return this.#words;
  }

  /** The term of a word; empty where it is a stop word. */
  termOf(word: string): string {
    let term = word.length > MAX_WORD_UNITS ? word.slice(0, MAX_WORD_UNITS) : word;
    if (this.#stopWords.has(term)) return '';
    if (this.#stem === undefined) return term;
    const apostrophe = term.indexOf("'");
    if (apostrophe > 0) {
      const isPossessive = this.#isEnglish && term.endsWith(POSSESSIVE);
      if (isPossessive) term = term.slice(0, -POSSESSIVE.length);
      else if (this.#elisions.has(term.slice(0, apostrophe))) term = term.slice(apostrophe + 1);
      if (this.#stopWords.has(term)) return '';
    }
    return this.#stem(term);
  }
}

/**
 * A stemmer that takes every word: one that it throws at or makes nothing of is its own stem. The
 * Bulgarian one writes to characters of a string, and so throws at words such as `пъстър`.
 */
function sound(stem: Stem): Stem {
  return (word) => {
    try {
      const stemmed: unknown = stem(word);
      return typeof stemmed === 'string' && stemmed !== '' ? stemmed : word;
    } catch {
      return word;
    }
  };
}

/** Text as its words are compared. */
function fold(text: string, casing: string | undefined): string {
  if (!BEYOND_ASCII.test(text)) return lower(text, casing);
  // Marks are put into order by a method that takes the square of a run: 3 s for 100,000.
  const safe = mayHaveLongRuns(text) ? text.replace(LONG_RUNS, '$1') : text;
  return lower(safe.normalize('NFKC'), casing).replace(APOSTROPHES, "'");
}

function lower(text: string, casing: string | undefined): string {
  return casing === undefined ? text.toLowerCase() : text.toLocaleLowerCase(casing);
}

/** Whether so many units come together that could be marks: asks less than the expression does. */
function mayHaveLongRuns(text: string): boolean {
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    run = text.charCodeAt(i) < FIRST_MARK ? 0 : run + 1;
    if (run > MAX_MARKS) return true;
  }
  return false;
}

/**
 * The terms of a text, in order, each as often as it occurs.
 *
 * @throws {TextError} INVALID_OPTION; INVALID_ARGUMENT where the text is no string
 */
export async function tokenize(
  text: string,
  options: Omit<TextOptions, 'fields' | 'k1' | 'b'> = {},
): Promise<string[]> {
  if (typeof text !== 'string') {
    const message = `text must be a string; got ${describe(text)}`;
    throw new TextError(TextErrorCode.invalidArgument, message, { name: 'text' });
  }
  const analyzer = await Analyzer.of(readTextOptions({ fields: ['text'], ...options }));
  return analyzer
    .wordsOf(text)
    .map((word) => analyzer.termOf(word))
    .filter((term) => term !== '');
}
