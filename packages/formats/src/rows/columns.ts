// The columns that a caller asked for, held against those of the file.

import { FormatError, FormatErrorCode } from '../errors.ts';
import { quote } from './flaw.ts';
import type { RowsSettings } from './rows.ts';

/** Names that an error lists. */
const MOST_LISTED = 20;

/** @throws FormatError COLUMN_NOT_FOUND. */
export function checkColumns(
  path: string,
  names: readonly string[],
  { columns = [], vectors }: RowsSettings,
): void {
  const wanted = vectors === undefined ? columns : [...columns, vectors];
  const missing = wanted.find((name) => !names.includes(name));
  if (missing === undefined) return;
  throw new FormatError({
    code: FormatErrorCode.columnNotFound,
    path,
    problem: `there is no column ${quote(missing)}`,
    column: missing,
    expected: names.slice(0, MOST_LISTED).map(quote).join(', '),
    got: quote(missing),
  });
}
