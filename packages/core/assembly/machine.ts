// The machine of the WebAssembly targets, twin of src/hot/machine.ts: the same functions over the
// imported memory, kernels in 128-bit SIMD. Compiled twice, with and without relaxed SIMD.

// @ts-nocheck: AssemblyScript, not TypeScript.

export {
  dotFloats,
  dotFloatsQuad,
  l2Floats,
  l2FloatsQuad,
  maxMagnitude,
  scaleFloats,
  squareScaled,
} from './float-kernels.ts';

@inline
export function i32At(word: i32): i32 {
  return load<i32>(<usize>word << 2);
}

@inline
export function setI32(word: i32, value: i32): void {
  store<i32>(<usize>word << 2, value);
}

@inline
export function f32At(word: i32): f64 {
  return <f64>load<f32>(<usize>word << 2);
}

@inline
export function setF32(word: i32, value: f64): void {
  store<f32>(<usize>word << 2, <f32>value);
}

@inline
export function u8At(word: i32, index: i32): i32 {
  return <i32>load<u8>((<usize>word << 2) + <usize>index);
}

@inline
export function setU8(word: i32, index: i32, value: i32): void {
  store<u8>((<usize>word << 2) + <usize>index, <u8>value);
}

export function clear(word: i32, words: i32): void {
  memory.fill(<usize>word << 2, 0, <usize>words << 2);
}

export function copyWords(from: i32, to: i32, words: i32): void {
  memory.copy(<usize>to << 2, <usize>from << 2, <usize>words << 2);
}

@inline
export function asInteger(flag: boolean): i32 {
  return <i32>flag;
}

@inline
export function multiply(a: i32, b: i32): i32 {
  return a * b;
}

@inline
export function truncate(value: f64): i32 {
  return <i32>value;
}

@inline
export function lowestBit(bits: i32): i32 {
  return ctz(bits);
}

@inline
export function sortableAt(word: i32): i32 {
  const bits = load<i32>(<usize>word << 2);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

@inline
export function setFromSortable(word: i32, key: i32): void {
  store<i32>(<usize>word << 2, key ^ ((key >> 31) & 0x7fffffff));
}

export function shiftGreater(first: i32, end: i32, key: i32): i32 {
  const start = <usize>first << 2;
  const keys = i32x4.splat(key);
  let at = <usize>end << 2;
  while (at >= start + 16) {
    const pairs = v128.load(at - 16);
    const greater = i32x4.gt_s(pairs, keys);
    if (!(i32x4.extract_lane(greater, 0) & i32x4.extract_lane(greater, 2))) break;
    v128.store(at - 8, pairs);
    at -= 16;
  }
  while (at > start && load<i32>(at - 8) > key) {
    store<u64>(at, load<u64>(at - 8));
    at -= 8;
  }
  return <i32>(at >> 2);
}

/** Adds the dot product of sixteen codes to four running sums. */
@inline
function accumulate(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    // Exact on every CPU: a in -127..127 and b in 0..127 keep each pair sum inside 16 bits.
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, sum);
  }
  const pairs = i16x8.add(i16x8.extmul_low_i8x16_s(a, b), i16x8.extmul_high_i8x16_s(a, b));
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(pairs));
}

/** The sum of four lanes; also for the block kernels. */
@inline
export function sumLanes(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3))
  );
}

/** accumulate where the signs may be on the side of `b` instead. */
@inline
function accumulateSigned(sum: v128, a: v128, b: v128, isFine: bool): v128 {
  return isFine ? accumulate(sum, b, a) : accumulate(sum, a, b);
}

export function dotCodes(a: i32, b: i32, words: i32): i32 {
  let left = <usize>a << 2;
  let right = <usize>b << 2;
  const end = left + (<usize>words << 2);
  let sum = i32x4.splat(0);
  while (left < end) {
    sum = accumulate(sum, v128.load(left), v128.load(right));
    left += 16;
    right += 16;
  }
  return sumLanes(sum);
}

