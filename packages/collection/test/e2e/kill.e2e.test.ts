// A program that writes is killed at any moment. What it was told is kept is there, in the order of
// its calls, whole, and the folder opens without more ado.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Collection } from '@nigh/collection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kept, operation } from './support/operations.ts';

const PROGRAM = fileURLToPath(new URL('support/writing-program.ts', import.meta.url));
const KILLS = Number(process.env.NIGH_KILLS ?? 6);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-kill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly path: string;
  readonly first: number;
  readonly threads: number;
  /** Kills after so many acknowledgements and milliseconds. */
  readonly after: readonly [lines: number, delay: number];
}

/** The last write that was acknowledged before the program was killed. */
async function runAndKill({ path, first, threads, after }: Run): Promise<number> {
  const program = spawn(process.execPath, [PROGRAM, path, `${first}`, `${threads}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors] = ['', ''];
  let isDoomed = false;
  program.stdout.on('data', (data) => {
    out += String(data);
    if (isDoomed || out.split('\n').length <= after[0]) return;
    isDoomed = true;
    setTimeout(() => program.kill('SIGKILL'), after[1]);
  });
  program.stderr.on('data', (data) => {
    errors += String(data);
  });
  await new Promise((resolve) => program.on('close', resolve));
  expect(errors.replace(/.*ExperimentalWarning.*\n.*\n?/g, '')).toBe('');
  return Number(out.split('\n').at(-2) ?? first - 1);
}

const textOf = (kept: Kept): string => JSON.stringify([...kept].sort(([a], [b]) => a - b));

async function read(collection: Collection): Promise<Kept> {
  const kept: Kept = new Map();
  for await (const { key, metadata, text, vector } of collection.documents({ vectors: true })) {
    const n = metadata.n as number;
    kept.set(key as number, n);
    expect([text, ...(vector ?? [])]).toEqual([`alpha number${n}`, Number(key) + 1, n + 1, 1]);
  }
  return kept;
}

test.for([1, 2])('nothing that was acknowledged is lost with %i threads', async (threads) => {
  const path = join(folder, `threads-${threads}`);
  const kept: Kept = new Map();
  let next = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const after = [1 + ((kill * 13) % 40), (kill * 3) % 8] as const;
    const last = await runAndKill({ path, first: next, threads, after });
    expect(last).toBeGreaterThan(next);
    for (; next <= last; next++) operation(next).step(kept);
    const collection = await Collection.open(path, { threads: 1 });
    expect(await collection.verify()).toEqual([]);
    const found = textOf(await read(collection));
    // Writes behind the last one that was acknowledged may be there, in their order.
    const possible = [textOf(kept)];
    for (let more = 0; more < 3 && possible.at(-1) !== found; more++) {
      operation(next++).step(kept);
      possible.push(textOf(kept));
    }
    expect(possible).toContain(found);
    await collection.close();
  }
});
