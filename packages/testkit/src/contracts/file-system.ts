/**
 * What every implementation of `FileSystem` must do. Each entry runs in an empty folder of its own
 * and throws where the implementation does not keep to it.
 */
import type { File, FileSystem } from '@nigh/storage';

export interface FileSystemContract {
  readonly name: string;
  readonly run: (files: FileSystem, folder: string) => Promise<void>;
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`the file system breaks its contract: ${what}`);
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing was thrown';
}

async function refuses(promise: Promise<unknown>, code: string): Promise<void> {
  const got = await codeOf(promise);
  check(got === code, `expected ${code}, got ${String(got)}`);
}

async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.size());
  await file.read(bytes, 0);
  return new TextDecoder().decode(bytes);
}

async function create(files: FileSystem, path: string, text: string): Promise<void> {
  const file = await files.open(path, 'create');
  await file.write(new TextEncoder().encode(text), 0);
  await file.close();
}

async function read(files: FileSystem, path: string): Promise<string> {
  const file = await files.open(path, 'read');
  const text = await textOf(file);
  await file.close();
  return text;
}

export const fileSystemContract: readonly FileSystemContract[] = [
  {
    name: 'creates a file once',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, 'one');
      await refuses(files.open(`${folder}/a`, 'create'), 'EEXIST');
      check((await read(files, `${folder}/a`)) === 'one', 'the file changed');
    },
  },
  {
    name: 'opens only what is there',
    run: async (files, folder) => {
      await refuses(files.open(`${folder}/a`, 'read'), 'ENOENT');
      await refuses(files.open(`${folder}/a`, 'write'), 'ENOENT');
      await refuses(files.open(`${folder}/none/a`, 'create'), 'ENOENT');
    },
  },
  {
    name: 'writes and reads at any position',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, 'abcdef');
      const file = await files.open(`${folder}/a`, 'write');
      await file.write(new TextEncoder().encode('XY'), 2);
      const target = new Uint8Array(10);
      check((await file.read(target, 4)) === 2, 'fewer bytes come at the end only');
      check((await file.read(target, 100)) === 0, 'nothing comes beyond the end');
      check((await textOf(file)) === 'abXYef', 'bytes went elsewhere');
      await file.write(new TextEncoder().encode('!'), 8);
      check((await textOf(file)) === 'abXYef\0\0!', 'what is skipped must be zero');
      await file.close();
    },
  },
  {
    name: 'reads into views over shared memory, and writes from them',
    run: async (files, folder) => {
      const shared = new Uint8Array(new SharedArrayBuffer(16), 4, 8).fill(65);
      const file = await files.open(`${folder}/a`, 'create');
      await file.write(shared, 0);
      shared.fill(0);
      check((await file.read(shared, 0)) === 8 && shared[7] === 65, 'bytes differ');
      await file.close();
    },
  },
  {
    name: 'makes files longer and shorter',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, 'abcdef');
      const file = await files.open(`${folder}/a`, 'write');
      await file.truncate(2);
      await file.truncate(4);
      check((await textOf(file)) === 'ab\0\0', 'cut bytes came back');
      await file.sync();
      await file.close();
    },
  },
  {
    name: 'keeps files that are read from being written',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, 'a');
      const file = await files.open(`${folder}/a`, 'read');
      await refuses(file.write(new Uint8Array(1), 0), 'EBADF');
      await file.close();
    },
  },
  {
    name: 'renames over what is there',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, 'new');
      await create(files, `${folder}/b`, 'old');
      await files.rename(`${folder}/a`, `${folder}/b`);
      check((await read(files, `${folder}/b`)) === 'new', 'the old file is still there');
      check(!(await files.exists(`${folder}/a`)), 'the old name is still there');
      await refuses(files.rename(`${folder}/a`, `${folder}/b`), 'ENOENT');
      await files.syncFolder(folder);
    },
  },
  {
    name: 'reads an open file after its name is gone',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, 'text');
      const file = await files.open(`${folder}/a`, 'read');
      await files.remove(`${folder}/a`);
      check((await textOf(file)) === 'text', 'the contents went with the name');
      await file.close();
      await refuses(files.remove(`${folder}/a`), 'ENOENT');
    },
  },
  {
    name: 'lists what is in a folder',
    run: async (files, folder) => {
      await create(files, `${folder}/a`, '');
      await files.makeFolder(`${folder}/b/c`);
      await files.makeFolder(`${folder}/b/c`);
      check((await files.list(folder)).sort().join() === 'a,b', 'other names');
      check(await files.exists(`${folder}/b/c`), 'the folder is not there');
      check(!(await files.exists(`${folder}/d`)), 'what is not there is there');
      await refuses(files.list(`${folder}/d`), 'ENOENT');
    },
  },
  {
    name: 'locks a folder for one at a time',
    run: async (files, folder) => {
      const lock = await files.lock(folder);
      await refuses(files.lock(folder), 'LOCKED');
      await files.makeFolder(`${folder}/other`);
      await (await files.lock(`${folder}/other`)).release();
      await lock.release();
      await lock.release(); // a second time does nothing
      await (await files.lock(folder)).release();
    },
  },
];
