// What every file of rows looks like to the rest of the program: an async iteration of blocks, so
// that a file of any size is read in bounded memory.

import { assertInteger, assertOptions, assertString, type Check } from '@nigh/base';

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';

/** One row (document). Values are those of JSON; dates are Date, float32 lists Float32Array. */
export type Row = Record<string, unknown>;

/** What to read of a file of rows, and in which pieces. */
export interface RowsOptions {
  /** Most rows of a block: 4,096 by default, 1 to 1,048,576. */
  readonly blockRows?: number;
  /** Columns to read; the others are not touched. All by default. */
  readonly columns?: readonly string[];
  /** Column of vectors: it leaves the rows and comes flat, as `vectors` of each block. */
  readonly vectors?: string;
}

/** Rows that follow each other in the file. */
export interface RowBlock {
  /** Number of the first row, from 0 on. */
  readonly firstRow: number;
  /** The rows, in the order of the file. */
  readonly rows: readonly Row[];
}

/** A block with one vector for each row: vector i begins at `i * dimension`. */
export interface VectorBlock extends RowBlock {
  /** The vectors of all rows of the block, flat. */
  readonly vectors: Float32Array;
  /** Components per vector. */
  readonly dimension: number;
}

/** An open file of rows. Each iteration begins at the first row; one at a time. */
export interface Rows extends AsyncIterable<readonly Row[]> {
  /** Where the file is. */
  readonly path: string;
  /** Name of the format: `jsonl`, `parquet`, `arrow`. */
  readonly name: string;
  /** Rows in all, where the format says so before the end. */
  readonly count?: number;
  /** Bytes of the file. */
  readonly byteLength: number;
  /** Bytes the iteration has read: with `byteLength`, how far it is. */
  readonly bytesRead: number;
  /** The rows with their vectors: the column named by the option `vectors`. */
  vectorBlocks(): AsyncIterable<VectorBlock>;
  /** Closes the file. Again does nothing. */
  close(): Promise<void>;
}

/** Options with their defaults filled in. */
export interface RowsSettings {
  readonly blockRows: number;
  readonly columns: readonly string[] | undefined;
  readonly vectors: string | undefined;
}

/** Vectors one after the other. */
export interface FlatVectors {
  readonly values: Float32Array;
  readonly dimension: number;
}

/** A block as a format reads it: with flat vectors where it has them so. */
export interface ReadBlock {
  readonly rows: Row[];
  readonly vectors?: FlatVectors | undefined;
}

/** What a format does: the rest is the same for all of them. */
export interface RowReader {
  readonly name: string;
  readonly count?: number;
  /** Reads all rows; tells the bytes it has read after each block. */
  blocks(onBytes: (bytesRead: number) => void): AsyncGenerator<ReadBlock>;
}

/** Turns an opened file into a reader after checking how it begins and ends. */
export type RowFormatOpener = (file: OpenedFile, settings: RowsSettings) => Promise<RowReader>;

const DEFAULT_BLOCK_ROWS = 4096;
const MAX_BLOCK_ROWS: number = 2 ** 20;
const OPTION_NAMES = ['blockRows', 'columns', 'vectors'];

/** @throws FormatError INVALID_OPTION. */
export function readRowsOptions(path: string, options: unknown): RowsSettings {
  const check = (name: string): Check => ({
    name,
    error: (problem, details) =>
      new FormatError({ code: FormatErrorCode.invalidOption, path, problem, ...details }),
  });
  const given = assertOptions(options, OPTION_NAMES, check('options'));
  const { blockRows = DEFAULT_BLOCK_ROWS, columns, vectors } = given;
  return {
    blockRows: assertInteger(blockRows, [1, MAX_BLOCK_ROWS], check('blockRows')),
    columns: readColumns(columns, vectors, check('columns')),
    vectors: vectors === undefined ? undefined : assertString(vectors, check('vectors')),
  };
}

/** The columns asked for, and that of the vectors with them. */
function readColumns(value: unknown, vectors: unknown, check: Check): string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw check.error('columns must be an array of names', {});
  const names = value.map((name) => assertString(name, check));
  if (typeof vectors === 'string') names.push(vectors);
  return [...new Set(names)];
}
