// The kernels of src/hot/product-kernels.ts in 128-bit SIMD: the same floats.

// @ts-nocheck: AssemblyScript, not TypeScript.

/** Bytes of one component of 32 centroids, and of a table. */
const GROUP_BYTES: usize = 128;
const TABLE_BYTES: usize = 1024;

@inline
function squareStep(sum: v128, value: v128, at: usize): v128 {
  const difference = f32x4.sub(value, v128.load(at));
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

@inline
function dotStep(sum: v128, value: v128, at: usize): v128 {
  return f32x4.add(sum, f32x4.mul(value, v128.load(at)));
}

@inline
function storeScaled(to: usize, sum: v128, factors: v128): void {
  v128.store(to, f32x4.mul(sum, factors));
}

export function squareTable(piece: i32, centroids: i32, length: i32, factor: f64, out: i32): void {
  const first = <usize>piece << 2;
  const last = first + (<usize>length << 2);
  const factors = f32x4.splat(<f32>factor);
  let at = <usize>centroids << 2;
  let to = <usize>out << 2;
  const end = to + TABLE_BYTES;
  for (; to < end; to += GROUP_BYTES) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let g = f32x4.splat(0);
    let h = f32x4.splat(0);
    for (let from = first; from < last; from += 4) {
      const value = v128.load32_splat(from);
      a = squareStep(a, value, at);
      b = squareStep(b, value, at + 16);
      c = squareStep(c, value, at + 32);
      d = squareStep(d, value, at + 48);
      e = squareStep(e, value, at + 64);
      f = squareStep(f, value, at + 80);
      g = squareStep(g, value, at + 96);
      h = squareStep(h, value, at + 112);
      at += GROUP_BYTES;
    }
    storeScaled(to, a, factors);
    storeScaled(to + 16, b, factors);
    storeScaled(to + 32, c, factors);
    storeScaled(to + 48, d, factors);
    storeScaled(to + 64, e, factors);
    storeScaled(to + 80, f, factors);
    storeScaled(to + 96, g, factors);
    storeScaled(to + 112, h, factors);
  }
}

export function dotTable(piece: i32, centroids: i32, length: i32, out: i32): void {
  const first = <usize>piece << 2;
  const last = first + (<usize>length << 2);
  let at = <usize>centroids << 2;
  let to = <usize>out << 2;
  const end = to + TABLE_BYTES;
  for (; to < end; to += GROUP_BYTES) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let g = f32x4.splat(0);
    let h = f32x4.splat(0);
    for (let from = first; from < last; from += 4) {
      const value = v128.load32_splat(from);
      a = dotStep(a, value, at);
      b = dotStep(b, value, at + 16);
      c = dotStep(c, value, at + 32);
      d = dotStep(d, value, at + 48);
      e = dotStep(e, value, at + 64);
      f = dotStep(f, value, at + 80);
      g = dotStep(g, value, at + 96);
      h = dotStep(h, value, at + 112);
      at += GROUP_BYTES;
    }
    v128.store(to, f32x4.neg(a));
    v128.store(to + 16, f32x4.neg(b));
    v128.store(to + 32, f32x4.neg(c));
    v128.store(to + 48, f32x4.neg(d));
    v128.store(to + 64, f32x4.neg(e));
    v128.store(to + 80, f32x4.neg(f));
    v128.store(to + 96, f32x4.neg(g));
    v128.store(to + 112, f32x4.neg(h));
  }
}

export function smallestEntry(table: i32): i32 {
  const first = <usize>table << 2;
  const end = first + TABLE_BYTES;
  let least = v128.load(first);
  for (let at = first + 16; at < end; at += 16) least = f32x4.pmin(least, v128.load(at));
  least = f32x4.pmin(least, v128.shuffle<f32>(least, least, 2, 3, 0, 1));
  least = f32x4.pmin(least, v128.shuffle<f32>(least, least, 1, 0, 3, 2));
  for (let at = first; at < end; at += 16) {
    const places = i32x4.bitmask(f32x4.eq(v128.load(at), least));
    if (places !== 0) return <i32>((at - first) >> 2) + ctz(places);
  }
  return 0;
}
