// What every vector file format looks like to the rest of the program, and the opened file that
// the formats read from. Rows are counted from 0; a row of a file becomes a node of an index.

import type { FileHandle } from 'node:fs/promises';

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
  readonly path: string;
  /** Name of the format, as the file ending has it without the dot: `npy`, `fvecs`, `fbin`. */
  readonly format: string;
  readonly componentType: ComponentType;
  /** @throws VectorFileError when the rows are not there, or the file changed or is damaged. */
  read(target: Float32Array, firstRow: number, rowCount: number): Promise<void>;
  close(): Promise<void>;
}

/** A file opened for reading, before anybody has looked at its format. */
export interface OpenedFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly byteLength: number;
}

/** Turns an opened file into a vector file after checking its header. */
export type FormatOpener = (file: OpenedFile) => Promise<VectorFile>;

/** Most bytes of file content held at once for the formats that need converting. */
export const BLOCK_BYTE_LENGTH: number = 1024 * 1024;
