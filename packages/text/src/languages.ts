// What is known of a language: where its words end (a locale), its endings (a stemmer) and its
// stop words. Both are imported when an index of the language is made, and not before.

interface Stemming {
  readonly stemmer: (word: string) => string;
}

interface Stopping {
  readonly stopwords: readonly string[];
}

export interface LanguageSource {
  /** Of the segmenter. Never left to the machine: the same text has the same terms everywhere. */
  readonly locale: string;
  /** The locale of its small letters, where they are not everybody's. */
  readonly casing?: string;
  readonly stemming?: () => Promise<Stemming>;
  readonly stopping?: () => Promise<Stopping>;
  /** What is written before a noun and an apostrophe and is no part of it: `l'amour`. */
  readonly elisions?: readonly string[];
}

/** A language that is known, or `none`: words as they are. */
export type Language =
  | 'none'
  | 'arabic'
  | 'armenian'
  | 'bulgarian'
  | 'danish'
  | 'dutch'
  | 'english'
  | 'finnish'
  | 'french'
  | 'german'
  | 'greek'
  | 'hungarian'
  | 'indian'
  | 'indonesian'
  | 'irish'
  | 'italian'
  | 'japanese'
  | 'lithuanian'
  | 'mandarin'
  | 'nepali'
  | 'norwegian'
  | 'portuguese'
  | 'romanian'
  | 'russian'
  | 'sanskrit'
  | 'serbian'
  | 'slovenian'
  | 'spanish'
  | 'swedish'
  | 'tamil'
  | 'turkish'
  | 'ukrainian';

export const LANGUAGES: Readonly<Record<Language, LanguageSource>> = {
  none: { locale: 'en' },
  arabic: {
    locale: 'ar',
    stemming: () => import('@orama/stemmers/arabic'),
    stopping: () => import('@orama/stopwords/arabic'),
  },
  armenian: {
    locale: 'hy',
    stemming: () => import('@orama/stemmers/armenian'),
    stopping: () => import('@orama/stopwords/armenian'),
  },
  bulgarian: {
    locale: 'bg',
    stemming: () => import('@orama/stemmers/bulgarian'),
    stopping: () => import('@orama/stopwords/bulgarian'),
  },
  danish: {
    locale: 'da',
    stemming: () => import('@orama/stemmers/danish'),
    stopping: () => import('@orama/stopwords/danish'),
  },
  dutch: {
    locale: 'nl',
    stemming: () => import('@orama/stemmers/dutch'),
    stopping: () => import('@orama/stopwords/dutch'),
  },
  english: {
    locale: 'en',
    stemming: () => import('@orama/stemmers/english'),
    stopping: () => import('@orama/stopwords/english'),
  },
  finnish: {
    locale: 'fi',
    stemming: () => import('@orama/stemmers/finnish'),
    stopping: () => import('@orama/stopwords/finnish'),
  },
  french: {
    locale: 'fr',
    stemming: () => import('@orama/stemmers/french'),
    stopping: () => import('@orama/stopwords/french'),
    elisions: ['l', 'm', 't', 'qu', 'n', 's', 'j', 'd', 'c', 'jusqu', 'quoiqu', 'lorsqu', 'puisqu'],
  },
  german: {
    locale: 'de',
    stemming: () => import('@orama/stemmers/german'),
    stopping: () => import('@orama/stopwords/german'),
  },
  greek: {
    locale: 'el',
    stemming: () => import('@orama/stemmers/greek'),
    stopping: () => import('@orama/stopwords/greek'),
  },
  hungarian: {
    locale: 'hu',
    stemming: () => import('@orama/stemmers/hungarian'),
    stopping: () => import('@orama/stopwords/hungarian'),
  },
  indian: {
    locale: 'hi',
    stemming: () => import('@orama/stemmers/indian'),
    stopping: () => import('@orama/stopwords/indian'),
  },
  indonesian: {
    locale: 'id',
    stemming: () => import('@orama/stemmers/indonesian'),
    stopping: () => import('@orama/stopwords/indonesian'),
  },
  irish: {
    locale: 'ga',
    stemming: () => import('@orama/stemmers/irish'),
    stopping: () => import('@orama/stopwords/irish'),
  },
  italian: {
    locale: 'it',
    stemming: () => import('@orama/stemmers/italian'),
    stopping: () => import('@orama/stopwords/italian'),
    elisions: [
      'c',
      'l',
      'all',
      'dall',
      'dell',
      'nell',
      'sull',
      'coll',
      'pell',
      'gl',
      'agl',
      'dagl',
      'degl',
      'negl',
      'sugl',
      'un',
      'm',
      't',
      's',
      'v',
      'd',
    ],
  },
  japanese: {
    locale: 'ja',
    stopping: () => import('@orama/stopwords/japanese'),
  },
  lithuanian: {
    locale: 'lt',
    stemming: () => import('@orama/stemmers/lithuanian'),
    stopping: () => import('@orama/stopwords/lithuanian'),
  },
  mandarin: {
    locale: 'zh',
    stopping: () => import('@orama/stopwords/mandarin'),
  },
  nepali: {
    locale: 'ne',
    stemming: () => import('@orama/stemmers/nepali'),
    stopping: () => import('@orama/stopwords/nepali'),
  },
  norwegian: {
    locale: 'no',
    stemming: () => import('@orama/stemmers/norwegian'),
    stopping: () => import('@orama/stopwords/norwegian'),
  },
  portuguese: {
    locale: 'pt',
    stemming: () => import('@orama/stemmers/portuguese'),
    stopping: () => import('@orama/stopwords/portuguese'),
  },
  romanian: {
    locale: 'ro',
    stemming: () => import('@orama/stemmers/romanian'),
    stopping: () => import('@orama/stopwords/romanian'),
  },
  russian: {
    locale: 'ru',
    stemming: () => import('@orama/stemmers/russian'),
    stopping: () => import('@orama/stopwords/russian'),
  },
  sanskrit: {
    locale: 'sa',
    stemming: () => import('@orama/stemmers/sanskrit'),
    stopping: () => import('@orama/stopwords/sanskrit'),
  },
  serbian: {
    locale: 'sr',
    stemming: () => import('@orama/stemmers/serbian'),
    stopping: () => import('@orama/stopwords/serbian'),
  },
  slovenian: {
    locale: 'sl',
    stopping: () => import('@orama/stopwords/slovenian'),
  },
  spanish: {
    locale: 'es',
    stemming: () => import('@orama/stemmers/spanish'),
    stopping: () => import('@orama/stopwords/spanish'),
  },
  swedish: {
    locale: 'sv',
    stemming: () => import('@orama/stemmers/swedish'),
    stopping: () => import('@orama/stopwords/swedish'),
  },
  tamil: {
    locale: 'ta',
    stemming: () => import('@orama/stemmers/tamil'),
    stopping: () => import('@orama/stopwords/tamil'),
  },
  turkish: {
    locale: 'tr',
    casing: 'tr', // I and İ are the capitals of ı and i
    stemming: () => import('@orama/stemmers/turkish'),
    stopping: () => import('@orama/stopwords/turkish'),
  },
  ukrainian: {
    locale: 'uk',
    stemming: () => import('@orama/stemmers/ukrainian'),
    stopping: () => import('@orama/stopwords/ukrainian'),
  },
};
