// Columns of a batch: from their buffers to a function from row to value. Whatever a value is found
// by (lengths, offsets, indices) is checked here, before the first value is asked for.

import { damaged, unsupported } from '../flaw.ts';
import type { FlatVectors } from '../rows.ts';
import type { BufferReader } from './buffers.ts';
import type { Column, Getter } from './column.ts';
import type { Dictionaries } from './dictionaries.ts';
import {
  readBooleans,
  readDecimals,
  readFloats,
  readIntegers,
  readOffsets,
  readTexts,
  readTimes,
  readViews,
} from './leaf-columns.ts';
import type { DataType, Field } from './schema.ts';
import { TypeId } from './type-id.ts';

/** Rows of a part without bytes: more is no honest file. */
const MOST_WITHOUT_BYTES: number = 2 ** 20;
const UNREADABLE: ReadonlySet<number> = new Set([
  ...[TypeId.binary, TypeId.largeBinary, TypeId.binaryView, TypeId.fixedSizeBinary],
  ...[TypeId.interval, TypeId.duration, TypeId.union, TypeId.runEndEncoded],
  ...[TypeId.listView, TypeId.largeListView],
]);

interface Context {
  readonly buffers: BufferReader;
  readonly dictionaries: Dictionaries;
}

/** The next column of the batch. */
export function readColumn(type: DataType, context: Context): Column {
  const { buffers } = context;
  if (UNREADABLE.has(type.typeId)) {
    throw unsupported('values of this type cannot be in a row: leave the column out');
  }
  const node = buffers.node();
  const { length } = node;
  if (type.typeId === TypeId.null) return withoutBytes(length, () => null);
  const isValid = readValidity(buffers.bytes(), node);
  const column = readValues(type, length, context);
  if (isValid === undefined) return column;
  const { get } = column;
  return { length, hasBytes: column.hasBytes, get: (i) => (isValid(i) ? get(i) : null) };
}

function readValidity(
  bits: Uint8Array,
  { length, nullCount }: { length: number; nullCount: number },
): ((row: number) => boolean) | undefined {
  if (nullCount === 0) return undefined;
  if (bits.length < Math.ceil(length / 8)) throw damaged('its bits of nulls are cut short');
  return (i) => (((bits[Math.floor(i / 8)] as number) >>> (i % 8)) & 1) === 1;
}

function readValues(type: DataType, length: number, context: Context): Column {
  const { buffers } = context;
  switch (type.typeId) {
    case TypeId.int:
    case TypeId.time:
      return readIntegers(type, length, buffers);
    case TypeId.float:
      return readFloats(type, length, buffers);
    case TypeId.bool:
      return readBooleans(length, buffers);
    case TypeId.decimal:
      return readDecimals(type, length, buffers);
    case TypeId.date:
    case TypeId.timestamp:
      return readTimes(type, length, buffers);
    case TypeId.utf8:
    case TypeId.largeUtf8:
      return readTexts(type.typeId === TypeId.largeUtf8, length, buffers);
    case TypeId.utf8View:
      return readViews(length, buffers);
    case TypeId.list:
    case TypeId.largeList:
      return readLists(type, type.typeId === TypeId.largeList, { length, ...context });
    case TypeId.map:
      return readMaps(type, length, context);
    case TypeId.fixedSizeList:
      return readFixedLists(type, length, context);
    case TypeId.struct:
      return readStructs(type.children, length, context);
    default:
      return readIndices(type, length, context);
  }
}

function withoutBytes(length: number, get: Getter): Column {
  return { length, hasBytes: false, get };
}

/** A part that is asked for values through another one may be longer, not shorter. */
function assertLength(column: Column, least: number): void {
  if (column.length < least) throw damaged('a part of it is shorter than the whole');
  if (!column.hasBytes && column.length > MOST_WITHOUT_BYTES) {
    throw damaged(`a part of it without data has ${column.length} rows`);
  }
}

