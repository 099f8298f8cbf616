// Everything that can go wrong here, by stable code.

import { NighError } from '@nigh/base';

export const TextErrorCode = {
  invalidOption: 'INVALID_OPTION',
  invalidArgument: 'INVALID_ARGUMENT',
  capacityExceeded: 'CAPACITY_EXCEEDED',
  textCorrupt: 'TEXT_CORRUPT',
} as const;
export type TextErrorCode = (typeof TextErrorCode)[keyof typeof TextErrorCode];

export class TextError extends NighError<TextErrorCode> {
  override readonly name = 'TextError';
}
