// The only source of randomness: a counter hashed with the seed. There is no state, so what a node
// draws depends on the seed and on its number, never on order, threads or the engine's Math.log.

/** 32 well-mixed bits of (seed, value): the finalizer of MurmurHash3, applied twice. */
export function hash32(seed: number, value: number): number {
  return mix(mix((Math.imul(value, 0x9e3779b1) + 0x7f4a7c15) ^ seed) ^ Math.imul(seed, 0x85ebca77));
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) for (seed, value). */
export function uniform(seed: number, value: number): number {
  return hash32(seed, value) / 2 ** 32;
}

/**
 * The level of `node`: at least l with probability M^-l, which is floor(-ln(u) / ln(M)) of the
 * paper without logarithms (they differ in the last bit between engines).
 */
export function drawLevel(seed: number, node: number, M: number, maxLevel: number): number {
  const draw = hash32(seed, node);
  let level = 0;
  for (let bound = 2 ** 32 / M; level < maxLevel && draw < bound; bound /= M) level++;
  return level;
}

/** A seeded sample of the numbers [0, count), ascending, each at most once. */
export function drawSample(count: number, sampleCount: number, seed: number): number[] {
  if (sampleCount >= count) return Array.from({ length: count }, (_, i) => i);
  const step = count / sampleCount;
  return Array.from({ length: sampleCount }, (_, i) => {
    const first = Math.floor(i * step);
    return first + Math.floor(uniform(seed, i) * (Math.floor((i + 1) * step) - first));
  });
}
