// Walks everything a collection holds and lists what is broken.

import { verifyStore } from '@nigh/storage';
import type { Contents } from './contents.ts';
import { Slices } from './slices.ts';
import { contradictions } from './snapshot.ts';

/** One thing that is wrong, and where. */
export interface CollectionProblem {
  readonly part: 'index' | 'keys' | 'documents' | 'columns' | 'text' | 'files' | 'collection';
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
    if (keys.has(row)) add('documents', documents.verify(row));
  }
  return problems;
}

/** What is broken in the files of a folder. */
export async function verifyFiles(
  ...folder: Parameters<typeof verifyStore>
): Promise<CollectionProblem[]> {
  const problems = await verifyStore(...folder);
  return problems.map(({ message }) => ({ part: 'files', message }));
}
