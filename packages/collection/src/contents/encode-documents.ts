// The bytes of documents, as the table and the log keep them.

import type { Metadata } from '@nigh/filter';
import type { Batch } from '../document.ts';
import { documentError } from '../errors.ts';
import { ABSENT } from './document-table.ts';

/** The bytes of one document, without its vector. */
const MAX_DOCUMENT_BYTES: number = 64 * 2 ** 20;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
/** UTF-16 units of one document, its metadata as JSON and its text: they surely fit. */
export const MAX_DOCUMENT_UNITS: number = Math.floor(MAX_DOCUMENT_BYTES / BYTES_PER_UNIT);

/** Text and JSON one after the other, as UTF-8. */
class Utf8Writer {
  readonly #encoder = new TextEncoder();
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Writes a text; how many bytes it took. */
  write(text: string): number {
    const most = this.#length + BYTES_PER_UNIT * text.length;
    if (most > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(most, 2 * this.#bytes.length));
      bytes.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = bytes;
    }
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length));
    this.#length += written;
    return written;
  }

  get length(): number {
    return this.#length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The bytes of documents: of each the JSON of its metadata, then its text. */
export function encodeDocuments(
  metadata: readonly Metadata[],
  texts: readonly (string | undefined)[],
  check?: (json: string, text: string | undefined, row: number) => void,
): Pick<Batch, 'bytes' | 'starts' | 'textLengths'> {
  const count = metadata.length;
  const writer = new Utf8Writer(256 * (count + 1));
  const starts = new Float64Array(count + 1);
  const textLengths = new Uint32Array(count).fill(ABSENT);
  for (let row = 0; row < count; row++) {
    const text = texts[row];
    const json = JSON.stringify(metadata[row]);
    check?.(json, text, row);
    writer.write(json);
    if (text !== undefined) textLengths[row] = writer.write(text);
    starts[row + 1] = writer.length;
  }
  return { bytes: writer.bytes(), starts, textLengths };
}

/** @throws {CollectionError} INVALID_DOCUMENT */
export function assertDocumentFits(json: string, text: string | undefined, row: number): void {
  if (json.length + (text?.length ?? 0) <= MAX_DOCUMENT_UNITS) return;
  const message = `document ${row} may take more than ${MAX_DOCUMENT_BYTES} bytes; split it`;
  throw documentError(message, { row, expected: MAX_DOCUMENT_BYTES });
}
