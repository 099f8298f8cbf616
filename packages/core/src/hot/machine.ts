// The machine of the JavaScript target: typed reads and writes of one bound memory, and the kernels
// in scalar form. assembly/machine.ts is its WebAssembly twin, swapped in when asc compiles the
// folder; both give the same integers and, because the four running sums are the lanes of a vector
// register, the same floats.

import type { MachineViews } from './views.ts';

let i32s: Int32Array = new Int32Array(0);
let f32s: Float32Array = new Float32Array(0);
let i8s: Int8Array = new Int8Array(0);
let u8s: Uint8Array = new Uint8Array(0);

/** Binds the memory all following calls work on. Calls are synchronous, so none is interrupted. */
export function bindMachine(views: MachineViews): void {
  i32s = views.i32s;
  f32s = views.f32s;
  i8s = views.i8s;
  u8s = views.u8s;
}

export function i32At(word: i32): i32 {
  return i32s[word];
}

export function setI32(word: i32, value: i32): void {
  i32s[word] = value;
}

export function f32At(word: i32): f64 {
  return f32s[word];
}

export function setF32(word: i32, value: f64): void {
  f32s[word] = value;
}

/** The byte `index` bytes after the start of `word`. */
export function u8At(word: i32, index: i32): i32 {
  return u8s[word * 4 + index];
}

export function setU8(word: i32, index: i32, value: i32): void {
  u8s[word * 4 + index] = value;
}

/** Clears `words` words. */
export function clear(word: i32, words: i32): void {
  i32s.fill(0, word, word + words);
}

/** Copies `words` words; the two places do not overlap. */
export function copyWords(from: i32, to: i32, words: i32): void {
  i32s.copyWithin(to, from, from + words);
}

/** 1 for true, 0 for false: what counting without a branch takes. */
export function asInteger(flag: boolean): i32 {
  return flag ? 1 : 0;
}

/** The low 32 bits of a product. */
export function multiply(a: i32, b: i32): i32 {
  return Math.imul(a, b);
}

export function truncate(value: f64): i32 {
  return Math.trunc(value);
}

/** The place of the lowest bit that is set; of 0 there is none. */
export function lowestBit(bits: i32): i32 {
  return 31 - Math.clz32(bits & -bits);
}

