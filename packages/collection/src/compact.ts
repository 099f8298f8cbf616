// Writes everything anew without what was deleted or replaced: rows are numbered from 0 again, keys
// nobody has and bytes nobody points to are gone. The old contents stay as they are.

import { VectorIndex, type WorkOptions } from '@nigh/core';
import { Columns } from '@nigh/filter';
import { TextIndex } from '@nigh/text';
import { Contents, type RunOptions } from './contents.ts';
import { DocumentTable } from './document-table.ts';
import { abortedError } from './errors.ts';
import { KeyTable } from './key-table.ts';
import { Slices } from './slices.ts';

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
  const { schema } = old;
  const index =
    old.index && (await VectorIndex.merge([old.index], { ...run, ...work, renumber: true }));
  try {
    const contents = new Contents(schema, {
      keys: new KeyTable(),
      documents: new DocumentTable(),
      columns: Columns.create(schema.fields),
      ...(index && { index }),
      ...(schema.text && { text: await TextIndex.create(schema.text) }),
    });
    const slices = new Slices();
    for (const [row, oldRow] of old.keys.rows().entries()) {
      await slices.rest();
      if (work.signal?.aborted) throw abortedError(work.signal);
      contents.adopt(row, old, oldRow);
    }
    return contents;
  } catch (error) {
    await index?.close();
    throw error;
  }
}
