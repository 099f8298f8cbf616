// Who of all slots may be among the nearest of a few stored ones: the matrix of the partition
// builder (partition.ts) with the queries as rows, and a limit for each. What passes is then
// measured on the floats, so that an exact answer costs little more than one look at all codes.

import { findBelow, quadDistances } from './block-kernels.ts';
import {
  CODE_WORDS,
  COLUMN_TERMS,
  COLUMN_WORD,
  LIMITS,
  LIST,
  LIST_WORDS,
  MATRIX,
  MAX_SCREENED,
  NONE,
  OUT,
  PACKED_ROWS,
  ROW_TERMS,
} from './fields.ts';
import { i32At, setI32 } from './machine.ts';
import { packedRow, packSlot } from './partition.ts';

/** Slot `index` of a list of `count`, or its first to fill up a quad. */
function listed(bench: i32, index: i32, count: i32): i32 {
  return i32At(bench + LIST + (index < count ? index : 0));
}

/** Makes the `count` slots of LIST, at most MAX_SCREENED, the queries of the next screenings. */
export function loadQueries(bench: i32, count: i32): void {
  const words = i32At(CODE_WORDS);
  const padded = (count + 3) & ~3;
  // As columns they go where the first screening puts its own.
  for (let i: i32 = 0; i < padded; i++) packSlot(bench, listed(bench, i, count), words, 1, i, i);
}

/**
 * Distances on 6-bit codes of the queries loaded to the `count` slots of LIST, at most
 * MAX_SCREENED: row by row in MATRIX, MAX_SCREENED words apart.
 */
export function measureQueries(bench: i32, queries: i32, count: i32): void {
  const words = i32At(CODE_WORDS);
  const quads = (count + 3) >> 2;
  for (let i: i32 = 0; i < 4 * quads; i++) {
    // As rows they go where nobody needs them: behind the queries.
    packSlot(bench, listed(bench, i, count), words, 1, MAX_SCREENED + i, i);
  }
  for (let row: i32 = 0; row < queries; row += 4) {
    quadDistances(
      packedRow(bench + PACKED_ROWS, row, words),
      bench + ROW_TERMS + row,
      bench + i32At(COLUMN_WORD),
      bench + COLUMN_TERMS,
      quads,
      words,
      bench + MATRIX + row * MAX_SCREENED,
      MAX_SCREENED,
    );
  }
}

/**
 * Measures like measureQueries and writes the pairs (query, slot) below the query's word of LIMITS
 * to OUT: how many, or NONE when there is no room for all.
 */
export function screen(bench: i32, queries: i32, count: i32): i32 {
  measureQueries(bench, queries, count);
  const room = LIST_WORDS >> 1;
  let found: i32 = 0;
  for (let query: i32 = 0; query < queries; query++) {
    const row = bench + MATRIX + query * MAX_SCREENED;
    const limit = i32At(bench + LIMITS + query);
    const end = row + count;
    let at = findBelow(row, end, limit);
    while (at < end) {
      if (found === room) return NONE;
      setI32(bench + OUT + 2 * found, query);
      setI32(bench + OUT + 2 * found + 1, i32At(bench + LIST + at - row));
      found++;
      at = findBelow(at + 1, end, limit);
    }
  }
  return found;
}
