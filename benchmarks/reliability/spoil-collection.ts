/** File systems and collections some of whose calls do something else. */
import type { Collection } from '@nigh/collection';
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
  changes: (file: File) => Partial<File>,
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
      ...changes(file),
    };
  };
  return spoilDisk(files, { open });
}

/** A collection some of whose calls do something else. */
export function spoilCollection(
  collection: Collection,
  changes: Partial<Pick<Collection, 'upsert' | 'update' | 'delete' | 'backup'>>,
): Collection {
  return new Proxy(collection, {
    get: (target, name) => {
      const changed: unknown = Reflect.get(changes, name);
      if (changed !== undefined) return changed;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
