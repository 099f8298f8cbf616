// The checks at the door of an index of texts.

import { describe, MAX_ROW } from '@nigh/base';
import { TextError, TextErrorCode } from './errors.ts';
import { MAX_POSTINGS } from './postings.ts';

export function isRow(row: unknown): row is number {
  return typeof row === 'number' && Number.isInteger(row) && row >= 0 && row <= MAX_ROW;
}

function invalid(message: string, details: Readonly<Record<string, unknown>>): TextError {
  return new TextError(TextErrorCode.invalidArgument, message, details);
}

export function assertRow(row: unknown): void {
  if (isRow(row)) return;
  throw invalid(`row must be an integer from 0 to ${MAX_ROW}; got ${describe(row)}`, {
    name: 'row',
  });
}

export function assertRows(rows: unknown): void {
  if (Array.isArray(rows) || (ArrayBuffer.isView(rows) && 'length' in rows)) return;
  throw invalid(`rows must be an array of rows; got ${describe(rows)}`, { name: 'rows' });
}

export function assertTexts(texts: unknown, fieldCount: number): void {
  if (!Array.isArray(texts) || texts.length !== fieldCount) {
    const message = `texts must be an array of ${fieldCount}, one for each field`;
    throw invalid(`${message}; got ${describe(texts)}`, { name: 'texts', expected: fieldCount });
  }
  const wrong = texts.findIndex((text) => typeof text !== 'string');
  if (wrong < 0) return;
  const message = `texts[${wrong}] must be a string, '' where there is none`;
  throw invalid(`${message}; got ${describe(texts[wrong])}`, { name: 'texts', field: wrong });
}

export function assertQuery(query: unknown): void {
  if (typeof query === 'string') return;
  throw invalid(`query must be a string; got ${describe(query)}`, { name: 'query' });
}

export function assertCount(k: unknown): void {
  if (typeof k === 'number' && Number.isInteger(k) && k >= 1 && k <= MAX_POSTINGS) return;
  throw invalid(`k must be an integer from 1 to ${MAX_POSTINGS}; got ${describe(k)}`, {
    name: 'k',
  });
}

export function assertAccept(accept: unknown): void {
  if (accept === undefined || accept instanceof Uint32Array) return;
  throw invalid(`accept must be a Uint32Array, a bit for each row; got ${describe(accept)}`, {
    name: 'accept',
  });
}
