// Everything that can go wrong with columns and filters, by stable code.

import { NighError } from '@nigh/base';

/** A code of {@link FilterError}. */
export type FilterErrorCode = (typeof FilterErrorCode)[keyof typeof FilterErrorCode];
/** Stable codes of {@link FilterError}. The design page on errors says when each is thrown. */
export const FilterErrorCode = {
  /** The declared fields are not a table of names and types. */
  invalidFields: 'INVALID_FIELDS',
  /** A row is no number that a table can have. */
  invalidRow: 'INVALID_ROW',
  /** A value is not of the type of its field. */
  wrongType: 'WRONG_TYPE',
  /** A filter is not built as filters are. */
  invalidFilter: 'INVALID_FILTER',
  unknownField: 'UNKNOWN_FIELD',
  unknownOperator: 'UNKNOWN_OPERATOR',
  filterTooDeep: 'FILTER_TOO_DEEP',
  filterTooLarge: 'FILTER_TOO_LARGE',
  /** An image of columns is not as columns would have written it. */
  columnsCorrupt: 'COLUMNS_CORRUPT',
  outOfMemory: 'OUT_OF_MEMORY',
} as const;

/** What is wrong with columns, or with a filter. */
export class FilterError extends NighError<FilterErrorCode> {
  override readonly name = 'FilterError';
}
