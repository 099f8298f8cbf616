// What is asked of the runtime, where it is less than Node: no files, no cores of ours, no turns of
// the event loop for the asking, no shared memory.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { availableCores, uniqueName, yieldToEventLoop } from '../../../src/engine/runtime.ts';
import { VectorIndex } from '../../../src/index.ts';
import { resolveOptions } from '../../../src/options.ts';

/** Takes Node's modules away, as in a page. */
function withoutNode(): void {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a turn of the event loop', () => {
  /** Whether tasks came through before the turn was over. */
  async function turnLets(schedule: (task: () => void) => void): Promise<boolean> {
    let came = false;
    schedule(() => {
      came = true;
    });
    await yieldToEventLoop();
    return came;
  }

  test('is one of messages where there is no setImmediate', async () => {
    vi.stubGlobal('setImmediate', undefined);
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const { port1, port2 } = new MessageChannel();
    const came = await turnLets((task) => {
      port1.onmessage = task;
      port2.postMessage(undefined);
    });
    port1.close();
    expect(came).toBe(true);
    expect(timer).not.toHaveBeenCalled();
  });

  test('is one of timers where there are no messages either', async () => {
    vi.stubGlobal('setImmediate', undefined);
    vi.stubGlobal('MessageChannel', undefined);
    expect(await turnLets((task) => setTimeout(task, 0))).toBe(true);
  });

  test('comes in the order in which turns were asked for', async () => {
    vi.stubGlobal('setImmediate', undefined);
    const order: number[] = [];
    await Promise.all([0, 1, 2].map((i) => yieldToEventLoop().then(() => order.push(i))));
    expect(order).toEqual([0, 1, 2]);
  });
});

test('a name is made once', () => {
  const names = new Set(Array.from({ length: 100 }, uniqueName));
  expect(names.size).toBe(100);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
});

describe('without Node', () => {
  test('the cores of the machine are not ours', () => {
    withoutNode();
    vi.stubGlobal('navigator', { hardwareConcurrency: 64 });
    expect(availableCores()).toBe(1);
    expect(resolveOptions({ dimension: 2 }).threads).toBe(1);
    expect(() => resolveOptions({ dimension: 2, threads: 2 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', details: { name: 'threads', got: 2 } }),
    );
    expect(resolveOptions({ dimension: 2, threads: 1 }).threads).toBe(1);
  });

  test('a path is refused, and nothing is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nigh-runtime-'));
    const index = await VectorIndex.build([[1, 2]], { dimension: 2, threads: 1 });
    withoutNode();
    const refusal = expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME' });
    await expect(index.save(join(folder, 'a'))).rejects.toThrow(refusal);
    await expect(VectorIndex.load(join(folder, 'a'))).rejects.toThrow(refusal);
    expect(await readdir(folder)).toEqual([]);
    await index.close();
    await rm(folder, { recursive: true });
  });
});

test('a bundle for pages says that it has no threads', async () => {
  // What bundlers make of the pool: a module of nothing.
  vi.doMock('../../../src/build/pool.ts', () => ({ WorkerPool: undefined }));
  vi.resetModules();
  const bundle = await import('../../../src/index.ts');
  const vectors = Array.from({ length: 200 }, (_, i) => [i % 17, i % 31]);
  const index = bundle.VectorIndex.create({ dimension: 2, threads: 2, flatThreshold: 0 });
  await expect(index.add(vectors)).rejects.toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME' }),
  );
  expect(index.search([3, 3], 1, { exact: true }).nodes).toHaveLength(1);
  await index.close();
  vi.doUnmock('../../../src/build/pool.ts');
});

describe('without shared memory', () => {
  test('an index is private', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(resolveOptions({ dimension: 2 })).toMatchObject({ memory: 'private', threads: 1 });
    expect(() => resolveOptions({ dimension: 2, threads: 2 })).toThrow('one thread only');
  });

  test('none is had by asking for it', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(() => resolveOptions({ dimension: 2, memory: 'shared' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_RUNTIME',
        message: expect.stringContaining('cross-origin isolated'),
      }),
    );
  });
});
