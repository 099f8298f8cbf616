// What an index of texts may be told, and what it takes where it is told nothing. What is read here
// is plain JSON: whoever keeps an index keeps its options with it and gives them back to load it.

import {
  assertBoolean,
  assertChoice,
  assertNumber,
  assertOptions,
  assertString,
  type Check,
  describe,
} from '@nigh/base';
import { TextError, TextErrorCode } from './errors.ts';
import { LANGUAGES, type Language } from './languages.ts';

/** Four bits of a posting say which field it is of. */
export const MAX_FIELDS = 16;
const MAX_STOP_WORDS = 10_000;

/** What is said of a field. */
export interface FieldOptions {
  /** How many times a word of this field counts; 1 where nothing is said, from .001 to 1000. */
  readonly weight?: number;
}

/** Which fields are searched as text, and how. */
export interface TextOptions {
  /**
   * The fields, 1 to 16, in the order of the texts given to `add`. The keys of a record come in the
   * order of JavaScript: names that are whole numbers first.
   */
  readonly fields:
    | readonly (string | (FieldOptions & { readonly name: string }))[]
    | Readonly<Record<string, FieldOptions>>;
  /** Decides stemmer, stop words and where words end; `english` where nothing is said. */
  readonly language?: Language;
  /** Whether words are searched by stems (`acting` finds `acted`); true where nothing is said. */
  readonly stem?: boolean;
  /** Whether the stop words of the language are left out, or which words are; by default none. */
  readonly stopWords?: boolean | readonly string[];
  /** How soon more of a word stops to count more; .9 where nothing is said, from 0 to 100. */
  readonly k1?: number;
  /** How much a word counts less in a longer text, from 0 to 1; .4 where nothing is said. */
  readonly b?: number;
}

/** A field that is searched. */
export interface TextField {
  /** Its name, as the options have it. */
  readonly name: string;
  /** How many times a word of it counts. */
  readonly weight: number;
}

/** The same, with every default filled in. */
export interface ResolvedTextOptions {
  /** The fields, in the order of the texts given to `add`. */
  readonly fields: readonly TextField[];
  /** Decides stemmer, stop words and where words end. */
  readonly language: Language;
  /** Whether words are searched by stems. */
  readonly stem: boolean;
  /** Whether the stop words of the language are left out, or which words are. */
  readonly stopWords: boolean | readonly string[];
  /** How soon more of a word stops to count more. */
  readonly k1: number;
  /** How much a word counts less in a longer text. */
  readonly b: number;
}

const KNOWN = ['fields', 'language', 'stem', 'stopWords', 'k1', 'b'] as const;

const check = (name: string): Check => ({
  name,
  error: (message, details) => new TextError(TextErrorCode.invalidOption, message, details),
});

/**
 * Options as they are kept, with everything said. Takes what it has returned as well.
 *
 * @throws {TextError} INVALID_OPTION
 */
export function readTextOptions(raw: unknown): ResolvedTextOptions {
  const options = assertOptions(raw, KNOWN, check('options of a text index'));
  const { language = 'english', stem = true, k1 = 0.9, b = 0.4 } = options;
  const languages = Object.keys(LANGUAGES) as Language[];
  return {
    fields: readFields(options.fields),
    language: assertChoice(language, languages, check('language')),
    stem: assertBoolean(stem, check('stem')),
    stopWords: readStopWords(options.stopWords),
    k1: assertNumber(k1, [0, 100], check('k1')),
    b: assertNumber(b, [0, 1], check('b')),
  };
}

function readFields(raw: unknown): readonly TextField[] {
  const fields = Array.isArray(raw) ? Array.from(raw, readListed) : readRecord(raw);
  if (fields.length < 1 || fields.length > MAX_FIELDS) {
    const message = `fields must be 1 to ${MAX_FIELDS}; got ${fields.length}`;
    throw new TextError(TextErrorCode.invalidOption, message, { got: fields.length });
  }
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return fields;
  const message = `field ${describe(twice)} is there twice; name every field once`;
  throw new TextError(TextErrorCode.invalidOption, message, { field: twice.slice(0, 80) });
}

function readRecord(raw: unknown): TextField[] {
  if (raw === undefined) {
    const message = "fields is missing; name at least one field, as in { fields: ['text'] }";
    throw new TextError(TextErrorCode.invalidOption, message, { name: 'fields' });
  }
  const keys = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
  const record = assertOptions(raw, keys, check('fields'));
  return Object.entries(record).map(([name, value]) => readField(name, value));
}

/** Holes of the list come as undefined, and are refused. */
function readListed(raw: unknown): TextField {
  if (typeof raw === 'string') return readField(raw, {});
  const { name, ...rest } = assertOptions(raw ?? null, ['name', 'weight'], check('a field'));
  return readField(name, rest);
}

function readField(rawName: unknown, raw: unknown): TextField {
  const name = assertString(rawName, check('the name of a field'));
  const { weight = 1 } = assertOptions(raw, ['weight'], check(`field ${describe(name)}`));
  return {
    name,
    weight: assertNumber(weight, [0.001, 1000], check(`weight of ${describe(name)}`)),
  };
}

function readStopWords(raw: unknown = false): boolean | readonly string[] {
  if (!Array.isArray(raw)) return assertBoolean(raw, check('stopWords (where it is no list)'));
  if (raw.length > MAX_STOP_WORDS) {
    const message = `stopWords may be ${MAX_STOP_WORDS} words; got ${raw.length}`;
    throw new TextError(TextErrorCode.invalidOption, message, { got: raw.length });
  }
  return Array.from(raw, (word) => assertString(word, check('a stop word')));
}
