// Strings with numbers: the first gets 0, the next new one 1, and so on for good. Open addressing
// over typed arrays, so that a table of a million strings is saved and loaded as it lies, without a
// million objects. Strings are kept as UTF-16 units: any string of JavaScript comes back as it was,
// lone surrogates too.

import { GrowingArray } from './growing-array.ts';
import { arrayOfImage, type Image, ImageError, numberOfImage } from './image.ts';
import { allocateArray } from './shared-arrays.ts';

const FEWEST_SLOTS = 64;
/** Strings per slot beyond which the slots are doubled: probes stay short. */
const MAX_LOAD = 0.6;
/** Units decoded by one call: engines limit the number of arguments. */
const UNITS_PER_CALL = 8192;
const MAX_UNITS: number = 2 ** 32 - 1;

/** MurmurHash3's steps over 16-bit units (Appleby, 2011; public domain). */
function mix(hash: number, value: number): number {
  let unit = Math.imul(value, 0xcc9e2d51);
  unit = (unit << 15) | (unit >>> 17);
  const mixed = hash ^ Math.imul(unit, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  let last = hash ^ length;
  last = Math.imul(last ^ (last >>> 16), 0x85ebca6b);
  last = Math.imul(last ^ (last >>> 13), 0xc2b2ae35);
  return (last ^ (last >>> 16)) >>> 0;
}

function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return finish(hash, text.length);
}

/** The same of the units [start, end). */
function hashOfUnits(
  units: Uint16Array,
  [start, end]: readonly [start: number, end: number],
  seed: number,
): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = mix(hash, units[i]);
  return finish(hash, end - start);
}

export class StringTable {
  readonly #seed: number;
  /** The number of a string plus one, by hash; 0 where there is none. */
  #slots: Uint32Array;
  #hashes: GrowingArray<'uint32'>;
  /** Where each string ends among the units; it begins where the one before ends. */
  #ends: GrowingArray<'uint32'>;
  #units: GrowingArray<'uint16'>;

  /** @param seed of the hashes: where strings come from strangers, give one they do not know */
  constructor(seed = 0) {
    this.#seed = seed >>> 0;
    this.#slots = allocateArray('uint32', FEWEST_SLOTS);
    this.#hashes = new GrowingArray('uint32');
    this.#ends = new GrowingArray('uint32');
    this.#units = new GrowingArray('uint16');
  }

  /**
   * The table of an image, over its arrays; slots alone are written to in place, and copied.
   *
   * @throws {ImageError} where it is not as a table would have written it
   */
  static load(image: Image): StringTable {
    const count = numberOfImage(image, 'count', [0, 2 ** 31]);
    const table = new StringTable(numberOfImage(image, 'seed', [0, 2 ** 32 - 1]));
    const ends = arrayOfImage(image, 'ends', 'uint32', count);
    const units = arrayOfImage(image, 'units', 'uint16');
    const slots = arrayOfImage(image, 'slots', 'uint32');
    const hashes = arrayOfImage(image, 'hashes', 'uint32', count);
    assertSlots(slots, count);
    let end = 0;
    for (let i = 0; i < count; i++) {
      if (ends[i] < end) throw new ImageError(`string ${i} ends before it begins`);
      end = ends[i];
    }
    if (end !== units.length) throw new ImageError(`${units.length} units, not ${end}`);
    table.#slots = copyOf(slots);
    table.#hashes = GrowingArray.over('uint32', hashes);
    table.#ends = GrowingArray.over('uint32', ends);
    table.#units = GrowingArray.over('uint16', units);
    return table;
  }

  /** What the hashes start from. */
  get seed(): number {
    return this.#seed;
  }

  /** Strings in the table. */
  get count(): number {
    return this.#ends.length;
  }

  get byteLength(): number {
    const { byteLength } = this.#slots;
    return byteLength + this.#hashes.byteLength + this.#ends.byteLength + this.#units.byteLength;
  }

  /** The number of a string; -1 where it is not in the table. */
  find(text: string): number {
    return this.#slots[this.#slotOf(text, hashOf(text, this.#seed))] - 1;
  }

  /**
   * The number of a string, which is put into the table where it is not there yet.
   *
   * @throws {RangeError} when the strings together have more than 2^32 - 1 units, or there is no
   * memory for one more; the table is as before then
   */
  intern(text: string): number {
    const hash = hashOf(text, this.#seed);
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
    const hash = hashOfUnits(units, [start, end], this.#seed);
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

  /** The table as it is now. */
  image(): Image {
    const slots = copyOf(this.#slots);
    return {
      header: { count: this.count, seed: this.#seed },
      // What was appended is never changed, so views of it stay as they are.
      arrays: {
        slots,
        hashes: this.#hashes.view(),
        ends: this.#ends.view(),
        units: this.#units.view(),
      },
    };
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

function copyOf(slots: Uint32Array): Uint32Array {
  const copy = allocateArray('uint32', slots.length);
  copy.set(slots);
  return copy;
}

/** Refuses slots in which a search would not end, or that point beyond the strings. */
function assertSlots(slots: Uint32Array, count: number): void {
  const { length } = slots;
  const isPower = length >= FEWEST_SLOTS && (length & (length - 1)) === 0;
  if (!isPower || count > MAX_LOAD * length) {
    throw new ImageError(`${length} slots cannot hold ${count} strings`);
  }
  let used = 0;
  for (let i = 0; i < length; i++) {
    if (slots[i] > count) throw new ImageError(`slot ${i} points to string ${slots[i] - 1}`);
    if (slots[i] !== 0) used++;
  }
  if (used !== count) throw new ImageError(`${used} slots are used for ${count} strings`);
}
