// The open file of rows that callers see, over the reader of any format: counts rows, keeps the
// place, takes the column of vectors out of the rows, and knows when it is closed.

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import type { ReadBlock, Row, RowReader, Rows, RowsSettings, VectorBlock } from './rows.ts';
import { takeVectors } from './take-vectors.ts';

export class RowFile implements Rows {
  readonly path: string;
  readonly name: string;
  readonly count?: number;
  readonly byteLength: number;
  readonly #file: OpenedFile;
  readonly #reader: RowReader;
  readonly #settings: RowsSettings;
  #bytesRead = 0;
  #isClosed = false;

  constructor(file: OpenedFile, reader: RowReader, settings: RowsSettings) {
    this.path = file.path;
    this.name = reader.name;
    if (reader.count !== undefined) this.count = reader.count;
    this.byteLength = file.byteLength;
    this.#file = file;
    this.#reader = reader;
    this.#settings = settings;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Row[]> {
    const { vectors } = this.#settings;
    if (vectors === undefined) {
      for await (const { rows } of this.#blocks()) yield rows;
    } else {
      for await (const { rows } of this.vectorBlocks()) yield rows;
    }
  }

  async *vectorBlocks(): AsyncGenerator<VectorBlock> {
    const column = this.#settings.vectors;
    if (column === undefined) {
      throw this.#error(
        FormatErrorCode.invalidOption,
        'no column of vectors: name it as `vectors`',
      );
    }
    let firstRow = 0;
    let dimension = 0;
    for await (const { rows, vectors } of this.#blocks()) {
      const place = { path: this.path, column, firstRow, dimension };
      const block = takeVectors(rows, vectors, place);
      dimension = block.dimension;
      yield { firstRow, ...block };
      firstRow += rows.length;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.handle.close();
  }

  async *#blocks(): AsyncGenerator<ReadBlock> {
    this.#assertOpen();
    this.#bytesRead = 0;
    const blocks = this.#reader.blocks((bytesRead) => {
      this.#assertOpen();
      this.#bytesRead = bytesRead;
    });
    for await (const block of blocks) {
      yield block;
      this.#assertOpen();
    }
    this.#bytesRead = this.byteLength;
  }

  #assertOpen(): void {
    if (this.#isClosed)
      throw this.#error(FormatErrorCode.closed, 'the file was closed: open it again');
  }

  #error(code: FormatErrorCode, problem: string): FormatError {
    return new FormatError({ code, path: this.path, problem });
  }
}
