// The door to all vector files: picks the format by the ending of the name. A new format is one
// file beside this one and one line in the table below.

import { open } from 'node:fs/promises';
import { extname } from 'node:path';

import { openFbin, openI8bin, openU8bin } from './bin.ts';
import { VectorFileError, VectorFileErrorCode } from './errors.ts';
import { openNpy } from './npy.ts';
import type { FormatOpener, OpenedFile, VectorFile } from './vector-file.ts';
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
export const knownEndings: string = [...openers.keys()].join(' ');

/**
 * Opens a vector file and checks its header against the length of the file. The caller closes it.
 *
 * @throws VectorFileError
 */
export async function openVectorFile(path: string): Promise<VectorFile> {
  const ending = extname(path).toLowerCase();
  const file = await openForReading(path);
  try {
    const opener = openers.get(ending);
    if (opener === undefined) {
      throw new VectorFileError({
        code: VectorFileErrorCode.formatUnknown,
        path,
        problem: 'the ending of the name belongs to no known format',
        expected: knownEndings,
        got: ending === '' ? 'no ending' : ending,
      });
    }
    return await opener(file);
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

async function openForReading(path: string): Promise<OpenedFile> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    throw isMissing
      ? new VectorFileError({
          code: VectorFileErrorCode.fileNotFound,
          path,
          problem: 'there is no such file',
          cause,
        })
      : unreadable(path, `the file cannot be opened: ${cause.code ?? cause.message}`, cause);
  });
  const status = await handle.stat();
  if (status.isFile()) return { path, handle, byteLength: status.size };
  await handle.close();
  throw unreadable(path, 'this is not a file', undefined);
}

function unreadable(path: string, problem: string, cause: unknown): VectorFileError {
  return new VectorFileError({ code: VectorFileErrorCode.fileUnreadable, path, problem, cause });
}
