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
