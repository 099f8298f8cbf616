// The contents in files, and back: the vector index in its own format, the tables and the postings as
// images. What was read may be damaged or forged: the parts check themselves, and here it is checked
// that they speak of the same documents.

import { type Image, ImageError } from '@nigh/base';
import { VectorIndex } from '@nigh/core';
import { Columns } from '@nigh/filter';
import type { SnapshotReader, SnapshotWriter } from '@nigh/storage';
import { TextIndex } from '@nigh/text';
import { Contents, type FrozenContents, type RunOptions } from './contents.ts';
import { DocumentTable } from './document-table.ts';
import { corruptError } from './errors.ts';
import { KeyTable } from './key-table.ts';
import type { Schema } from './schema.ts';

const INDEX = 'index';
const TABLES = 'tables';
const TEXT = 'text';

/** Writes the files of a snapshot. */
export async function writeContents(
  writer: SnapshotWriter,
  { index, tables, text }: FrozenContents,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal ? { signal } : {};
  if (index) await writer.file(INDEX, (write) => index.saveTo(write, options));
  await writer.images(TABLES, tables);
  if (text) await writer.images(TEXT, text);
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
  const [index, images, text] = await Promise.all([
    schema.vector && readIndex(reader, run),
    reader.readImages(TABLES),
    schema.text && readText(reader, schema.text),
  ]);
  try {
    const contents = new Contents(schema, {
      keys: KeyTable.load(images),
      documents: DocumentTable.load(imageOf(images, 'documents')),
      columns: Columns.load(images, schema.fields),
      ...(index && { index }),
      ...(text && { text }),
    });
    const problem = contradictions(contents)[0];
    if (problem !== undefined) throw corruptError(`the snapshot contradicts itself: ${problem}`);
    return contents;
  } catch (error) {
    await index?.close();
    throw asCorrupt(error);
  }
}

function imageOf(images: Readonly<Record<string, Image>>, name: string): Image {
  const image = Object.hasOwn(images, name) ? images[name] : undefined;
  if (image) return image;
  throw new ImageError(`${name} is missing`);
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

/** Where the parts speak of different documents. */
export function contradictions(contents: Contents): string[] {
  const { keys, documents, columns, index, text, schema } = contents;
  const rows = keys.rows();
  const problems: string[] = [];
  const bare = rows.find((row) => !documents.has(row));
  if (bare !== undefined) problems.push(`row ${bare} has no document`);
  const compare = (name: string, count: number, has: (row: number) => boolean): void => {
    if (count !== rows.length) problems.push(`${rows.length} documents have ${count} ${name}`);
    const missing = rows.find((row) => !has(row));
    if (missing !== undefined) problems.push(`row ${missing} has no ${name}`);
  };
  compare('rows of columns', columns.count, (row) => columns.has(row));
  if (text) compare('texts', text.count, (row) => text.has(row));
  if (!index) return problems;
  const nodes = index.nodes(); // ascending, as the rows are
  if (nodes.length !== rows.length || nodes.some((node, i) => node !== rows[i])) {
    problems.push('the vectors are not those of the documents');
  }
  const { dimension, metric } = schema.vector ?? {};
  if (index.dimension !== dimension || index.metric !== (metric ?? 'l2')) {
    problems.push(`the index is of dimension ${index.dimension} and metric ${index.metric}`);
  }
  return problems;
}
