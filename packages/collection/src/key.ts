// Keys: strings, or integers. Inside, a key is one string that says which of the two it was, so
// that 1 and '1' are different keys.

import { describe, detail } from '@nigh/base';
import { CollectionError, CollectionErrorCode } from './errors.ts';

/** What names a document: a string of 1 to 1,024 UTF-16 units, or an integer up to 2^53 - 1. */
export type Key = string | number;

/** A key as the tables and the log hold it: 's' and the string, or 'n' and the number. */
export type KeyText = string;

const MAX_KEY_LENGTH = 1024;

function refuse(key: unknown, reason: string, row?: number): CollectionError {
  const where = row === undefined ? 'the key' : `the key of document ${row}`;
  return new CollectionError(
    CollectionErrorCode.invalidKey,
    `${where} ${reason}; a key is a string of 1 to ${MAX_KEY_LENGTH} characters or an integer`,
    { ...(row !== undefined && { row }), got: detail(key) },
  );
}

/**
 * The text of a key; `row` is the number of its document among those given.
 *
 * @throws {CollectionError} INVALID_KEY
 */
export function encodeKey(key: unknown, row?: number): KeyText {
  if (typeof key === 'number') {
    if (Number.isSafeInteger(key)) return `n${key}`; // -0 becomes 0
    throw refuse(key, `is ${key}`, row);
  }
  if (typeof key !== 'string') throw refuse(key, `is ${describe(key)}`, row);
  if (key.length === 0) throw refuse(key, 'is empty', row);
  if (key.length > MAX_KEY_LENGTH) throw refuse(key, `has ${key.length} characters`, row);
  if (!key.isWellFormed()) throw refuse(key, 'has half of a surrogate pair', row);
  return `s${key}`;
}

/** The key of a text that `encodeKey` gave. */
export function decodeKey(text: KeyText): Key {
  return text.startsWith('n') ? Number(text.slice(1)) : text.slice(1);
}

/** Whether a text of a file is one that `encodeKey` gives. */
export function isKeyText(text: string): boolean {
  if (text.startsWith('s')) return text.length > 1 && text.length <= MAX_KEY_LENGTH + 1;
  if (!text.startsWith('n')) return false;
  const number = Number(text.slice(1));
  return Number.isSafeInteger(number) && `n${number}` === text;
}
