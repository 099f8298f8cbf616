// What an import is asked for, checked.

import { assertOptions, assertString } from '@nigh/base';
import type { WorkOptions } from '@nigh/core';
import { argumentCheck, argumentError, optionCheck } from '../errors.ts';
import { OWN_TEXT, type Schema } from '../schema.ts';
import { readWork } from '../work-options.ts';

/** Which files to import, and what their columns are. */
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

const NAMES = ['rows', 'vectors', 'vector', 'key', 'text', 'metadata'] as const;

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
  /** The columns that the caller named, but for that of the vectors. */
  readonly named: readonly string[];
  /** The columns to read, where the caller named all of them. */
  readonly columns: readonly string[] | undefined;
}

/** @throws {CollectionError} INVALID_OPTION, INVALID_ARGUMENT */
export function readImport(
  options: unknown,
  schema: Schema,
): { readonly plan: Import; readonly work: WorkOptions } {
  const names = [...NAMES, 'onProgress', 'signal'];
  const given = assertOptions(options, names, optionCheck('import options'));
  const { onProgress, signal } = given;
  const work = readWork({ onProgress, signal });
  const name = (value: unknown, what: string): string | undefined =>
    value === undefined ? undefined : assertString(value, argumentCheck(what));
  const { metadata } = given;
  if (metadata !== undefined && !Array.isArray(metadata)) {
    throw argumentError('metadata must be an array of column names', { name: 'metadata' });
  }
  const hasText = schema.text?.fields.some((field) => field.name === OWN_TEXT) ?? false;
  const [key, text] = [name(given.key, 'key'), name(given.text, 'text')];
  const chosen = metadata?.map((column) => assertString(column, argumentCheck('metadata')));
  const others = text !== undefined ? [text] : hasText ? undefined : [];
  const plan = {
    rows: assertString(given.rows, argumentCheck('rows')),
    vectors: name(given.vectors, 'vectors'),
    vector: name(given.vector, 'vector') ?? 'vector',
    named: [key, text, ...(chosen ?? [])].filter((column) => column !== undefined),
    mapping: { key, text: text ?? (hasText ? OWN_TEXT : undefined), metadata: chosen },
    columns: key !== undefined && chosen && others ? [key, ...others, ...chosen] : undefined,
  };
  return { plan, work };
}
