// The door to all vector files: picks the format by the ending of the name. A new format is one
// file beside this one and one line in the table below.

import { extname } from 'node:path';
import { FormatError, FormatErrorCode } from '../errors.ts';
import { openForReading } from '../opened-file.ts';
import { openFbin, openI8bin, openU8bin } from './bin.ts';
import { openNpy } from './npy.ts';
import type { FormatOpener, VectorFile } from './vector-file.ts';
import { openBvecs, openFvecs, openIvecs } from './xvecs.ts';

const openers: ReadonlyMap<string, FormatOpener> = new Map([
  ['.npy', openNpy],
  ['.fvecs', openFvecs],
  ['.bvecs', openBvecs],
  ['.ivecs', openIvecs],
  ['.fbin', openFbin],
  ['.u8bin', openU8bin],
  ['.i8bin', openI8bin],
]);

/** File endings that are read, for help texts: `.npy .fvecs …`. */
export const vectorEndings: string = [...openers.keys()].join(' ');

/**
 * Opens a vector file and checks its header against the length of the file. The caller closes it.
 *
 * @throws FormatError
 */
export async function openVectorFile(path: string): Promise<VectorFile> {
  const ending = extname(path).toLowerCase();
  const file = await openForReading(path);
  try {
    const opener = openers.get(ending);
    if (opener === undefined) {
      throw new FormatError({
        code: FormatErrorCode.formatUnknown,
        path,
        problem: 'the ending of the name belongs to no known format',
        expected: vectorEndings,
        got: ending === '' ? 'no ending' : ending,
      });
    }
    return await opener(file);
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}
