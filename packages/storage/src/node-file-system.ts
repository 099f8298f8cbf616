// Node's file system: loops over short reads and writes, and folders that are synced where systems
// can do that.

import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCode } from './errors.ts';
import type { File, FileSystem, OpenMode } from './file-system.ts';
import { lockFolder } from './node-lock.ts';

const FLAGS: Readonly<Record<OpenMode, string>> = { read: 'r', write: 'r+', create: 'wx+' };

/** Systems read and write at most 2 GiB by one call. */
const MAX_BYTES_PER_CALL: number = 2 ** 30;

/**
 * Files that are open. Nobody may ever close the store that has them, and a handle that is
 * collected ends the process in Bun and newer versions of Node.
 */
const openFiles: Set<File> = new Set();

class NodeFile implements File {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
    openFiles.add(this);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const count = Math.min(target.length - done, MAX_BYTES_PER_CALL);
      const { bytesRead } = await this.#handle.read(target, done, count, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(source: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < source.length) {
      const count = Math.min(source.length - done, MAX_BYTES_PER_CALL);
      const { bytesWritten } = await this.#handle.write(source, done, count, position + done);
      // Nothing written and no error would be an endless loop.
      if (bytesWritten === 0) throw Object.assign(new Error('nothing written'), { code: 'EIO' });
      done += bytesWritten;
    }
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    openFiles.delete(this);
    return this.#handle.close();
  }
}

/** What systems answer that cannot sync a folder (Windows): they order a rename themselves. */
const CANNOT_SYNC: readonly unknown[] = ['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'];

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, 'r');
  } catch (error) {
    if (CANNOT_SYNC.includes(systemCode(error))) return;
    throw error;
  }
  try {
    await folder.sync();
  } catch (error) {
    if (!CANNOT_SYNC.includes(systemCode(error))) throw error;
  } finally {
    await folder.close();
  }
}

/** Makes a folder and syncs those above it, up to the first that was there. */
async function makeFolder(path: string): Promise<void> {
  const whole = resolve(path);
  const first = await mkdir(whole, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let made = whole; made !== top; made = dirname(made)) await syncFolder(dirname(made));
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The files of the machine. */
export const nodeFileSystem: FileSystem = {
  resolve: (path) => resolve(path),
  open: async (path, mode) => new NodeFile(await open(path, FLAGS[mode])),
  rename,
  remove: unlink,
  list: (folder) => readdir(folder),
  makeFolder,
  exists,
  syncFolder,
  lock: lockFolder,
};
