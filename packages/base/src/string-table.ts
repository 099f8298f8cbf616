// Strings with numbers: the first gets 0, the next new one 1, and so on for good. Open addressing
// over typed arrays, so that a table of a million strings needs no million objects. Strings are
// kept as UTF-16 units: any string of JavaScript comes back as it was, lone surrogates too.
//
// Hashes start from numbers that strangers cannot know, so that nobody can choose strings that
// collide. An image has the strings alone: whoever loads it hashes them anew, with other numbers,
// and an image that was forged can neither hide a string nor make its hashes collide.

import { GrowingArray } from './growing-array.ts';
import { arrayOfImage, type Image, ImageError, numberOfImage } from './image.ts';
import { allocateArray } from './shared-arrays.ts';
import { unpredictable } from './unpredictable.ts';

const FEWEST_SLOTS = 64;
/** Strings per slot beyond which the slots are doubled: probes stay short. */
const MAX_LOAD = 0.6;
/** Units decoded by one call: engines limit the number of arguments. */
const UNITS_PER_CALL = 8192;
const MAX_UNITS: number = 2 ** 32 - 1;

const BYTES = 256;

/** The last steps of MurmurHash3 (Appleby, 2011; public domain). */
function finish(hash: number, length: number): number {
  let last = hash ^ length;
  last = Math.imul(last ^ (last >>> 16), 0x85ebca6b);
  last = Math.imul(last ^ (last >>> 13), 0xc2b2ae35);
  return (last ^ (last >>> 16)) >>> 0;
}

/** A secret number for each value of a low byte, and behind them for each of a high byte. */
function keysOf(seed: number): Uint32Array {
  return Uint32Array.from({ length: 2 * BYTES }, (_, i) => finish(seed, i + 1));
}

/**
 * MurmurHash3's step, with secret numbers in the place of products of the unit: with those, blocks
 * are known that collide whatever a hash starts from (Aumasson and Bernstein, 2012).
 */
function mix(hash: number, unit: number, keys: Uint32Array): number {
  const mixed = hash ^ keys[unit & 0xff] ^ keys[BYTES + (unit >>> 8)];
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function hashOf(text: string, keys: Uint32Array): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i), keys);
  return finish(hash, text.length);
}

/** The same of the units [start, end). */
function hashOfUnits(
  units: Uint16Array,
  [start, end]: readonly [start: number, end: number],
  keys: Uint32Array,
): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = mix(hash, units[i], keys);
  return finish(hash, end - start);
}

/** The fewest slots, a power of two, that so many strings may have. */
function slotsFor(count: number): number {
  let slots = FEWEST_SLOTS;
  while (count > MAX_LOAD * slots) slots *= 2;
  return slots;
}

/**
 * Strings and their numbers: 0, 1, 2, ... in the order in which they came. Nothing is taken out.
 */
export class StringTable {
  readonly #keys: Uint32Array;
  /** The number of a string plus one, by hash; 0 where there is none. */
  #slots: Uint32Array;
  #hashes: GrowingArray<'uint32'>;
  /** Where each string ends among the units; it begins where the one before ends. */
  #ends: GrowingArray<'uint32'>;
  #units: GrowingArray<'uint16'>;

  /** @param seed of the hashes; only tests know it */
  constructor(seed: number = unpredictable()) {
    this.#keys = keysOf(seed);
    this.#slots = allocateArray('uint32', FEWEST_SLOTS);
    this.#hashes = new GrowingArray('uint32');
    this.#ends = new GrowingArray('uint32');
    this.#units = new GrowingArray('uint16');
  }

  /**
   * The table of an image, over its arrays. It is sound: every string has its number and no other.
   *
   * @throws {ImageError} where it is not as a table would have written it
   */
  static load(image: Image): StringTable {
    const count = numberOfImage(image, 'count', [0, 2 ** 31]);
    const ends = arrayOfImage(image, 'ends', 'uint32', count);
    const units = arrayOfImage(image, 'units', 'uint16');
    let end = 0;
    for (let i = 0; i < count; i++) {
      if (ends[i] < end) throw new ImageError(`string ${i} ends before it begins`);
      end = ends[i];
    }
    if (end !== units.length) throw new ImageError(`${units.length} units, not ${end}`);
    const table = new StringTable();
    table.#ends = GrowingArray.over('uint32', ends);
    table.#units = GrowingArray.over('uint16', units);
    table.#hashAll();
    return table;
  }

  /** Strings in the table. */
  get count(): number {
    return this.#ends.length;
  }

  /** Bytes of memory, what is in reserve too. */
  get byteLength(): number {
    const { byteLength } = this.#slots;
    return byteLength + this.#hashes.byteLength + this.#ends.byteLength + this.#units.byteLength;
  }

  /** The number of a string; -1 where it is not in the table. */
  find(text: string): number {
    return this.#slots[this.#slotOf(text, hashOf(text, this.#keys))] - 1;
  }

