// Writing and reading a file of images. Arrays are written as they lie in memory and read straight
// into shared memory, in pieces. Nothing is allocated before the table has been held against the
// size of the file.

import { allocateArray, type Image, type TypedArray, viewOf } from '@nigh/base';
import { crc32, crc32InPieces, PIECE_BYTES } from './crc32.ts';
import { otherVersion, StorageError, StorageErrorCode } from './errors.ts';
import {
  alignDown,
  arrayEntry,
  bytesOf,
  encodeTable,
  IMAGES_VERSION,
  type ImageEntry,
  type PlacedArray,
  PREFIX_BYTES,
  parsePrefix,
  parseTable,
  placeArrays,
} from './image-format.ts';

/** A file that is read. */
export interface ReadableFile {
  /** Where the file is. */
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Fills `target` from `position`; how many bytes there were, fewer at the end only. */
  read(target: Uint8Array, position: number): Promise<number>;
}

/** Writes all of `source` at `position`. */
export type Write = (source: Uint8Array, position: number) => Promise<void>;

/** Small enough to be in the cache when its checksum is taken. */
const READ_BYTES: number = 2 ** 20;
/** Reads under way. More only take processors from the checksums. */
const READS_AHEAD = 3;

/** Writes images by name. Nobody changes their arrays before it has resolved. */
export async function writeImages(
  write: Write,
  images: Readonly<Record<string, Image>>,
): Promise<void> {
  const table: ImageEntry[] = [];
  const contents: TypedArray[] = [];
  for (const [name, { header, arrays }] of Object.entries(images)) {
    const entries = [];
    for (const [arrayName, array] of Object.entries(arrays)) {
      contents.push(array);
      entries.push(arrayEntry(arrayName, array, await crc32InPieces(bytesOf(array))));
    }
    table.push({ name, header, arrays: entries });
  }
  const beginning = encodeTable(table);
  await write(beginning, 0);
  const { arrays } = placeArrays(table, beginning.length - PREFIX_BYTES);
  let end = beginning.length;
  for (const [i, { offset, byteLength }] of arrays.entries()) {
    if (offset > end) await write(new Uint8Array(offset - end), end);
    const bytes = bytesOf(contents[i] as TypedArray);
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      await write(bytes.subarray(at, at + PIECE_BYTES), offset + at);
    }
    end = offset + byteLength;
  }
}

function corrupt(
  file: ReadableFile,
  place: { readonly section: string; readonly offset: number },
  reason: string,
): StorageError {
  return new StorageError(
    StorageErrorCode.snapshotCorrupt,
    `${file.path}, ${place.section}: ${reason}; restore the folder from a backup`,
    { path: file.path, ...place },
  );
}

interface Table {
  readonly images: readonly ImageEntry[];
  readonly arrays: readonly PlacedArray[];
  /** Where the table ends. */
  readonly end: number;
}

async function readTable(file: ReadableFile): Promise<Table> {
  const prefixBytes = new Uint8Array(Math.min(PREFIX_BYTES, file.size));
  await file.read(prefixBytes, 0);
  const prefix = parsePrefix(prefixBytes);
  const section = 'prefix';
  if (prefix === undefined) throw corrupt(file, { section, offset: 0 }, 'it is damaged');
  if (prefix.version !== IMAGES_VERSION) {
    throw otherVersion(file.path, prefix.version, IMAGES_VERSION);
  }
  const place = { section: 'table', offset: PREFIX_BYTES };
  if (prefix.tableLength > file.size - PREFIX_BYTES) {
    throw corrupt(file, place, 'it is longer than the file');
  }
  const bytes = new Uint8Array(prefix.tableLength);
  await file.read(bytes, PREFIX_BYTES);
  if ((await crc32InPieces(bytes)) !== prefix.tableCrc) {
    throw corrupt(file, place, 'its checksum is wrong');
  }
  const images = parseTable(bytes);
  if (images === undefined) throw corrupt(file, place, 'it is not as one is written');
  const { arrays, end } = placeArrays(images, prefix.tableLength);
  if (end !== file.size) {
    throw corrupt(file, place, `the arrays end at byte ${end}, the file at ${file.size}`);
  }
  return { images, arrays, end: PREFIX_BYTES + prefix.tableLength };
}

