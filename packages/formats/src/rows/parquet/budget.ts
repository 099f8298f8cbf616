// What a row group may take in memory: all columns that are read of it are there at once, and a run
// of a few bytes can claim millions of values, a compressed page a thousand times its length.

import type { RowGroup, SchemaTree } from 'hyparquet';
import { getTreePath } from 'hyparquet/src/schema.js';

import { FormatError, FormatErrorCode } from '../../errors.ts';
import { guarded, unsupported } from '../flaw.ts';
import { isFloatList } from './float-lists.ts';
import { countOf, type ParquetFile } from './metadata.ts';

/** Values, nulls with them, of all columns that are read of a row group. */
const MOST_VALUES: number = 2 ** 26;
/** What these values take, as `BYTES` has it. */
const MOST_BYTES: number = 2 ** 31;
/** Bytes of the pages of these columns, decompressed. */
const MOST_PAGE_BYTES: number = 2 ** 30;
/** Bytes of a value, its place in a list and its level: measured, and rounded up. */
const BYTES = { float: 8, number: 16, object: 48, nested: 64 } as const;

const GIBIBYTE: number = 2 ** 30;
const OBJECTS: ReadonlySet<string | undefined> = new Set(['BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY']);

function bytesOf(path: readonly SchemaTree[]): number {
  if (isFloatList(path)) return BYTES.float;
  if (path.length > 2) return BYTES.nested;
  const { type, converted_type, logical_type } = (path.at(-1) as SchemaTree).element;
  const isPlain = converted_type === undefined && logical_type === undefined;
  return isPlain && !OBJECTS.has(type) ? BYTES.number : BYTES.object;
}

/** @throws FormatError FORMAT_UNSUPPORTED for a row group that memory would not hold. */
export function checkBudget(
  path: string,
  { schema, groups }: ParquetFile,
  columns: readonly SchemaTree[],
): void {
  const names = new Set(columns.map(({ element }) => element.name));
  const known = new Map<string, number>(); // finding a column by its path is a walk
  const bytesAt = (parts: string[]): number => {
    const key = parts.join('\0');
    const found = known.get(key) ?? bytesOf(getTreePath(schema, parts));
    known.set(key, found);
    return found;
  };
  for (const [i, group] of groups.entries()) {
    const what = `row group ${i}`;
    const { values, bytes } = guarded({ path }, what, () => sizeOf(group, names, bytesAt));
    if (values <= MOST_VALUES && bytes <= MOST_BYTES) continue;
    throw new FormatError({
      code: FormatErrorCode.formatUnsupported,
      path,
      problem: `${what} is too large: write smaller ones, or read fewer columns`,
      expected: `up to ${MOST_VALUES} values that take up to ${inGibibytes(MOST_BYTES)}`,
      got: `${values} values that take some ${inGibibytes(bytes)}`,
    });
  }
}

function sizeOf(
  group: RowGroup,
  names: ReadonlySet<string>,
  bytesAt: (path: string[]) => number,
): { values: number; bytes: number } {
  let values = 0;
  let bytes = 0;
  for (const { meta_data: meta } of group.columns) {
    if (meta === undefined || !names.has(meta.path_in_schema[0] ?? '')) continue;
    const count = countOf(meta.num_values);
    values += count;
    bytes += count * bytesAt(meta.path_in_schema);
  }
  return { values, bytes };
}

function inGibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
}

/** What the pages of a row group may still become when they are decompressed. */
export class PageBudget {
  #left: number = MOST_PAGE_BYTES;

  /** @throws Flaw when that is used up. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw unsupported(
      'the pages of its row group are more than 1 GiB: write smaller groups, or read fewer columns',
    );
  }
}
