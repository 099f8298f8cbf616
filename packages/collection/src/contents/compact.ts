// Writes everything anew without what was deleted or replaced: rows are numbered from 0 again, keys
// nobody has and bytes nobody points to are gone. The old contents stay as they are.

import { VectorIndex, type WorkOptions } from '@nigh/core';
import { abortedError } from '../errors.ts';
import { Contents, type RunOptions } from './contents.ts';

/**
 * The contents anew.
 *
 * @throws {CollectionError} ABORTED
 * @throws {VectorIndexError} OUT_OF_MEMORY, WORKER_FAILED, ...
 */
export async function compactContents(
  old: Contents,
  run: RunOptions,
  work: WorkOptions,
): Promise<Contents> {
  const index =
    old.index && (await VectorIndex.merge([old.index], { ...run, ...work, renumber: true }));
  try {
    const contents = await Contents.over(old.schema, index);
    for (const [row, oldRow] of old.keys.rows().entries()) {
      await contents.rest();
      if (work.signal?.aborted) throw abortedError(work.signal);
      contents.adopt(row, old, oldRow);
    }
    return contents;
  } catch (error) {
    await index?.close();
    throw error;
  }
}
