// Verifies the folder of a collection: its files first, all of them, and what they hold only where
// every file is sound.

import { assertString } from '@nigh/base';
import { argumentCheck } from '../errors.ts';
import { readOpenOptions } from '../open-options.ts';
import { openStore } from './recovery.ts';
import { type CollectionProblem, damagedFiles, verifyContents } from './verify.ts';

/** What `verifyCollection` found. */
export interface FolderVerdict {
  /** Documents; undefined where files are damaged and the collection was not opened. */
  readonly count: number | undefined;
  /** Empty when all is sound. */
  readonly problems: readonly CollectionProblem[];
}

/**
 * What is broken in the folder of a collection. Reads all its files and changes none; where they
 * are sound, opens the collection to read it and walks everything in it.
 *
 * @throws {CollectionError} NO_SCHEMA where there is no collection, COLLECTION_CORRUPT
 * @throws {StorageError} FILE_FAILED
 */
export async function verifyCollection(path: string): Promise<FolderVerdict> {
  const folder = assertString(path, argumentCheck('path'));
  const problems = await damagedFiles(folder);
  if (problems.length > 0) return { count: undefined, problems };
  // The files were read to their ends just now: what they hold is walked, and no more.
  const { store, contents } = await openStore(folder, readOpenOptions({ readOnly: true }));
  try {
    return { problems: await verifyContents(contents), count: contents.count };
  } finally {
    await contents.close();
    await store.close();
  }
}