/** Four sums of four lanes become one vector of four sums; also for the block kernels. */
@inline
export function transposeAdd(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** Dot products of codes at `query` with the rows at four places; either side may have signs. */
@inline
function dotQuad(
  query: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  bytes: usize,
  isFine: bool = false,
): v128 {
  const end = query + bytes;
  let sa = i32x4.splat(0);
  let sb = i32x4.splat(0);
  let sc = i32x4.splat(0);
  let sd = i32x4.splat(0);
  while (query < end) {
    const q = v128.load(query);
    sa = accumulateSigned(sa, q, v128.load(a), isFine);
    sb = accumulateSigned(sb, q, v128.load(b), isFine);
    sc = accumulateSigned(sc, q, v128.load(c), isFine);
    sd = accumulateSigned(sd, q, v128.load(d), isFine);
    query += 16;
    a += 16;
    b += 16;
    c += 16;
    d += 16;
  }
  return transposeAdd(sa, sb, sc, sd);
}

export function dotCodesQuad(
  query: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  words: i32,
  out: i32,
): void {
  const bytes = <usize>words << 2;
  const dots = dotQuad(
    <usize>query << 2,
    <usize>a << 2,
    <usize>b << 2,
    <usize>c << 2,
    <usize>d << 2,
    bytes,
  );
  v128.store(<usize>out << 2, dots);
}

@inline
function measureQuads(
  query: i32,
  own: i32,
  codes: i32,
  words: i32,
  norms: i32,
  mask: i32,
  list: i32,
  count: i32,
  out: i32,
  isFine: bool,
): void {
  const bytes = <usize>words << 2;
  const first = <usize>codes << 2;
  const normAt = <usize>norms << 2;
  const owns = i32x4.splat(own);
  const masks = i32x4.splat(mask);
  let at = <usize>list << 2;
  let to = <usize>out << 2;
  const end = at + (<usize>count << 2);
  if (count & 3) {
    // The last four are filled up with the last: a quad costs no more than two single rows.
    const last = load<i32>(end - 4);
    store<i32>(end, last);
    store<i32>(end, last, 4);
    store<i32>(end, last, 8);
  }
  while (at < end) {
    const a = <usize>load<i32>(at);
    const b = <usize>load<i32>(at, 4);
    const c = <usize>load<i32>(at, 8);
    const d = <usize>load<i32>(at, 12);
    let four = v128.load32_zero(normAt + (a << 2));
    four = v128.load32_lane(normAt + (b << 2), four, 1);
    four = v128.load32_lane(normAt + (c << 2), four, 2);
    four = v128.load32_lane(normAt + (d << 2), four, 3);
    const dots = dotQuad(
      <usize>query << 2,
      first + a * bytes,
      first + b * bytes,
      first + c * bytes,
      first + d * bytes,
      bytes,
      isFine,
    );
    const sums = i32x4.add(owns, v128.and(four, masks));
    v128.store(to, i32x4.sub(sums, i32x4.shl(dots, 1)));
    at += 16;
    to += 16;
  }
}

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
  isFine: bool,
): void {
  if (isFine) measureQuads(query, own, codes, words, norms, mask, list, count, out, true);
  else measureQuads(query, own, codes, words, norms, mask, list, count, out, false);
}

export function nearestSelected(
  code: i32,
  norm: i32,
  list: i32,
  norms: i32,
  count: i32,
  words: i32,
  limit: i32,
): i32 {
  const bytes = <usize>words << 2;
  const limits = i32x4.splat(limit);
  const own = i32x4.splat(norm);
  let nearest = i32x4.splat(0x7fffffff);
  let entry = <usize>list << 2;
  let normAt = <usize>norms << 2;
  const last = entry + (<usize>count << 2);
  while (entry < last) {
    const dots = dotQuad(
      <usize>code << 2,
      <usize>load<i32>(entry) << 2,
      <usize>load<i32>(entry, 4) << 2,
      <usize>load<i32>(entry, 8) << 2,
      <usize>load<i32>(entry, 12) << 2,
      bytes,
    );
    const distances = i32x4.sub(i32x4.add(own, v128.load(normAt)), i32x4.shl(dots, 1));
    nearest = i32x4.min_s(nearest, distances);
    if (v128.any_true(i32x4.le_s(distances, limits))) break;
    entry += 16;
    normAt += 16;
  }
  const halves = i32x4.min_s(nearest, v128.shuffle<i32>(nearest, nearest, 2, 3, 0, 1));
  return min(i32x4.extract_lane(halves, 0), i32x4.extract_lane(halves, 1));
}

/** Two floats to code components in the lower two lanes, not yet clipped. */
@inline
function scalePair(vector: usize, mean: usize, inverse: v128): v128 {
  const value = f64x2.promote_low_f32x4(v128.load64_zero(vector));
  const centre = f64x2.promote_low_f32x4(v128.load64_zero(mean));
  const scaled = f64x2.add(f64x2.mul(f64x2.sub(value, centre), inverse), f64x2.splat(64.5));
  return i32x4.trunc_sat_f64x2_s_zero(scaled);
}

