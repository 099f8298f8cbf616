// A file is replaced whole or not at all, whatever stops the save. Permissions are no help here, as
// they stop nobody who is root: folders that are files and files that are folders do.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { platform } from 'node:process';
import { describe, expect, test } from 'vitest';
import { type Progress, VectorIndex } from '../../../src/index.ts';
import { codeOf, savedBytes, temporaryFolder } from './files.ts';
import { addUnlinked, testIndex } from './indexes.ts';

const root = temporaryFolder();

/** An empty folder of the test's own. */
function freshFolder(): string {
  return mkdtempSync(join(root, 'save-'));
}

/** The code of a save that fails. */
async function saveCode(
  index: VectorIndex,
  path: string,
  options?: Parameters<VectorIndex['save']>[1],
): Promise<string> {
  return index.save(path, options).then(() => 'saved', codeOf);
}

describe('a save that cannot be written', () => {
  test('leaves nothing behind when the folder is missing', async () => {
    const folder = freshFolder();
    const index = await testIndex({ count: 20 });
    expect(await saveCode(index, join(folder, 'missing', 'index'))).toBe('FILE_FAILED');
    expect(readdirSync(folder)).toEqual([]);
    expect(index.search([0, 0], 5).nodes.length).toBe(5);
  });

  test('leaves a file alone that stands where the folder should be', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'file'), 'contents');
    const index = await testIndex({ count: 20 });
    expect(await saveCode(index, join(folder, 'file', 'index'))).toBe('FILE_FAILED');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('contents');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('leaves a folder alone that has the name, and no temporary file', async () => {
    const folder = freshFolder();
    for (const contents of [[], ['inside']]) {
      mkdirSync(join(folder, 'index'), { recursive: true });
      for (const name of contents) writeFileSync(join(folder, 'index', name), '');
      const index = await testIndex({ count: 20 });
      expect(await saveCode(index, join(folder, 'index'))).toBe('FILE_FAILED');
      expect(readdirSync(folder)).toEqual(['index']);
      expect(readdirSync(join(folder, 'index'))).toEqual(contents);
    }
  });

  test('is a typed error when its folder goes while it writes', async () => {
    const folder = freshFolder();
    const index = await testIndex({ count: 60 });
    const onProgress = (): void => rmSync(folder, { recursive: true, force: true });
    const error = await index.save(join(folder, 'index'), { onProgress }).catch((e: unknown) => e);
    expect(codeOf(error)).toBe('FILE_FAILED');
    expect(error).toMatchObject({ details: { path: join(folder, 'index'), errno: 'ENOENT' } });
  });

  test('has a name that no system takes', async () => {
    const folder = freshFolder();
    const index = await testIndex({ count: 5 });
    expect(await saveCode(index, join(folder, 'x'.repeat(5000)))).toBe('FILE_FAILED');
    expect(await saveCode(index, join(folder, 'a\0b'))).toBe('INVALID_ARGUMENT');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a save over an older file', () => {
  test('replaces it whole, also by a shorter one', async () => {
    const folder = freshFolder();
    const path = join(folder, 'index');
    for (const count of [10, 100, 3]) {
      const index = await testIndex({ count });
      const bytes = await savedBytes(index, root);
      await index.save(path);
      expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    }
    expect(readdirSync(folder)).toEqual(['index']);
  });

  test('replaces the file that this index came from', async () => {
    const path = join(freshFolder(), 'index');
    await (await testIndex({ count: 30 })).save(path);
    const index = await VectorIndex.load(path, { threads: 1 });
    await index.add([[1, 2]]);
    await index.save(path);
    expect((await VectorIndex.load(path, { threads: 1 })).count).toBe(31);
  });

  test('that is aborted leaves it as it was, and no temporary file', async () => {
    const folder = freshFolder();
    const path = join(folder, 'index');
    await (await testIndex({ count: 10 })).save(path);
    const older = readFileSync(path);
    const index = await testIndex({ count: 100 });

    const early = AbortSignal.abort(new Error('early'));
    expect(await saveCode(index, path, { signal: early })).toBe('ABORTED');
    const abort = new AbortController();
    const onProgress = (): void => abort.abort();
    expect(await saveCode(index, path, { signal: abort.signal, onProgress })).toBe('ABORTED');

    expect(Buffer.compare(readFileSync(path), older)).toBe(0);
    expect(readdirSync(folder)).toEqual(['index']);
    await index.save(path);
    expect((await VectorIndex.load(path, { threads: 1 })).count).toBe(100);
  });

  test('whose progress callback throws leaves it as it was', async () => {
    const folder = freshFolder();
    const path = join(folder, 'index');
    await (await testIndex({ count: 10 })).save(path);
    const older = readFileSync(path);
    const onProgress = (): never => {
      throw new RangeError('thrown by the caller');
    };
    const index = await testIndex({ count: 100 });
    await expect(index.save(path, { onProgress })).rejects.toThrow('thrown by the caller');
    expect(Buffer.compare(readFileSync(path), older)).toBe(0);
    expect(readdirSync(folder)).toEqual(['index']);
  });

  test('is not disturbed by temporary files of a process that died', async () => {
    const folder = freshFolder();
    const path = join(folder, 'index');
    const leftovers = Array.from({ length: 300 }, (_, i) => `index.${process.pid}.${i}.tmp`);
    for (const name of [...leftovers, 'index.tmp', 'index.1.1.tmp']) {
      writeFileSync(join(folder, name), 'left over');
    }
    const index = await testIndex({ count: 20 });
    expect(await saveCode(index, path)).toBe('saved');
    expect((await VectorIndex.load(path, { threads: 1 })).count).toBe(20);
  });

  test('may run beside others to the same name: one of them wins whole', async () => {
    const folder = freshFolder();
    const path = join(folder, 'index');
    const indexes = await Promise.all([5, 50, 95].map((count) => testIndex({ count })));
    await Promise.all(indexes.map((index) => index.save(path)));
    expect([5, 50, 95]).toContain((await VectorIndex.load(path, { threads: 1 })).count);
    expect(readdirSync(folder)).toEqual(['index']);
  });
});

describe('progress', () => {
  test('of a save and of a load grows to the total', async () => {
    const path = join(freshFolder(), 'index');
    const index = await testIndex({ count: 120 }, { capacity: 50 });
    const reports: Progress[] = [];
    const onProgress = (progress: Progress): number => reports.push(progress);
    await index.save(path, { onProgress });
    await VectorIndex.load(path, { threads: 1, onProgress });
    for (const phase of ['save', 'load']) {
      const ofPhase = reports.filter((report) => report.phase === phase);
      const done = ofPhase.map((report) => report.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(new Set(ofPhase.map((report) => report.total)).size).toBe(1);
      expect(done.at(-1)).toBe(ofPhase[0]!.total);
    }
  });

  test('of an empty index is reported without an error', async () => {
    const path = join(freshFolder(), 'index');
    const index = await testIndex({ count: 0 });
    const reports: Progress[] = [];
    const onProgress = (progress: Progress): number => reports.push(progress);
    await index.save(path, { onProgress });
    await VectorIndex.load(path, { threads: 1, onProgress });
    expect(reports.every(({ done, total }) => done <= total)).toBe(true);
  });
});

describe('a load', () => {
  test('that is aborted says so', async () => {
    const path = join(freshFolder(), 'index');
    await (await testIndex({ count: 60 })).save(path);
    const reason = new Error('changed my mind');
    const early = VectorIndex.load(path, { signal: AbortSignal.abort(reason) });
    await expect(early).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
    const abort = new AbortController();
    const onProgress = (): void => abort.abort();
    const late = VectorIndex.load(path, { signal: abort.signal, onProgress });
    await expect(late).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('reports and looks at the signal within a large region', async () => {
    const path = join(freshFolder(), 'index');
    const index = VectorIndex.create({ dimension: 1000, threads: 1, flatThreshold: 0 });
    await addUnlinked(index, new Float32Array(5_000_000).fill(1)); // 20 MB of vectors
    await index.save(path);
    const abort = new AbortController();
    const done: number[] = [];
    const onProgress = (progress: Progress): void => {
      done.push(progress.done);
      if (done.length === 17) abort.abort(); // fifteen small regions, then two of the last
    };
    const load = VectorIndex.load(path, { threads: 1, signal: abort.signal, onProgress });
    await expect(load).rejects.toMatchObject({ code: 'ABORTED' });
    expect(done.slice(1).map((bytes, i) => bytes - done[i]!)).toEqual([
      ...[0, 0, 0, 0, 0, 628, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[2 ** 20, 2 ** 20],
    ]);
  });

  test.skipIf(platform === 'win32')('of a pipe that nobody writes to does not wait', async () => {
    const path = join(freshFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const error = await VectorIndex.load(path).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'FILE_FAILED', details: { path } });
  });

  test('of what is no file is a typed error with the path', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'file'), '');
    const paths = [join(folder, 'missing'), folder, join(folder, 'file', 'index'), devNull];
    for (const path of paths) {
      const error = await VectorIndex.load(path).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'FILE_FAILED', details: { path } });
    }
  });
});
