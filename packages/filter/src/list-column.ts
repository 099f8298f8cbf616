// A column of a list of values a row. The elements of all lists lie one behind the other in an
// arena; a new list is appended, and the arena is written anew when more than half of it belongs to
// nobody. Next to each element stands its row, so that a leaf is one pass over the elements, as
// over a column of single values, and then a bit for the rows of those it met.
//
//   row        0   1   2            sizes: elements + 1, 0 where there is no list
//   sizes      3   0   2
//   starts     0   -   2
//   elements   a b c                of nobody: missing, which no leaf meets
//   owners     0 0 2

import { allocateArray, arrayOfImage, GrowingArray, type Image, wordsFor } from '@nigh/base';
import type { Column } from './column.ts';
import type { ElementKind, Elements } from './elements/elements.ts';
import { FilterError, FilterErrorCode } from './errors.ts';
import type { FieldType } from './fields.ts';
import { invert, selectCode, selectOwners } from './kernels.ts';
import type { Leaf } from './predicate.ts';

/** Elements of nobody that are put up with, beside as many as are in use. */
const SPARE_ELEMENTS = 4096;
const MAX_ELEMENTS: number = 2 ** 32 - 1;

export class ListColumn implements Column {
  readonly type: FieldType;
  version = 0;
  readonly #elements: Elements;
  #starts: GrowingArray<'uint32'>;
  #sizes: GrowingArray<'uint32'>;
  #arena: GrowingArray<ElementKind>;
  #owners: GrowingArray<'uint32'>;
  /** Elements that belong to a row. */
  #used = 0;
  /** The list that is being stored. */
  readonly #scratch: GrowingArray<'float64'> = new GrowingArray('float64');

  constructor(elements: Elements) {
    this.type = `${elements.type}[]`;
    this.#elements = elements;
    this.#starts = new GrowingArray('uint32');
    this.#sizes = new GrowingArray('uint32');
    this.#arena = new GrowingArray<ElementKind>(elements.kind);
    this.#owners = new GrowingArray('uint32');
  }

  /** Over the arrays of an image, which may be anything: `verify` says whether they are sound. */
  static load(image: Image, elements: Elements, rows: number): ListColumn {
    const column = new ListColumn(elements);
    const values = arrayOfImage(image, 'values', elements.kind);
    column.#starts = GrowingArray.over('uint32', arrayOfImage(image, 'starts', 'uint32', rows));
    column.#sizes = GrowingArray.over('uint32', arrayOfImage(image, 'sizes', 'uint32', rows));
    column.#arena = GrowingArray.over<ElementKind>(elements.kind, values);
    const owners = arrayOfImage(image, 'owners', 'uint32', values.length);
    column.#owners = GrowingArray.over('uint32', owners);
    column.#used = column.#count(rows);
    return column;
  }

  get byteLength(): number {
    const rows = this.#starts.byteLength + this.#sizes.byteLength;
    return rows + this.#arena.byteLength + this.#owners.byteLength + this.#elements.byteLength;
  }

  reserve(capacity: number): void {
    this.#starts.extend(capacity);
    this.#sizes.extend(capacity);
  }