  /**
   * The number of a string, which is put into the table where it is not there yet.
   *
   * @throws {RangeError} when the strings together have more than 2^32 - 1 units, or there is no
   * memory for one more; the table is as before then
   */
  intern(text: string): number {
    const hash = hashOf(text, this.#keys);
    const found = this.#slots[this.#slotOf(text, hash)];
    if (found !== 0) return found - 1;
    this.#reserve(text.length);
    const units = this.#units;
    for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i));
    this.#ends.push(units.length);
    this.#hashes.push(hash);
    this.#slots[this.#slotOf(text, hash)] = this.count;
    return this.count - 1;
  }

  /** The string of a number that was given. */
  stringOf(number: number): string {
    const ends = this.#ends.values;
    const end = ends[number];
    const units = this.#units.values;
    let text = '';
    for (let start = number === 0 ? 0 : ends[number - 1]; start < end; start += UNITS_PER_CALL) {
      const piece = units.subarray(start, Math.min(end, start + UNITS_PER_CALL));
      text += String.fromCharCode.apply(null, piece as unknown as number[]);
    }
    return text;
  }

  /**
   * Below, above or 0 as a string of the table comes before, after or is `text`, by UTF-16 units.
   */
  compare(number: number, text: string): number {
    const ends = this.#ends.values;
    const start = number === 0 ? 0 : ends[number - 1];
    const length = ends[number] - start;
    const common = Math.min(length, text.length);
    const units = this.#units.values;
    for (let i = 0; i < common; i++) {
      const difference = units[start + i] - text.charCodeAt(i);
      if (difference !== 0) return difference;
    }
    return length - text.length;
  }

  /** The same of two strings of the table. */
  compareNumbers(one: number, other: number): number {
    const [start, end] = this.#rangeOf(one);
    const [otherStart, otherEnd] = this.#rangeOf(other);
    const common = Math.min(end - start, otherEnd - otherStart);
    const units = this.#units.values;
    for (let i = 0; i < common; i++) {
      const difference = units[start + i] - units[otherStart + i];
      if (difference !== 0) return difference;
    }
    return end - start - (otherEnd - otherStart);
  }

  /** What is wrong, in words: strings that a search would not find. Nothing in a sound table. */
  verify(): string[] {
    for (let number = 0; number < this.count; number++) {
      const found = this.#findOwn(number);
      if (found !== number) return [`string ${number} is found as ${found}`];
    }
    return [];
  }

  /** What a search for a string of the table finds: without making the string. */
  #findOwn(number: number): number {
    const [start, end] = this.#rangeOf(number);
    const units = this.#units.values;
    const hash = hashOfUnits(units, [start, end], this.#keys);
    const slots = this.#slots;
    const hashes = this.#hashes.values;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot] - 1;
      if (found === -1) return -1;
      if (hashes[found] !== hash) continue;
      if (found === number || this.#areEqual(found, number)) return found;
    }
  }

  /** Where a string begins and ends among the units. */
  #rangeOf(number: number): [start: number, end: number] {
    const ends = this.#ends.values;
    return [number === 0 ? 0 : ends[number - 1], ends[number]];
  }

  #areEqual(one: number, other: number): boolean {
    const [start, end] = this.#rangeOf(one);
    const [otherStart, otherEnd] = this.#rangeOf(other);
    if (end - start !== otherEnd - otherStart) return false;
    const units = this.#units.values;
    for (let i = 0; i < end - start; i++) {
      if (units[start + i] !== units[otherStart + i]) return false;
    }
    return true;
  }

  /** The table as it is now; what was appended is never changed, so views of it stay. */
  image(): Image {
    const arrays = { ends: this.#ends.view(), units: this.#units.view() };
    return { header: { count: this.count }, arrays };
  }

  /** Fills in hashes and slots of strings that were loaded; refuses those that are there twice. */
  #hashAll(): void {
    const { count } = this;
    const units = this.#units.values;
    const ends = this.#ends.values;
    const hashes = allocateArray('uint32', count);
    for (let number = 0, start = 0; number < count; number++) {
      hashes[number] = hashOfUnits(units, [start, ends[number]], this.#keys);
      start = ends[number];
    }
    const slots = allocateArray('uint32', slotsFor(count));
    const mask = slots.length - 1;
    for (let number = 0; number < count; number++) {
      let slot = hashes[number] & mask;
      for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
        const other = slots[slot] - 1;
        if (hashes[other] === hashes[number] && this.#areEqual(other, number)) {
          throw new ImageError(`string ${number} is string ${other} again`);
        }
      }
      slots[slot] = number + 1;
    }
    this.#hashes = GrowingArray.over('uint32', hashes);
    this.#slots = slots;
  }

  /** Room for one more string of so many units. */
  #reserve(length: number): void {
    const units = this.#units;
    if (units.length + length > MAX_UNITS) {
      throw new RangeError(`a table of strings holds ${MAX_UNITS} UTF-16 units at most`);
    }
    units.reserve(units.length + length);
    this.#ends.reserve(this.count + 1);
    this.#hashes.reserve(this.count + 1);
    if (this.count + 1 > MAX_LOAD * this.#slots.length) this.#widen();
  }

  /** Where a string is, or where it would be put. */
  #slotOf(text: string, hash: number): number {
    const slots = this.#slots;
    const hashes = this.#hashes.values;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot];
      if (found === 0) return slot;
      if (hashes[found - 1] === hash && this.#equals(found - 1, text)) return slot;
    }
  }

  #equals(number: number, text: string): boolean {
    const ends = this.#ends.values;
    const start = number === 0 ? 0 : ends[number - 1];
    if (ends[number] - start !== text.length) return false;
    const units = this.#units.values;
    for (let i = 0; i < text.length; i++) {
      if (units[start + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  #widen(): void {
    const slots = allocateArray('uint32', 2 * this.#slots.length);
    const hashes = this.#hashes.values;
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = hashes[number] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}
