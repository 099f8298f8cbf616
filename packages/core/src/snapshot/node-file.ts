// The files of the snapshot, on Node's file system: loops over short reads and writes, typed
// errors, and the order of steps that makes a new file appear whole or not at all.

import type { FileHandle } from 'node:fs/promises';
import { type NodeFiles, nodeFiles } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { fileError, type ReadableBytes, type WriteBytes } from './bytes.ts';

function assertFiles(): NodeFiles {
  const files = nodeFiles();
  if (files) return files;
  throw new VectorIndexError(
    ErrorCode.unsupportedRuntime,
    'there are no files here: use saveTo and loadFrom with bytes, of a fetch or a database',
  );
}

/** Fills `target` from `position`; how many bytes there were. */
async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) return done;
    done += bytesRead;
  }
  return done;
}

async function writeFully(file: FileHandle, source: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < source.length) {
    const { bytesWritten } = await file.write(source, done, source.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * Opens `path`, lets `use` read it and closes it.
 *
 * @throws {VectorIndexError} FILE_FAILED, UNSUPPORTED_RUNTIME; what `use` throws
 */
export async function withReadableFile<T>(
  path: string,
  use: (file: ReadableBytes) => Promise<T>,
): Promise<T> {
  const { open, constants } = assertFiles().files;
  // Without it, opening a pipe waits for somebody who writes to it. Windows has no such flag.
  const doNotWait = constants.O_NONBLOCK ?? 0;
  const file = await open(path, constants.O_RDONLY | doNotWait).catch((cause: unknown) => {
    throw fileError('open', path, cause);
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw fileError('read', path, new Error('it is not a file'));
    const read = (target: Uint8Array, position: number): Promise<number> =>
      readFully(file, target, position).catch((cause: unknown) => {
        throw fileError('read', path, cause);
      });
    return await use({ byteLength: info.size, read });
  } finally {
    await file.close();
  }
}

/** What systems answer that cannot sync a folder (Windows): they order a rename themselves. */
const CANNOT_SYNC: readonly unknown[] = ['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'];

/** Makes a rename durable. */
async function syncFolder({ files, paths }: NodeFiles, path: string): Promise<void> {
  const folder = await files.open(paths.dirname(path), 'r').catch(() => undefined);
  if (!folder) return;
  try {
    await folder.sync().catch((cause: unknown) => {
      if (!CANNOT_SYNC.includes((cause as { code?: string }).code)) {
        throw fileError('sync the folder of', path, cause);
      }
    });
  } finally {
    await folder.close();
  }
}

/** Names tried for a temporary file: processes that died may have left some of theirs. */
const MAX_NAMES = 10_000;

let temporaryCount = 0;

interface TemporaryFile {
  readonly name: string;
  readonly file: FileHandle;
}

/** Creates a file beside `path` under a name that nobody has. */
async function createTemporary({ files, pid }: NodeFiles, path: string): Promise<TemporaryFile> {
  for (let tries = 1; ; tries++) {
    temporaryCount++;
    const name = `${path}.${pid}.${temporaryCount}.tmp`;
    try {
      return { name, file: await files.open(name, 'wx') };
    } catch (cause) {
      const taken = (cause as { code?: string }).code === 'EEXIST';
      if (!taken || tries === MAX_NAMES) throw fileError('create', name, cause);
    }
  }
}

/**
 * Writes a file as a whole: into a temporary one beside it, synced, renamed, folder synced. When
 * `produce` throws, the temporary file is removed and an older file stays as it was.
 *
 * @throws {VectorIndexError} FILE_FAILED, UNSUPPORTED_RUNTIME; what `produce` throws
 */
export async function replaceFile(
  path: string,
  produce: (write: WriteBytes) => Promise<void>,
): Promise<void> {
  const node = assertFiles();
  const { name: temporary, file } = await createTemporary(node, path);
  try {
    try {
      await produce((source, position) =>
        writeFully(file, source, position).catch((cause: unknown) => {
          throw fileError('write', temporary, cause);
        }),
      );
      await file.sync().catch((cause: unknown) => {
        throw fileError('sync', temporary, cause);
      });
    } finally {
      await file.close();
    }
    await node.files.rename(temporary, path).catch((cause: unknown) => {
      throw fileError('write', path, cause);
    });
  } catch (error) {
    await node.files.unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(node, path);
}
