// The way in for files: rows of JSONL, parquet or arrow, with their vectors in a column or in a
// file beside them, block by block, so that files of any size take little memory.

import { assertOptions, assertString, type Check } from '@nigh/base';
import type { WorkOptions } from '@nigh/core';
import { openRows, openVectorFile, type Row, type Rows, zipBlocks } from '@nigh/formats';
import type { DocumentColumns } from './document.ts';
import { abortedError, argumentError, CollectionError, CollectionErrorCode } from './errors.ts';
import { define } from './json.ts';
import type { Key } from './key.ts';
import { OWN_TEXT, type Schema } from './schema.ts';
import { readWork } from './work-options.ts';

export interface ImportOptions extends WorkOptions {
  /** The file of rows: .jsonl, .ndjson, .parquet, .arrow, .feather or .ipc. */
  readonly rows: string;
  /** A file of vectors, one for each row: .npy, .fvecs, .fbin and others. */
  readonly vectors?: string;
  /** The column of vectors, where they are in the rows. Default 'vector'. */
  readonly vector?: string;
  /** The column of keys. Default 'key', or 'id' where no row of the first block has a 'key'. */
  readonly key?: string;
  /** The column of the documents' text, where the collection searches it. Default 'text'. */
  readonly text?: string;
  /**
   * The columns that become metadata. Default: all others. Where `key` is named too, and `text`
   * where the collection searches it, other columns are not even read.
   */
  readonly metadata?: readonly string[];
}

export interface ImportReport {
  /** Rows that were written. */
  readonly count: number;
}

/** What an import does to a collection. */
export interface ImportTarget {
  readonly schema: Schema;
  makeRoom(count: number): Promise<void>;
  write(columns: DocumentColumns): Promise<void>;
  link(): Promise<void>;
}

const NAMES = ['rows', 'vectors', 'vector', 'key', 'text', 'metadata'] as const;

const check = (name: string): Check => ({ name, error: argumentError });

/** Which column is what. */
export interface Mapping {
  readonly key: string | undefined;
  readonly text: string | undefined;
  readonly metadata: readonly string[] | undefined;
}

/** An import, checked. */
export interface Import {
  readonly rows: string;
  readonly vectors: string | undefined;
  readonly vector: string;
  readonly mapping: Mapping;
  /** The columns to read, where the caller named all of them. */
  readonly columns: readonly string[] | undefined;
}

/** @throws {CollectionError} INVALID_OPTION, INVALID_ARGUMENT */
export function readImport(
  options: unknown,
  schema: Schema,
): { readonly plan: Import; readonly work: WorkOptions } {
  const work = readWork(options, NAMES);
  const given = assertOptions(options, [...NAMES, 'onProgress', 'signal'], check('import options'));
  const name = (value: unknown, what: string): string | undefined =>
    value === undefined ? undefined : assertString(value, check(what));
  const { metadata } = given;
  if (metadata !== undefined && !Array.isArray(metadata)) {
    throw argumentError('metadata must be an array of column names', { name: 'metadata' });
  }
  const hasText = schema.text?.fields.some((field) => field.name === OWN_TEXT) ?? false;
  const [key, text] = [name(given.key, 'key'), name(given.text, 'text')];
  const names = metadata?.map((column) => assertString(column, check('metadata')));
  const others = text !== undefined ? [text] : hasText ? undefined : [];
  const plan = {
    rows: assertString(given.rows, check('rows')),
    vectors: name(given.vectors, 'vectors'),
    vector: name(given.vector, 'vector') ?? 'vector',
    mapping: { key, text: text ?? (hasText ? OWN_TEXT : undefined), metadata: names },
    columns: key !== undefined && names && others ? [key, ...others, ...names] : undefined,
  };
  return { plan, work };
}

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
    define(copy, name, metadataValue(own, undefined));
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
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    define(metadata, name, metadataValue(row[name], type));
  }
  return metadata;
}

/** Which column has the keys, where nobody says: what the first rows have. */
function keyColumnOf(rows: readonly Row[]): string {
  return rows.every((row) => !Object.hasOwn(row, 'key')) ? 'id' : 'key';
}

