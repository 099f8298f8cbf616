// The kernels that codes other than the 7-bit ones, and rotated or halved vectors, need, in scalar
// form. assembly/code-kernels.ts is the WebAssembly twin; both give the same integers and floats.

import { f32At, i32At, setF32, setI32, u8At } from './machine.ts';

/** Bits set in a word. */
function countBits(word: i32): i32 {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits that differ between two rows of `words` words, a multiple of four. */
export function hammingBits(a: i32, b: i32, words: i32): i32 {
  let sum = 0;
  for (let i = 0; i < words; i++) sum += countBits(i32At(a + i) ^ i32At(b + i));
  return sum;
}

/** Bits set in a row of `words` words, a multiple of four. */
export function countRow(row: i32, words: i32): i32 {
  let sum = 0;
  for (let i = 0; i < words; i++) sum += countBits(i32At(row + i));
  return sum;
}

/**
 * Dot product of a row of bits with 4-bit numbers. These lie in planes: for every four words of
 * the row four words of their lowest bits, then of the next ones. `words` is a multiple of four.
 */
export function dotPlanes(row: i32, planes: i32, words: i32): i32 {
  let sum = 0;
  for (let i = 0; i < words; i++) {
    const bits = i32At(row + i);
    const plane = planes + 4 * (i & ~3) + (i & 3);
    for (let j = 0; j < 4; j++) sum += countBits(bits & i32At(plane + 4 * j)) << j;
  }
  return sum;
}

/** Unnormalized Walsh-Hadamard transform in place; `length` is a power of two. */
export function hadamard(word: i32, length: i32): void {
  for (let half = 1; half < length; half *= 2) {
    for (let i = 0; i < length; i += 2 * half) {
      for (let j = word + i; j < word + i + half; j++) {
        const a = f32At(j);
        const b = f32At(j + half);
        setF32(j, a + b);
        setF32(j + half, a - b);
      }
    }
  }
}

/** Multiplies `length` floats by as many factors. */
export function multiplyFloats(word: i32, factors: i32, length: i32): void {
  for (let i = 0; i < length; i++) setF32(word + i, f32At(word + i) * f32At(factors + i));
}

/**
 * Writes what the bytes at `code` stand for: (byte - zero) * scale + mean, for a `zero` of 64 or
 * 128; for 128 bytes are signed, 0 in the middle. `scale` is a float32.
 */
export function decodeBytes(
  code: i32,
  zero: i32,
  means: i32,
  dimension: i32,
  scale: f64,
  out: i32,
): void {
  const flip = zero & 128;
  for (let i = 0; i < dimension; i++) {
    const step = Math.fround(((u8At(code, i) ^ flip) - zero) * scale);
    setF32(out + i, step + f32At(means + i));
  }
}

/** Rounds `length` floats, none above 65,504, to float16, ties to even; two to a word. */
export function encodeHalves(from: i32, length: i32, out: i32): void {
  for (let i = 0; i < length; i += 2) {
    const low = halfOf(i32At(from + i));
    setI32(out + (i >> 1), i + 1 < length ? low | (halfOf(i32At(from + i + 1)) << 16) : low);
  }
}

/** The float16 nearest to the float32 with these bits. */
function halfOf(bits: i32): i32 {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x38800000) {
    // Rebias the exponent; half of the last kept bit and the bit itself round ties to even.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return sign;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (kept + (rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0));
}

const SUBNORMAL: f64 = 2 ** -24;

/** Writes `length` floats from the float16 at `from`, two to a word. Exact. */
export function decodeHalves(from: i32, length: i32, out: i32): void {
  for (let i = 0; i < length; i++) {
    const word = i32At(from + (i >> 1));
    const half = (i & 1) === 0 ? word & 0xffff : word >>> 16;
    const magnitude = half & 0x7fff;
    if (magnitude < 0x400) setF32(out + i, magnitude * SUBNORMAL);
    else setI32(out + i, (magnitude << 13) + 0x38000000);
    setI32(out + i, i32At(out + i) | ((half & 0x8000) << 16));
  }
}
