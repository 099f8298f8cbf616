// Fine codes: 8 bits, signed, where codes are all that is kept. Component i is (x - mean[i]) in
// half steps of the 7-bit codes, clipped to -127..127; queries stay at 7 bits and whole steps. So
// of every product one side has 7 bits and no sign, and sums stay exact where kernels add in 16
// bits.
//
// With s the code, u the query's and c = u - 64: |2c - s|^2 / 2 = 2 c^2 + (s^2 + 256 s) / 2 - 2 us,
// which is query norm + norm - 2 dot, in units of half a step squared, halved. Under dot the norm
// is 128 s and the query has none.

import { decodeBytes } from './code-kernels.ts';
import {
  BUFFER_WORD,
  CODE_SCALE,
  CODE_WORDS,
  CODES,
  DIMENSION,
  MEANS,
  METRIC,
  NORM_MASK,
  NORMS,
  QUERY_CODE_WORD,
  QUERY_CODES,
  QUERY_NORM,
} from './fields.ts';
import {
  clear,
  encodeFloats,
  f32At,
  i32At,
  maxMagnitude,
  setI32,
  setU8,
  truncate,
  u8At,
} from './machine.ts';

const CENTRE: i32 = 64;
const LARGEST: i32 = 127;
/** What is added to a code so that truncation rounds it, whatever its sign. */
const OFFSET: i32 = 128;
/** Of a byte: its sign. */
const SIGN: i32 = 128;

/** What the distance formula takes as the norm of the codes at `code`. */
export function fineNorm(code: i32): i32 {
  const dimension = i32At(DIMENSION);
  let sum: i32 = 0;
  let squares: i32 = 0;
  for (let i: i32 = 0; i < dimension; i++) {
    const byte = u8At(code, i);
    const value = byte < SIGN ? byte : byte - 2 * SIGN;
    sum += value;
    squares += value * value;
  }
  return i32At(METRIC) === 2 ? 2 * CENTRE * sum : (squares + 4 * CENTRE * sum) >> 1;
}

/** Encodes the floats at BUFFER of the scratch block, rotated already, to the codes of `slot`. */
export function encodeFine(scratch: i32, slot: i32): void {
  const dimension = i32At(DIMENSION);
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const vector = scratch + i32At(BUFFER_WORD);
  const means = i32At(MEANS);
  const inverse: f64 = 2 / f32At(CODE_SCALE);
  clear(code, i32At(CODE_WORDS));
  for (let i: i32 = 0; i < dimension; i++) {
    const scaled: f64 = (f32At(vector + i) - f32At(means + i)) * inverse;
    const clipped: f64 = scaled < -LARGEST ? -LARGEST : scaled > LARGEST ? LARGEST : scaled;
    setU8(code, i, (truncate(clipped + OFFSET + 0.5) - OFFSET) & 255);
  }
  setI32(i32At(NORMS) + slot, fineNorm(code));
}

/** Writes what the codes of `slot` stand for to BUFFER, rotated still. */
export function decodeFine(scratch: i32, slot: i32): void {
  const code = i32At(CODES) + slot * i32At(CODE_WORDS);
  const half: f64 = f32At(CODE_SCALE) / 2;
  decodeBytes(code, SIGN, i32At(MEANS), i32At(DIMENSION), half, scratch + i32At(BUFFER_WORD));
}

/** Binds the floats at `query`, rotated already. Under dot only their direction counts. */
export function bindFine(scratch: i32, query: i32): void {
  const code = scratch + i32At(QUERY_CODE_WORD);
  const dimension = i32At(DIMENSION);
  setI32(scratch + QUERY_CODES, code);
  setI32(scratch + QUERY_NORM, 0);
  setI32(scratch + NORM_MASK, -1);
  if (i32At(METRIC) === 2) {
    const largest = maxMagnitude(query, dimension);
    const factor: f64 = largest > 0 ? (CENTRE - 1) / largest : 0;
    for (let i: i32 = 0; i < dimension; i++) {
      setU8(code, i, truncate(f32At(query + i) * factor + CENTRE + 0.5));
    }
    return;
  }
  encodeFloats(query, i32At(MEANS), dimension, 1 / f32At(CODE_SCALE), code);
  let norm: i32 = 0;
  for (let i: i32 = 0; i < dimension; i++) {
    const centred = u8At(code, i) - CENTRE;
    norm += 2 * centred * centred;
  }
  setI32(scratch + QUERY_NORM, norm);
}
