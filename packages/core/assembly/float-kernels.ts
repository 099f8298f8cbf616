// The float kernels of src/hot/machine.ts in 128-bit SIMD: the rounding of four running sums.

// @ts-nocheck: AssemblyScript, not TypeScript.

@inline
function l2Step(sum: v128, a: v128, b: v128): v128 {
  const difference = f32x4.sub(a, b);
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

@inline
function dotStep(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

@inline
function sumFloatLanes(sum: v128): f32 {
  const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
  return low + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
}

/** The components after the last whole vector register, added one by one. */
@inline
function l2Tail(sum: f32, a: usize, b: usize, count: i32): f32 {
  for (let i = 0; i < count; i++) {
    const difference = load<f32>(a + (<usize>i << 2)) - load<f32>(b + (<usize>i << 2));
    sum += difference * difference;
  }
  return sum;
}

@inline
function dotTail(sum: f32, a: usize, b: usize, count: i32): f32 {
  for (let i = 0; i < count; i++) {
    sum += load<f32>(a + (<usize>i << 2)) * load<f32>(b + (<usize>i << 2));
  }
  return sum;
}

export function l2Floats(a: i32, b: i32, dimension: i32): f32 {
  let left = <usize>a << 2;
  let right = <usize>b << 2;
  const end = left + (<usize>(dimension & ~3) << 2);
  let sum = f32x4.splat(0);
  while (left < end) {
    sum = l2Step(sum, v128.load(left), v128.load(right));
    left += 16;
    right += 16;
  }
  return l2Tail(sumFloatLanes(sum), left, right, dimension & 3);
}

export function dotFloats(a: i32, b: i32, dimension: i32): f32 {
  let left = <usize>a << 2;
  let right = <usize>b << 2;
  const end = left + (<usize>(dimension & ~3) << 2);
  let sum = f32x4.splat(0);
  while (left < end) {
    sum = dotStep(sum, v128.load(left), v128.load(right));
    left += 16;
    right += 16;
  }
  return dotTail(sumFloatLanes(sum), left, right, dimension & 3);
}

export function l2FloatsQuad(
  query: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  dimension: i32,
  out: i32,
): void {
  let at = <usize>query << 2;
  const end = at + (<usize>(dimension & ~3) << 2);
  let pa = <usize>a << 2;
  let pb = <usize>b << 2;
  let pc = <usize>c << 2;
  let pd = <usize>d << 2;
  let sa = f32x4.splat(0);
  let sb = f32x4.splat(0);
  let sc = f32x4.splat(0);
  let sd = f32x4.splat(0);
  while (at < end) {
    const q = v128.load(at);
    sa = l2Step(sa, q, v128.load(pa));
    sb = l2Step(sb, q, v128.load(pb));
    sc = l2Step(sc, q, v128.load(pc));
    sd = l2Step(sd, q, v128.load(pd));
    at += 16;
    pa += 16;
    pb += 16;
    pc += 16;
    pd += 16;
  }
  const tail = dimension & 3;
  const to = <usize>out << 2;
  store<f32>(to, l2Tail(sumFloatLanes(sa), at, pa, tail));
  store<f32>(to + 4, l2Tail(sumFloatLanes(sb), at, pb, tail));
  store<f32>(to + 8, l2Tail(sumFloatLanes(sc), at, pc, tail));
  store<f32>(to + 12, l2Tail(sumFloatLanes(sd), at, pd, tail));
}

export function dotFloatsQuad(
  query: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  dimension: i32,
  out: i32,
): void {
  let at = <usize>query << 2;
  const end = at + (<usize>(dimension & ~3) << 2);
  let pa = <usize>a << 2;
  let pb = <usize>b << 2;
  let pc = <usize>c << 2;
  let pd = <usize>d << 2;
  let sa = f32x4.splat(0);
  let sb = f32x4.splat(0);
  let sc = f32x4.splat(0);
  let sd = f32x4.splat(0);
  while (at < end) {
    const q = v128.load(at);
    sa = dotStep(sa, q, v128.load(pa));
    sb = dotStep(sb, q, v128.load(pb));
    sc = dotStep(sc, q, v128.load(pc));
    sd = dotStep(sd, q, v128.load(pd));
    at += 16;
    pa += 16;
    pb += 16;
    pc += 16;
    pd += 16;
  }
  const tail = dimension & 3;
  const to = <usize>out << 2;
  store<f32>(to, dotTail(sumFloatLanes(sa), at, pa, tail));
  store<f32>(to + 4, dotTail(sumFloatLanes(sb), at, pb, tail));
  store<f32>(to + 8, dotTail(sumFloatLanes(sc), at, pc, tail));
  store<f32>(to + 12, dotTail(sumFloatLanes(sd), at, pd, tail));
}

/** Without their signs, floats order as their bits do, and no number is above NaN. */
export function maxMagnitude(word: i32, length: i32): f64 {
  const mask = i32x4.splat(0x7fffffff);
  let at = <usize>word << 2;
  const last = at + (<usize>length << 2);
  const end = at + (<usize>(length & ~7) << 2);
  let a = i32x4.splat(0);
  let b = a;
  for (; at < end; at += 32) {
    a = i32x4.max_s(a, v128.and(v128.load(at), mask));
    b = i32x4.max_s(b, v128.and(v128.load(at, 16), mask));
  }
  for (; at + 16 <= last; at += 16) a = i32x4.max_s(a, v128.and(v128.load(at), mask));
  a = i32x4.max_s(a, b);
  a = i32x4.max_s(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  let largest = max(i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1));
  for (; at < last; at += 4) largest = max(largest, load<i32>(at) & 0x7fffffff);
  return <f64>reinterpret<f32>(largest);
}

export function squareScaled(word: i32, length: i32, factor: f64): f64 {
  const factors = f64x2.splat(factor);
  let at = <usize>word << 2;
  const end = at + (<usize>(length & ~1) << 2);
  let sums = f64x2.splat(0);
  while (at < end) {
    const pair = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(at)), factors);
    sums = f64x2.add(sums, f64x2.mul(pair, pair));
    at += 8;
  }
  let even = f64x2.extract_lane(sums, 0);
  if (length & 1) {
    const last = <f64>load<f32>(at) * factor;
    even += last * last;
  }
  return even + f64x2.extract_lane(sums, 1);
}

export function scaleFloats(word: i32, length: i32, factor: f64): void {
  const factors = f64x2.splat(factor);
  let at = <usize>word << 2;
  const end = at + (<usize>(length & ~1) << 2);
  while (at < end) {
    const pair = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(at)), factors);
    v128.store64_lane(at, f32x4.demote_f64x2_zero(pair), 0);
    at += 8;
  }
  if (length & 1) store<f32>(at, <f32>(<f64>load<f32>(at) * factor));
}
