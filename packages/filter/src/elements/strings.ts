// Strings: the number in a dictionary plus one, 0 where there is none. What compares strings is
// asked of the dictionary once, and then of a table by code.

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

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  get byteLength(): number {
    return this.#strings.byteLength;
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
    const table = new Uint8Array(strings.count + 1);
    for (let code = 1; code <= strings.count; code++) {
      const order = strings.compare(code - 1, bound);
      if (operator === '$gt') table[code] = Number(order > 0);
      else if (operator === '$gte') table[code] = Number(order >= 0);
      else if (operator === '$lt') table[code] = Number(order < 0);
      else table[code] = Number(order <= 0);
    }
    return table;
  }
}
