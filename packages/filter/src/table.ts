// A table as a whole: its columns made, turned into images and back. Images may be forged: nothing
// is taken from them that was not checked.

import {
  allocateBits,
  arrayOfImage,
  countBits,
  hasBit,
  type Image,
  ImageError,
  imageNamed,
  MAX_ROW,
  numberOfImage,
  StringTable,
  wordsFor,
} from '@nigh/base';
import type { Column } from './column.ts';
import { BooleanElements } from './elements/booleans.ts';
import type { Elements } from './elements/elements.ts';
import { NumberElements } from './elements/numbers.ts';
import { StringElements } from './elements/strings.ts';
import { FilterError, FilterErrorCode } from './errors.ts';
import { elementTypeOf, type Fields, type FieldType, isList } from './fields.ts';
import { ListColumn } from './list-column.ts';
import { ValueColumn } from './value-column.ts';

const FORMAT = 1;

export interface Table {
  /** The highest row that was ever live, plus one. */
  readonly rows: number;
  /** Live rows. */
  readonly count: number;
  /** Bit n is row n's; with room for rows to come. */
  readonly live: Uint32Array;
  readonly columns: ReadonlyMap<string, Column>;
}

function elementsOf(type: FieldType): Elements {
  const element = elementTypeOf(type);
  if (element === 'string') return new StringElements(new StringTable());
  return element === 'boolean' ? new BooleanElements() : new NumberElements(element);
}

/** Columns without rows. */
export function createColumns(fields: Fields): Map<string, Column> {
  const columns = new Map<string, Column>();
  for (const [name, type] of Object.entries(fields)) {
    const elements = elementsOf(type);
    columns.set(name, isList(type) ? new ListColumn(elements) : new ValueColumn(elements));
  }
  return columns;
}

/** The table and its columns by number: names of fields are data and stand in a header only. */
export function imagesOf({ rows, count, live, columns }: Table): Record<string, Image> {
  const bits = allocateBits(rows);
  bits.set(live.subarray(0, bits.length));
  const names = [...columns.keys()];
  const types = [...columns.values()].map(({ type }) => type);
  const header = { format: FORMAT, rows, count, names, types };
  const images: Record<string, Image> = { table: { header, arrays: { live: bits } } };
  [...columns.values()].forEach((column, i) => {
    for (const [end, image] of Object.entries(column.images(rows))) {
      images[`column-${i}${end}`] = image;
    }
  });
  return images;
}

type Images = Readonly<Record<string, Image>>;

/** The fields that were saved, in their order, which must be those that are expected. */
function savedFields({ header }: Image, fields: Fields): (readonly [string, FieldType])[] {
  const { names, types } = header;
  if (!Array.isArray(names) || !Array.isArray(types) || names.length !== types.length) {
    throw new ImageError('its fields are missing');
  }
  const isKnown = (name: unknown, i: number): boolean =>
    typeof name === 'string' && Object.hasOwn(fields, name) && fields[name] === types[i];
  const isWhole = names.length === Object.keys(fields).length;
  if (!isWhole || new Set(names).size !== names.length || !names.every(isKnown)) {
    throw new ImageError('it was saved with other fields');
  }
  return names.map((name: string, i) => [name, types[i] as FieldType] as const);
}

function loadColumn(images: Images, name: string, type: FieldType, rows: number): Column {
  const image = imageNamed(images, name);
  if (image.header.type !== type) throw new ImageError(`${name} is not of type ${type}`);
  const element = elementTypeOf(type);
  const isText = element === 'string';
  const strings = isText ? StringTable.load(imageNamed(images, `${name}-strings`)) : undefined;
  const elements = strings === undefined ? elementsOf(type) : new StringElements(strings);
  return isList(type)
    ? ListColumn.load(image, elements, rows)
    : ValueColumn.load(image, elements, rows);
}

function load(images: Images, fields: Fields): Table {
  const image = imageNamed(images, 'table');
  numberOfImage(image, 'format', [FORMAT, FORMAT]);
  const rows = numberOfImage(image, 'rows', [0, MAX_ROW + 1]);
  const count = numberOfImage(image, 'count', [0, rows]);
  const live = arrayOfImage(image, 'live', 'uint32', wordsFor(rows));
  const columns = new Map<string, Column>();
  savedFields(image, fields).forEach(([name, type], i) => {
    columns.set(name, loadColumn(images, `column-${i}`, type, rows));
  });
  return { rows, count, live, columns };
}

/**
 * The table of its images, over their arrays.
 *
 * @throws {FilterError} COLUMNS_CORRUPT, OUT_OF_MEMORY
 */
export function loadTable(images: Images, fields: Fields): Table {
  try {
    const table = load(images, fields);
    const problem = tableProblems(table)[0];
    if (problem !== undefined) throw new ImageError(problem);
    return table;
  } catch (error) {
    if (error instanceof RangeError) {
      const message = 'there is no memory for these columns';
      throw new FilterError(FilterErrorCode.outOfMemory, message, {}, error);
    }
    const reason = error instanceof Error ? error.message : 'they cannot be read';
    const message = `these columns cannot be used: ${reason}; save them again from their source`;
    throw new FilterError(FilterErrorCode.columnsCorrupt, message, { reason }, error);
  }
}

/** What is wrong with a table, in words; nothing where all is well. */
export function tableProblems({ rows, count, live, columns }: Table): string[] {
  const problems: string[] = [];
  const set = countBits(live);
  if (set !== count) problems.push(`${set} rows are live, not ${count}`);
  for (let row = rows; row < 32 * live.length; row++) {
    if (hasBit(live, row)) problems.push(`row ${row} of ${rows} is live`);
  }
  let i = 0;
  for (const column of columns.values()) {
    for (const problem of column.verify(rows)) problems.push(`column ${i}: ${problem}`);
    i++;
  }
  return problems;
}
