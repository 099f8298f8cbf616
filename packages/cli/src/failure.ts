// From anything that was thrown to one line a person can act on, and the exit code.
// Messages come from the packages below; the hints, about what to type next, are here.

import { NighError } from '@nigh/base';
import { VectorIndexError } from '@nigh/core';
import { rowEndings, vectorEndings } from '@nigh/formats';
import { CommanderError } from 'commander';

/** Exit codes of the program; 130 and 143, for a cancelled one, are in interrupt.ts. */
export const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** Arguments that are each fine and together mean nothing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is printed about an error, and what the process returns. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number;
}

const hints: Readonly<Record<string, string>> = {
  FILE_NOT_FOUND: 'check the path; it is taken relative to the current folder',
  FORMAT_UNKNOWN: `files of vectors end in ${vectorEndings}; of rows in ${rowEndings}`,
  FORMAT_DAMAGED: 'the file was cut short or is not of the kind its name says: copy it again',
  FILE_EMPTY: 'give a file with at least one vector',
  DIMENSION_MISMATCH: 'queries must have as many components as the vectors of the index',
  NOT_FINITE: 'vectors must not contain NaN or infinite numbers: clean the file first',
  ZERO_VECTOR: 'the cosine of a zero vector is undefined: remove it, or use --metric l2 or dot',
  OUT_OF_MEMORY: 'close other programs or build over fewer vectors',
  SNAPSHOT_CORRUPT: 'to build it anew: nigh build <vectors> -o <index>',
  SNAPSHOT_UNSUPPORTED: 'to build it with this version: nigh build <vectors> -o <index>',
  FILE_FAILED: 'check the path, the rights of its folder, and the space left on the disk',
  UNSUPPORTED_RUNTIME: 'use Node.js 22.18 or newer',
  INVALID_OPTION: 'see the command with --help for the allowed range',
  INVALID_ARGUMENT: 'see the command with --help for the allowed range',
  COLUMN_NOT_FOUND: 'name a column that the file has',
  COUNT_MISMATCH: 'give the vectors of just these rows, in the same order',
  ROW_INVALID: 'correct this line of the file; what was imported before it is kept',
  TEXT_INVALID: 'convert the file to UTF-8',
};

/** The same, for commands on the folder of a collection. */
export const collectionHints: Readonly<Record<string, string>> = {
  NO_SCHEMA: 'to make a collection: nigh import <folder> <rows>',
  NOT_EMPTY: 'give a folder that is not there yet, or is empty',
  LOCKED: 'one process at a time has a collection open: close it there first',
  NO_VECTORS: 'search by --text, or import into a new folder with --vectors or --vector',
  NO_TEXT: 'search by --vector or --like, or import into a new folder with --text',
  SNAPSHOT_CORRUPT: 'restore the folder from a backup',
  SNAPSHOT_UNSUPPORTED: 'use the release that wrote the folder',
  FORMAT_UNSUPPORTED: 'use the release that wrote it',
  MANIFEST_CORRUPT: 'restore the folder from a backup',
  LOG_CORRUPT:
    'restore the folder from a backup, or drop what comes after the damage: nigh compact --recover',
  COLLECTION_CORRUPT: 'restore the folder from a backup',
  COLUMNS_CORRUPT: 'restore the folder from a backup',
  TEXT_CORRUPT: 'restore the folder from a backup',
  STORAGE_FAILED: 'free space on the disk; what was acknowledged is kept',
  DIMENSION_MISMATCH: 'vectors must have as many components as those of the collection',
  INVALID_DOCUMENT: 'correct this row of the file; what was imported before it is kept',
  INVALID_KEY: 'name the column of the keys with --key',
  KEY_NOT_FOUND: 'check the key; whole numbers are taken as numbers where there are such keys',
  INVALID_FILTER: `a filter is JSON such as '{"year":{"$gte":1990}}'`,
  UNKNOWN_FIELD: 'nigh stats <folder> lists the fields that can be filtered',
  UNKNOWN_OPERATOR: 'the guide on metadata filters has the table of operators',
  WRONG_TYPE: 'nigh stats <folder> lists the fields and their types',
  INVALID_FIELDS: 'write --field name:type, such as --field year:number',
};

/** Codes that say the person typed a value outside its range. */
const usageCodes: ReadonlySet<string> = new Set([
  ...['INVALID_OPTION', 'INVALID_ARGUMENT', 'INVALID_FIELDS', 'INVALID_FILTER'],
  ...['UNKNOWN_FIELD', 'UNKNOWN_OPERATOR', 'WRONG_TYPE', 'FILTER_TOO_DEEP', 'FILTER_TOO_LARGE'],
]);

/** @param special what to do, by code, where the command knows better */
export function describeFailure(
  error: unknown,
  special: Readonly<Record<string, string>> = {},
): Failure {
  if (error instanceof UsageError) return usageFailure('USAGE', error.message);
  if (error instanceof CommanderError) {
    const isHelp = error.code === 'commander.help'; // shown because no command was given
    return usageFailure('USAGE', isHelp ? 'give a command' : error.message.replace(/^error: /, ''));
  }
  if (error instanceof NighError || error instanceof VectorIndexError) {
    const { code, message } = error;
    const hint = special[code] ?? hints[code];
    const exitCode = usageCodes.has(code) ? ExitCode.usage : ExitCode.failed;
    return { code, message, exitCode, ...(hint !== undefined && { hint }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return {
    code: typeof code === 'string' ? code : 'UNEXPECTED',
    message,
    hint: 'run again with --debug to see where it happened',
    exitCode: ExitCode.failed,
  };
}

function usageFailure(code: string, message: string): Failure {
  return { code, message, hint: 'see --help', exitCode: ExitCode.usage };
}
