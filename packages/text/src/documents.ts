// Documents: what was added, in this order. A row that is added again is another document, and the
// one before is dead. Dead documents keep their number until the postings are merged.

import { GrowingArray } from '@nigh/base';
import { RowMap } from './row-map.ts';
import { STEP_ELEMENTS, type Steps } from './steps.ts';

/** In the place of a dead document's row. */
export const DEAD: number = 2 ** 32 - 1;

export class Documents {
  readonly fieldCount: number;
  /** Row by document, or DEAD. */
  readonly rows: GrowingArray<'uint32'>;
  /** Terms by document and field: element `doc * fieldCount + field`. */
  readonly lengths: GrowingArray<'uint32'>;
  /** By field, over live documents: terms, and documents that have any. */
  readonly #totals: Float64Array;
  readonly #filled: Float64Array;
  readonly #docs = new RowMap();
  #liveCount = 0;

  constructor(
    fieldCount: number,
    rows: GrowingArray<'uint32'> = new GrowingArray('uint32'),
    lengths: GrowingArray<'uint32'> = new GrowingArray('uint32'),
  ) {
    this.fieldCount = fieldCount;
    this.rows = rows;
    this.lengths = lengths;
    this.#totals = new Float64Array(fieldCount);
    this.#filled = new Float64Array(fieldCount);
    for (let doc = 0; doc < rows.length; doc++) {
      this.#docs.set(rows.values[doc], doc);
      this.#tally(doc, 1);
    }
  }

  /** Live documents. */
  get liveCount(): number {
    return this.#liveCount;
  }

  get deadCount(): number {
    return this.rows.length - this.#liveCount;
  }

  /** The live document of a row; -1 where there is none. */
  docOf(row: number): number {
    return this.#docs.get(row);
  }

  /** Average terms of the live documents that have any in this field; 1 where none has. */
  averageLength(field: number): number {
    return this.#filled[field] === 0 ? 1 : this.#totals[field] / this.#filled[field];
  }

  /** Makes room for one more, so that adding it cannot fail. */
  reserve(row: number): void {
    this.rows.reserve(this.rows.length + 1);
    this.lengths.reserve(this.lengths.length + this.fieldCount);
    this.#docs.reserve(row);
  }

  add(row: number, lengths: ArrayLike<number>): number {
    const doc = this.rows.length;
    this.rows.push(row);
    this.lengths.append(lengths);
    this.#docs.set(row, doc);
    this.#tally(doc, 1);
    return doc;
  }

  kill(doc: number): void {
    this.#tally(doc, -1);
    this.#docs.delete(this.rows.values[doc]);
    this.rows.values[doc] = DEAD;
  }

  /** The live documents alone, and the number that each gets; DEAD where it gets none. */
  *compact(): Steps<{ documents: Documents; numbers: Uint32Array }> {
    const { fieldCount } = this;
    const documents = new Documents(
      fieldCount,
      new GrowingArray('uint32', this.#liveCount),
      new GrowingArray('uint32', this.#liveCount * fieldCount),
    );
    const numbers = new Uint32Array(this.rows.length).fill(DEAD);
    for (let doc = 0; doc < numbers.length; doc++) {
      if (doc % STEP_ELEMENTS === 0) yield;
      const row = this.rows.values[doc];
      if (row === DEAD) continue;
      const lengths = this.lengths.values.subarray(doc * fieldCount, (doc + 1) * fieldCount);
      numbers[doc] = documents.add(row, lengths);
    }
    return { documents, numbers };
  }

  get byteLength(): number {
    return this.rows.byteLength + this.lengths.byteLength + this.#docs.byteLength;
  }

  #tally(doc: number, sign: 1 | -1): void {
    this.#liveCount += sign;
    for (let field = 0; field < this.fieldCount; field++) {
      const length = this.lengths.values[doc * this.fieldCount + field];
      this.#totals[field] += sign * length;
      if (length > 0) this.#filled[field] += sign;
    }
  }
}
