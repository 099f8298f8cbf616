// A column of one value a row.

import { allocateArray, arrayOfImage, GrowingArray, type Image, wordsFor } from '@nigh/base';
import type { Column } from './column.ts';
import type { ElementKind, Elements } from './elements/elements.ts';
import type { ElementType } from './fields.ts';
import type { Leaf } from './predicate.ts';

export class ValueColumn implements Column {
  readonly type: ElementType;
  version = 0;
  readonly #elements: Elements;
  readonly #missing: number;
  #values: GrowingArray<ElementKind>;
  /** Values other than 0: strings in use. */
  #used = 0;

  constructor(elements: Elements) {
    this.type = elements.type;
    this.#elements = elements;
    this.#missing = elements.missing;
    this.#values = new GrowingArray<ElementKind>(elements.kind);
  }

  /** Over the arrays of an image, which may be anything: `verify` says whether they are sound. */
  static load(image: Image, elements: Elements, rows: number): ValueColumn {
    const column = new ValueColumn(elements);
    const values = arrayOfImage(image, 'values', elements.kind, rows);
    column.#values = GrowingArray.over<ElementKind>(elements.kind, values);
    for (let i = 0; i < rows; i++) {
      if (values[i] !== 0) column.#used++;
    }
    return column;
  }

  get byteLength(): number {
    return this.#values.byteLength + this.#elements.byteLength;
  }

  reserve(capacity: number): void {
    this.#values.extend(capacity);
  }

  accepts(value: unknown): boolean {
    return value === undefined || value === null || this.#elements.accepts(value);
  }

  holds(row: number, value: unknown): boolean {
    return Object.is(this.#values.values[row], this.#encode(value));
  }

  set(row: number, value: unknown): void {
    this.#store(row, this.#encode(value));
    if (this.#elements.kind === 'uint32') this.#tidy();
  }

  clear(row: number): void {
    this.#store(row, this.#missing);
  }

  #encode(value: unknown): number {
    const isNone = value === undefined || value === null;
    return isNone ? this.#missing : this.#elements.encode(value);
  }

  select(leaf: Leaf, rows: number): Uint32Array {
    const bits = new Uint32Array(wordsFor(rows));
    const { values } = this.#values;
    if (leaf.kind === 'exists') this.#elements.selectPresent(values, rows, bits);
    else this.#elements.select(leaf, values, rows, bits);
    return bits;
  }

  images(rows: number): Readonly<Record<string, Image>> {
    const values = allocateArray(this.#elements.kind, rows);
    values.set(this.#values.values.subarray(0, rows));
    const beside = this.#elements.image();
    const own: Image = { header: { type: this.type }, arrays: { values } };
    return beside === undefined ? { '': own } : { '': own, '-strings': beside };
  }

  verify(rows: number): string[] {
    const problem = this.#elements.problem(this.#values.values, rows);
    return problem === undefined ? [] : [problem];
  }

  #store(row: number, stored: number): void {
    const { values } = this.#values;
    const before = values[row];
    if (Object.is(before, stored)) return;
    values[row] = stored;
    this.#used += Number(before === 0) - Number(stored === 0);
    this.version++;
  }

  #tidy(): void {
    const { values, length } = this.#values;
    this.#elements.tidy(values, length, this.#used);
  }
}
