/**
 * Ways to damage a file, as iterators over (label, bytes), for tests that a reader notices every
 * one. Every damage differs from the original: a zeroed range that was zero, or a swap of equal
 * regions, is left out, because a reader is right to accept it. The bytes are a fresh copy each
 * time.
 */
import { Random } from './random.ts';

// Copies are made with `new Uint8Array`: the slice of a Buffer shares the memory of the original.

/** One damaged copy; the label says what was done and where. */
export interface Damage {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** The byte range to damage, the whole file by default, and the distance between damages, 1. */
export interface DamageRange {
  readonly from?: number;
  readonly to?: number;
  readonly step?: number;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * Every byte of the range, changed by each of the masks in turn: lowest bit, highest bit, all bits.
 */
export function* singleByteChanges(
  original: Uint8Array,
  options: DamageRange & { readonly masks?: readonly number[] } = {},
): Generator<Damage> {
  const { from = 0, to = original.length, step = 1, masks = [0x01, 0x80, 0xff] } = options;
  for (let offset = from; offset < to; offset += step) {
    for (const mask of masks) {
      const bytes = new Uint8Array(original);
      bytes[offset] = bytes[offset]! ^ mask;
      yield { label: `byte ${offset} xor 0x${mask.toString(16)}`, bytes };
    }
  }
}

/** Every shorter length of the range, down to an empty file. */
export function* truncations(original: Uint8Array, options: DamageRange = {}): Generator<Damage> {
  const { from = 0, to = original.length, step = 1 } = options;
  for (let length = from; length < to; length += step) {
    yield {
      label: `cut to ${length} of ${original.length} bytes`,
      bytes: new Uint8Array(original.subarray(0, length)),
    };
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Zeros, random bytes and a copy of the beginning, of several lengths, behind the end. */
export function* tailGarbage(
  original: Uint8Array,
  options: { readonly lengths?: readonly number[]; readonly seed?: number } = {},
): Generator<Damage> {
  const { lengths = [1, 8, 64, 4096], seed = 1 } = options;
  const random = new Random(seed);
  for (const length of lengths) {
    const noise = Uint8Array.from({ length }, () => random.integer(0, 256));
    yield {
      label: `${length} zero bytes appended`,
      bytes: concatenate(original, new Uint8Array(length)),
    };
    yield { label: `${length} random bytes appended`, bytes: concatenate(original, noise) };
    if (original.length === 0) continue;
    const beginning = new Uint8Array(original.subarray(0, length));
    yield {
      label: `first ${beginning.length} bytes repeated at the end`,
      bytes: concatenate(original, beginning),
    };
  }
}

/** Ranges of `length` (64) bytes set to zero, as a page that never reached the disk. */
export function* zeroedRanges(
  original: Uint8Array,
  options: { readonly length?: number; readonly step?: number } = {},
): Generator<Damage> {
  const { length = 64, step = length } = options;
  for (let start = 0; start < original.length; start += step) {
    const end = Math.min(start + length, original.length);
    const bytes = new Uint8Array(original).fill(0, start, end);
    if (!isSame(bytes, original)) yield { label: `bytes ${start} to ${end} zeroed`, bytes };
  }
}

/**
 * Neighboring and far regions of `length` (64) bytes exchanged, as blocks written to the wrong
 * place.
 */
export function* regionSwaps(
  original: Uint8Array,
  options: { readonly length?: number } = {},
): Generator<Damage> {
  const { length = 64 } = options;
  const regions = Math.floor(original.length / length);
  for (let i = 0; i < regions; i++) {
    for (const j of new Set([i + 1, regions - 1 - i])) {
      if (j <= i || j >= regions) continue;
      const bytes = new Uint8Array(original);
      bytes.set(original.subarray(i * length, (i + 1) * length), j * length);
      bytes.set(original.subarray(j * length, (j + 1) * length), i * length);
      if (!isSame(bytes, original))
        yield { label: `regions ${i} and ${j} of ${length} bytes swapped`, bytes };
    }
  }
}

/**
 * Everything above with default options, one after the other: about four damages per byte, so for
 * small files.
 */
export function* everyDamage(original: Uint8Array): Generator<Damage> {
  yield* singleByteChanges(original);
  yield* truncations(original);
  yield* tailGarbage(original);
  yield* zeroedRanges(original);
  yield* regionSwaps(original);
}
