// The kernels of src/hot/code-kernels.ts in 128-bit SIMD: the same integers and the same floats.

// @ts-nocheck: AssemblyScript, not TypeScript.

import { sumLanes } from './machine.ts';

/** Counts of a byte grow by at most eight each step: this many steps fit. */
const BYTE_STEPS: i32 = 31;

/** Adds the sixteen byte counts to four running sums. */
@inline
function widen(sum: v128, counts: v128): v128 {
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts)));
}

export function hammingBits(a: i32, b: i32, words: i32): i32 {
  let left = <usize>a << 2;
  let right = <usize>b << 2;
  let steps = words >> 2;
  let sum = i32x4.splat(0);
  while (steps > 0) {
    let counts = i8x16.splat(0);
    for (let i = min(steps, BYTE_STEPS); i > 0; i--) {
      counts = i8x16.add(counts, i8x16.popcnt(v128.xor(v128.load(left), v128.load(right))));
      left += 16;
      right += 16;
    }
    sum = widen(sum, counts);
    steps -= BYTE_STEPS;
  }
  return sumLanes(sum);
}

export function countRow(row: i32, words: i32): i32 {
  let at = <usize>row << 2;
  let steps = words >> 2;
  let sum = i32x4.splat(0);
  while (steps > 0) {
    let counts = i8x16.splat(0);
    for (let i = min(steps, BYTE_STEPS); i > 0; i--) {
      counts = i8x16.add(counts, i8x16.popcnt(v128.load(at)));
      at += 16;
    }
    sum = widen(sum, counts);
    steps -= BYTE_STEPS;
  }
  return sumLanes(sum);
}

export function dotPlanes(row: i32, planes: i32, words: i32): i32 {
  let at = <usize>row << 2;
  let plane = <usize>planes << 2;
  let steps = words >> 2;
  let sum0 = i32x4.splat(0);
  let sum1 = i32x4.splat(0);
  let sum2 = i32x4.splat(0);
  let sum3 = i32x4.splat(0);
  while (steps > 0) {
    let counts0 = i8x16.splat(0);
    let counts1 = i8x16.splat(0);
    let counts2 = i8x16.splat(0);
    let counts3 = i8x16.splat(0);
    for (let i = min(steps, BYTE_STEPS); i > 0; i--) {
      const bits = v128.load(at);
      counts0 = i8x16.add(counts0, i8x16.popcnt(v128.and(bits, v128.load(plane))));
      counts1 = i8x16.add(counts1, i8x16.popcnt(v128.and(bits, v128.load(plane, 16))));
      counts2 = i8x16.add(counts2, i8x16.popcnt(v128.and(bits, v128.load(plane, 32))));
      counts3 = i8x16.add(counts3, i8x16.popcnt(v128.and(bits, v128.load(plane, 48))));
      at += 16;
      plane += 64;
    }
    sum0 = widen(sum0, counts0);
    sum1 = widen(sum1, counts1);
    sum2 = widen(sum2, counts2);
    sum3 = widen(sum3, counts3);
    steps -= BYTE_STEPS;
  }
  const low = i32x4.add(sum0, i32x4.shl(sum1, 1));
  return sumLanes(i32x4.add(low, i32x4.add(i32x4.shl(sum2, 2), i32x4.shl(sum3, 3))));
}

/** The first two steps of a transform, inside one register. */
@inline
function hadamardFour(v: v128): v128 {
  const pairs = f32x4.add(
    v128.shuffle<f32>(v, v, 1, 0, 3, 2),
    f32x4.mul(v, f32x4(1, -1, 1, -1)),
  );
  return f32x4.add(
    v128.shuffle<f32>(pairs, pairs, 2, 3, 0, 1),
    f32x4.mul(pairs, f32x4(1, 1, -1, -1)),
  );
}

function hadamardSmall(word: i32, length: i32): void {
  const at = <usize>word << 2;
  if (length < 2) return;
  const a = load<f32>(at);
  const b = load<f32>(at + 4);
  store<f32>(at, a + b);
  store<f32>(at + 4, a - b);
}

