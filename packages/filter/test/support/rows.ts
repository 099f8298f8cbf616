// The rows of a bitset, and those that a naive evaluation accepts.

import { expect } from 'vitest';
import { type Columns, type Filter, parseFilter } from '../../src/index.ts';
import { accepts } from './oracle.ts';

/** Live rows and their metadata. */
export type Model = Map<number, Readonly<Record<string, unknown>>>;

export function rowsOf(bits: Uint32Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < 32 * bits.length; row++) {
    if (((bits[row >>> 5] >>> (row & 31)) & 1) === 1) rows.push(row);
  }
  return rows;
}

export function select(columns: Columns, filter: Filter): number[] {
  const { bits, count } = columns.evaluate(parseFilter(filter, columns.fields));
  const rows = rowsOf(bits);
  expect(count).toBe(rows.length);
  return rows;
}

export function expectedRows(model: Model, filter: object, fields: Columns['fields']): number[] {
  return [...model]
    .filter(([, metadata]) => accepts(filter, metadata, fields))
    .map(([row]) => row)
    .sort((a, b) => a - b);
}
