/**
 * File systems some of whose calls do something else, and memory that runs out: for tests of what
 * becomes of those who rely on them.
 */
import type { File, FileSystem } from '@nigh/storage';

/** A file system some of whose calls do something else. */
export function spoilDisk(files: FileSystem, changes: Partial<FileSystem>): FileSystem {
  return {
    open: (path, mode) => files.open(path, mode),
    rename: (from, to) => files.rename(from, to),
    remove: (path) => files.remove(path),
    list: (folder) => files.list(folder),
    makeFolder: (path) => files.makeFolder(path),
    exists: (path) => files.exists(path),
    syncFolder: (path) => files.syncFolder(path),
    lock: (folder) => files.lock(folder),
    ...changes,
  };
}

/** A file system on which calls of the files whose path matches do something else. */
export function spoilFiles(
  files: FileSystem,
  pattern: RegExp,
  changes: (file: File, path: string) => Partial<File>,
): FileSystem {
  const open: FileSystem['open'] = async (path, mode) => {
    const file = await files.open(path, mode);
    if (!pattern.test(path)) return file;
    return {
      size: () => file.size(),
      read: (target, position) => file.read(target, position),
      write: (source, position) => file.write(source, position),
      truncate: (size) => file.truncate(size),
      sync: () => file.sync(),
      close: () => file.close(),
      ...changes(file, path),
    };
  };
  return spoilDisk(files, { open });
}

/** Runs `act` while there is no more shared memory; what it returns. */
export function withoutSharedMemory<T>(act: () => T): T {
  const original = globalThis.SharedArrayBuffer;
  globalThis.SharedArrayBuffer = class {
    constructor() {
      throw new RangeError('no memory');
    }
  } as unknown as typeof SharedArrayBuffer;
  try {
    return act();
  } finally {
    globalThis.SharedArrayBuffer = original;
  }
}
