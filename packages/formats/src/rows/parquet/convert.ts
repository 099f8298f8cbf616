// From what the library gives for a column of parquet to values of rows, by the schema: nothing is
// rounded silently, and what no row can hold is refused when the file is opened.

import type { SchemaElement, SchemaTree } from 'hyparquet';

import { damaged, unsupported } from '../flaw.ts';
import { dateOf, dateOfUnits, safeInteger } from '../numbers.ts';

export type Convert = (value: unknown) => unknown;

/** How the library shall make dates: as we do. Times may come as numbers or as big integers. */
export const parsers = {
  timestampFromMilliseconds: (time: bigint): Date => dateOfUnits(BigInt(time), 1),
  timestampFromMicroseconds: (time: bigint): Date => dateOfUnits(BigInt(time), 2),
  timestampFromNanoseconds: (time: bigint): Date => dateOfUnits(BigInt(time), 3),
  dateFromDays: (days: number): Date => dateOf(days * 86_400_000),
};

const TEXTS: ReadonlySet<string | undefined> = new Set(['UTF8', 'ENUM', 'JSON', 'DECIMAL']);
const TEXT_TYPES: ReadonlySet<string | undefined> = new Set([
  ...['STRING', 'ENUM', 'JSON', 'DECIMAL'],
  ...['UUID', 'FLOAT16'],
]);
const REFUSED: ReadonlySet<string | undefined> = new Set([
  ...['BSON', 'INTERVAL', 'VARIANT'],
  ...['GEOMETRY', 'GEOGRAPHY'],
]);

/** @throws Flaw for types whose values cannot be in a row. */
export function checkReadable({ element, children }: SchemaTree): void {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (REFUSED.has(converted) || REFUSED.has(logical?.type)) {
    throw unsupported(`${logical?.type ?? converted} cannot be in a row: leave the column out`);
  }
  if (element.name === '__proto__') throw unsupported('a part of it is named __proto__');
  const isBytes = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  if (isBytes && !TEXTS.has(converted) && !TEXT_TYPES.has(logical?.type)) {
    throw unsupported('bytes cannot be in a row: leave the column out');
  }
  for (const child of children) checkReadable(child);
}

/** What becomes of the values of a column. */
export function converterOf(column: SchemaTree): Convert {
  const leaf = onlyLeaf(column);
  if (leaf === undefined) return plain;
  if (leaf.converted_type === 'DECIMAL') return each(decimalOf(leaf.scale ?? 0));
  const isSingle = leaf.type === 'FLOAT' || leaf.logical_type?.type === 'FLOAT16';
  return isSingle && column.children.length > 0 ? asFloats : plain;
}

/** The type of a column of one leaf, alone or in lists. */
function onlyLeaf(column: SchemaTree): SchemaElement | undefined {
  if (column.children.length === 0) return column.element;
  return column.children.length === 1 ? onlyLeaf(column.children[0] as SchemaTree) : undefined;
}

/** Lists of floats without nulls as Float32Array, anything else as it is. */
function asFloats(value: unknown): unknown {
  if (!Array.isArray(value)) return plain(value);
  const isFlat = value.every((element) => typeof element === 'number');
  return isFlat ? Float32Array.from(value) : value.map(asFloats);
}

/** The library multiplies by a power of ten, which is not exact; the digits meant are. */
function decimalOf(scale: number): Convert {
  if (!(scale >= 0 && scale <= 100)) throw damaged(`decimals of scale ${scale}`);
  return (value) => (typeof value === 'number' ? Number(value.toFixed(scale)) : plain(value));
}

function each(convert: Convert): Convert {
  const inner: Convert = (value) => (Array.isArray(value) ? value.map(inner) : convert(value));
  return inner;
}

/** Big integers as numbers, nothing as null, in lists and objects too. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return safeInteger(value);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
