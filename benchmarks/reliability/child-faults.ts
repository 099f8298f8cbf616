/** Known mistakes in the file system of a process that is killed, which its parent must find. */
import type { File, FileSystem } from '@nigh/storage';
import { spoilDisk, spoilFiles } from '@nigh/testkit';

/** So long the bytes of a log stay in the process. */
const LATE_MS = 20;

/** A file whose writes lie in the process for a while; whoever syncs is told that all is well. */
function bufferedFile(file: File): Partial<File> {
  let waiting: (() => Promise<void>)[] = [];
  const flush = async (): Promise<void> => {
    for (const write of waiting.splice(0)) await write();
  };
  const flushed =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await flush();
      return call(...args);
    };
  return {
    write: async (source, position) => {
      const bytes = source.slice();
      waiting = [...waiting, () => file.write(bytes, position)];
      setTimeout(() => void flush().catch(() => undefined), LATE_MS);
    },
    sync: async () => undefined,
    read: flushed((target, position) => file.read(target, position)),
    size: flushed(() => file.size()),
    truncate: flushed((size) => file.truncate(size)),
    close: flushed(() => file.close()),
  };
}

/** A lock that is a file: it stays when the process that holds it is killed. */
function lockByFile(files: FileSystem): FileSystem {
  return spoilDisk(files, {
    lock: async (folder) => {
      const path = `${folder}/lock-forever`;
      await (await files.open(path, 'create')).close();
      return { release: () => files.remove(path) };
    },
  });
}

export const CHILD_FAULTS: Readonly<Record<string, (files: FileSystem) => FileSystem>> = {
  'logs are buffered in the process': (files) => spoilFiles(files, /log-/, bufferedFile),
  'locks stay when their process is killed': lockByFile,
};