/** A part of the file that is read at once. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

/** The pieces of a file from `start` on. */
function piecesOf(start: number, size: number): Piece[] {
  const count = Math.ceil(Math.max(0, size - start) / READ_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const from = start + i * READ_BYTES;
    return { start: from, end: Math.min(size, from + READ_BYTES) };
  });
}

/**
 * Reads a file from `start` on into memory of its own. After each piece `look` is told up to where
 * the file is there; while it looks, the next pieces are read.
 */
async function readBody(
  file: ReadableFile,
  start: number,
  look: (body: Uint8Array, end: number) => void,
): Promise<Uint8Array> {
  const body = allocateArray('uint8', Math.max(0, file.size - start));
  const pieces = piecesOf(start, file.size);
  const begin = (piece: Piece): Promise<number> => {
    const reading = file.read(body.subarray(piece.start - start, piece.end - start), piece.start);
    reading.catch(() => undefined); // it may fail before its turn comes
    return reading;
  };
  const ahead = pieces.slice(0, READS_AHEAD).map(begin);
  try {
    for (const [i, piece] of pieces.entries()) {
      const count = await (ahead.shift() as Promise<number>);
      const next = pieces[i + READS_AHEAD];
      if (next !== undefined) ahead.push(begin(next));
      if (count < piece.end - piece.start) {
        throw corrupt(file, { section: 'file', offset: piece.start + count }, 'it ends early');
      }
      look(body, piece.end);
    }
    return body;
  } finally {
    await Promise.allSettled(ahead); // the file is closed after this, and nobody else would wait
  }
}

/** Checks the arrays of a file, and what lies between them, as far as they have been read. */
class BodyCheck {
  readonly #file: ReadableFile;
  readonly #images: readonly ImageEntry[];
  readonly #arrays: readonly PlacedArray[];
  readonly #start: number;
  /** The array that is checked, its checksum so far, and where it goes on. */
  #array = 0;
  #crc = 0;
  #at: number;

  constructor(file: ReadableFile, { images, arrays, end }: Table, start: number) {
    this.#file = file;
    this.#images = images;
    this.#arrays = arrays;
    this.#start = start;
    this.#at = end;
  }

  /** Goes on up to byte `end` of the file. */
  look(body: Uint8Array, end: number): void {
    for (; this.#array < this.#arrays.length; this.#array++) {
      const { offset, byteLength, entry, image } = this.#arrays[this.#array] as PlacedArray;
      this.#passGap(body, Math.min(end, offset));
      if (this.#at < offset) return;
      const stop = Math.min(end, offset + byteLength);
      this.#crc = crc32(body.subarray(this.#at - this.#start, stop - this.#start), this.#crc);
      this.#at = stop;
      if (stop < offset + byteLength) return;
      if (this.#crc !== entry.crc32) {
        const section = `${this.#images[image]?.name}.${entry.name}`;
        throw corrupt(this.#file, { section, offset }, 'its checksum is wrong');
      }
      this.#crc = 0;
    }
  }

  #passGap(body: Uint8Array, end: number): void {
    if (end <= this.#at) return;
    const gap = body.subarray(this.#at - this.#start, end - this.#start);
    if (gap.some((byte) => byte !== 0)) {
      throw corrupt(this.#file, { section: 'padding', offset: this.#at }, 'it is damaged');
    }
    this.#at = end;
  }
}

/** The images of a table over the bytes of a file from `start` on. */
function imagesOf({ images, arrays }: Table, body: Uint8Array, start: number): NamedImages {
  const contents = images.map((): [string, TypedArray][] => []);
  for (const { image, entry, offset } of arrays) {
    const array = viewOf(entry.kind, body, { byteOffset: offset - start, length: entry.length });
    contents[image]?.push([entry.name, array]);
  }
  return Object.fromEntries(
    images.map(({ name, header }, i) => [
      name,
      { header, arrays: Object.fromEntries(contents[i] ?? []) },
    ]),
  );
}

type NamedImages = Record<string, Image>;

/**
 * The images of a file, over fresh shared memory.
 *
 * @throws {StorageError} `SNAPSHOT_CORRUPT` with path, section and offset; `FORMAT_UNSUPPORTED`
 */
export async function readImages(file: ReadableFile): Promise<NamedImages> {
  const table = await readTable(file);
  // A little of the table comes again: arrays are aligned in memory as they are in the file.
  const start = alignDown(table.end);
  const check = new BodyCheck(file, table, start);
  const body = await readBody(file, start, (bytes, end) => check.look(bytes, end));
  return imagesOf(table, body, start);
}