/** The bits of the float at `word`, mapped so that integers order as the floats do. */
export function sortableAt(word: i32): i32 {
  const bits = i32s[word];
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/** Writes the float whose sortable form is `key`. */
export function setFromSortable(word: i32, key: i32): void {
  i32s[word] = key ^ ((key >> 31) & 0x7fffffff);
}

/**
 * Moves those of the ascending pairs [first, end) whose keys are greater than `key` one place up;
 * the word of the place that is free then. Addresses are words, a pair is two, the key first.
 */
export function shiftGreater(first: i32, end: i32, key: i32): i32 {
  let word = end;
  while (word > first && i32s[word - 2] > key) {
    i32s[word] = i32s[word - 2];
    i32s[word + 1] = i32s[word - 1];
    word -= 2;
  }
  return word;
}

/** Dot product of two code rows: `a` signed bytes, `b` 0..127. Exact. */
export function dotCodes(a: i32, b: i32, words: i32): i32 {
  let sum = 0;
  const end = (a + words) * 4;
  for (let i = a * 4, j = b * 4; i < end; i += 4, j += 4) {
    sum +=
      i8s[i] * i8s[j] + i8s[i + 1] * i8s[j + 1] + i8s[i + 2] * i8s[j + 2] + i8s[i + 3] * i8s[j + 3];
  }
  return sum;
}

/** dotCodes of `query` with the rows of four nodes; the four results go to `out`. */
export function dotCodesQuad(
  query: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  words: i32,
  out: i32,
): void {
  i32s[out] = dotCodes(query, a, words);
  i32s[out + 1] = dotCodes(query, b, words);
  i32s[out + 2] = dotCodes(query, c, words);
  i32s[out + 3] = dotCodes(query, d, words);
}

/**
 * Distances `own + norm - 2 * dot` of the codes at `query` to the `count` slots at `list`, into
 * `out`. Codes and norms are those of slot 0; of a norm only the bits of `mask` count. Up to three
 * words behind the list and behind the results are overwritten. The query may have signs, or, when
 * `isFine`, the codes; the other side is 0..127.
 */
export function measureCodes(
  query: i32,
  own: i32,
  codes: i32,
  words: i32,
  norms: i32,
  mask: i32,
  list: i32,
  count: i32,
  out: i32,
  _isFine: boolean,
): void {
  for (let i = 0; i < count; i++) {
    const slot = i32s[list + i];
    const norm = i32s[norms + slot] & mask;
    i32s[out + i] = own + norm - 2 * dotCodes(query, codes + slot * words, words);
  }
}

/**
 * The smallest distance of the codes at `code` to `count` others, a multiple of four, whose words
 * lie at `list` and whose norms at `norms`; the search ends after four of which one is within
 * `limit`, so that a result within it need not be the smallest.
 */
export function nearestSelected(
  code: i32,
  norm: i32,
  list: i32,
  norms: i32,
  count: i32,
  words: i32,
  limit: i32,
): i32 {
  let nearest: i32 = 0x7fffffff;
  for (let i = 0; i < count; i++) {
    const distance = norm + i32s[norms + i] - 2 * dotCodes(code, i32s[list + i], words);
    if (distance < nearest) nearest = distance;
    if (i % 4 === 3 && nearest <= limit) break;
  }
  return nearest;
}

/**
 * Writes round((value - mean) * inverse) + 64 for each component as a byte, clipped to 0..127.
 */
export function encodeFloats(
  vector: i32,
  means: i32,
  dimension: i32,
  inverse: f64,
  code: i32,
): void {
  for (let i = 0; i < dimension; i++) {
    // Half a step more than the centre, so that truncation rounds.
    const scaled = (f32s[vector + i] - f32s[means + i]) * inverse + 64.5;
    u8s[code * 4 + i] = scaled < 0 ? 0 : scaled >= 128 ? 127 : Math.trunc(scaled);
  }
}

/** Sum of the codes' squares: the squared norm in code space. */
export function squareCodes(row: i32, words: i32): i32 {
  return dotCodes(row, row, words);
}

const round: (value: number) => number = Math.fround;

/** Squared Euclidean distance of two float vectors, four running sums as in SIMD lanes. */
export function l2Floats(a: i32, b: i32, dimension: i32): f32 {
  let s0 = round(0);
  let s1 = round(0);
  let s2 = round(0);
  let s3 = round(0);
  const whole = dimension & ~3;
  for (let i = 0; i < whole; i += 4) {
    const d0 = round(f32s[a + i] - f32s[b + i]);
    const d1 = round(f32s[a + i + 1] - f32s[b + i + 1]);
    const d2 = round(f32s[a + i + 2] - f32s[b + i + 2]);
    const d3 = round(f32s[a + i + 3] - f32s[b + i + 3]);
    s0 = round(s0 + round(d0 * d0));
    s1 = round(s1 + round(d1 * d1));
    s2 = round(s2 + round(d2 * d2));
    s3 = round(s3 + round(d3 * d3));
  }
  let sum = round(round(s0 + s1) + round(s2 + s3));
  for (let i = whole; i < dimension; i++) {
    const difference = round(f32s[a + i] - f32s[b + i]);
    sum = round(sum + round(difference * difference));
  }
  return sum;
}

/** Dot product of two float vectors, four running sums as in SIMD lanes. */
export function dotFloats(a: i32, b: i32, dimension: i32): f32 {
  let s0 = round(0);
  let s1 = round(0);
  let s2 = round(0);
  let s3 = round(0);
  const whole = dimension & ~3;
  for (let i = 0; i < whole; i += 4) {
    s0 = round(s0 + round(f32s[a + i] * f32s[b + i]));
    s1 = round(s1 + round(f32s[a + i + 1] * f32s[b + i + 1]));
    s2 = round(s2 + round(f32s[a + i + 2] * f32s[b + i + 2]));
    s3 = round(s3 + round(f32s[a + i + 3] * f32s[b + i + 3]));
  }
  let sum = round(round(s0 + s1) + round(s2 + s3));
  for (let i = whole; i < dimension; i++) {
    sum = round(sum + round(f32s[a + i] * f32s[b + i]));
  }
  return sum;
}

/** l2Floats of `query` with four vectors; the four results go to `out`. */
export function l2FloatsQuad(
  query: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  dimension: i32,
  out: i32,
): void {
  f32s[out] = l2Floats(query, a, dimension);
  f32s[out + 1] = l2Floats(query, b, dimension);
  f32s[out + 2] = l2Floats(query, c, dimension);
  f32s[out + 3] = l2Floats(query, d, dimension);
}

/** dotFloats of `query` with four vectors; the four results go to `out`. */
export function dotFloatsQuad(
  query: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  dimension: i32,
  out: i32,
): void {
  f32s[out] = dotFloats(query, a, dimension);
  f32s[out + 1] = dotFloats(query, b, dimension);
  f32s[out + 2] = dotFloats(query, c, dimension);
  f32s[out + 3] = dotFloats(query, d, dimension);
}

/** Largest magnitude among `length` floats; NaN when one of them is NaN. */
export function maxMagnitude(word: i32, length: i32): f64 {
  let max = 0;
  for (let i = word; i < word + length; i++) {
    const magnitude = Math.abs(f32s[i]);
    if (Number.isNaN(magnitude)) return magnitude;
    if (magnitude > max) max = magnitude;
  }
  return max;
}

/** Sum of the squares of `length` floats times `factor`, in two running sums as in SIMD lanes. */
export function squareScaled(word: i32, length: i32, factor: f64): f64 {
  let even = 0;
  let odd = 0;
  const whole = length & ~1;
  for (let i = word; i < word + whole; i += 2) {
    const a = f32s[i] * factor;
    const b = f32s[i + 1] * factor;
    even += a * a;
    odd += b * b;
  }
  if (whole < length) {
    const last = f32s[word + whole] * factor;
    even += last * last;
  }
  return even + odd;
}

/** Multiplies `length` floats by `factor`, in float64. */
export function scaleFloats(word: i32, length: i32, factor: f64): void {
  for (let i = word; i < word + length; i++) f32s[i] *= factor;
}

/** The bits that are set in any of `words` words, a multiple of four. */
export function orWords(word: i32, words: i32): i32 {
  let bits = 0;
  for (let i = word; i < word + words; i++) bits |= i32s[i];
  return bits;
}

/**
 * True when the `count` numbers at `word` differ, none is `self`, all are in 0..limit - 1 and none
 * is in [first, first + length).
 */
export function areNeighbors(
  word: i32,
  count: i32,
  self: i32,
  limit: i32,
  first: i32,
  length: i32,
): boolean {
  for (let i = word; i < word + count; i++) {
    const node = i32s[i];
    if (node < 0 || node >= limit || node === self) return false;
    if (node >= first && node < first + length) return false;
    for (let j = word; j < i; j++) {
      if (i32s[j] === node) return false;
    }
  }
  return true;
}

/** Reads one word of each cache line of `words` words and returns a mix nobody needs. */
export function touch(word: i32, words: i32): i32 {
  // JavaScript gains nothing from touching ahead: the loads cost as much as the distances.
  return word ^ words;
}
