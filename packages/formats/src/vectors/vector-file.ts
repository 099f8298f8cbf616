// What every vector file format looks like to the rest of the program. Rows are counted from 0; a
// row of a file becomes a node of an index.

import type { OpenedFile } from '../opened-file.ts';
import type { ComponentType } from './component.ts';

/** A place vectors come from, row by row: a file, or a generator. */
export interface VectorSource {
  /** Rows there are. */
  readonly count: number;
  /** Components per row. */
  readonly dimension: number;
  /**
   * Writes rows `[firstRow, firstRow + rowCount)` as 32-bit floats to the start of `target`, which
   * may be a view of shared memory. One read at a time: sources reuse their block buffer.
   */
  read(target: Float32Array, firstRow: number, rowCount: number): Promise<void>;
}

/** An open vector file whose header has been checked against the length of the file. */
export interface VectorFile extends VectorSource {
  /** Where the file is. */
  readonly path: string;
  /** Name of the format, as the file ending has it without the dot: `npy`, `fvecs`, `fbin`. */
  readonly format: string;
  /** What its components are stored as. */
  readonly componentType: ComponentType;
  /** @throws FormatError when the rows are not there, or the file changed or is damaged. */
  read(target: Float32Array, firstRow: number, rowCount: number): Promise<void>;
  /** Closes the file. Again does nothing. */
  close(): Promise<void>;
}

/** Turns an opened file into a vector file after checking its header. */
export type FormatOpener = (file: OpenedFile) => Promise<VectorFile>;

/** Most bytes of file content held at once for the formats that need converting. */
export const BLOCK_BYTE_LENGTH: number = 1024 * 1024;
