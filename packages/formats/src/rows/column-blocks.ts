// Columns that were decoded, as blocks of rows: the same for every format that has columns.

import { setOwn } from '@nigh/base';
import { faultAt } from './flaw.ts';
import type { FlatVectors, ReadBlock, Row, RowsSettings } from './rows.ts';

/** A column of a part of a file, whose rows are counted from 0 within the part. */
export interface DecodedColumn {
  readonly name: string;
  /** @throws Flaw for a value that no row can hold. */
  readonly get: (row: number) => unknown;
  /** Rows [start, end) one after the other; undefined where they are no equally long vectors. */
  readonly vectors?: ((start: number, end: number) => FlatVectors | undefined) | undefined;
}

/** A part of a file: a batch, a row group. */
export interface DecodedPart {
  readonly path: string;
  readonly columns: readonly DecodedColumn[];
  readonly rowCount: number;
  /** The number of its first row in the file. */
  readonly firstRow: number;
}

/** @throws FormatError VALUE_UNSUPPORTED, FORMAT_DAMAGED with row and column. */
export function* columnBlocks(part: DecodedPart, settings: RowsSettings): Generator<ReadBlock> {
  const { rowCount } = part;
  for (let start = 0; start < rowCount; start += settings.blockRows) {
    const end = Math.min(start + settings.blockRows, rowCount);
    yield makeBlock(part, settings.vectors, [start, end]);
  }
}

/** @param vectorColumn the column that comes flat, where it can */
function makeBlock(
  { path, columns, firstRow }: DecodedPart,
  vectorColumn: string | undefined,
  [start, end]: readonly [start: number, end: number],
): ReadBlock {
  const rows: Row[] = Array.from({ length: end - start }, () => ({}));
  let flat: FlatVectors | undefined;
  for (const { name, get, vectors } of columns) {
    if (name === vectorColumn) {
      flat = vectors?.(start, end);
      if (flat !== undefined) continue;
    }
    let row = start;
    try {
      for (; row < end; row++) setOwn(rows[row - start] as Row, name, get(row));
    } catch (thrown) {
      const place = { path, row: firstRow + row, column: name };
      throw faultAt(place, `row ${place.row}`, thrown);
    }
  }
  return flat === undefined ? { rows } : { rows, vectors: flat };
}
