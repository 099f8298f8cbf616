// A file opened for reading, before anybody has looked at its format.

import { type FileHandle, open } from 'node:fs/promises';

import { FormatError, FormatErrorCode } from './errors.ts';

export interface OpenedFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly byteLength: number;
}

/** @throws FormatError FILE_NOT_FOUND or FILE_UNREADABLE. */
export async function openForReading(path: string): Promise<OpenedFile> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    throw isMissing
      ? new FormatError({
          code: FormatErrorCode.fileNotFound,
          path,
          problem: 'there is no such file',
          cause,
        })
      : unreadable(path, `the file cannot be opened: ${cause.code ?? cause.message}`, cause);
  });
  try {
    const status = await handle.stat();
    if (status.isFile()) return { path, handle, byteLength: status.size };
  } catch (cause) {
    await handle.close();
    throw unreadable(path, `the file cannot be examined: ${String(cause)}`, cause);
  }
  await handle.close();
  throw unreadable(path, 'this is not a file', undefined);
}

function unreadable(path: string, problem: string, cause: unknown): FormatError {
  return new FormatError({ code: FormatErrorCode.fileUnreadable, path, problem, cause });
}
