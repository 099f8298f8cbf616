// The public surface of @nigh/formats. What is not exported here may change without notice.

export { FormatError, FormatErrorCode, type FormatFault } from './errors.ts';
export { columnNotFound } from './rows/columns.ts';
export { openRows, rowEndings } from './rows/open-rows.ts';
export type { Row, RowBlock, Rows, RowsOptions, VectorBlock } from './rows/rows.ts';
export type { ComponentType } from './vectors/component.ts';
export { openVectorFile, vectorEndings } from './vectors/open-vector-file.ts';
export type { VectorFile, VectorSource } from './vectors/vector-file.ts';
export { zipBlocks } from './zip-blocks.ts';
