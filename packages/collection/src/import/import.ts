// The way in for files: rows of JSONL, parquet or arrow, with their vectors in a column or in a
// file beside them, block by block, so that files of any size take little memory.

import type { WorkOptions } from '@nigh/core';
import {
  columnNotFound,
  openRows,
  openVectorFile,
  type Row,
  type Rows,
  zipBlocks,
} from '@nigh/formats';
import type { DocumentColumns } from '../document.ts';
import { abortedError, CollectionError, CollectionErrorCode, noVectorsError } from '../errors.ts';
import type { Schema } from '../schema.ts';
import type { Import } from './import-options.ts';
import { columnsOf, keyColumnOf } from './import-rows.ts';

export { type ImportOptions, readImport } from './import-options.ts';

/** What an import did. */
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

/** An error about a document of a block, told by its number in the file. */
function inFile(error: unknown, path: string, firstRow: number): unknown {
  if (!(error instanceof Error) || !('details' in error) || !('code' in error)) return error;
  const { row, path: field, ...details } = error.details as { row?: unknown; path?: unknown };
  if (typeof row !== 'number') return error;
  const where = `row ${firstRow + row} of ${path}`;
  // What stands in front may be the name of a field, which may be anything.
  const { message: told } = error;
  const start = typeof field === 'string' && told.startsWith(field) ? field.length : 0;
  const rest = told.slice(start);
  const own = new RegExp(`\\b(document|row) ${row}\\b`);
  const message = own.test(rest)
    ? told.slice(0, start) + rest.replace(own, () => where)
    : `${where}: ${told}`;
  const place = { ...details, path, row: firstRow + row, code: error.code };
  return new CollectionError(CollectionErrorCode.invalidDocument, message, place, error);
}

/**
 * Columns that a caller named must be in the first rows; one row or another may lack them.
 *
 * @throws {FormatError} COLUMN_NOT_FOUND
 */
function assertColumns(path: string, named: readonly string[], rows: readonly Row[]): void {
  const missing = named.find((name) => rows.every((row) => !Object.hasOwn(row, name)));
  if (missing === undefined) return;
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  throw columnNotFound(path, missing, [...names]);
}

/** Blocks of rows with their vectors, where the collection has some. */
interface Block {
  readonly firstRow: number;
  readonly rows: readonly Row[];
  readonly vectors?: Float32Array;
}

async function* blocksOf(rows: Rows, plan: Import, schema: Schema): AsyncGenerator<Block> {
  const { vectors } = plan;
  if (vectors !== undefined) {
    const file = await openVectorFile(vectors);
    try {
      assertDimension(`${vectors} has vectors`, vectors, file.dimension, schema);
      yield* zipBlocks(rows, file);
    } finally {
      await file.close();
    }
  } else if (schema.vector) {
    const what = `${plan.rows} has, in column ${JSON.stringify(plan.vector)}, vectors`;
    for await (const block of rows.vectorBlocks()) {
      assertDimension(what, plan.rows, block.dimension, schema);
      yield block;
    }
  } else {
    let firstRow = 0;
    for await (const block of rows) {
      yield { firstRow, rows: block };
      firstRow += block.length;
    }
  }
}

/** @throws {CollectionError} DIMENSION_MISMATCH, NO_VECTORS */
function assertDimension(what: string, path: string, got: number, { vector }: Schema): void {
  if (!vector) throw noVectorsError('leave them out', { path });
  const { dimension: expected } = vector;
  if (got === expected) return;
  throw new CollectionError(
    CollectionErrorCode.dimensionMismatch,
    `${what} of ${got} components; those of the collection have ${expected}`,
    { path, expected, got },
  );
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
 * @throws {CollectionError} NO_VECTORS, DIMENSION_MISMATCH, INVALID_DOCUMENT, ABORTED, ...: what
 *   was written before stays
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
      if (block.firstRow === 0) assertColumns(plan.rows, plan.named, block.rows);
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
      work.onProgress?.(
        total === undefined
          ? { phase: 'import bytes', done: rows.bytesRead, total: rows.byteLength }
          : { phase: 'import', done: count, total },
      );
    }
    await writing;
    await target.link();
    return { count };
  } finally {
    await writing.catch(() => undefined); // nothing is written any more when the call has ended
    await rows.close();
  }
}
