// Typed arrays over shared memory, where there is such memory. All elements are zero at first.

import type { ArrayKind, ArrayOf, TypedArray } from './image.ts';

const CONSTRUCTORS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const hasShared = typeof SharedArrayBuffer === 'function';

/** A typed array of `length` zeros that other threads can be handed without a copy. */
export function allocateArray<K extends ArrayKind>(kind: K, length: number): ArrayOf<K> {
  const View = CONSTRUCTORS[kind];
  const byteLength = length * View.BYTES_PER_ELEMENT;
  const buffer = hasShared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
  return new View(buffer as ArrayBuffer) as ArrayOf<K>;
}

/** A typed array over bytes that are there; `byteOffset` is a multiple of an element's bytes. */
export function viewOf<K extends ArrayKind>(
  kind: K,
  bytes: Uint8Array,
  { byteOffset, length }: { readonly byteOffset: number; readonly length: number },
): ArrayOf<K> {
  const View = CONSTRUCTORS[kind];
  const start = bytes.byteOffset + byteOffset;
  return new View(bytes.buffer as ArrayBuffer, start, length) as ArrayOf<K>;
}

/** The kind of a typed array; undefined where it is none of ours. */
export function kindOf(array: TypedArray): ArrayKind | undefined {
  const kinds = Object.keys(CONSTRUCTORS) as ArrayKind[];
  return kinds.find((kind) => array instanceof CONSTRUCTORS[kind]);
}