function onlyChild(children: readonly Field[]): Field {
  const [child] = children;
  if (child === undefined || children.length !== 1) throw damaged('a list has no type');
  return child;
}

function readLists(
  type: DataType,
  isLarge: boolean,
  context: Context & { length: number },
): Column {
  const { length } = context;
  const offsets = readOffsets(isLarge, length, context.buffers);
  const child = readColumn(onlyChild(type.children).type, context);
  assertLength(child, offsets[length] as number);
  const get = listGetter(child, (i) => offsets[i] as number);
  const vectors = (start: number, end: number): FlatVectors | undefined => {
    const first = offsets[start] as number;
    const dimension = (offsets[start + 1] as number) - first;
    for (let i = start; i <= end; i++) {
      if (offsets[i] !== first + (i - start) * dimension) return undefined;
    }
    return flatVectors(child, first, { dimension, count: end - start });
  };
  return { length, hasBytes: true, get, vectors };
}

function readFixedLists(type: DataType, length: number, context: Context): Column {
  const { stride } = type;
  if (stride < 0) throw damaged('its lists have a negative length');
  const child = readColumn(onlyChild(type.children).type, context);
  assertLength(child, length * stride);
  const vectors = (start: number, end: number): FlatVectors | undefined =>
    flatVectors(child, start * stride, { dimension: stride, count: end - start });
  const get = listGetter(child, (i) => i * stride);
  return { length, hasBytes: stride > 0 && child.hasBytes, get, vectors };
}

function flatVectors(
  { floats }: Column,
  start: number,
  { dimension, count }: { dimension: number; count: number },
): FlatVectors | undefined {
  if (floats === undefined || dimension === 0) return undefined;
  const end = start + count * dimension;
  const values =
    floats instanceof Float32Array
      ? floats.slice(start, end)
      : Float32Array.from(floats.subarray(start, end));
  return { values, dimension };
}

/** List i is what lies in the child from `startOf(i)` to `startOf(i + 1)`. */
function listGetter(child: Column, startOf: (row: number) => number): Getter {
  const { floats, get } = child;
  if (floats instanceof Float32Array) return (i) => floats.slice(startOf(i), startOf(i + 1));
  if (floats !== undefined) return (i) => Array.from(floats.subarray(startOf(i), startOf(i + 1)));
  return (i) => {
    const start = startOf(i);
    return Array.from({ length: startOf(i + 1) - start }, (_, j) => get(start + j));
  };
}

/** A map is a list of pairs; in a row it is an object. */
function readMaps(type: DataType, length: number, context: Context): Column {
  const { buffers } = context;
  const offsets = readOffsets(false, length, buffers);
  const pairType = onlyChild(type.children).type;
  const node = buffers.node();
  buffers.pass(1); // pairs are never null
  const [keys, values] = pairType.children.map((field) => readColumn(field.type, context));
  if (keys === undefined || values === undefined) throw damaged('a map has no keys or no values');
  for (const part of [keys, values])
    assertLength(part, Math.max(node.length, offsets[length] ?? 0));
  const get: Getter = (i) => {
    const start = offsets[i] as number;
    const pairs = Array.from({ length: (offsets[i + 1] as number) - start }, (_, j) => {
      return [String(keys.get(start + j)), values.get(start + j)] as const;
    });
    return Object.fromEntries(pairs);
  };
  return { length, hasBytes: true, get };
}

function readStructs(fields: readonly Field[], length: number, context: Context): Column {
  const parts = fields.map(({ name, type }) => ({ name, column: readColumn(type, context) }));
  for (const { column } of parts) assertLength(column, length);
  const get: Getter = (i) =>
    Object.fromEntries(parts.map(({ name, column }) => [name, column.get(i)]));
  return { length, hasBytes: parts.some(({ column }) => column.hasBytes), get };
}

function readIndices(type: DataType, length: number, context: Context): Column {
  const indices = context.buffers.array(type.integers, length);
  const look = context.dictionaries.getter(type.id);
  return { length, hasBytes: true, get: (i) => look(Number(indices[i])) };
}
