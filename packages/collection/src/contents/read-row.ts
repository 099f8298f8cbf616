// The document of a row, as callers get it.

import type { StoredDocument } from '../document.ts';
import { CollectionError, CollectionErrorCode } from '../errors.ts';
import { decodeKey, type KeyText } from '../key.ts';
import { reviveDates } from '../metadata.ts';
import type { Contents } from './contents.ts';

/** @throws {CollectionError} KEY_NOT_FOUND */
export function rowOfKey({ keys }: Contents, key: KeyText): number {
  const row = keys.rowOf(key);
  if (row !== -1) return row;
  throw new CollectionError(
    CollectionErrorCode.keyNotFound,
    `there is no document with the key ${JSON.stringify(decodeKey(key))}`,
    { key: decodeKey(key) },
  );
}

/** The document of a row, with its vector and text where they are wanted. */
export function readDocument(
  { keys, documents, index, schema }: Contents,
  row: number,
  { vectors, texts }: { readonly vectors: boolean; readonly texts: boolean },
): StoredDocument {
  const text = texts ? documents.text(row) : undefined;
  return {
    key: decodeKey(keys.keyOf(row)),
    ...(vectors && index && { vector: index.getVector(row) }),
    metadata: reviveDates(documents.metadata(row), schema.fields),
    ...(text !== undefined && { text }),
  };
}
