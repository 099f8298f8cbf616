// What a table is in a file: a few words about it and its typed arrays, as they lie in memory.
// Tables turn into images and back; whoever owns the files writes and reads images without knowing
// what is in them. An image that was read may be forged, so tables check what they take from it.

import { ownValue } from './own-property.ts';
import { kindOf } from './shared-arrays.ts';

export interface Arrays {
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}

/** Elements of the arrays of tables: 'uint8', 'uint16', 'uint32', 'int32', 'float32', 'float64'. */
export type ArrayKind = keyof Arrays;
/** The typed array of a kind. */
export type ArrayOf<K extends ArrayKind> = Arrays[K];
/** Any array of a table. */
export type TypedArray = Arrays[ArrayKind];

/** Plain JSON values. */
export type ImageHeader = Readonly<
  Record<string, number | string | boolean | null | readonly (number | string)[]>
>;

/** One table, ready to be written. Nothing changes its arrays any more. */
export interface Image {
  /** Counts and settings. */
  readonly header: ImageHeader;
  /** The arrays by name. */
  readonly arrays: Readonly<Record<string, TypedArray>>;
}

/** An image is not what its table would have written. Owners turn it into an error of theirs. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/**
 * Image `name` of those that were read.
 *
 * @throws {ImageError} where it is missing, or is none
 */
export function imageNamed(images: Readonly<Record<string, Image>>, name: string): Image {
  const image = isObject(images) ? ownValue(images, name) : undefined;
  if (image !== undefined && isObject(image) && isObject(image.header) && isObject(image.arrays)) {
    return image;
  }
  throw new ImageError(`image ${name} is missing`);
}

/** Array `name` of an image, of this kind and, where given, of this length. */
export function arrayOfImage<K extends ArrayKind>(
  image: Image,
  name: string,
  kind: K,
  length?: number,
): ArrayOf<K> {
  const array = ownValue(image.arrays, name);
  if (array === undefined) throw new ImageError(`array ${name} is missing`);
  const found = kindOf(array) ?? 'of no kind';
  if (found !== kind) throw new ImageError(`array ${name} is ${found}, not ${kind}`);
  if (length !== undefined && array.length !== length) {
    throw new ImageError(`array ${name} has ${array.length} elements, not ${length}`);
  }
  return array as ArrayOf<K>;
}

/** Number `name` of an image's header: an integer in [min, max]. */
export function numberOfImage(
  image: Image,
  name: string,
  range: readonly [number, number],
): number {
  const value = ownValue(image.header, name);
  const [min, max] = range;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new ImageError(`${name} is ${JSON.stringify(value)}, not from ${min} to ${max}`);
}

/** Bytes of all arrays of an image. */
export function imageBytes(image: Image): number {
  return Object.values(image.arrays).reduce((sum, array) => sum + array.byteLength, 0);
}
