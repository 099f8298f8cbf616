// Real processes on a real disk: killed writers lose nothing, their locks are free at once, and of
// many openers one wins. `NIGH_KILLS` says how many are killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Store, verifyStore } from '@nigh/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const KILLS = Number(process.env.NIGH_KILLS ?? 20);
const OPENERS = 50;
const program = (name: string): string =>
  fileURLToPath(new URL(`./support/${name}.ts`, import.meta.url));

let folder = '';
const children = new Set<ChildProcess>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-kill-'));
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

function start(name: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program(name), folder, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}

/** The lines a process has written, as they come. */
async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of child.stdout!) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

interface Opener {
  readonly child: ChildProcess;
  /** Lets it open, and waits for what it says. */
  readonly go: () => Promise<unknown>;
}

/** An opener that waits to be told. */
async function startOpener(): Promise<Opener> {
  const child = start('opener');
  const lines = linesOf(child);
  expect((await lines.next()).value).toBe('ready');
  const go = async (): Promise<unknown> => {
    child.stdin?.write('go');
    return (await lines.next()).value;
  };
  return { child, go };
}

/** Kills a writer after so many acknowledgements; the last sequence it told. */
async function killAfter(count: number, durability: string, first: number): Promise<number> {
  const child = start('writer', durability, String(first));
  let last = 0;
  let told = 0;
  for await (const line of linesOf(child)) {
    if (line.startsWith('open')) continue;
    last = Number(line.split(' ')[0]);
    if (++told === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return last;
}

describe('a writer that is killed', () => {
  test.for(['sync', 'os'])('with %s loses nothing, and its lock is free', async (durability) => {
    let next = 1;
    for (let kill = 0; kill < KILLS / 2; kill++) {
      const sequence = await killAfter(1 + ((kill * 37) % 130), durability, next);
      expect(await verifyStore(folder).then((all) => all.filter(isDamage))).toEqual([]);
      const store = await Store.open(folder);
      let last = store.snapshot?.sequence ?? 0;
      let lastNumber = last;
      for await (const record of store.records()) {
        const { payload } = record;
        lastNumber = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
        expect(record.sequence).toBe(++last);
        expect(lastNumber).toBe(record.sequence);
        expect(payload.subarray(4).every((byte) => byte === (lastNumber & 255))).toBe(true);
      }
      expect(last).toBeGreaterThanOrEqual(sequence);
      next = last + 1;
      await store.close();
    }
    const names = await readdir(folder);
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

const isDamage = ({ kind }: { kind: string }): boolean => kind === 'damage';

describe('the lock', () => {
  test('is taken by one of fifty openers at once', async () => {
    await (await openNew()).close();
    const openers = await Promise.all(Array.from({ length: OPENERS }, startOpener));
    const said = await Promise.all(openers.map(({ go }) => go()));
    expect(said.filter((one) => one === 'opened')).toHaveLength(1);
    expect(said.filter((one) => one === 'LOCKED')).toHaveLength(OPENERS - 1);
  });

  test('of a killed holder is taken by one of many openers at once', async () => {
    await (await openNew()).close();
    let holder: Opener | undefined = await startOpener();
    expect(await holder.go()).toBe('opened');
    for (let round = 0; round < 3; round++) {
      holder?.child.kill('SIGKILL');
      await once(holder!.child, 'exit');
      const more = await Promise.all(Array.from({ length: 10 }, startOpener));
      const said = await Promise.all(more.map(({ go }) => go()));
      expect(said.filter((one) => one === 'opened')).toHaveLength(1);
      holder = more[said.indexOf('opened')];
    }
  });

  test('is free when its holder was killed, also while it was held long', async () => {
    await (await openNew()).close();
    for (let i = 0; i < 5; i++) {
      const { child, go } = await startOpener();
      expect(await go()).toBe('opened');
      await expect(Store.open(folder)).rejects.toMatchObject({ code: 'LOCKED' });
      child.kill('SIGKILL');
      await once(child, 'exit');
      await (await Store.open(folder)).close();
    }
    const names = await readdir(folder);
    expect(names.filter((name) => name.startsWith('lock-'))).toHaveLength(1);
  });

  test('goes from one opener of this process to the next, a hundred times', async () => {
    await (await openNew()).close();
    let opened = 0;
    const tries = Array.from({ length: 100 }, async (_, i) => {
      await new Promise((done) => setTimeout(done, i % 17));
      const store = await Store.open(folder).catch((error) => {
        expect(error.code).toBe('LOCKED');
      });
      if (store === undefined) return;
      expect(++opened).toBe(1);
      await new Promise((done) => setTimeout(done, 1));
      opened--;
      await store.close();
    });
    await Promise.all(tries);
    await (await Store.open(folder)).close();
  });
});

async function openNew(): Promise<Store> {
  const store = await Store.open(folder);
  await store.initialize({});
  return store;
}
