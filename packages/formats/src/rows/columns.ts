// The columns of a file: what their names may be, and those that a caller asked for.

import { FormatError, FormatErrorCode } from '../errors.ts';
import { quote, unsupported } from './flaw.ts';
import type { RowsSettings } from './rows.ts';

/** Names that an error lists. */
const MOST_LISTED = 20;

/** Columns of a file, and the parts of columns with them. */
const MOST_COLUMNS = 10_000;

/** @throws Flaw where two columns have one name. */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw unsupported(`two columns are named ${quote(name)}`);
    seen.add(name);
  }
}

/** @throws Flaw where a file has more columns, and parts of them, than anybody means. */
export function checkColumnCount(count: number): void {
  if (count > MOST_COLUMNS) throw unsupported('it has more than 10,000 columns');
}

/** @throws FormatError COLUMN_NOT_FOUND. */
export function checkColumns(
  path: string,
  names: readonly string[],
  { columns = [], vectors }: RowsSettings,
): void {
  const wanted = vectors === undefined ? columns : [...columns, vectors];
  const missing = wanted.find((name) => !names.includes(name));
  if (missing === undefined) return;
  throw columnNotFound(path, missing, names);
}

/** The error for a column that a file does not have; `names` are those it has. */
export function columnNotFound(
  path: string,
  missing: string,
  names: readonly string[],
): FormatError {
  return new FormatError({
    code: FormatErrorCode.columnNotFound,
    path,
    problem: `there is no column ${quote(missing)}`,
    column: missing,
    expected: names.slice(0, MOST_LISTED).map(quote).join(', '),
    got: quote(missing),
  });
}
