// The public surface of @nigh/text. What is not exported here may change without notice.

export { MAX_WORD_UNITS, tokenize } from './analyzer.ts';
export { TextError, TextErrorCode } from './errors.ts';
export type { Language } from './languages.ts';
export {
  type FieldOptions,
  type ResolvedTextOptions,
  readTextOptions,
  type TextField,
  type TextOptions,
} from './options.ts';
export { MAX_QUERY_UNITS, TextIndex, type TextSearchOptions } from './text-index.ts';
export type { Ranking } from './top-rows.ts';
