// .jsonl and .ndjson: one JSON object a line, in UTF-8. Blank lines, a byte order mark, CRLF and a
// last line without its end are accepted. Of equal keys the last one wins, as JSON.parse has it;
// `__proto__` is a key like any other.

import { describe } from '@nigh/base';

import { FormatError, FormatErrorCode, type FormatFault } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import { MAX_DEPTH, textExceedsDepth } from './depth.ts';
import type { ReadBlock, Row, RowReader, RowsSettings } from './rows.ts';
import { firstInvalidByte } from './utf8.ts';
import { type LineLimits, type LinePiece, wholeLines } from './whole-lines.ts';

const MEBIBYTE: number = 2 ** 20;
const LIMITS: LineLimits = { chunkBytes: MEBIBYTE, lineBytes: 16 * MEBIBYTE };
/** Text after which a block ends, however few rows it has. */
const BLOCK_BYTES: number = 4 * MEBIBYTE;

const SPACE = 0x20;
const BYTE_ORDER_MARK = 0xfeff;
/** A value that is nested deeper takes more characters. */
const SHORTEST_TOO_DEEP: number = 2 * MAX_DEPTH;

export async function openJsonl(file: OpenedFile, settings: RowsSettings): Promise<RowReader> {
  return jsonlReader(file, settings, LIMITS);
}

/** The reader with limits of the caller: tests make them small. */
export function jsonlReader(
  file: OpenedFile,
  settings: RowsSettings,
  limits: LineLimits,
): RowReader {
  return { name: 'jsonl', blocks: (onBytes) => readBlocks(file, settings, limits, onBytes) };
}

async function* readBlocks(
  file: OpenedFile,
  settings: RowsSettings,
  limits: LineLimits,
  onBytes: (bytesRead: number) => void,
): AsyncGenerator<ReadBlock> {
  const { blockRows, columns } = settings;
  const parser = new LineParser(file.path, columns);
  let blockStart = 0;
  for await (const piece of wholeLines(file, limits, () => parser.line)) {
    parser.begin(piece);
    const end = piece.offset + piece.bytes.length;
    while (parser.parse(blockRows)) yield { rows: parser.takeRows() };
    onBytes(end);
    if (end - blockStart >= BLOCK_BYTES && parser.rowCount > 0) {
      blockStart = end;
      yield { rows: parser.takeRows() };
    }
  }
  if (parser.rowCount > 0) yield { rows: parser.takeRows() };
}

/** Turns pieces of text into rows; knows the number of the line it is at. */
class LineParser {
  /** The line that is read next, from 1 on. */
  line = 1;
  readonly #path: string;
  readonly #columns: readonly string[] | undefined;
  #rows: Row[] = [];
  #piece: LinePiece = { bytes: new Uint8Array(0), offset: 0 };
  #text = '';
  #at = 0;

  constructor(path: string, columns: readonly string[] | undefined) {
    this.#path = path;
    this.#columns = columns;
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  takeRows(): Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  begin(piece: LinePiece): void {
    this.#piece = piece;
    this.#text = this.#decode(piece);
    const hasMark = piece.offset === 0 && this.#text.charCodeAt(0) === BYTE_ORDER_MARK;
    this.#at = hasMark ? 1 : 0;
  }

  /** Parses until there are `most` rows: true; or the piece has ended: false. */
  parse(most: number): boolean {
    const text = this.#text;
    while (this.#at < text.length) {
      if (this.#rows.length >= most) return true;
      const feed = text.indexOf('\n', this.#at);
      const end = feed < 0 ? text.length : feed;
      const isBlank = text.charCodeAt(this.#at) <= SPACE && text.slice(this.#at, end).trim() === '';
      if (!isBlank) this.#rows.push(this.#parseLine(text.slice(this.#at, end)));
      this.#at = end + 1;
      this.line++;
    }
    return false;
  }

  #parseLine(text: string): Row {
    if (text.length > SHORTEST_TOO_DEEP && textExceedsDepth(text, MAX_DEPTH)) {
      const expected = `objects and lists within each other up to ${MAX_DEPTH} deep`;
      throw this.#error('is nested too deep', { expected, got: 'more' });
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw this.#error('is not JSON', { cause });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#error('is not a row', { expected: 'a JSON object', got: describe(value) });
    }
    return this.#columns === undefined ? (value as Row) : pick(value as Row, this.#columns);
  }

  #decode({ bytes, offset }: LinePiece): string {
    try {
      // `ignoreBOM` keeps the mark: only the one at the start of the file is none of the text.
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      const at = firstInvalidByte(bytes);
      for (let i = 0; i < at; i++) if (bytes[i] === 10) this.line++;
      throw new FormatError({
        code: FormatErrorCode.textInvalid,
        path: this.#path,
        problem: `line ${this.line} is not UTF-8 at byte ${offset + at} of the file`,
        line: this.line,
        offset: offset + at,
        cause,
      });
    }
  }

  /** An error about the line at which the parser is. */
  #error(problem: string, found: Pick<FormatFault, 'expected' | 'got' | 'cause'>): FormatError {
    return new FormatError({
      code: FormatErrorCode.rowInvalid,
      path: this.#path,
      problem: `line ${this.line} ${problem}`,
      line: this.line,
      offset: this.#piece.offset + Buffer.byteLength(this.#text.slice(0, this.#at)),
      ...found,
    });
  }
}

/** The columns of a row that it has. */
function pick(row: Row, columns: readonly string[]): Row {
  const kept = columns.filter((column) => Object.hasOwn(row, column));
  return Object.fromEntries(kept.map((column) => [column, row[column]]));
}