  accepts(value: unknown): boolean {
    if (value === undefined || value === null) return true;
    if (!Array.isArray(value)) return false;
    const { length } = value;
    for (let i = 0; i < length; i++) {
      if (!this.#elements.accepts(value[i])) return false;
    }
    return true;
  }

  holds(row: number, value: unknown): boolean {
    if (!Array.isArray(value)) return this.#sizes.values[row] === 0;
    this.#encode(value);
    return this.#holds(row);
  }

  set(row: number, value: unknown): void {
    if (!Array.isArray(value)) {
      this.clear(row);
      return;
    }
    this.#encode(value);
    if (this.#holds(row)) return;
    const { length } = this.#scratch;
    const start = this.#arena.length;
    if (start + length > MAX_ELEMENTS) this.#refuse();
    this.#arena.reserve(start + length); // throws before anything has changed
    this.#owners.reserve(start + length);
    this.clear(row);
    this.#append(row);
    this.#starts.values[row] = start;
    this.#sizes.values[row] = length + 1;
    this.#used += length;
    this.version++;
    this.#elements.tidy(this.#arena.values, this.#arena.length, this.#used);
    if (this.#arena.length > 2 * this.#used + SPARE_ELEMENTS) this.#rewrite();
  }

  clear(row: number): void {
    const size = this.#sizes.values[row];
    if (size === 0) return;
    const start = this.#starts.values[row];
    this.#arena.values.fill(this.#elements.missing, start, start + size - 1);
    this.#starts.values[row] = 0;
    this.#sizes.values[row] = 0;
    this.#used -= size - 1;
    this.version++;
  }

  select(leaf: Leaf, rows: number): Uint32Array {
    const bits = new Uint32Array(wordsFor(rows));
    if (leaf.kind === 'exists') {
      selectCode(this.#sizes.values, rows, 0, bits);
      invert(bits);
      return bits;
    }
    const { length, values } = this.#arena;
    const hits = new Uint32Array(wordsFor(length));
    this.#elements.select(leaf, values, length, hits);
    selectOwners(hits, this.#owners.values, bits);
    return bits;
  }

  images(rows: number): Readonly<Record<string, Image>> {
    const starts = allocateArray('uint32', rows);
    const sizes = allocateArray('uint32', rows);
    starts.set(this.#starts.values.subarray(0, rows));
    sizes.set(this.#sizes.values.subarray(0, rows));
    // The owners of what is in the arena never change, so a view of them stays as it is.
    const arrays = { starts, sizes, values: this.#arena.copy(), owners: this.#owners.view() };
    const own: Image = { header: { type: this.type }, arrays };
    const beside = this.#elements.image();
    return beside === undefined ? { '': own } : { '': own, '-strings': beside };
  }

  verify(rows: number): string[] {
    const { length } = this.#arena;
    const problems: string[] = [];
    for (let row = 0; row < rows && problems.length === 0; row++) {
      if (!this.#ownsAll(row)) problems.push(`the list of row ${row} is not its own`);
    }
    let present = 0;
    for (let i = 0; i < length; i++) {
      if (!this.#isMissing(i)) present++;
    }
    if (present !== this.#used) problems.push(`${present} elements, of which ${this.#used} in use`);
    const problem = this.#elements.problem(this.#arena.values, length);
    return problem === undefined ? problems : [...problems, problem];
  }

  /** Whether an element of the arena is none. */
  #isMissing(index: number): boolean {
    return Object.is(this.#arena.values[index], this.#elements.missing);
  }

  /** The elements of all lists of these rows. */
  #count(rows: number): number {
    const sizes = this.#sizes.values;
    let count = 0;
    for (let row = 0; row < rows; row++) count += Math.max(0, sizes[row] - 1);
    return count;
  }

  #ownsAll(row: number): boolean {
    const size = this.#sizes.values[row];
    const start = this.#starts.values[row];
    if (size === 0) return start === 0;
    if (start + size - 1 > this.#arena.length) return false;
    const owners = this.#owners.values;
    for (let i = start; i < start + size - 1; i++) {
      if (owners[i] !== row || this.#isMissing(i)) return false;
    }
    return true;
  }

  #encode(list: readonly unknown[]): void {
    const scratch = this.#scratch;
    scratch.length = 0;
    const { length } = list;
    for (let i = 0; i < length; i++) {
      const stored = this.#elements.encode(list[i]);
      if (!Object.is(stored, this.#elements.missing)) scratch.push(stored);
    }
  }

  /** The scratch behind what is in the arena. */
  #append(row: number): void {
    const { length, values } = this.#scratch;
    for (let i = 0; i < length; i++) {
      this.#arena.push(values[i]);
      this.#owners.push(row);
    }
  }

  /** Whether the list of a row is already what is to be stored. */
  #holds(row: number): boolean {
    const { length, values } = this.#scratch;
    if (this.#sizes.values[row] !== length + 1) return false;
    const start = this.#starts.values[row];
    const arena = this.#arena.values;
    for (let i = 0; i < length; i++) {
      if (arena[start + i] !== values[i]) return false;
    }
    return true;
  }

  #refuse(): never {
    throw new FilterError(
      FilterErrorCode.outOfMemory,
      `the lists of a field hold ${MAX_ELEMENTS} elements together at most; divide the rows`,
      { expected: MAX_ELEMENTS },
    );
  }

  /** Copies the lists, in the order of their rows, to an arena without gaps. */
  #rewrite(): void {
    const arena = new GrowingArray<ElementKind>(this.#elements.kind, this.#used);
    const owners = new GrowingArray('uint32', this.#used);
    const starts = this.#starts.values;
    const sizes = this.#sizes.values;
    const values = this.#arena.values;
    for (let row = 0; row < sizes.length; row++) {
      if (sizes[row] === 0) continue;
      const start = starts[row];
      starts[row] = arena.length;
      for (let i = start; i < start + sizes[row] - 1; i++) {
        arena.push(values[i]);
        owners.push(row);
      }
    }
    this.#arena = arena;
    this.#owners = owners;
  }
}
