// Writing and reading a file of images. Arrays are written as they lie in memory and read straight
// into shared memory, in pieces. Nothing is allocated before the table has been held against the
// size of the file.

import { allocateArray, type Image, type TypedArray } from '@nigh/base';
import { crc32, crc32InPieces, nextTurn } from './crc32.ts';
import { StorageError, StorageErrorCode } from './errors.ts';
import {
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
  readonly path: string;
  readonly size: number;
  read(target: Uint8Array, position: number): Promise<number>;
}

export type Write = (source: Uint8Array, position: number) => Promise<void>;

const PIECE_BYTES: number = 4 * 2 ** 20;

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
    throw new StorageError(
      StorageErrorCode.formatUnsupported,
      `${file.path} has format version ${prefix.version}; this release reads ${IMAGES_VERSION}`,
      { path: file.path, got: prefix.version, expected: IMAGES_VERSION },
    );
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

/** Reads an array into `target`, or with none only checks it. */
async function readArray(
  file: ReadableFile,
  { offset, byteLength, entry }: PlacedArray,
  target: Uint8Array | undefined,
): Promise<boolean> {
  const scratch = target ?? new Uint8Array(Math.min(PIECE_BYTES, byteLength));
  let crc = 0;
  for (let at = 0; at < byteLength; at += PIECE_BYTES) {
    const count = Math.min(PIECE_BYTES, byteLength - at);
    const start = target === undefined ? 0 : at;
    const piece = scratch.subarray(start, start + count);
    if ((await file.read(piece, offset + at)) < count) return false;
    crc = crc32(piece, crc);
    if (at > 0) await nextTurn();
  }
  return crc === entry.crc32;
}

async function checkGap(file: ReadableFile, start: number, end: number): Promise<void> {
  if (end === start) return;
  const gap = new Uint8Array(end - start);
  const count = await file.read(gap, start);
  if (count === gap.length && gap.every((byte) => byte === 0)) return;
  throw corrupt(file, { section: 'padding', offset: start }, 'it is damaged');
}

async function readAll(
  file: ReadableFile,
  give: (placed: PlacedArray) => TypedArray | undefined,
): Promise<readonly ImageEntry[]> {
  const { images, arrays, end: tableEnd } = await readTable(file);
  let end = tableEnd;
  for (const placed of arrays) {
    await checkGap(file, end, placed.offset);
    const array = give(placed);
    if (!(await readArray(file, placed, array && bytesOf(array)))) {
      const section = `${images[placed.image]?.name}.${placed.entry.name}`;
      throw corrupt(file, { section, offset: placed.offset }, 'its checksum is wrong');
    }
    end = placed.offset + placed.byteLength;
  }
  return images;
}

/**
 * The images of a file, over fresh shared memory.
 *
 * @throws {StorageError} `SNAPSHOT_CORRUPT` with path, section and offset; `FORMAT_UNSUPPORTED`
 */
export async function readImages(file: ReadableFile): Promise<Record<string, Image>> {
  const contents = new Map<number, [string, TypedArray][]>();
  const images = await readAll(file, ({ image, entry }) => {
    const array = allocateArray(entry.kind, entry.length);
    contents.set(image, [...(contents.get(image) ?? []), [entry.name, array]]);
    return array;
  });
  return Object.fromEntries(
    images.map(({ name, header }, i) => [
      name,
      { header, arrays: Object.fromEntries(contents.get(i) ?? []) },
    ]),
  );
}

/** Reads all of a file of images and keeps nothing. */
export async function checkImages(file: ReadableFile): Promise<void> {
  await readAll(file, () => undefined);
}
