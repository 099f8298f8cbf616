// Strings: the number in a dictionary plus one, 0 where there is none. What compares strings is
// asked of the dictionary once, and then of a table by code. A dictionary whose order is asked for
// often is sorted; strings that come later are looked at one by one until it is sorted again.

import { allocateArray, type Image, StringTable, type TypedArray } from '@nigh/base';
import { invert, selectByTable, selectCode } from '../kernels.ts';
import type { Leaf, Order } from '../predicate.ts';
import { type Elements, foreignLeaf } from './elements.ts';

/** Strings that a dictionary may hold in vain, beside as many as are in use. */
const SPARE_STRINGS = 4096;

/** Strings whose code is at hand without a search: most fields hold few different ones. */
const RECENT = 256;
/** UTF-16 units of such a string. */
const MAX_RECENT_LENGTH = 64;

/** Looks at the whole dictionary that are put up with before it is sorted. */
const LOOKS_BEFORE_SORTING = 16;

/** Where a string is kept: spread by its length and some of its units. */
function recentSlot(text: string): number {
  const { length } = text;
  if (length < 3) return length === 0 ? 0 : text.charCodeAt(0) % RECENT;
  const ends = 7 * text.charCodeAt(0) + 31 * text.charCodeAt(length - 1);
  const inside = 61 * text.charCodeAt(length - 2) + 127 * text.charCodeAt(length >>> 1);
  return (ends + inside + length) % RECENT;
}

export class StringElements implements Elements {
  readonly type = 'string';
  readonly kind = 'uint32';
  readonly missing = 0;
  #strings: StringTable;
  // Comparing with a string of the engine takes a fifth of hashing one unit by unit.
  readonly #recent: (string | undefined)[] = new Array(RECENT).fill(undefined);
  readonly #recentCodes: Uint32Array = new Uint32Array(RECENT);

  /** Numbers of the first strings of the dictionary, as the strings ascend. */
  #sorted: Uint32Array = new Uint32Array(0);
  /** Strings looked at one by one since the dictionary was sorted. */
  #looks = 0;

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  get byteLength(): number {
    return this.#strings.byteLength + this.#sorted.byteLength;
  }

  accepts(value: unknown): boolean {
    return typeof value === 'string';
  }

  encode(value: unknown): number {
    if (typeof value !== 'string') return 0;
    if (value.length > MAX_RECENT_LENGTH) return this.#strings.intern(value) + 1;
    const slot = recentSlot(value);
    if (this.#recent[slot] === value) return this.#recentCodes[slot];
    const known = this.#strings.count;
    const number = this.#strings.intern(value);
    if (number < known) {
      // A copy: the caller's may be a slice of a long text, which would be kept alive with it.
      this.#recent[slot] = this.#strings.stringOf(number);
      this.#recentCodes[slot] = number + 1;
    }
    return number + 1;
  }

  select(leaf: Leaf, values: TypedArray, count: number, bits: Uint32Array): void {
    const codes = values as Uint32Array;
    if (leaf.kind === 'order') {
      selectByTable(codes, count, this.#ordered(leaf), bits);
      return;
    }
    if (leaf.kind !== 'strings') throw foreignLeaf(leaf, this.type);
    const wanted = leaf.values
      .map((text) => this.#strings.find(text) + 1)
      .filter((code) => code > 0);
    if (wanted.length === 0) {
      bits.fill(0);
    } else if (wanted.length === 1) {
      selectCode(codes, count, wanted[0] as number, bits);
    } else {
      const table = new Uint8Array(this.#strings.count + 1);
      for (const code of wanted) table[code] = 1;
      selectByTable(codes, count, table, bits);
    }
  }

  selectPresent(values: TypedArray, count: number, bits: Uint32Array): void {
    selectCode(values as Uint32Array, count, 0, bits);
    invert(bits);
  }

  /** Numbers the strings in use anew once more than half of the dictionary is in vain. */
  tidy(values: TypedArray, count: number, used: number): void {
    if (this.#strings.count <= 2 * used + SPARE_STRINGS) return;
    const fresh = new StringTable();
    const codes = allocateArray('uint32', this.#strings.count + 1);
    for (let i = 0; i < count; i++) {
      const code = values[i];
      if (code === 0) continue;
      if (codes[code] === 0) codes[code] = fresh.intern(this.#strings.stringOf(code - 1)) + 1;
      values[i] = codes[code];
    }
    this.#strings = fresh;
    this.#recent.fill(undefined);
    this.#sorted = new Uint32Array(0);
    this.#looks = 0;
  }

  image(): Image {
    return this.#strings.image();
  }

  problem(values: TypedArray, count: number): string | undefined {
    const codes = this.#strings.count;
    for (let i = 0; i < count; i++) {
      if (values[i] > codes) return `value ${i} is string ${values[i] - 1} of ${codes}`;
    }
    return undefined;
  }

  /** By code: 1 where the string compares as the leaf wants it. */
  #ordered({ operator, bound }: Order): Uint8Array {
    const strings = this.#strings;
    this.#sortWhenDue();
    const sorted = this.#sorted;
    const table = new Uint8Array(strings.count + 1);
    // What is below the place is less than the bound, or the bound where `<=` or `>` says so.
    const isBelow = operator === '$lt' || operator === '$lte';
    const limit = operator === '$lte' || operator === '$gt' ? 0 : -1;
    const place = this.#placeOf(bound, limit);
    const [from, to] = isBelow ? [0, place] : [place, sorted.length];
    for (let i = from; i < to; i++) table[sorted[i] + 1] = 1;
    for (let number = sorted.length; number < strings.count; number++) {
      const order = Math.sign(strings.compare(number, bound));
      table[number + 1] = Number(isBelow === order <= limit);
    }
    this.#looks += strings.count - sorted.length;
    return table;
  }

  /** How many of the sorted strings compare as `limit` or less with a bound. */
  #placeOf(bound: string, limit: 0 | -1): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = Math.sign(this.#strings.compare(this.#sorted[middle], bound));
      if (order <= limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sortWhenDue(): void {
    const strings = this.#strings;
    if (this.#looks < LOOKS_BEFORE_SORTING * strings.count || this.#looks === 0) return;
    const sorted = Uint32Array.from({ length: strings.count }, (_, number) => number);
    sorted.set(this.#sorted); // nearly in order: fewer comparisons
    this.#sorted = sorted.sort((one, other) => strings.compareNumbers(one, other));
    this.#looks = 0;
  }
}
