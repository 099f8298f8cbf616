// The table of rows: live or not, and a column for every declared field. One thread writes; what is
// handed out (bits, images) stays as it is.

import {
  allocateBits,
  describe,
  detail,
  hasBit,
  type Image,
  MAX_ROW,
  ownValue,
  setBit,
  wordsFor,
} from '@nigh/base';
import type { Column } from './column.ts';
import { FilterError, FilterErrorCode } from './errors.ts';
import { type Accepted, Evaluator } from './evaluate.ts';
import { elementTypeOf, type Fields, isList, type Metadata, readFields } from './fields.ts';
import { EXPECTED } from './operands.ts';
import type { Predicate } from './predicate.ts';
import { createColumns, imagesOf, loadTable, type Table, tableProblems } from './table.ts';

const FEWEST_ROWS = 64;

/** The declared fields of all rows, and filters of them as bits. */
export class Columns {
  /** The declared fields. */
  readonly fields: Fields;
  readonly #byName: ReadonlyMap<string, Column>;
  // The same as two arrays, for the loops over all fields.
  readonly #names: readonly string[];
  readonly #columns: readonly Column[];
  readonly #evaluator: Evaluator = new Evaluator();
  #live: Uint32Array;
  #rows: number;
  #count: number;
  #liveVersion = 0;
  /** Rows that every column has room for. */
  #capacity: number;

  /** Use `create` or `load`. */
  private constructor(fields: Fields, { rows, count, live, columns }: Table) {
    this.fields = fields;
    this.#byName = columns;
    this.#names = [...columns.keys()];
    this.#columns = [...columns.values()];
    this.#live = live;
    this.#rows = rows;
    this.#count = count;
    this.#capacity = rows;
  }

  /**
   * A table without rows.
   *
   * @throws {FilterError} INVALID_FIELDS
   */
  static create(fields: Fields): Columns {
    const checked = readFields(fields);
    const columns = createColumns(checked);
    return new Columns(checked, { rows: 0, count: 0, live: allocateBits(0), columns });
  }

  /**
   * The table of images as `images` gave them. Takes their arrays over, without a copy: load them
   * once, and do not write to them.
   *
   * @param fields those the table was created with
   * @throws {FilterError} INVALID_FIELDS; COLUMNS_CORRUPT where the images are not as a table would
   * have written them
   */
  static load(images: Readonly<Record<string, Image>>, fields: Fields): Columns {
    const checked = readFields(fields);
    return new Columns(checked, loadTable(images, checked));
  }

  /** Live rows. */
  get count(): number {
    return this.#count;
  }

  /** The highest row that was ever live, plus one. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes of memory: columns, live rows, and the results that are kept. */
  get bytes(): number {
    const columns = this.#columns.reduce((sum, column) => sum + column.byteLength, 0);
    return columns + this.#live.byteLength + this.#evaluator.byteLength;
  }

  /** Bit n says whether row n is live. It changes with the table: for reading, at once. */
  get live(): Uint32Array {
    return this.#live.subarray(0, wordsFor(this.#rows));
  }

  /** Whether `row` is live. */
  has(row: number): boolean {
    return Number.isInteger(row) && row >= 0 && row < this.#rows && hasBit(this.#live, row);
  }

