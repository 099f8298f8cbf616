// A file system whose errors are of this package: what was done, to which path, and what the system
// said.

import { StorageError, StorageErrorCode, systemCode } from './errors.ts';
import type { File, FileSystem, Lock, OpenMode } from './file-system.ts';

function fileError(action: string, path: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const errno = systemCode(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (errno === 'LOCKED') {
    const details = { ...(cause as { details?: object }).details, folder: path };
    return new StorageError(StorageErrorCode.locked, reason, details, cause);
  }
  const message = `cannot ${action} ${path}: ${reason}`;
  return new StorageError(StorageErrorCode.fileFailed, message, { path, errno }, cause);
}

async function attempt<T>(action: string, path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw fileError(action, path, cause);
  }
}

class TypedFile implements File {
  readonly #file: File;
  readonly #path: string;

  constructor(file: File, path: string) {
    this.#file = file;
    this.#path = path;
  }

  size(): Promise<number> {
    return attempt('measure', this.#path, () => this.#file.size());
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return attempt('read', this.#path, () => this.#file.read(target, position));
  }

  write(source: Uint8Array, position: number): Promise<void> {
    return attempt('write', this.#path, () => this.#file.write(source, position));
  }

  truncate(size: number): Promise<void> {
    return attempt('truncate', this.#path, () => this.#file.truncate(size));
  }

  sync(): Promise<void> {
    return attempt('sync', this.#path, () => this.#file.sync());
  }

  close(): Promise<void> {
    return attempt('close', this.#path, () => this.#file.close());
  }
}

class TypedFiles implements FileSystem {
  readonly #files: FileSystem;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  resolve(path: string): string {
    return this.#files.resolve?.(path) ?? path;
  }

  open(path: string, mode: OpenMode): Promise<File> {
    return attempt(
      mode === 'create' ? 'create' : 'open',
      path,
      async () => new TypedFile(await this.#files.open(path, mode), path),
    );
  }

  rename(from: string, to: string): Promise<void> {
    return attempt(`rename ${from} to`, to, () => this.#files.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return attempt('remove', path, () => this.#files.remove(path));
  }

  list(folder: string): Promise<string[]> {
    return attempt('list', folder, () => this.#files.list(folder));
  }

  makeFolder(path: string): Promise<void> {
    return attempt('make', path, () => this.#files.makeFolder(path));
  }

  exists(path: string): Promise<boolean> {
    return attempt('look for', path, () => this.#files.exists(path));
  }

  syncFolder(path: string): Promise<void> {
    return attempt('sync', path, () => this.#files.syncFolder(path));
  }

  lock(folder: string): Promise<Lock> {
    return attempt('lock', folder, async () => {
      const lock = await this.#files.lock(folder);
      return { release: () => attempt('free', folder, () => lock.release()) };
    });
  }
}

/** `files` with `StorageError`s: `FILE_FAILED` with path and errno, `LOCKED` with the folder. */
export function withTypedErrors(files: FileSystem): FileSystem {
  return files instanceof TypedFiles ? files : new TypedFiles(files);
}

/** The path of a folder that stays the same when the process goes to another one. */
export function resolveFolder(files: FileSystem, folder: string): string {
  return files.resolve?.(folder) ?? folder;
}

/** Opens `path`, lets `use` have the file, and closes it. */
export async function withFile<T>(
  files: FileSystem,
  path: string,
  use: (file: File) => Promise<T>,
): Promise<T> {
  const file = await files.open(path, 'read');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
