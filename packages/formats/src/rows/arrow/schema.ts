// The columns of an Arrow file and their types, as far as rows are made of them (Schema.fbs).

import { checkColumnCount, checkNames } from '../columns.ts';
import { damaged, unsupported } from '../flaw.ts';
import type { ArrayView } from './buffers.ts';
import type { FlatTable } from './flatbuffer.ts';
import { TypeId } from './type-id.ts';

/** A column, or a part of one. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
}

/** Integers of any width. */
export type IntegerView = ArrayView<ArrayLike<number | bigint>>;

/** One type; of the rest of its facts it has those that its number calls for. */
export interface DataType {
  readonly typeId: number;
  readonly children: readonly Field[];
  /** Of integers and times, and of the indices of a dictionary. */
  readonly integers: IntegerView;
  /** Of floats: 0, 1, 2 for 16, 32, 64 bits. */
  readonly precision: number;
  /** Of dates and times. */
  readonly unit: number;
  /** Of decimals. */
  readonly bitWidth: number;
  readonly scale: number;
  /** Of lists of a fixed length. */
  readonly stride: number;
  /** Of unions: 0 where all parts are as long as the whole. */
  readonly mode: number;
  /** Of dictionaries: their number, and the type of their values. */
  readonly id: number;
  readonly dictionary: DataType | undefined;
}

const MAX_DEPTH = 32;

const SIGNED: ReadonlyMap<number, IntegerView> = new Map<number, IntegerView>([
  [8, Int8Array],
  [16, Int16Array],
  [32, Int32Array],
  [64, BigInt64Array],
]);
const UNSIGNED: ReadonlyMap<number, IntegerView> = new Map<number, IntegerView>([
  [8, Uint8Array],
  [16, Uint16Array],
  [32, Uint32Array],
  [64, BigUint64Array],
]);

/** @throws Flaw where it is not as a writer would have written it, or goes too deep. */
export function readSchema(schema: FlatTable): Field[] {
  if (schema.short(0) !== 0) throw unsupported('the numbers are big endian');
  const counter = { count: 0 };
  const fields = readFields(schema.tables(1), MAX_DEPTH, counter);
  checkNames(fields.map(({ name }) => name));
  return fields;
}

/** How many fields there are so far: a few bytes may be read as a part of many of them. */
interface Counter {
  count: number;
}

function readFields(tables: readonly FlatTable[], depth: number, counter: Counter): Field[] {
  counter.count += tables.length;
  checkColumnCount(counter.count);
  return tables.map((table) => readField(table, depth, counter));
}

function readField(field: FlatTable, depth: number, counter: Counter): Field {
  if (depth === 0) throw unsupported(`columns are nested more than ${MAX_DEPTH} deep`);
  const type = readType(field.byte(2), field.table(3), () => {
    return readFields(field.tables(5), depth - 1, counter);
  });
  const encoding = field.table(4);
  const name = field.text(0);
  if (encoding === undefined) return { name, type };
  const integers = readIntegerType(encoding.table(1));
  const typeId = TypeId.dictionary;
  const index = { ...type, typeId, children: [], integers, id: encoding.long(0), dictionary: type };
  return { name, type: index };
}

function readType(typeId: number, table: FlatTable | undefined, children: () => Field[]): DataType {
  const isNumber = typeId === TypeId.int || typeId === TypeId.time;
  return {
    typeId,
    children: children(),
    integers: isNumber ? readIntegers(typeId, table) : Int32Array,
    precision: typeId === TypeId.float ? (table?.short(0) ?? 0) : 0,
    unit: readUnit(typeId, table),
    bitWidth: typeId === TypeId.decimal ? readDecimalWidth(table) : 0,
    scale: typeId === TypeId.decimal ? (table?.int(1, 0) ?? 0) : 0,
    stride: typeId === TypeId.fixedSizeList ? (table?.int(0, 0) ?? 0) : 0,
    mode: typeId === TypeId.union ? (table?.short(0) ?? 0) : 0,
    id: -1,
    dictionary: undefined,
  };
}

function readIntegers(typeId: number, table: FlatTable | undefined): IntegerView {
  // Times are 32 bits wide up to milliseconds, 64 beyond.
  if (typeId === TypeId.time) return (table?.int(1, 32) ?? 32) === 64 ? BigInt64Array : Int32Array;
  return readIntegerType(table);
}

/** An integer type; 32 bits where none is given, as indices of dictionaries are. */
function readIntegerType(table: FlatTable | undefined): IntegerView {
  if (table === undefined) return Int32Array;
  const view = (table.byte(1) === 0 ? UNSIGNED : SIGNED).get(table.int(0, 0));
  if (view === undefined) throw damaged(`integers of ${table.int(0, 0)} bits`);
  return view;
}

function readUnit(typeId: number, table: FlatTable | undefined): number {
  // What is not written is a default: of dates milliseconds, of timestamps seconds.
  if (typeId === TypeId.date) return table?.short(0, 1) ?? 1;
  if (typeId !== TypeId.timestamp) return 0;
  const unit = table?.short(0) ?? 0;
  if (unit < 0 || unit > 3) throw damaged(`a time has the unit ${unit}`);
  return unit;
}

function readDecimalWidth(table: FlatTable | undefined): number {
  const bitWidth = table?.int(2, 128) ?? 128;
  if (![32, 64, 128, 256].includes(bitWidth)) throw damaged(`decimals of ${bitWidth} bits`);
  return bitWidth;
}
