// .parquet: rows in groups, each group column by column. A group is read whole, so its size bounds
// the memory. Decoding is hyparquet's; `check-*.ts` look through the bytes before.

import type { RowGroup, SchemaTree } from 'hyparquet';
import { readColumn } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { assembleAsync } from 'hyparquet/src/rowgroup.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import { flatten } from 'hyparquet/src/utils.js';

import type { OpenedFile } from '../../opened-file.ts';
import { readExactly } from '../../positioned-read.ts';
import { columnBlocks, type DecodedColumn } from '../column-blocks.ts';
import { checkColumns } from '../columns.ts';
import { damaged, type FlawPlace, faultAt, guarded } from '../flaw.ts';
import type { ReadBlock, RowReader, RowsSettings } from '../rows.ts';
import { checkBudget, PageBudget } from './budget.ts';
import { checkPages, levelsOf } from './check-pages.ts';
import { checkReadable, converterOf, parsers } from './convert.ts';
import { type FloatLists, flatLists, isFloatList, listOf, readFloatLists } from './float-lists.ts';
import { type Chunk, chunkOf, countOf, type ParquetFile, readMetadata } from './metadata.ts';

/** What the library calls a column on its way, and how one is decoded. */
type AsyncColumn = Parameters<typeof assembleAsync>[0]['asyncColumns'][number];
type ColumnDecoder = Parameters<typeof readColumn>[2];

interface Source extends ParquetFile {
  readonly file: OpenedFile;
  readonly settings: RowsSettings;
  /** The columns that are read. */
  readonly columns: readonly SchemaTree[];
}

/** A column or a part of one: lists of floats, or what the library makes of it. */
type Part = { readonly lists: FloatLists } | AsyncColumn;

export async function openParquet(file: OpenedFile, settings: RowsSettings): Promise<RowReader> {
  const parquet = await readMetadata(file);
  const all = parquet.schema.children;
  checkColumns(
    file.path,
    all.map(({ element }) => element.name),
    settings,
  );
  const columns = all.filter(({ element }) => settings.columns?.includes(element.name) !== false);
  for (const column of columns) {
    const place = { path: file.path, column: column.element.name };
    guarded(place, 'the schema', () => checkReadable(column));
  }
  checkBudget(file.path, parquet, columns);
  const source = { ...parquet, file, settings, columns };
  return {
    name: 'parquet',
    count: parquet.count,
    blocks: (onBytes) => readBlocks(source, onBytes),
  };
}

async function* readBlocks(
  source: Source,
  onBytes: (bytesRead: number) => void,
): AsyncGenerator<ReadBlock> {
  const { file, settings, groups } = source;
  let firstRow = 0;
  let bytesRead = 0;
  for (const group of groups) {
    const rowCount = countOf(group.num_rows);
    if (rowCount === 0) continue;
    const columns: DecodedColumn[] = [];
    const room = { group, budget: new PageBudget() };
    for (const column of source.columns) columns.push(await readTop(source, room, column));
    for (const chunk of group.columns) bytesRead += chunkOf(chunk, file.byteLength).byteLength;
    onBytes(bytesRead);
    yield* columnBlocks({ path: file.path, columns, rowCount, firstRow }, settings);
    firstRow += rowCount;
  }
}

/** A row group, and what its pages may still take. */
interface Room {
  readonly group: RowGroup;
  readonly budget: PageBudget;
}

/** A column of the schema: one chunk of the row group, or one for each of its parts. */
async function readTop(source: Source, room: Room, column: SchemaTree): Promise<DecodedColumn> {
  const { group, budget } = room;
  const { file, schema } = source;
  const { name } = column.element;
  const rowCount = countOf(group.num_rows);
  const parts: Part[] = [];
  const place: FlawPlace = { path: file.path, column: name };
  for (const each of group.columns) {
    if (each.meta_data?.path_in_schema[0] !== name) continue;
    parts.push(await readPart(source, chunkOf(each, file.byteLength), { rowCount, budget }));
  }
  const [only] = parts;
  if (only !== undefined && 'lists' in only) {
    const { lists } = only;
    return {
      name,
      get: (row) => listOf(lists, row),
      vectors: (start, end) => flatLists(lists, start, end),
    };
  }
  try {
    const asyncColumns = parts.filter((part) => 'data' in part);
    const rows = { groupStart: 0, groupRows: rowCount, selectStart: 0, selectEnd: rowCount };
    const assembled = assembleAsync({ ...rows, asyncColumns }, schema, parsers);
    const values = flatten((await assembled.asyncColumns[0]?.data)?.data);
    if (assembled.asyncColumns.length !== 1 || values.length !== rowCount) {
      throw damaged(`it has ${values.length} rows, its row group ${rowCount}`);
    }
    const convert = converterOf(column);
    return { name, get: (row) => convert(values[row]) };
  } catch (thrown) {
    throw faultAt(place, 'a row group', thrown);
  }
}

async function readPart(
  { file, schema }: Source,
  { meta, start, byteLength }: Chunk,
  { rowCount, budget }: { readonly rowCount: number; readonly budget: PageBudget },
): Promise<Part> {
  const bytes = new Uint8Array(byteLength);
  await readExactly(file, bytes, start);
  const { path_in_schema: pathInSchema, codec, type } = meta;
  const place = { path: file.path, column: pathInSchema[0] ?? '', offset: start };
  return guarded(place, 'a row group', () => {
    const schemaPath = getTreePath(schema, pathInSchema);
    const { element } = schemaPath.at(-1) as SchemaTree;
    const pages = checkPages(bytes, {
      ...levelsOf(schemaPath),
      codec,
      valueCount: countOf(meta.num_values),
      isBoolean: type === 'BOOLEAN',
      budget,
    });
    const lists = isFloatList(schemaPath) ? readFloatLists(pages, type, rowCount) : undefined;
    if (lists !== undefined) return { lists };
    const decoder: ColumnDecoder = {
      ...{ pathInSchema, type, element, schemaPath, codec },
      parsers: { ...DEFAULT_PARSERS, ...parsers },
      compressors: {
        [codec]: (input: Uint8Array) => pages.contents.get(input.byteOffset) ?? input,
      },
    };
    const group = { groupStart: 0, groupRows: rowCount, selectStart: 0, selectEnd: rowCount };
    const reader = { view: new DataView(bytes.buffer), offset: 0 };
    return { pathInSchema, data: Promise.resolve(readColumn(reader, group, decoder)) };
  });
}
