// Documents as callers give them, turned into columns: every property is read once, and of what is
// in it nothing is looked at yet.

import { describe, detail } from '@nigh/base';
import type { Vectors } from '@nigh/core';
import type { Metadata } from '@nigh/filter';
import type { DocumentColumns, DocumentInput } from '../document.ts';
import {
  CollectionError,
  CollectionErrorCode,
  documentError,
  reading,
  unreadable,
} from '../errors.ts';

/**
 * Documents as columns: one, an array of them, or columns already.
 *
 * @throws {CollectionError} INVALID_ARGUMENT, INVALID_DOCUMENT
 */
export function documentColumns(documents: unknown): DocumentColumns {
  return reading(
    () => readColumns(documents),
    (cause) => invalidDocuments('they could not be read', undefined, cause),
  );
}

const COLUMNS: readonly string[] = ['keys', 'vectors', 'metadata', 'texts'];

function readColumns(documents: unknown): DocumentColumns {
  if (Array.isArray(documents)) return columnsOfRows(documents);
  if (typeof documents !== 'object' || documents === null) {
    throw invalidDocuments(`got ${describe(documents)}`, documents);
  }
  if (!Object.hasOwn(documents, 'keys')) return columnsOfRows([documents]);
  const unknown = Object.keys(documents).find((name) => !COLUMNS.includes(name));
  if (unknown !== undefined) {
    throw invalidDocuments(`there is a column '${unknown.slice(0, 80)}'`, unknown);
  }
  const { keys: given, vectors, metadata, texts } = documents as DocumentColumns;
  const keys = readColumn('keys', given) as DocumentColumns['keys'];
  const count = keys.length;
  return {
    keys,
    ...(vectors !== undefined && { vectors }),
    ...(metadata !== undefined && {
      metadata: readColumn('metadata', metadata, count) as (Metadata | undefined)[],
    }),
    ...(texts !== undefined && {
      texts: readColumn('texts', texts, count) as (string | undefined)[],
    }),
  };
}

/** A copy of a column, of `count` elements where there are keys already. */
function readColumn(name: string, column: unknown, count?: number): unknown[] {
  if (!Array.isArray(column)) throw invalidDocuments(`${name} is ${describe(column)}`, column);
  if (count === undefined || column.length === count) return Array.from(column);
  throw invalidDocuments(`${count} keys come with ${column.length} ${name}`, column);
}

function invalidDocuments(reason: string, got: unknown, cause?: unknown): CollectionError {
  return new CollectionError(
    CollectionErrorCode.invalidArgument,
    `documents are one, an array of them, or columns { keys, vectors, metadata, texts }; ${reason}`,
    { name: 'documents', got: detail(got) },
    cause,
  );
}

const NAMES: readonly string[] = ['key', 'vector', 'metadata', 'text'];

function assertDocument(document: unknown, row: number): asserts document is DocumentInput {
  if (typeof document !== 'object' || document === null) {
    const message = `document ${row} must be an object; got ${describe(document)}`;
    throw documentError(message, { row, got: detail(document) });
  }
  const unknown = Object.keys(document).find((name) => !NAMES.includes(name));
  if (unknown === undefined) return;
  const message = `document ${row} has '${unknown.slice(0, 80)}'; put it into its metadata`;
  throw documentError(message, { row, path: unknown.slice(0, 80), expected: NAMES });
}

/** A loop: it touches every document of a call, while everybody waits. */
function columnsOfRows(documents: readonly unknown[]): DocumentColumns {
  const { length } = documents;
  const keys: DocumentInput['key'][] = [];
  const vectors: DocumentInput['vector'][] = [];
  const metadata: DocumentInput['metadata'][] = [];
  const texts: DocumentInput['text'][] = [];
  let row = 0;
  const readAll = (): void => {
    for (; row < length; row++) {
      const document = documents[row];
      assertDocument(document, row);
      keys.push(document.key);
      vectors.push(document.vector);
      metadata.push(document.metadata);
      texts.push(document.text);
    }
  };
  reading(readAll, (cause) => unreadable(row)(cause));
  const withVectors = vectors.some((vector) => vector !== undefined);
  return { keys, metadata, texts, ...(withVectors && { vectors: vectors as unknown as Vectors }) };
}