/** The columns of a block of rows. */
function columnsOf(
  rows: readonly Row[],
  { key, text, metadata: names }: Mapping & { readonly key: string },
  { fields }: Schema,
): Omit<DocumentColumns, 'vectors'> {
  const columns = { names, taken: new Set([key, text]), fields };
  const own = (row: Row, name: string | undefined): unknown =>
    name !== undefined && Object.hasOwn(row, name) ? row[name] : undefined;
  return {
    keys: rows.map((row) => own(row, key) as Key),
    texts: rows.map((row) => own(row, text) as string | undefined),
    metadata: rows.map((row) => metadataOf(row, columns)),
  };
}

/** An error about a document of a block, told by its number in the file. */
function inFile(error: unknown, path: string, firstRow: number): unknown {
  if (!(error instanceof Error) || !('details' in error) || !('code' in error)) return error;
  const { row, ...details } = error.details as { row?: unknown };
  if (typeof row !== 'number') return error;
  const message = `row ${firstRow + row} of ${path}: ${error.message}`;
  const place = { ...details, path, row: firstRow + row, code: error.code };
  return new CollectionError(CollectionErrorCode.invalidDocument, message, place, error);
}

/** Blocks of rows with their vectors, where the collection has some. */
interface Block {
  readonly firstRow: number;
  readonly rows: readonly Row[];
  readonly vectors?: Float32Array;
}

async function* blocksOf(rows: Rows, { vectors }: Import, schema: Schema): AsyncGenerator<Block> {
  if (vectors !== undefined) {
    const file = await openVectorFile(vectors);
    try {
      yield* zipBlocks(rows, file);
    } finally {
      await file.close();
    }
  } else if (schema.vector) {
    yield* rows.vectorBlocks();
  } else {
    let firstRow = 0;
    for await (const block of rows) {
      yield { firstRow, rows: block };
      firstRow += block.length;
    }
  }
}

/** How many rows there will be, where one of the files says so. */
async function countOf(rows: Rows, vectors: string | undefined): Promise<number | undefined> {
  if (rows.count !== undefined || vectors === undefined) return rows.count;
  const file = await openVectorFile(vectors);
  await file.close();
  return file.count;
}

/**
 * Writes the rows of a file into a collection.
 *
 * @throws {FormatError} of the files
 * @throws {CollectionError} INVALID_DOCUMENT, ABORTED, ...: what was written before stays
 */
export async function importRows(
  plan: Import,
  work: WorkOptions,
  target: ImportTarget,
): Promise<ImportReport> {
  const { mapping, vector, columns: read } = plan;
  const inRows = target.schema.vector !== undefined && plan.vectors === undefined;
  const rows = await openRows(plan.rows, {
    ...(inRows && { vectors: vector }),
    ...(read && { columns: read }),
  });
  let writing: Promise<void> = Promise.resolve();
  try {
    const total = await countOf(rows, plan.vectors);
    if (total !== undefined) await target.makeRoom(total);
    let count = 0;
    let { key } = mapping;
    for await (const block of blocksOf(rows, plan, target.schema)) {
      const { vectors } = block;
      key ??= keyColumnOf(block.rows);
      const columns = {
        ...columnsOf(block.rows, { ...mapping, key }, target.schema),
        ...(vectors && { vectors }),
      };
      await writing; // the block before is written while this one was read
      if (work.signal?.aborted) throw abortedError(work.signal);
      writing = target.write(columns).catch((error: unknown) => {
        throw inFile(error, plan.rows, block.firstRow);
      });
      writing.catch(() => undefined); // it is awaited with the next block
      count += block.rows.length;
      work.onProgress?.({
        phase: 'import',
        done: total ? count : rows.bytesRead,
        total: total ?? rows.byteLength,
      });
    }
    await writing;
    await target.link();
    return { count };
  } finally {
    await writing.catch(() => undefined); // nothing is written any more when the call has ended
    await rows.close();
  }
}
