// Which row a key has, and which key a row. Rows are those of the vector index: given once, never
// again. The number of a key in the table of strings stays too, also when its document is deleted
// and comes back in another row; compacting drops the keys that nobody has.

import {
  arrayOfImage,
  GrowingArray,
  type Image,
  ImageError,
  imageNamed,
  numberOfImage,
  StringTable,
} from '@nigh/base';
import { isKeyText, type KeyText } from '../key.ts';

const MAX_ROWS = 2 ** 31;

export class KeyTable {
  #texts = new StringTable();
  /** By number of a key its row plus one; 0 where it has none. */
  #rows = new GrowingArray('uint32');
  /** By row the number of its key plus one; 0 where it has none. */
  #numbers = new GrowingArray('uint32');
  #count = 0;

  /**
   * The table of its images.
   *
   * @throws {ImageError} where they are not as a table would have written them
   */
  static load(images: Readonly<Record<string, Image>>): KeyTable {
    const keys = imageNamed(images, 'keys');
    const table = new KeyTable();
    table.#texts = StringTable.load(imageNamed(images, 'key-texts'));
    table.#rows = GrowingArray.over('uint32', arrayOfImage(keys, 'rows', 'uint32'));
    table.#numbers = GrowingArray.over('uint32', arrayOfImage(keys, 'numbers', 'uint32'));
    table.#count = numberOfImage(keys, 'count', [0, MAX_ROWS]);
    const problem = table.verify()[0];
    if (problem !== undefined) throw new ImageError(problem);
    return table;
  }

  /** Keys that have a row. */
  get count(): number {
    return this.#count;
  }

  /** One more than the largest row that ever had a key. */
  get end(): number {
    return this.#numbers.length;
  }

  get byteLength(): number {
    return this.#texts.byteLength + this.#rows.byteLength + this.#numbers.byteLength;
  }

  /** The row of a key; -1 where it has none. */
  rowOf(key: KeyText): number {
    const number = this.#texts.find(key);
    return number === -1 ? -1 : (this.#rows.values[number] ?? 0) - 1;
  }

  has(row: number): boolean {
    return row < this.#numbers.length && this.#numbers.values[row] !== 0;
  }

  /** The key of a row that has one. */
  keyOf(row: number): KeyText {
    return this.#texts.stringOf((this.#numbers.values[row] ?? 0) - 1);
  }

  /** Gives a key that has no row a row that has no key. */
  set(key: KeyText, row: number): void {
    const number = this.#texts.intern(key);
    this.#rows.extend(number + 1);
    this.#numbers.extend(row + 1);
    this.#rows.values[number] = row + 1;
    this.#numbers.values[row] = number + 1;
    this.#count++;
  }

  /** Takes its key from a row that has one. */
  remove(row: number): void {
    this.#rows.values[(this.#numbers.values[row] ?? 0) - 1] = 0;
    this.#numbers.values[row] = 0;
    this.#count--;
  }

  /** Rows that have a key, ascending. */
  rows(): Uint32Array {
    const rows = new Uint32Array(this.#count);
    const numbers = this.#numbers.view();
    let filled = 0;
    for (let row = 0; row < numbers.length; row++) {
      if (numbers[row] !== 0) rows[filled++] = row;
    }
    return rows;
  }

  /** The table as it is now. */
  images(): Readonly<Record<string, Image>> {
    const arrays = { rows: this.#rows.copy(), numbers: this.#numbers.copy() };
    return {
      keys: { header: { count: this.#count }, arrays },
      'key-texts': this.#texts.image(),
    };
  }

  /** What contradicts itself. */
  verify(): string[] {
    const [rows, numbers] = [this.#rows.view(), this.#numbers.view()];
    const known = this.#texts.count;
    if (rows.length !== known) return [`${known} keys have ${rows.length} rows`];
    let count = 0;
    for (let row = 0; row < numbers.length; row++) {
      const number = numbers[row] as number;
      if (number === 0) continue;
      count++;
      if (number > known) return [`row ${row} has key ${number - 1} of ${known}`];
      if (rows[number - 1] !== row + 1) return [`the key of row ${row} has another row`];
    }
    if (count !== this.#count) return [`${count} rows have keys, not ${this.#count}`];
    const used = rows.reduce((sum, row) => sum + (row === 0 ? 0 : 1), 0);
    return used === count ? [] : [`${used} keys have rows, but ${count} rows keys`];
  }

  /** Keys that are not as a key is written; looks at every one. */
  verifyTexts(): string[] {
    const bad = this.rows().find((row) => !isKeyText(this.keyOf(row)));
    return bad === undefined ? [] : [`the key of row ${bad} is none`];
  }
}