  /**
   * Whether metadata can be stored: every declared field is of its type or missing (undefined,
   * null). Other fields are not looked at.
   *
   * @param at what the error calls `row`
   * @param what it is the number of, in the message
   * @throws {FilterError} WRONG_TYPE with `row`, `field`, `expected`, `got`
   */
  check(metadata: Metadata | undefined, at?: number, what = 'row'): void {
    if (metadata === undefined) return;
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
      throw wrongMetadata(metadata, { at, what });
    }
    const wrong = this.#firstWrong(metadata);
    if (wrong !== undefined) throw this.#wrongType(wrong, metadata, { at, what });
  }

  /**
   * Makes a row live and replaces all its fields. The metadata passed `check`.
   *
   * @throws {FilterError} INVALID_ROW; OUT_OF_MEMORY. A row that was not live stays so then; of one
   * that was, some fields may have their new values already
   */
  set(row: number, metadata: Metadata | undefined): void {
    if (row >= this.#capacity || !(row >= 0) || !Number.isInteger(row)) this.#reserve(row);
    const columns = this.#columns;
    const names = this.#names;
    try {
      for (let i = 0; i < columns.length; i++) {
        const value = metadata === undefined ? undefined : ownValue(metadata, names[i] as string);
        (columns[i] as Column).set(row, value);
      }
    } catch (error) {
      throw this.#notSet(row, error);
    }
    if (row >= this.#rows) this.#rows = row + 1;
    if (hasBit(this.#live, row)) return;
    setBit(this.#live, row);
    this.#count++;
    this.#liveVersion++;
  }

  /** Whether a row is live and has the fields of this metadata. */
  holds(row: number, metadata: Metadata): boolean {
    if (!this.has(row)) return false;
    return this.#columns.every((column, i) => {
      return column.holds(row, ownValue(metadata, this.#names[i] as string));
    });
  }

  /** A row is no longer live, and its fields are gone. A row that is not live stays so. */
  remove(row: number): void {
    if (!this.has(row)) return;
    for (const column of this.#columns) column.clear(row);
    this.#live[row >>> 5] &= ~(1 << (row & 31));
    this.#count--;
    this.#liveVersion++;
  }

  /**
   * The live rows that a predicate accepts. The same object as before while nothing it depends on
   * has changed; it is shared, so do not write to it.
   *
   * @throws {FilterError} UNKNOWN_FIELD, WRONG_TYPE for a predicate that was parsed for other
   * fields
   */
  evaluate(predicate: Predicate): Accepted {
    return this.#evaluator.evaluate(predicate, {
      rows: this.#rows,
      live: this.live,
      liveVersion: this.#liveVersion,
      columns: this.#byName,
    });
  }

  /** The table as it is now, ready to be saved; later changes do not show in it. */
  images(): Readonly<Record<string, Image>> {
    return imagesOf(this.#table());
  }

  /** What is broken, in words; nothing when the table is sound. */
  verify(): string[] {
    return tableProblems(this.#table());
  }

  #table(): Table {
    const columns = this.#byName;
    return { rows: this.#rows, count: this.#count, live: this.live, columns };
  }

  /** The error of a row whose fields could not be stored. One that is not live has none. */
  #notSet(row: number, error: unknown): unknown {
    if (!this.has(row)) for (const column of this.#columns) column.clear(row);
    if (!(error instanceof RangeError)) return error;
    const message = `there is no memory for the fields of row ${row}`;
    return new FilterError(FilterErrorCode.outOfMemory, message, { row }, error);
  }

  /** Room for a row, at least twice as much as before. */
  #reserve(row: number): void {
    if (!Number.isInteger(row) || row < 0 || row > MAX_ROW) {
      const expected = `an integer from 0 to ${MAX_ROW}`;
      throw new FilterError(
        FilterErrorCode.invalidRow,
        `a row must be ${expected}; got ${describe(row)}`,
        { expected, got: detail(row) },
      );
    }
    const wanted = Math.max(FEWEST_ROWS, row + 1, 2 * this.#capacity);
    const capacity = Math.min(wanted, MAX_ROW + 1);
    try {
      const live = allocateBits(capacity);
      live.set(this.live);
      for (const column of this.#columns) column.reserve(capacity);
      this.#live = live;
      this.#capacity = capacity;
    } catch (error) {
      const message = `there is no memory for ${capacity} rows`;
      throw new FilterError(FilterErrorCode.outOfMemory, message, { row }, error);
    }
  }

  /** The first field that is not of its type. */
  #firstWrong(metadata: Metadata): string | undefined {
    const columns = this.#columns;
    const names = this.#names;
    let i = 0;
    try {
      for (; i < columns.length; i++) {
        if (!(columns[i] as Column).accepts(ownValue(metadata, names[i] as string))) {
          return names[i];
        }
      }
    } catch {
      return names[i]; // a getter or a proxy that throws
    }
    return undefined;
  }

  #wrongType(field: string, metadata: Metadata, place: Place): FilterError {
    const type = this.fields[field] as Fields[string];
    const single = EXPECTED[elementTypeOf(type)];
    const expected = isList(type) ? `an array, each element ${single}` : single;
    const { value, cause } = readAgain(metadata, field);
    return new FilterError(
      FilterErrorCode.wrongType,
      `${nameOf(place)}field ${describe(field)} must be ${expected}; got ${describe(value)}`,
      { row: place.at, field, expected, got: detail(value) },
      cause,
    );
  }
}

/** What a field is said to be in an error: undefined where it throws. */
function readAgain(metadata: Metadata, field: string): { value: unknown; cause?: unknown } {
  try {
    return { value: ownValue(metadata, field) };
  } catch (cause) {
    return { value: undefined, cause };
  }
}

/** Whose metadata is checked. */
interface Place {
  readonly at: number | undefined;
  readonly what: string;
}

const nameOf = ({ at, what }: Place): string => (at === undefined ? '' : `${what} ${at}: `);

function wrongMetadata(metadata: unknown, place: Place): FilterError {
  return new FilterError(
    FilterErrorCode.wrongType,
    `${nameOf(place)}metadata must be an object; got ${describe(metadata)}`,
    { row: place.at, expected: 'an object', got: detail(metadata) },
  );
}
