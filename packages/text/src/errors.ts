// Everything that can go wrong here, by stable code.

import { NighError } from '@nigh/base';

/** Stable codes of {@link TextError}. The design page on errors says when each is thrown. */
export const TextErrorCode = {
  invalidOption: 'INVALID_OPTION',
  invalidArgument: 'INVALID_ARGUMENT',
  capacityExceeded: 'CAPACITY_EXCEEDED',
  textCorrupt: 'TEXT_CORRUPT',
} as const;
/** A code of {@link TextError}. */
export type TextErrorCode = (typeof TextErrorCode)[keyof typeof TextErrorCode];

/** What is wrong with an index of texts, or with what it is asked. */
export class TextError extends NighError<TextErrorCode> {
  override readonly name = 'TextError';
}
