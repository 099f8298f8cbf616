// The number types vectors are stored as in files, and their conversion to 32-bit floats.
// Typed-array views read in the byte order of the machine. Every platform with WebAssembly that we
// run on is little endian, as all supported files are, so no bytes are swapped anywhere.

/** How a file stores the components of its vectors: float, signed or unsigned, and bits. */
export type ComponentType =
  | 'f16'
  | 'f32'
  | 'f64'
  | 'i8'
  | 'u8'
  | 'i16'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'i64'
  | 'u64';

/** Bytes of one component in the file. */
export const componentByteLength: Readonly<Record<ComponentType, number>> = {
  f16: 2,
  f32: 4,
  f64: 8,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
};

/**
 * Fills the whole of `target` from `block`, starting at `byteOffset`, which must be a multiple of
 * the component's width. Integers beyond 2^24 and 64-bit floats are rounded to the nearest float.
 */
type Decoder = (block: ArrayBuffer, byteOffset: number, target: Float32Array) => void;

/** How each component type becomes 32-bit floats. */
export const decoders: Readonly<Record<ComponentType, Decoder>> = {
  f16: decodeHalves,
  f32: (block, byteOffset, target) =>
    target.set(new Float32Array(block, byteOffset, target.length)),
  f64: (block, byteOffset, target) =>
    target.set(new Float64Array(block, byteOffset, target.length)),
  i8: (block, byteOffset, target) => target.set(new Int8Array(block, byteOffset, target.length)),
  u8: (block, byteOffset, target) => target.set(new Uint8Array(block, byteOffset, target.length)),
  i16: (block, byteOffset, target) => target.set(new Int16Array(block, byteOffset, target.length)),
  u16: (block, byteOffset, target) => target.set(new Uint16Array(block, byteOffset, target.length)),
  i32: (block, byteOffset, target) => target.set(new Int32Array(block, byteOffset, target.length)),
  u32: (block, byteOffset, target) => target.set(new Uint32Array(block, byteOffset, target.length)),
  i64: (block, byteOffset, target) =>
    decodeBigIntegers(new BigInt64Array(block, byteOffset, target.length), target),
  u64: (block, byteOffset, target) =>
    decodeBigIntegers(new BigUint64Array(block, byteOffset, target.length), target),
};

function decodeBigIntegers(source: BigInt64Array | BigUint64Array, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = Number(source[i]);
}

let halves: Float32Array | undefined;

function decodeHalves(block: ArrayBuffer, byteOffset: number, target: Float32Array): void {
  halves ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits));
  const source = new Uint16Array(block, byteOffset, target.length);
  for (let i = 0; i < target.length; i++) target[i] = halves[source[i] as number] as number;
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits biased by 15, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