export function hadamard(word: i32, length: i32): void {
  if (length < 4) {
    hadamardSmall(word, length);
    return;
  }
  const first = <usize>word << 2;
  const end = first + (<usize>length << 2);
  for (let at = first; at < end; at += 16) v128.store(at, hadamardFour(v128.load(at)));
  for (let half: usize = 16; half < <usize>length << 2; half *= 2) {
    for (let block = first; block < end; block += 2 * half) {
      for (let at = block; at < block + half; at += 16) {
        const a = v128.load(at);
        const b = v128.load(at + half);
        v128.store(at, f32x4.add(a, b));
        v128.store(at + half, f32x4.sub(a, b));
      }
    }
  }
}

export function multiplyFloats(word: i32, factors: i32, length: i32): void {
  let at = <usize>word << 2;
  let factor = <usize>factors << 2;
  const whole = at + (<usize>(length & ~3) << 2);
  for (; at < whole; at += 16) {
    v128.store(at, f32x4.mul(v128.load(at), v128.load(factor)));
    factor += 16;
  }
  const end = (<usize>word << 2) + (<usize>length << 2);
  for (; at < end; at += 4) {
    store<f32>(at, load<f32>(at) * load<f32>(factor));
    factor += 4;
  }
}

export function decodeBytes(
  code: i32,
  zero: i32,
  means: i32,
  dimension: i32,
  scale: f64,
  out: i32,
): void {
  const flip = zero & 128;
  const flips = i32x4.splat(flip);
  const zeros = i32x4.splat(zero);
  let from = <usize>code << 2;
  let mean = <usize>means << 2;
  let to = <usize>out << 2;
  const end = to + (<usize>dimension << 2);
  const steps = f32x4.splat(<f32>scale);
  const whole = to + (<usize>(dimension & ~3) << 2);
  for (; to < whole; to += 16) {
    const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
    const codes = i32x4.sub(v128.xor(i32x4.extend_low_i16x8_u(bytes), flips), zeros);
    const step = f32x4.mul(f32x4.convert_i32x4_s(codes), steps);
    v128.store(to, f32x4.add(step, v128.load(mean)));
    from += 4;
    mean += 16;
  }
  for (; to < end; to += 4) {
    const step = <f32>((<i32>load<u8>(from) ^ flip) - zero) * <f32>scale;
    store<f32>(to, step + load<f32>(mean));
    from += 1;
    mean += 4;
  }
}

export function encodeHalves(from: i32, length: i32, out: i32): void {
  const source = <usize>from << 2;
  const target = <usize>out << 2;
  for (let i: usize = 0; i < <usize>length; i++) {
    store<u16>(target + 2 * i, <u16>halfOf(load<u32>(source + 4 * i)));
  }
  if (length & 1) store<u16>(target + 2 * <usize>length, 0);
}

function halfOf(bits: u32): u32 {
  const sign = (bits >> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x38800000) {
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13);
  }
  const shift = 126 - (magnitude >> 23);
  if (shift > 24) return sign;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const kept = mantissa >> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie: u32 = 1 << (shift - 1);
  return sign | (kept + (rest > tie || (rest == tie && (kept & 1) == 1) ? 1 : 0));
}

/** Four float16, one to a lane, as float32: exponents moved by a multiplication, exact. */
@inline
function floatsOf(halves: v128): v128 {
  const magnitudes = i32x4.shl(v128.and(halves, i32x4.splat(0x7fff)), 13);
  const signs = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  return v128.or(f32x4.mul(magnitudes, f32x4.splat(<f32>5.192296858534828e33)), signs); // 2 ** 112
}

export function decodeHalves(from: i32, length: i32, out: i32): void {
  let at = <usize>from << 2;
  let to = <usize>out << 2;
  const whole = to + (<usize>(length & ~3) << 2);
  for (; to < whole; to += 16) {
    v128.store(to, floatsOf(v128.load16x4_u(at)));
    at += 8;
  }
  const end = (<usize>out << 2) + (<usize>length << 2);
  for (; to < end; to += 4) {
    store<f32>(to, f32x4.extract_lane(floatsOf(i32x4.splat(load<u16>(at))), 0));
    at += 2;
  }
}
