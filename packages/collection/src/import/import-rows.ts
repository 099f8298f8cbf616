// Rows of a file as columns of documents: which column is the key, which the text, and what of the
// rest becomes metadata.

import { ownValue, setOwn } from '@nigh/base';
import type { DocumentColumns } from '../document.ts';
import type { Key } from '../key.ts';
import type { Schema } from '../schema.ts';
import type { Mapping } from './import-options.ts';

/** A row of a file. */
type Row = Readonly<Record<string, unknown>>;

/**
 * A value of a file as metadata has it: lists as arrays, dates as text but in fields of dates.
 * Files of columns have them within lists and structs too.
 */
function metadataValue(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) {
    const isKept = type?.startsWith('date') || Number.isNaN(value.getTime());
    return isKept ? value : value.toISOString();
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) {
    const isFlat = value.every((one) => typeof one !== 'object');
    return isFlat ? value : value.map((one) => metadataValue(one, type));
  }
  const copy: Record<string, unknown> = {};
  for (const [name, own] of Object.entries(value))
    setOwn(copy, name, metadataValue(own, undefined));
  return copy;
}

/** Which columns of a row become metadata: those of `names`, else all that are not `taken`. */
interface MetadataColumns {
  readonly names: readonly string[] | undefined;
  readonly taken: ReadonlySet<string | undefined>;
  readonly fields: Schema['fields'];
}

/** A loop: it touches every value of a file. */
function metadataOf(row: Row, { names, taken, fields }: MetadataColumns): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  for (const name of names ?? Object.keys(row)) {
    if (names ? !Object.hasOwn(row, name) : taken.has(name)) continue;
    const type = ownValue(fields, name);
    setOwn(metadata, name, metadataValue(row[name], type));
  }
  return metadata;
}

/** Which column has the keys, where nobody says: what the first rows have. */
export function keyColumnOf(rows: readonly Row[]): string {
  return rows.every((row) => !Object.hasOwn(row, 'key')) ? 'id' : 'key';
}

/** The columns of a block of rows. */
export function columnsOf(
  rows: readonly Row[],
  { key, text, metadata: names }: Mapping & { readonly key: string },
  { fields }: Schema,
): Omit<DocumentColumns, 'vectors'> {
  const columns = { names, taken: new Set([key, text]), fields };
  const own = (row: Row, name: string | undefined): unknown =>
    name === undefined ? undefined : ownValue(row, name);
  return {
    keys: rows.map((row) => own(row, key) as Key),
    texts: rows.map((row) => own(row, text) as string | undefined),
    metadata: rows.map((row) => metadataOf(row, columns)),
  };
}
