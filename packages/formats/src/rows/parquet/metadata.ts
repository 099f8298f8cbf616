// The footer of a parquet file: what its columns are and where they lie. It is looked through
// before the library decodes it, and what it says is held against the file.
//
//   | PAR1 | columns of row group 0 | columns of row group 1 | ... | metadata | length u32 | PAR1 |

import type { ColumnMetaData, FileMetaData, RowGroup, SchemaTree } from 'hyparquet';
import { parquetMetadata, parquetSchema } from 'hyparquet';

import { FormatError, FormatErrorCode } from '../../errors.ts';
import type { OpenedFile } from '../../opened-file.ts';
import { readExactly } from '../../positioned-read.ts';
import { checkColumnCount, checkNames } from '../columns.ts';
import { damaged, guarded, unsupported } from '../flaw.ts';
import { checkThrift } from './check-thrift.ts';

const MAGIC = 'PAR1';
const ENCRYPTED = 'PARE';
const TAIL_BYTES = 8;
const MAX_METADATA_BYTES: number = 64 * 2 ** 20;
/** A file of so many parts would be larger than memory before its first row. */
const MOST_STRUCTS = 1_000_000;
const MAX_DEPTH = 32;
/** A column of a row group is read whole. */
const MAX_CHUNK_BYTES: number = 2 ** 30;

export interface ParquetFile {
  readonly schema: SchemaTree;
  readonly groups: readonly RowGroup[];
  readonly count: number;
}

/** A column of a row group, as it lies in the file. */
export interface Chunk {
  readonly meta: ColumnMetaData;
  readonly start: number;
  readonly byteLength: number;
}

/** @throws FormatError when the file does not end as a parquet file does. */
export async function readMetadata(file: OpenedFile): Promise<ParquetFile> {
  const { path, byteLength } = file;
  const fail = (problem: string, code: FormatErrorCode = FormatErrorCode.formatDamaged) =>
    new FormatError({ code, path, problem, offset: Math.max(0, byteLength - TAIL_BYTES) });
  if (byteLength < MAGIC.length + TAIL_BYTES) throw fail('the file is too short');
  const tail = Buffer.alloc(TAIL_BYTES);
  await readExactly(file, tail, byteLength - TAIL_BYTES);
  const magic = tail.toString('latin1', 4);
  if (magic === ENCRYPTED) throw fail('the file is encrypted', FormatErrorCode.formatUnsupported);
  if (magic !== MAGIC) throw fail('the file is cut short, or no parquet file: it ends otherwise');
  const length = tail.readUInt32LE(0);
  if (length > Math.min(MAX_METADATA_BYTES, byteLength - MAGIC.length - TAIL_BYTES)) {
    throw fail(`its metadata says that it has ${length} bytes`);
  }
  const bytes = new Uint8Array(length + TAIL_BYTES);
  const offset = byteLength - bytes.length;
  await readExactly(file, bytes, offset);
  return guarded({ path, offset }, 'the metadata', () => {
    checkThrift(bytes.subarray(0, length), 0, MOST_STRUCTS);
    return checkMetadata(parquetMetadata(bytes, { geoparquet: false }), byteLength);
  });
}

function checkMetadata(metadata: FileMetaData, byteLength: number): ParquetFile {
  const { row_groups: groups } = metadata;
  checkColumnCount(metadata.schema.length);
  checkDepth(metadata.schema);
  const schema = parquetSchema(metadata);
  checkNames(schema.children.map(({ element }) => element.name));
  if (schema.children.length === 0) throw unsupported('it has no columns');
  let count = 0;
  let bytes = 0;
  for (const group of groups) {
    count += countOf(group.num_rows);
    for (const column of group.columns) bytes += chunkOf(column, byteLength).byteLength;
  }
  if (count !== countOf(metadata.num_rows)) throw damaged('its row groups have other rows');
  if (bytes > byteLength) throw damaged('its columns lie over each other');
  return { schema, groups, count };
}

/** Elements stand one after the other, each with the number of those below it. */
function checkDepth(elements: FileMetaData['schema']): void {
  const left: number[] = [1];
  for (const { num_children: children = 0 } of elements) {
    while (left.at(-1) === 0) left.pop();
    if (left.length === 0) throw damaged('its schema has too many elements');
    if (left.length > MAX_DEPTH)
      throw unsupported(`columns are nested more than ${MAX_DEPTH} deep`);
    left[left.length - 1] = (left.at(-1) as number) - 1;
    if (children > 0) left.push(children);
  }
  if (left.some((missing) => missing !== 0)) throw damaged('its schema is cut short');
}

export function countOf(value: bigint | undefined): number {
  const count = Number(value);
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw damaged(`a count is ${value}`);
}

/** @throws Flaw where a column is not inside the file. */
export function chunkOf(column: RowGroup['columns'][number], byteLength: number): Chunk {
  const { meta_data: meta, file_path: path } = column;
  if (meta === undefined) throw unsupported('its columns are encrypted');
  if (path !== undefined) throw unsupported('its columns are in other files');
  const start = countOf(meta.dictionary_page_offset || meta.data_page_offset);
  const length = countOf(meta.total_compressed_size);
  if (start + length > byteLength) throw damaged('a column is outside the file');
  if (length > MAX_CHUNK_BYTES) throw unsupported('a row group has more than 1 GiB of a column');
  return { meta, start, byteLength: length };
}
