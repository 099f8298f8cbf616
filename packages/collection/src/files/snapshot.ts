// The contents in files, and back: the vector index in its own format, the tables and the postings
// as images. What was read may be damaged or forged: the parts check themselves, and here it is
// checked that they speak of the same documents.

import { ImageError, imageNamed } from '@nigh/base';
import { VectorIndex, type WorkOptions } from '@nigh/core';
import { Columns } from '@nigh/filter';
import type { SnapshotReader, SnapshotWriter, WriteFiles } from '@nigh/storage';
import { TextIndex } from '@nigh/text';
import {
  Contents,
  type FrozenContents,
  type Parts,
  type RunOptions,
} from '../contents/contents.ts';
import { DocumentTable } from '../contents/document-table.ts';
import { KeyTable } from '../contents/key-table.ts';
import { corruptError } from '../errors.ts';
import type { Schema } from '../schema.ts';

const INDEX = 'index';
const TABLES = 'tables';
const TEXT = 'text';

/** Writes the files of a snapshot. */
export async function writeContents(
  writer: SnapshotWriter,
  { index, tables, text }: FrozenContents,
  work: WorkOptions,
): Promise<void> {
  if (index) await writer.file(INDEX, (write) => index.saveTo(write, work));
  await writer.images(TABLES, tables);
  if (text) await writer.images(TEXT, text);
}

/** Has somebody write the files of frozen contents, of which nothing is held afterwards. */
export async function writingFrozen(
  frozen: FrozenContents,
  work: WorkOptions,
  use: (write: WriteFiles) => Promise<void>,
): Promise<void> {
  try {
    await use((writer) => writeContents(writer, frozen, work));
  } finally {
    await frozen.index?.close();
  }
}

/** What an image or a table that was forged says, as an error of the collection. */
function asCorrupt(error: unknown): unknown {
  return error instanceof ImageError ? corruptError(`a table is damaged: ${error.message}`) : error;
}

/**
 * The contents of a snapshot.
 *
 * @throws {CollectionError} COLLECTION_CORRUPT
 * @throws {StorageError | VectorIndexError | FilterError | TextError} of the part that is damaged
 */
export async function readContents(
  reader: SnapshotReader,
  schema: Schema,
  run: RunOptions,
): Promise<Contents> {
  // Begun first: its reads are the longest, and the others are checked meanwhile.
  const index = schema.vector ? readIndex(reader, run) : Promise.resolve(undefined);
  try {
    const [vectors, tables, text] = await Promise.all([
      index,
      readTables(reader, schema),
      schema.text && readText(reader, schema.text),
    ]);
    const contents = new Contents(schema, {
      ...tables,
      ...(vectors && { index: vectors }),
      ...(text && { text }),
    });
    const problem = contradictions(contents)[0];
    if (problem !== undefined) throw corruptError(`the snapshot contradicts itself: ${problem}`);
    return contents;
  } catch (error) {
    await (await index.catch(() => undefined))?.close();
    throw asCorrupt(error);
  }
}

async function readTables(
  reader: SnapshotReader,
  schema: Schema,
): Promise<Pick<Parts, 'keys' | 'documents' | 'columns'>> {
  const images = await reader.readImages(TABLES);
  return {
    keys: KeyTable.load(images),
    documents: DocumentTable.load(imageNamed(images, 'documents')),
    columns: Columns.load(images, schema.fields),
  };
}

async function readText(
  reader: SnapshotReader,
  options: NonNullable<Schema['text']>,
): Promise<TextIndex> {
  return TextIndex.load(await reader.readImages(TEXT), options);
}

async function readIndex(reader: SnapshotReader, run: RunOptions): Promise<VectorIndex> {
  const { path, size, read, close } = await reader.open(INDEX);
  try {
    return await VectorIndex.loadFrom({ byteLength: size, read }, { ...run, name: path });
  } finally {
    await close();
  }
}

/** What is wrong with the files of a snapshot: reads all of them, and forgets what it read. */
export async function problemsOfFiles(reader: SnapshotReader, schema: Schema): Promise<string[]> {
  try {
    await (await readContents(reader, schema, { threads: 1 })).close();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** A row that is not there; -1 where all are. A loop: it looks at every document. */
function missingRow(rows: Uint32Array, has: (row: number) => boolean): number {
  for (let i = 0; i < rows.length; i++) {
    if (!has(rows[i] as number)) return rows[i] as number;
  }
  return -1;
}

function areEqual(nodes: ArrayLike<number>, rows: Uint32Array): boolean {
  if (nodes.length !== rows.length) return false;
  for (let i = 0; i < rows.length; i++) {
    if (nodes[i] !== rows[i]) return false;
  }
  return true;
}

/** Where the parts speak of different documents. */
export function contradictions(contents: Contents): string[] {
  const { keys, documents, columns, index, text, schema } = contents;
  const rows = keys.rows();
  const problems: string[] = [];
  const bare = missingRow(rows, (row) => documents.has(row));
  if (bare !== -1) problems.push(`row ${bare} has no document`);
  const compare = (name: string, count: number, missing: number): void => {
    if (count !== rows.length) problems.push(`${rows.length} documents have ${count} ${name}`);
    if (missing !== -1) problems.push(`row ${missing} has no ${name}`);
  };
  compare(
    'rows of columns',
    columns.count,
    missingRow(rows, (row) => columns.has(row)),
  );
  if (text) {
    compare(
      'texts',
      text.count,
      missingRow(rows, (row) => text.has(row)),
    );
  }
  if (!index) return problems;
  // Both ascend.
  if (!areEqual(index.nodes(), rows)) problems.push('the vectors are not those of the documents');
  const { dimension, metric } = schema.vector ?? {};
  if (index.dimension !== dimension || index.metric !== (metric ?? 'l2')) {
    problems.push(`the index is of dimension ${index.dimension} and metric ${index.metric}`);
  }
  return problems;
}
