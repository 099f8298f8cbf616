// Cuts a file of text into pieces of whole lines, so that nothing is decoded across a border: a
// line feed is one byte in UTF-8 and never part of another character.

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import { readSome } from '../positioned-read.ts';

const LINE_FEED = 10;

/** Sizes that bound the memory; tests make them small. */
export interface LineLimits {
  /** Bytes read at once, at most those of a line. */
  readonly chunkBytes: number;
  /** Most bytes of a line. */
  readonly lineBytes: number;
}

/** Whole lines; only the last piece of a file may lack its line feed. */
export interface LinePiece {
  readonly bytes: Uint8Array;
  /** Byte of the file at which the piece begins. */
  readonly offset: number;
}

/**
 * The file in pieces of about a chunk, or of one line where that is longer. A piece may share the
 * memory of the chunk: it is gone with the next one.
 *
 * @param nextLine number of the line with which the next piece begins, for errors
 * @throws FormatError ROW_INVALID for a line longer than the limit.
 */
export async function* wholeLines(
  file: OpenedFile,
  limits: LineLimits,
  nextLine: () => number,
): AsyncGenerator<LinePiece> {
  const chunk = Buffer.allocUnsafe(limits.chunkBytes);
  let started: Buffer[] = []; // of a line that began in chunks before
  let startedBytes = 0;
  let offset = 0;
  for (;;) {
    const bytesRead = await readSome(file, chunk, offset);
    if (bytesRead === 0) break;
    const end = chunk.lastIndexOf(LINE_FEED, bytesRead - 1) + 1;
    const lineBytes = end === 0 ? bytesRead : chunk.indexOf(LINE_FEED);
    if (startedBytes + lineBytes > limits.lineBytes) {
      throw tooLong(file, limits, { line: nextLine(), offset: offset - startedBytes });
    }
    if (end > 0) {
      const whole = chunk.subarray(0, end);
      const bytes = startedBytes === 0 ? whole : Buffer.concat([...started, whole]);
      yield { bytes, offset: offset - startedBytes };
      started = [];
      startedBytes = 0;
    }
    started.push(Buffer.from(chunk.subarray(end, bytesRead)));
    startedBytes += bytesRead - end;
    offset += bytesRead;
  }
  if (startedBytes > 0) {
    yield { bytes: Buffer.concat(started), offset: offset - startedBytes };
  }
}

function tooLong(
  file: OpenedFile,
  limits: LineLimits,
  place: { line: number; offset: number },
): FormatError {
  return new FormatError({
    code: FormatErrorCode.rowInvalid,
    path: file.path,
    problem: `line ${place.line} is too long`,
    ...place,
    expected: `at most ${limits.lineBytes} bytes`,
    got: 'more',
  });
}