export function encodeFloats(
  vector: i32,
  means: i32,
  dimension: i32,
  inverse: f64,
  code: i32,
): void {
  const factors = f64x2.splat(inverse);
  let from = <usize>vector << 2;
  let mean = <usize>means << 2;
  let to = <usize>code << 2;
  const end = to + <usize>(dimension & ~3);
  while (to < end) {
    const low = scalePair(from, mean, factors);
    const high = scalePair(from + 8, mean + 8, factors);
    const four = v128.shuffle<i32>(low, high, 0, 1, 4, 5);
    const clipped = i32x4.min_s(i32x4.max_s(four, i32x4.splat(0)), i32x4.splat(127));
    const narrow = i16x8.narrow_i32x4_s(clipped, clipped);
    store<i32>(to, i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0));
    from += 16;
    mean += 16;
    to += 4;
  }
  const last = to + <usize>(dimension & 3);
  for (; to < last; to++) {
    const scaled = (<f64>load<f32>(from) - <f64>load<f32>(mean)) * inverse + 64.5;
    store<u8>(to, scaled < 0 ? 0 : scaled >= 128 ? 127 : <i32>scaled);
    from += 4;
    mean += 4;
  }
}

@inline
export function squareCodes(row: i32, words: i32): i32 {
  return dotCodes(row, row, words);
}

export function orWords(word: i32, words: i32): i32 {
  let at = <usize>word << 2;
  const end = at + (<usize>words << 2);
  let bits = i32x4.splat(0);
  for (; at < end; at += 16) bits = v128.or(bits, v128.load(at));
  bits = v128.or(bits, v128.shuffle<i32>(bits, bits, 2, 3, 0, 1));
  return i32x4.extract_lane(bits, 0) | i32x4.extract_lane(bits, 1);
}

/** The last numbers, fewer than a register: one by one against all before them. */
@inline
function isLastNeighbor(start: usize, at: usize, self: v128, limit: i32): bool {
  const node = v128.load32_splat(at);
  if (<u32>load<i32>(at) >= <u32>limit) return false;
  let same = i32x4.eq(node, self);
  let other = start;
  for (; other + 16 <= at; other += 16) same = v128.or(same, i32x4.eq(node, v128.load(other)));
  if (v128.any_true(same)) return false;
  for (; other < at; other += 4) {
    if (load<i32>(other) === load<i32>(at)) return false;
  }
  return true;
}

/** Pairs in one register meet when it is turned by one and by two; others number by number. */
export function areNeighbors(
  word: i32,
  count: i32,
  self: i32,
  limit: i32,
  first: i32,
  length: i32,
): bool {
  const start = <usize>word << 2;
  const end = start + (<usize>(count & ~3) << 2);
  const last = start + (<usize>count << 2);
  const limits = i32x4.splat(limit);
  const selves = i32x4.splat(self);
  const firsts = i32x4.splat(first);
  let bad = i32x4.splat(0);
  let at = start;
  for (; at < end; at += 16) {
    const four = v128.load(at);
    bad = v128.or(bad, i32x4.ge_u(four, limits));
    bad = v128.or(bad, i32x4.eq(four, selves));
    bad = v128.or(bad, i32x4.lt_u(i32x4.sub(four, firsts), i32x4.splat(length)));
    bad = v128.or(bad, i32x4.eq(four, v128.shuffle<i32>(four, four, 1, 2, 3, 0)));
    bad = v128.or(bad, i32x4.eq(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1)));
    const a = v128.load32_splat(at);
    const b = v128.load32_splat(at, 4);
    const c = v128.load32_splat(at, 8);
    const d = v128.load32_splat(at, 12);
    for (let other = start; other < at; other += 16) {
      const others = v128.load(other);
      const ab = v128.or(i32x4.eq(a, others), i32x4.eq(b, others));
      bad = v128.or(bad, v128.or(ab, v128.or(i32x4.eq(c, others), i32x4.eq(d, others))));
    }
  }
  if (v128.any_true(bad)) return false;
  for (; at < last; at += 4) {
    if (!isLastNeighbor(start, at, selves, limit)) return false;
    if (<u32>(load<i32>(at) - first) < <u32>length) return false;
  }
  return true;
}

@inline
export function touch(word: i32, words: i32): i32 {
  const first = <usize>word << 2;
  const end = first + (<usize>words << 2);
  let mix = 0;
  for (let at = first; at < end; at += 64) mix ^= load<i32>(at);
  return mix;
}
