// The one source of randomness of this package: splitmix32, seeded, with independent streams.
// A stream per row makes a row of data independent of the rows drawn before it. There is no
// Math.cos in the normal numbers: engines round it differently, and the data would differ with it.

const GOLDEN_STEP = 0x9e3779b9;
const STREAM_STEP = 0x85ebca6b;

/** A seeded sequence of numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Mean 0, deviation 1 (Marsaglia's polar method). */
  normal(): number;
}

/** The sequence of a seed and a stream number, both taken modulo 2^32. */
export function createRandom(seed: number, stream: number): Random {
  let state = mix((mix(seed) + Math.imul(stream, STREAM_STEP)) | 0);
  const uniform = (): number => {
    state = (state + GOLDEN_STEP) | 0;
    return mix(state) / 2 ** 32;
  };
  const normal = (): number => {
    let x = 0;
    let square = 0;
    do {
      x = 2 * uniform() - 1;
      square = x * x + (2 * uniform() - 1) ** 2;
    } while (square >= 1 || square === 0);
    return x * Math.sqrt((-2 * Math.log(square)) / square);
  };
  return { uniform, normal };
}

/** A bijection of 32-bit words, so that different inputs never meet in one state. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
