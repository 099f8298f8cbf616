// From a predicate to the rows it accepts: a bitset per leaf, put together word by word. Bits of
// rows that are not live may be anything on the way; the live rows are laid over the end result.

import { allocateArray, countBits } from '@nigh/base';
import { Cache } from './cache.ts';
import type { Column } from './column.ts';
import { FilterError, FilterErrorCode } from './errors.ts';
import { intersect, invert, unite } from './kernels.ts';
import type { Leaf, Predicate } from './predicate.ts';

/** The rows that a predicate accepts. Others hold it too: it is never written to. */
export interface Accepted {
  /** Bit n is row n's; in shared memory. */
  readonly bits: Uint32Array;
  /** Bits that are set. */
  readonly count: number;
}

/** What is evaluated on, at this moment. */
export interface Rows {
  readonly rows: number;
  readonly live: Uint32Array;
  /** Grows when a row becomes live or is no longer. */
  readonly liveVersion: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** The fields that a predicate asks for. */
function fieldsOf(predicate: Predicate, fields: Set<string> = new Set()): Set<string> {
  if (predicate.kind === 'and' || predicate.kind === 'or') {
    for (const part of predicate.parts) fieldsOf(part, fields);
  } else if (predicate.kind === 'not') {
    fieldsOf(predicate.part, fields);
  } else if (predicate.kind !== 'all' && predicate.kind !== 'none') {
    fields.add(predicate.field);
  }
  return fields;
}

function columnOf({ columns }: Rows, field: string): Column {
  const column = columns.get(field);
  if (column !== undefined) return column;
  throw new FilterError(
    FilterErrorCode.unknownField,
    `there is no field ${JSON.stringify(field)}: parse the filter for these fields`,
    { path: field, field, known: [...columns.keys()] },
  );
}

export class Evaluator {
  readonly #results: Cache<Accepted> = new Cache();
  readonly #leaves: Cache<Uint32Array> = new Cache();

  /** Bytes that are kept for later. */
  get byteLength(): number {
    return this.#results.byteLength + this.#leaves.byteLength;
  }

  evaluate(predicate: Predicate, rows: Rows): Accepted {
    // Versions only grow, so their sum is the same only when all of them are.
    let stamp = rows.liveVersion;
    for (const field of fieldsOf(predicate)) stamp += columnOf(rows, field).version;
    const known = this.#results.get(predicate.key, stamp);
    if (known !== undefined) return known;
    const bits = allocateArray('uint32', rows.live.length);
    bits.set(rows.live);
    if (predicate.kind !== 'all') intersect(bits, this.#bits(predicate, rows));
    const accepted = Object.freeze({ bits, count: countBits(bits) });
    this.#results.put(predicate.key, stamp, { value: accepted, size: bits.byteLength });
    return accepted;
  }

  /** Of leaves, what is kept for later: not to be written to. */
  #bits(predicate: Predicate, rows: Rows): Uint32Array {
    if (predicate.kind === 'none') return new Uint32Array(rows.live.length);
    if (predicate.kind === 'all') return new Uint32Array(rows.live.length).fill(0xffffffff);
    if (predicate.kind === 'not') {
      const bits = this.#bits(predicate.part, rows).slice();
      invert(bits);
      return bits;
    }
    if (predicate.kind !== 'and' && predicate.kind !== 'or') return this.#leaf(predicate, rows);
    const combine = predicate.kind === 'and' ? intersect : unite;
    const [first, ...others] = predicate.parts;
    const bits = this.#bits(first as Predicate, rows).slice();
    for (const part of others) combine(bits, this.#bits(part, rows));
    return bits;
  }

  #leaf(leaf: Leaf, rows: Rows): Uint32Array {
    const column = columnOf(rows, leaf.field);
    const stamp = column.version + rows.rows; // rows never become fewer
    const known = this.#leaves.get(leaf.key, stamp);
    if (known !== undefined) return known;
    const bits = column.select(leaf, rows.rows);
    this.#leaves.put(leaf.key, stamp, { value: bits, size: bits.byteLength });
    return bits;
  }
}
