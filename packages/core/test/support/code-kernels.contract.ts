// Models of the kernels for bits, transforms and halves, and how these are run on a bare memory. A
// float16 is made here from its definition, as a number; the kernels make it from bits.

import type { BareMemory } from './targets.ts';

const FIRST = 64;

/** Bits set in a row, one by one. */
export function naiveCount(row: Int32Array): number {
  let sum = 0;
  for (const word of row) for (let bit = 0; bit < 32; bit++) sum += (word >>> bit) & 1;
  return sum;
}

/** The sum of the numbers whose bit is set in the row. */
export function naivePlanes(row: Int32Array, numbers: Uint8Array): number {
  let sum = 0;
  numbers.forEach((number, i) => {
    if (((row[i >> 5] >>> (i & 31)) & 1) === 1) sum += number;
  });
  return sum;
}

/** Numbers 0..15 as planes: for every 128 of them four words of each bit, the lowest first. */
export function writePlanes(numbers: Uint8Array): Int32Array {
  const planes = new Int32Array(numbers.length / 8);
  numbers.forEach((number, i) => {
    for (let bit = 0; bit < 4; bit++) {
      const word = 16 * Math.floor(i / 128) + 4 * bit + Math.floor((i % 128) / 32);
      planes[word] |= ((number >> bit) & 1) << (i % 32);
    }
  });
  return planes;
}

/** dotPlanes of a row and numbers. */
export function runPlanes(memory: BareMemory, row: Int32Array, numbers: Uint8Array): number {
  memory.i32s.set(row, FIRST);
  memory.i32s.set(writePlanes(numbers), FIRST + row.length);
  return memory.hot.dotPlanes(FIRST, FIRST + row.length, row.length);
}

/** The transform by its matrix, whose signs are parities, in float64. */
export function naiveHadamard(input: Float32Array): number[] {
  return Array.from(input, (_, row) => {
    let sum = 0;
    input.forEach((value, column) => {
      sum += naiveCount(Int32Array.of(row & column)) % 2 === 0 ? value : -value;
    });
    return sum;
  });
}

/** hadamard of the floats. */
export function runHadamard(memory: BareMemory, input: Float32Array): Float32Array {
  memory.f32s.set(input, FIRST);
  memory.hot.hadamard(FIRST, input.length);
  return memory.f32s.slice(FIRST, FIRST + input.length);
}

/** What the 16 bits of a finite float16 stand for. */
export function halfValue(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

/** The bits of the float16 nearest to a number of at most 65,504, ties to even. */
export function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const step = 2 ** (exponent - 10);
  const steps = magnitude / step;
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  const number = rounded * step;
  const own = number === 0 ? -14 : Math.max(-14, Math.floor(Math.log2(number)));
  const bits =
    number < 2 ** -14 ? number * 2 ** 24 : (own + 15) * 1024 + (number / 2 ** own - 1) * 1024;
  return bits + (value < 0 || Object.is(value, -0) ? 0x8000 : 0);
}

/** Halves as the kernel writes them, one by one. */
export function runEncodeHalves(memory: BareMemory, floats: Float32Array): Uint16Array {
  const out = FIRST + floats.length;
  memory.f32s.set(floats, FIRST);
  memory.hot.encodeHalves(FIRST, floats.length, out);
  return new Uint16Array(memory.i32s.slice(out, out + floats.length).buffer, 0, floats.length);
}

/** The floats of halves. */
export function runDecodeHalves(memory: BareMemory, halves: Uint16Array): Float32Array {
  const out = FIRST + halves.length;
  const padded = new Uint16Array(2 * Math.ceil(halves.length / 2));
  padded.set(halves);
  memory.i32s.set(new Int32Array(padded.buffer), FIRST);
  memory.hot.decodeHalves(FIRST, halves.length, out);
  return memory.f32s.slice(out, out + halves.length);
}
