// Arrow files for tests, written by flechette, whose encoder is no part of our reader.

import * as flechette from '@uwdata/flechette';

export interface ArrowColumn {
  readonly type: flechette.DataType;
  readonly values: readonly unknown[];
}

export interface ArrowOptions {
  readonly format?: 'stream' | 'file';
  /** Rows of a batch. */
  readonly batchRows?: number;
  readonly codec?: flechette.CompressionType_ | null;
}

/** The bytes of a file of these columns. */
export function arrowBytes(
  columns: Readonly<Record<string, ArrowColumn>>,
  { format = 'stream', batchRows = Number.POSITIVE_INFINITY, codec = null }: ArrowOptions = {},
): Uint8Array {
  const entries = Object.entries(columns).map(([name, { type, values }]) => {
    const column = flechette.columnFromArray([...values], type, { maxBatchRows: batchRows });
    return [name, column] as [string, flechette.Column<unknown>];
  });
  const table = flechette.tableFromColumns(entries);
  return flechette.tableToIPC(table, { format, codec }) as Uint8Array;
}

/** Four rows of most kinds of columns, some values missing. */
export const SOME_COLUMNS: Readonly<Record<string, ArrowColumn>> = {
  id: { type: flechette.int64(), values: [1, 2, null, 4] },
  name: { type: flechette.utf8(), values: ['a', 'bc', null, 'def'] },
  kind: { type: flechette.dictionary(flechette.utf8()), values: ['x', 'y', 'x', null] },
  list: { type: flechette.list(flechette.utf8()), values: [['a'], [], ['b', 'c'], null] },
  v: {
    type: flechette.fixedSizeList(flechette.float32(), 2),
    values: [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ],
  },
  s: {
    type: flechette.struct({ a: flechette.bool(), t: flechette.timestamp(1) }),
    values: [{ a: true, t: 0 }, { a: false, t: 1 }, null, { a: null, t: null }],
  },
};
