// The bytes of a file of images: prefix, table, arrays. Every place follows from the table's kinds
// and lengths, so a table that says otherwise is refused, and nothing overlaps. Picture:
// docs/design/log-format.md#images.

import type { ArrayKind, ImageHeader, TypedArray } from '@nigh/base';
import { kindOf } from '@nigh/base';
import { crc32 } from './crc32.ts';
import { invalidArgument } from './errors.ts';

export const IMAGES_VERSION = 1;
export const PREFIX_BYTES = 24;
const ALIGNMENT = 64;

const MAGIC: Uint8Array = new TextEncoder().encode('NIGHIMGS');
const AT = { version: 8, tableLength: 12, tableCrc: 16, prefixCrc: 20 } as const;

const ELEMENT_BYTES: Readonly<Record<ArrayKind, number>> = {
  ...{ uint8: 1, uint16: 2 },
  ...{ uint32: 4, int32: 4, float32: 4, float64: 8 },
};

export interface ArrayEntry {
  readonly name: string;
  readonly kind: ArrayKind;
  /** Elements. */
  readonly length: number;
  readonly crc32: number;
}

export interface ImageEntry {
  readonly name: string;
  readonly header: ImageHeader;
  readonly arrays: readonly ArrayEntry[];
}

/** An array and where it lies. */
export interface PlacedArray {
  readonly image: number;
  readonly entry: ArrayEntry;
  readonly offset: number;
  readonly byteLength: number;
}

export const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

export const alignDown = (bytes: number): number => Math.floor(bytes / ALIGNMENT) * ALIGNMENT;

/** Where the arrays of a table of this length lie, and where the file ends. */
export function placeArrays(
  images: readonly ImageEntry[],
  tableLength: number,
): { readonly arrays: readonly PlacedArray[]; readonly end: number } {
  const arrays: PlacedArray[] = [];
  let end = PREFIX_BYTES + tableLength;
  for (const [image, { arrays: entries }] of images.entries()) {
    for (const entry of entries) {
      const offset = alignUp(end);
      const byteLength = entry.length * ELEMENT_BYTES[entry.kind];
      arrays.push({ image, entry, offset, byteLength });
      end = offset + byteLength;
    }
  }
  return { arrays, end };
}

/** The memory of an array, byte for byte. */
export function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function arrayEntry(name: string, array: TypedArray, crc: number): ArrayEntry {
  const kind = kindOf(array);
  if (kind === undefined) {
    throw invalidArgument(`array ${name} of an image is of no kind that is saved`, { name });
  }
  return { name, kind, length: array.length, crc32: crc };
}

/** Prefix and table. */
export function encodeTable(images: readonly ImageEntry[]): Uint8Array {
  const table = new TextEncoder().encode(JSON.stringify({ images }));
  const bytes = new Uint8Array(PREFIX_BYTES + table.length);
  bytes.set(MAGIC);
  bytes.set(table, PREFIX_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.version, IMAGES_VERSION, true);
  view.setUint32(AT.tableLength, table.length, true);
  view.setUint32(AT.tableCrc, crc32(table), true);
  view.setUint32(AT.prefixCrc, crc32(bytes.subarray(0, AT.prefixCrc)), true);
  return bytes;
}

export interface Prefix {
  readonly version: number;
  readonly tableLength: number;
  readonly tableCrc: number;
}

export function isImageFile(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => byte === bytes[i]);
}

/** What a prefix says; undefined when it is not whole. */
export function parsePrefix(bytes: Uint8Array): Prefix | undefined {
  if (bytes.length < PREFIX_BYTES || !isImageFile(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  if (view.getUint32(AT.prefixCrc, true) !== crc32(bytes.subarray(0, AT.prefixCrc))) {
    return undefined;
  }
  return {
    version: view.getUint32(AT.version, true),
    tableLength: view.getUint32(AT.tableLength, true),
    tableCrc: view.getUint32(AT.tableCrc, true),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEntry(value: unknown): value is ArrayEntry {
  if (!isObject(value)) return false;
  const { name, kind, length, crc32: crc } = value;
  const isKind = typeof kind === 'string' && Object.hasOwn(ELEMENT_BYTES, kind);
  const isLength = Number.isSafeInteger(length) && Number(length) >= 0;
  return typeof name === 'string' && isKind && isLength && Number.isSafeInteger(crc);
}

function isImage(value: unknown): value is ImageEntry {
  if (!isObject(value)) return false;
  const { name, header, arrays } = value;
  if (typeof name !== 'string' || !isObject(header) || !Array.isArray(arrays)) return false;
  return arrays.every(isEntry) && new Set(arrays.map((entry) => entry.name)).size === arrays.length;
}

/** The images of a table; undefined when it is not as one is written. */
export function parseTable(bytes: Uint8Array): readonly ImageEntry[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const images = isObject(value) ? value.images : undefined;
  if (!Array.isArray(images) || !images.every(isImage)) return undefined;
  return new Set(images.map(({ name }) => name)).size === images.length ? images : undefined;
}
