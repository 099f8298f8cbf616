// The lock of a folder on a machine whose calls fail: whoever failed to take it does not have it,
// and whoever has it can give it back on a full disk.

import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lock, nodeFileSystem, StorageError, Store, withTypedErrors } from '@nigh/storage';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const system = vi.hoisted(() => ({
  /** The call that fails, counted from 1; 0 for none. */
  failing: 0,
  calls: 0,
  code: 'EIO',
  /** Whether every call that needs a new block fails. */
  isFull: false,
  enter(): void {
    system.calls++;
    if (system.calls === system.failing) system.fail(system.code);
  },
  fail(code: string): never {
    throw Object.assign(new Error(`${code}: planted`), { code });
  },
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const entered =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      system.enter();
      return await call(...args);
    };
  return {
    ...real,
    readdir: entered(real.readdir as never),
    link: entered(real.link),
    rename: entered(real.rename),
    open: async (path: string, flags: string) => {
      system.enter();
      if (system.isFull && flags.startsWith('w')) system.fail('ENOSPC');
      const handle = await real.open(path, flags);
      const write = handle.writeFile.bind(handle);
      handle.writeFile = async (data) => {
        try {
          system.enter();
        } catch (error) {
          await write(String(data).slice(0, 9));
          throw error;
        }
        await write(data);
      };
      return handle;
    },
  };
});

const files = withTypedErrors(nodeFileSystem);
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-lock-'));
});

afterEach(async () => {
  Object.assign(system, { failing: 0, isFull: false });
  await rm(folder, { recursive: true, force: true });
});

describe('taking a lock', () => {
  test.for(['EIO', 'EMFILE', 'ENOSPC'])('that fails with %s leaves it free', async (code) => {
    await (await files.lock(folder)).release();
    let failures = 0;
    for (let failing = 1; ; failing++) {
      Object.assign(system, { failing, code, calls: 0 });
      const lock = await files.lock(folder).catch((error) => {
        expect(error).toMatchObject({ code: 'FILE_FAILED', details: { errno: code } });
        failures++;
      });
      const isReached = system.calls >= failing;
      system.failing = 0;
      await lock?.release();
      await (await files.lock(folder)).release();
      expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      if (!isReached) break;
    }
    expect(failures).toBeGreaterThan(4);
  });
});

describe('a lock of a process that lives', () => {
  const holder = (boot: string): string =>
    JSON.stringify({ pid: process.ppid, start: '', boot, thread: 0 });

  test('holds when it could not say of which boot it is', async () => {
    await writeFile(join(folder, 'lock-1'), holder(''));
    await expect(files.lock(folder)).rejects.toMatchObject({ code: 'LOCKED' });
  });

  // Elsewhere a process cannot say its boot either.
  const onLinux = test.runIf(process.platform === 'linux');
  onLinux('is of another process, and free, when it says another boot', async () => {
    await writeFile(join(folder, 'lock-1'), holder('another'));
    await (await files.lock(folder)).release();
  });
});

describe('giving a lock back', () => {
  test('works where nothing can be created', async () => {
    const lock = await files.lock(folder);
    system.isFull = true;
    await lock.release();
    system.isFull = false;
    await (await files.lock(folder)).release();
  });

  test('that fails is an error of ours, and can be tried again', async () => {
    const lock = await files.lock(folder);
    Object.assign(system, { failing: 1, code: 'EMFILE', calls: 0 });
    await expect(lock.release()).rejects.toBeInstanceOf(StorageError);
    await expect(files.lock(folder)).rejects.toMatchObject({ code: 'LOCKED' });
    await lock.release();
    await (await files.lock(folder)).release();
  });

  test('can be tried again by closing the store again', async () => {
    let refusals = 1;
    const lock = async (path: string): Promise<Lock> => {
      const { release } = await nodeFileSystem.lock(path);
      return { release: () => (refusals-- > 0 ? Promise.reject(new Error('no')) : release()) };
    };
    const store = await Store.open(folder, { files: { ...nodeFileSystem, lock } });
    await store.initialize({});
    await expect(store.close()).rejects.toMatchObject({ code: 'FILE_FAILED' });
    await store.close();
    await (await files.lock(folder)).release();
  });

  test('leaves a lock alone that somebody else has in the same place', async () => {
    const lock = await files.lock(folder);
    const [name] = (await readdir(folder)) as [string];
    await rm(join(folder, name));
    const other = await files.lock(folder);
    await lock.release();
    await expect(files.lock(folder)).rejects.toMatchObject({ code: 'LOCKED' });
    await other.release();
  });

  test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
    'works on a disk that is full',
    async () => {
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
      } catch {
        return; // not allowed here, in a container for instance
      }
      try {
        const lock = await files.lock(folder);
        await expect(writeFile(join(folder, 'big'), Buffer.alloc(2 ** 17))).rejects.toThrow();
        await lock.release();
        await rm(join(folder, 'big'));
        await (await files.lock(folder)).release();
      } finally {
        execFileSync('umount', [folder]);
      }
    },
  );
});
