// Verifies the folder of a collection that nobody has open: its files first, all of them, and what
// they hold only where every file is sound.

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
 * What is broken in the folder of a collection. Reads all its files, without a lock; where they
 * are sound, opens the collection and walks everything in it. Opening cuts off what a killed writer
 * left behind the last whole record, which is no damage.
 *
 * @throws {CollectionError} NO_SCHEMA where there is no collection, COLLECTION_CORRUPT
 * @throws {StorageError} LOCKED, FILE_FAILED
 */
export async function verifyCollection(path: string): Promise<FolderVerdict> {
  const folder = assertString(path, { name: 'path', error: argumentError });
  const damages = (await verifyStore(folder)).filter(({ kind }) => kind === 'damage');
  if (damages.length > 0) {
    const problems = damages.map(({ message }) => ({ part: 'files', message }) as const);
    return { count: undefined, problems };
  }
  const collection = await Collection.open(folder);
  try {
    return { problems: await collection.verify(), count: collection.count() };
  } finally {
    await collection.close();
  }
}
