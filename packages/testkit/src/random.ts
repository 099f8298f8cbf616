/**
 * The one random source of test data: splitmix32, seeded, with independent streams.
 * A newcomer would use Math.sin or Math.cos for normal numbers: engines round them differently, so
 * the same seed would give other data elsewhere. The polar method below needs only a square root
 * and a logarithm.
 */

const GOLDEN_STEP = 0x9e3779b9;
const STREAM_STEP = 0x85ebca6b;

/** A bijection of 32-bit words, so that different inputs never meet in one state. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** A seeded sequence of numbers: the same seed and stream give the same sequence everywhere. */
export class Random {
  #state = 0;
  #spare = Number.NaN;

  /** `seed` and `stream` are taken modulo 2^32. */
  constructor(seed = 1, stream = 0) {
    this.restart(seed, stream);
  }

  /**
   * Begins the sequence of another seed or stream without allocating. A stream per row makes a row
   * of data independent of the rows drawn before it.
   */
  restart(seed: number, stream = 0): void {
    this.#state = mix((mix(seed) + Math.imul(stream, STREAM_STEP)) | 0);
    this.#spare = Number.NaN;
  }

  /** The next 32-bit word, 0 to 2^32 - 1. */
  word(): number {
    this.#state = (this.#state + GOLDEN_STEP) | 0;
    return mix(this.#state);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.word() / 4294967296;
  }

  /** A whole number from `low` up to but not including `high`. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low));
  }

  /** Normal with mean 0 and deviation 1 (Marsaglia's polar method, which makes two at a time). */
  normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    let x = 0;
    let y = 0;
    let square = 0;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spare = y * factor;
    return x * factor;
  }
}
