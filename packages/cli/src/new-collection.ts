// The collection that an import is for: opened, or made as options and files say. What a failed
// import made and did not write to is taken away again: its schema would hold for good.

import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Collection, CollectionErrorCode } from '@nigh/collection';
import { FormatError, FormatErrorCode, openRows, openVectorFile } from '@nigh/formats';
import { assertSchema, hasVectors, type SchemaInput, schemaOf } from './collection-options.ts';
import { UsageError } from './failure.ts';
import { given } from './options.ts';

/** Where an import looks for vectors when nobody says. */
const DEFAULT_VECTOR = 'vector';

/** What an import says of its collection. */
export interface TargetInput extends SchemaInput {
  readonly folder: string;
  readonly rows: string;
  readonly key?: string;
  readonly metadata?: readonly string[];
  readonly threads?: number;
}

/** An open collection, and what to do when nothing was written to it. */
export interface Target {
  readonly collection: Collection;
  readonly created: boolean;
  /** Removes what was made, once the collection is closed. */
  removeMade(): Promise<void>;
}

/** The collection, which has to be as the options say; or a new one, as they say. */
export async function openOrCreate(input: TargetInput): Promise<Target> {
  const { folder, threads } = input;
  const run = given({ threads });
  try {
    const collection = await Collection.open(folder, run);
    try {
      assertSchema(folder, input, collection.schema);
      return { collection, created: false, removeMade: async () => undefined };
    } catch (error) {
      await collection.close();
      throw error;
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== CollectionErrorCode.noSchema) throw error;
    const dimension = await dimensionOf(input); // opens the files before a folder is made
    const schema = schemaOf(input, dimension);
    const before = await namesIn(folder);
    const collection = await Collection.open(folder, { ...schema, ...run });
    return { collection, created: true, removeMade: () => removeAllBut(folder, before) };
  }
}

/** What is in a folder; undefined where there is none. */
function namesIn(folder: string): Promise<readonly string[] | undefined> {
  return readdir(folder).catch(() => undefined);
}

/** Removes what was not there before; the folder too, where that was not. */
async function removeAllBut(folder: string, before: readonly string[] | undefined): Promise<void> {
  const made = ((await namesIn(folder)) ?? []).filter((name) => before?.includes(name) !== true);
  for (const name of made) await rm(join(folder, name), { recursive: true, force: true });
  if (before === undefined) await rmdir(folder);
}

/** Components of the vectors to come; undefined where there are none. */
async function dimensionOf(input: TargetInput): Promise<number | undefined> {
  const column = input.vectors === undefined ? (input.vector ?? DEFAULT_VECTOR) : undefined;
  const isInRows = hasVectors(input) && column !== undefined;
  const { key, text, metadata } = input;
  const columns = key && metadata ? [key, ...metadata, ...(text ? [text] : [])] : undefined;
  const vectors = isInRows ? column : undefined;
  const rows = await openRows(input.rows, { blockRows: 1, ...given({ columns, vectors }) });
  try {
    if (!hasVectors(input)) return undefined;
    if (input.vectors !== undefined) {
      const file = await openVectorFile(input.vectors);
      await file.close();
      return input.dimension ?? file.dimension;
    }
    if (input.dimension !== undefined) return input.dimension;
    for await (const { dimension } of rows.vectorBlocks()) return dimension;
    throw new UsageError(`${input.rows} has no row that says the dimension: give --dimension`);
  } finally {
    await rows.close();
  }
}

/** What to say where vectors were taken as metadata because nobody said that they are vectors. */
export async function vectorsAsMetadata(input: TargetInput): Promise<string | undefined> {
  if (hasVectors(input) || input.metadata?.includes(DEFAULT_VECTOR) === false) return undefined;
  if (!(await hasNumberLists(input.rows, DEFAULT_VECTOR))) return undefined;
  return (
    `column "${DEFAULT_VECTOR}" was taken as metadata: to search by it, import into a new folder ` +
    `with --vector ${DEFAULT_VECTOR}`
  );
}

/** Whether the first row has a list of numbers in a column. */
async function hasNumberLists(path: string, column: string): Promise<boolean> {
  try {
    const rows = await openRows(path, { blockRows: 1, columns: [column] });
    try {
      for await (const [row] of rows) return isNumberList(row?.[column]);
      return false;
    } finally {
      await rows.close();
    }
  } catch (error) {
    const isNone = error instanceof FormatError && error.code === FormatErrorCode.columnNotFound;
    if (isNone) return false;
    throw error;
  }
}

function isNumberList(value: unknown): boolean {
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const list = isList ? Array.from(value as ArrayLike<unknown>) : [];
  return list.length > 0 && list.every((one) => typeof one === 'number');
}
