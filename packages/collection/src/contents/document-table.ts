// What is kept of documents besides their vectors: metadata as JSON and text, both in UTF-8, one
// after the other, behind those of the documents before. An update writes anew behind the rest;
// compacting leaves out what nobody points to any more.

import { arrayOfImage, ByteArena, GrowingArray, type Image, ImageError } from '@nigh/base';
import type { Metadata } from '@nigh/filter';
import { corruptError } from '../errors.ts';

/** The length of a text that a document has not. */
export const ABSENT = 0xffffffff;
const EMPTY_BYTES = '{}'.length;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where the bytes of a document are, and how many. */
export interface DocumentPlace {
  readonly start: number;
  /** Of metadata and text together. */
  readonly length: number;
  /** ABSENT where it has no text. */
  readonly textLength: number;
}

/** Metadata of its JSON; undefined where it is none. */
function parse(json: string): Metadata | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Metadata) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes that a text of this length takes. */
export function textBytes(textLength: number): number {
  return textLength === ABSENT ? 0 : textLength;
}

export class DocumentTable {
  #bytes = new ByteArena();
  #starts = new GrowingArray('float64');
  #lengths = new GrowingArray('uint32');
  #textLengths = new GrowingArray('uint32');
  /** Bytes that a row points to. */
  #used = 0;

  /**
   * The table of its image.
   *
   * @throws {ImageError} where it is not as a table would have written it
   */
  static load(image: Image): DocumentTable {
    const table = new DocumentTable();
    const starts = arrayOfImage(image, 'starts', 'float64');
    const { length } = starts;
    const lengths = arrayOfImage(image, 'lengths', 'uint32', length);
    const texts = arrayOfImage(image, 'textLengths', 'uint32', length);
    table.#bytes = ByteArena.load(image);
    table.#starts = GrowingArray.over('float64', starts);
    table.#lengths = GrowingArray.over('uint32', lengths);
    table.#textLengths = GrowingArray.over('uint32', texts);
    const end = table.#bytes.length;
    for (let row = 0; row < length; row++) {
      const start = starts[row] as number;
      const bytes = lengths[row] as number;
      table.#used += bytes;
      const isWithin = Number.isSafeInteger(start) && start >= 0 && start + bytes <= end;
      if (isWithin && textBytes(texts[row] as number) <= bytes) continue;
      throw new ImageError(`document ${row} is not within ${end} bytes`);
    }
    return table;
  }

  /** Bytes of documents that are there. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Bytes that were written, those of deleted and replaced documents among them. */
  get writtenBytes(): number {
    return this.#bytes.length;
  }

  get byteLength(): number {
    const lengths = this.#lengths.byteLength + this.#textLengths.byteLength;
    return this.#bytes.byteLength + this.#starts.byteLength + lengths;
  }

  /** Writes bytes of documents; where they start. */
  append(bytes: Uint8Array): number {
    return this.#bytes.append(bytes);
  }

  /** Makes a row a document whose bytes were written. */
  set(row: number, { start, length, textLength }: DocumentPlace): void {
    this.remove(row);
    this.#starts.extend(row + 1);
    this.#lengths.extend(row + 1);
    this.#textLengths.extend(row + 1);
    this.#starts.values[row] = start;
    this.#lengths.values[row] = length;
    this.#textLengths.values[row] = textLength;
    this.#used += length;
  }

  remove(row: number): void {
    if (row >= this.#starts.length) return;
    this.#used -= this.#lengths.values[row] as number;
    this.#lengths.values[row] = 0;
    this.#textLengths.values[row] = ABSENT;
  }

  #place(row: number): DocumentPlace {
    return {
      start: this.#starts.values[row] as number,
      length: this.#lengths.values[row] as number,
      textLength: this.#textLengths.values[row] as number,
    };
  }

  /** Bytes of a document: of its metadata and its text together. */
  length(row: number): number {
    return this.#place(row).length;
  }

  /** The bytes of a document: its metadata, then its text. */
  bytes(row: number): Uint8Array {
    const { start, length } = this.#place(row);
    return this.#bytes.read(start, length);
  }

  /** Bytes of a document's text; ABSENT where it has none. */
  textLength(row: number): number {
    return this.#place(row).textLength;
  }

  /** The JSON of a document's metadata. */
  metadataBytes(row: number): Uint8Array {
    const { start, length, textLength } = this.#place(row);
    return this.#bytes.read(start, length - textBytes(textLength));
  }

  /** The UTF-8 of a document's text; undefined where it has none. */
  textBytes(row: number): Uint8Array | undefined {
    const { start, length, textLength } = this.#place(row);
    if (textLength === ABSENT) return undefined;
    return this.#bytes.read(start + length - textLength, textLength);
  }

  /** Whether a row has a document: the least there is of one is '{}'. */
  has(row: number): boolean {
    const { length, textLength } = this.#place(row);
    return length - textBytes(textLength) >= EMPTY_BYTES;
  }

  /** @throws {CollectionError} COLLECTION_CORRUPT, where a file was forged */
  metadata(row: number): Metadata {
    const metadata = parse(decode(this.metadataBytes(row)));
    if (metadata !== undefined) return metadata;
    throw corruptError(`the metadata of row ${row} is no object`, { row });
  }

  text(row: number): string | undefined {
    const bytes = this.textBytes(row);
    return bytes && decode(bytes);
  }

  /** The table as it is now. */
  image(): Image {
    const { header, arrays } = this.#bytes.image();
    return {
      header,
      arrays: {
        ...arrays,
        starts: this.#starts.copy(),
        lengths: this.#lengths.copy(),
        textLengths: this.#textLengths.copy(),
      },
    };
  }

  /** What is wrong with the document of a row. */
  verify(row: number): string[] {
    try {
      const metadata = parse(strictDecoder.decode(this.metadataBytes(row).slice()));
      if (metadata === undefined) return [`the metadata of row ${row} is no object`];
      const text = this.textBytes(row);
      if (text) strictDecoder.decode(text.slice());
      return [];
    } catch (error) {
      return [`the document of row ${row} cannot be read: ${String(error)}`];
    }
  }
}

/** Bytes as text. Decoders refuse shared memory, so they are copied. */
function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes.slice());
}
