// Walks everything a collection holds and lists what is broken.

import { type FileSystem, type Store, verifyStore } from '@nigh/storage';
import type { Contents } from '../contents/contents.ts';
import type { Schema } from '../schema.ts';
import { Slices } from '../slices.ts';
import { contradictions, problemsOfFiles } from './snapshot.ts';

/** One thing that is wrong, and where. */
export interface CollectionProblem {
  /** Where it is broken. */
  readonly part: 'index' | 'keys' | 'documents' | 'columns' | 'text' | 'files' | 'collection';
  /** What is broken, in words. */
  readonly message: string;
}

/** What is broken in memory; empty when it is sound. The index must not be written to meanwhile. */
export async function verifyContents(contents: Contents): Promise<CollectionProblem[]> {
  const { keys, documents, columns, text, index } = contents;
  const problems: CollectionProblem[] = [];
  const add = (part: CollectionProblem['part'], messages: readonly string[]): void => {
    for (const message of messages) problems.push({ part, message });
  };
  add('collection', contradictions(contents));
  add('keys', [...keys.verify(), ...keys.verifyTexts()]);
  add('columns', columns.verify());
  add('text', text?.verify() ?? []);
  add('index', index?.verify().map(({ message }) => message) ?? []);
  const slices = new Slices();
  for (const row of keys.rows()) {
    await slices.rest();
    if (!keys.has(row)) continue;
    const broken = documents.verify(row);
    add('documents', broken.length > 0 ? broken : problemsOfFields(contents, row));
  }
  return problems;
}

/** Where a document is not what the schema lets in, or is searched as another one. */
function problemsOfFields(contents: Contents, row: number): string[] {
  try {
    contents.columns.check(contents.documents.metadata(row), row);
    return contents.contradictions(row);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** A message about files. */
const ofFiles = (message: string): CollectionProblem => ({ part: 'files', message });

/**
 * Which files of a folder are damaged, by their checksums. What a killed writer left behind the
 * last whole record is no damage.
 */
export async function damagedFiles(
  folder: string,
  files?: FileSystem,
): Promise<CollectionProblem[]> {
  const found = await verifyStore(folder, files);
  return found.filter(({ kind }) => kind === 'damage').map(({ message }) => ofFiles(message));
}

/** What is broken in the files of a store: its checksums, and what its snapshot says. */
export async function verifyFiles(
  store: Store,
  schema: Schema,
  files: FileSystem | undefined,
): Promise<CollectionProblem[]> {
  const damaged = await damagedFiles(store.folder, files);
  if (damaged.length > 0 || !store.snapshot) return damaged;
  return (await problemsOfFiles(store.snapshot, schema)).map(ofFiles);
}
