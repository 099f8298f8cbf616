// Lists of floats, which is what vectors are in parquet: straight from the pages into one array,
// where a library would make a list of numbers for each row.

import type { SchemaTree } from 'hyparquet';

import { damaged } from '../flaw.ts';
import type { FlatVectors } from '../rows.ts';
import { type CheckedPage, type Dictionary, indicesOf, type Pages } from './check-pages.ts';
import { walkRuns } from './runs.ts';

export interface FloatLists {
  readonly values: Float32Array | Float64Array;
  /** Where the list of a row begins, and behind the last one where it ends. */
  readonly starts: Uint32Array;
}

/** Column, repeated group, element. */
const LIST_DEPTH = 3;

/** Whether a column holds lists of floats and nothing else. */
export function isFloatList(path: readonly SchemaTree[]): boolean {
  const leaf = path.at(-1)?.element;
  const isFloat = leaf?.type === 'FLOAT' || leaf?.type === 'DOUBLE';
  const isPlain = leaf?.converted_type === undefined && leaf?.logical_type === undefined;
  const kinds = path.slice(1).map(({ element }) => element.repetition_type);
  const isList = kinds.length === LIST_DEPTH && kinds[1] === 'REPEATED';
  return isFloat && isPlain && isList && kinds.filter((kind) => kind === 'REPEATED').length === 1;
}

/** The lists of a row group; undefined where some are null or empty, or kept in a rarer way. */
export function readFloatLists(
  { data, dictionary }: Pages,
  type: string,
  rowCount: number,
): FloatLists | undefined {
  const isReadable = data.every(({ encoding, present, count }) => {
    return present === count && (encoding === 'PLAIN' || encoding?.endsWith('_DICTIONARY'));
  });
  if (!isReadable) return undefined;
  const length = data.reduce((sum, { count }) => sum + count, 0);
  const values = type === 'FLOAT' ? new Float32Array(length) : new Float64Array(length);
  const starts = new Uint32Array(rowCount + 1);
  let row = 0;
  let at = 0;
  for (const page of data) {
    const part = values.subarray(at, at + page.count);
    if (page.encoding === 'PLAIN') copyFloats(page.bytes, page.valuesAt, part);
    else lookUp(page, dictionary, part);
    if (page.repetition === undefined) throw damaged('lists have no levels');
    walkRuns(page.repetition, page.count, (level, times) => {
      if (level > 0) {
        at += times;
        return;
      }
      if (row + times > rowCount) throw damaged(`there are more lists than ${rowCount} rows`);
      for (let i = 0; i < times; i++) starts[row++] = at++;
    });
  }
  if (row !== rowCount || starts[0] !== 0)
    throw damaged(`${row} lists are there for ${rowCount} rows`);
  starts[row] = at;
  return { values, starts };
}

function copyFloats(bytes: Uint8Array, at: number, target: Float32Array | Float64Array): void {
  const { byteLength } = target;
  if (at + byteLength > bytes.length) throw damaged('its values are cut short');
  const { buffer } = bytes.slice(at, at + byteLength); // aligned
  target.set(target instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer));
}

function lookUp(
  page: CheckedPage,
  dictionary: Dictionary,
  target: Float32Array | Float64Array,
): void {
  const { length } = dictionary;
  const known =
    target instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  copyFloats(dictionary.bytes, 0, known);
  // Indices of no bits may be left out: all values are the first.
  const place = indicesOf(page);
  if (place.width === 0) {
    target.fill(known[0] as number);
    return;
  }
  let at = 0;
  walkRuns(place, target.length, (index, times) => {
    target.fill(known[index] as number, at, at + times);
    at += times;
  });
}

/** The value of a row: float32 as such, float64 as numbers, which keep all their digits. */
export function listOf({ values, starts }: FloatLists, row: number): Float32Array | number[] {
  const list = values.slice(starts[row], starts[row + 1]);
  return list instanceof Float32Array ? list : Array.from(list);
}

/** Rows [start, end) one after the other; undefined where they are not equally long. */
export function flatLists(
  { values, starts }: FloatLists,
  start: number,
  end: number,
): FlatVectors | undefined {
  const first = starts[start] as number;
  const dimension = (starts[start + 1] as number) - first;
  for (let row = start; row <= end; row++) {
    if (starts[row] !== first + (row - start) * dimension) return undefined;
  }
  const part = values.subarray(first, starts[end]);
  return { values: Float32Array.from(part), dimension };
}
