// Verifies the folder of a collection: its files first, all of them, and what they hold only where
// every file is sound.

import { assertString } from '@nigh/base';
import { verifyStore } from '@nigh/storage';
import { Collection } from './collection.ts';
import { argumentError } from './errors.ts';
import type { CollectionProblem } from './verify.ts';

export interface FolderVerdict {
  /** Documents; undefined where files are damaged and the collection was not opened. */
  readonly count: number | undefined;
  /** Empty when all is sound. */
  readonly problems: readonly CollectionProblem[];
}

/**
 * What is broken in the folder of a collection. Reads all its files and changes none; where they
 * are sound, opens the collection to read it and walks everything in it. What a killed writer left
 * behind the last whole record is no damage.
 *
 * @throws {CollectionError} NO_SCHEMA where there is no collection, COLLECTION_CORRUPT
 * @throws {StorageError} FILE_FAILED
 */
export async function verifyCollection(path: string): Promise<FolderVerdict> {
  const folder = assertString(path, { name: 'path', error: argumentError });
  const damages = (await verifyStore(folder)).filter(({ kind }) => kind === 'damage');
  if (damages.length > 0) {
    const problems = damages.map(({ message }) => ({ part: 'files', message }) as const);
    return { count: undefined, problems };
  }
  const collection = await Collection.open(folder, { readOnly: true });
  try {
    return { problems: await collection.verify(), count: collection.count() };
  } finally {
    await collection.close();
  }
}
