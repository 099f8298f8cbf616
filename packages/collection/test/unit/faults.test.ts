// The disk fails: any one call of it, once and for ever. Errors are typed, nothing that was
// acknowledged is lost, nothing is invented, batches are whole, and the same folder opens again.

import { NighError } from '@nigh/base';
import { VectorIndexError } from '@nigh/core';
import { type DiskFault, SimulatedDisk } from '@nigh/testkit';
import { TextIndex } from '@nigh/text';
import { describe, expect, test } from 'vitest';
import { Collection, type DocumentInput, type OpenOptions } from '../../src/index.ts';
import { openFilled, SCHEMA } from '../support/open.ts';
import { stateOf } from '../support/state.ts';

const PLAIN: OpenOptions = { fields: { n: 'number' }, text: ['text'], threads: 1 };
const OPTIONS: OpenOptions = { ...PLAIN, vector: { dimension: 2, capacity: 64 } };

/** Which calls fail, and how: every `step`-th from `first` on. */
interface Plan {
  readonly fault: DiskFault;
  readonly options: OpenOptions;
  readonly first: number;
  readonly step: number;
}
// Files of vectors cost most of the time and are written by the same calls, so a part is enough.
const PLANS: readonly Plan[] = [
  { fault: 'EIO', options: PLAIN, first: 1, step: 1 },
  { fault: 'EIO', options: OPTIONS, first: 1, step: 7 },
  { fault: 'ENOSPC', options: PLAIN, first: 2, step: 2 },
  { fault: 'ENOSPC', options: OPTIONS, first: 4, step: 7 },
  { fault: 'EMFILE', options: PLAIN, first: 1, step: 3 },
  { fault: 'short write', options: PLAIN, first: 1, step: 1 },
  { fault: 'short write', options: OPTIONS, first: 6, step: 7 },
];
const PATH = '/data/c';

/** What was asked for and what came back: by key the number that its document may have. */
interface Ledger {
  /** The state after every write that was acknowledged, or may have been done. */
  acknowledged: Map<string, number>;
  /** Each state that writes without an answer could lead to, the oldest first. */
  possible: Map<string, number>[];
}

function assertTyped(error: unknown): void {
  if (error instanceof NighError || error instanceof VectorIndexError) return;
  throw error;
}

/** Runs a call, of which the error may be a typed one only. */
async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    assertTyped(error);
    return false;
  }
}

type Change = (documents: Map<string, number>) => void;

/** A write: what is acknowledged must be there from now on, what is not may be. */
async function write(ledger: Ledger, change: Change, work: () => Promise<unknown>): Promise<void> {
  const next = new Map(ledger.possible.at(-1));
  change(next);
  ledger.possible.push(next);
  if (!(await attempt(work))) return;
  ledger.acknowledged = next;
  ledger.possible = [next];
}

function batch(keys: readonly string[], n: number, { vector }: OpenOptions): DocumentInput[] {
  const own = vector ? { vector: [n + 1, 1] } : {};
  return keys.map((key) => ({ key, ...own, metadata: { n }, text: `alpha ${key}` }));
}

/** Some of everything that writes to the disk. */
async function workload(disk: SimulatedDisk, ledger: Ledger, options: OpenOptions): Promise<void> {
  let collection: Collection | undefined;
  await attempt(async () => {
    collection = await Collection.open(PATH, { ...options, files: disk });
  });
  if (!collection) return;
  const own = collection;
  const set = (keys: readonly string[], n: number): Promise<void> =>
    write(
      ledger,
      (documents) => {
        for (const key of keys) documents.set(key, n);
      },
      () => own.upsert(batch(keys, n, options)),
    );
  await set(['a', 'b', 'c'], 1);
  await attempt(() => own.checkpoint());
  await set(['b', 'd'], 2);
  await write(
    ledger,
    (documents) => void documents.set('a', 3),
    () => own.update({ key: 'a', metadata: { n: 3 } }),
  );
  await attempt(() => own.compact());
  await write(
    ledger,
    (documents) => void documents.delete('c'),
    () => own.delete('c'),
  );
  await attempt(() => own.backup('/backup'));
  await set(['e'], 4);
  await attempt(async () => {
    // It still reads what it has, whatever the disk does.
    expect((await own.search({ text: 'alpha', k: 10 })).length).toBe(own.count());
  });
  await attempt(() => own.close());
}

async function read(disk: SimulatedDisk, options: OpenOptions): Promise<Map<string, number>> {
  const collection = await Collection.open(PATH, { ...options, files: disk });
  expect(await collection.verify()).toEqual([]);
  const documents = new Map<string, number>();
  for await (const { key, metadata, text } of collection.documents()) {
    documents.set(String(key), metadata.n as number);
    expect(text).toBe(`alpha ${key}`);
  }
  await collection.upsert(batch(['again'], 9, options));
  expect(collection.get('again')?.metadata).toEqual({ n: 9 });
  await collection.delete('again');
  await collection.close();
  return documents;
}

const sorted = (documents: ReadonlyMap<string, number>): string =>
  JSON.stringify([...documents].sort());

async function countCalls(options: OpenOptions): Promise<number> {
  const disk = new SimulatedDisk();
  await workload(disk, { acknowledged: new Map(), possible: [new Map()] }, options);
  return disk.calls;
}

describe('a disk that fails', () => {
  test.for(PLANS)(
    'with $fault at any call loses nothing (every $step-th)',
    { timeout: 120_000 },
    async (plan) => {
      const { fault, options, first, step } = plan;
      const calls = await countCalls(options);
      expect(calls).toBeGreaterThan(80);
      for (let call = first; call <= calls; call += step) {
        for (const isForEver of [false, true]) {
          const disk = new SimulatedDisk({ seed: call });
          const ledger: Ledger = { acknowledged: new Map(), possible: [new Map()] };
          disk.failAt(call, fault, isForEver);
          await workload(disk, ledger, options);
          disk.heal();
          disk.crash('lost'); // what was acknowledged is durable
          const where = `${fault} at call ${call} of ${calls}${isForEver ? ' and later' : ''}`;
          const found = sorted(await read(disk, options));
          expect(ledger.possible.map(sorted), where).toContain(found);
        }
      }
    },
  );
});

describe('a write that the log does not take', () => {
  test('changes nothing, is told by code, and is the last one', async () => {
    const disk = new SimulatedDisk();
    const collection = await openFilled(SCHEMA, disk);
    const before = await stateOf(collection);
    disk.failAt(1, 'EIO', true);
    const calls = [
      () => collection.upsert({ key: 1, vector: [1, 2] }),
      () => collection.upsert({ key: 'new', vector: [1, 2] }),
      () => collection.update({ key: 1, metadata: { year: 5 } }),
      () => collection.delete(1),
      () => collection.delete({ filter: {} }),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ name: 'StorageError', code: 'STORAGE_FAILED' });
    }
    disk.heal();
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    for (const call of [() => collection.checkpoint(), () => collection.compact()]) {
      await expect(call()).rejects.toMatchObject({ name: 'StorageError' });
    }
    expect(JSON.parse(await stateOf(collection)).documents).toEqual(JSON.parse(before).documents);
    expect(collection.get(1)?.metadata.year).toBe(1999);
    expect((await collection.search({ text: 'alpha' })).length).toBe(2);
    await collection.close();
    const again = await Collection.open('/data/c', { files: disk, threads: 1 });
    expect(JSON.parse(await stateOf(again)).documents).toEqual(JSON.parse(before).documents);
    await again.close();
  });
});

describe('a write that was logged and cannot be applied', () => {
  /** The third row of the next batch fails, as it would without memory. */
  async function failInside<T>(work: () => Promise<T>): Promise<T> {
    const { add } = TextIndex.prototype;
    let count = 0;
    TextIndex.prototype.add = function (this: TextIndex, ...given) {
      if (++count === 3) throw new RangeError('out of memory');
      add.apply(this, given);
    };
    try {
      return await work();
    } finally {
      TextIndex.prototype.add = add;
    }
  }

  test('is kept in no snapshot and no backup, and is there after opening again', async () => {
    const disk = new SimulatedDisk();
    const collection = await Collection.open(PATH, { ...OPTIONS, files: disk });
    await collection.upsert(batch(['a', 'b'], 1, OPTIONS));
    const failed = await failInside(() =>
      collection.upsert(batch(['c', 'd', 'e', 'f'], 2, OPTIONS)).catch((error: unknown) => error),
    );
    expect(failed).toMatchObject({ code: 'COLLECTION_FAILED' });
    const calls = [
      () => collection.checkpoint(),
      () => collection.compact(),
      () => collection.backup('/backup'),
      () => collection.upsert(batch(['g'], 3, OPTIONS)),
      () => collection.update({ key: 'a', metadata: { n: 3 } }),
      () => collection.delete('a'),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ code: 'COLLECTION_FAILED' });
    expect(collection.get('a')?.metadata).toEqual({ n: 1 });
    await collection.close();
    const found = await read(disk, OPTIONS);
    expect(sorted(found)).toBe(
      sorted(
        new Map([
          ['a', 1],
          ['b', 1],
          ['c', 2],
          ['d', 2],
          ['e', 2],
          ['f', 2],
        ]),
      ),
    );
  });
});

describe('a checkpoint', () => {
  test('that is stopped leaves the one before in force', async () => {
    const disk = new SimulatedDisk();
    const collection = await openFilled(SCHEMA, disk);
    await collection.checkpoint();
    await collection.upsert({ key: 9, vector: [1, 2] });
    const state = await stateOf(collection);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const { signal } = stop;
    for (const call of [collection.checkpoint({ signal }), collection.backup('/b', { signal })]) {
      await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
    }
    await expect(collection.compact({ signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await stateOf(collection)).toBe(state);
    await collection.close();
    const again = await Collection.open('/data/c', { files: disk, threads: 1 });
    expect(await stateOf(again)).toBe(state);
    await again.close();
  });

  test('may run while others write, and keeps what was there when it began', async () => {
    const disk = new SimulatedDisk();
    const collection = await openFilled(SCHEMA, disk);
    const during: Promise<unknown>[] = [];
    const checkpoint = collection.checkpoint();
    for (let i = 0; i < 50; i++) {
      during.push(collection.upsert({ key: i, vector: [i + 1, 1], metadata: { year: i } }));
      if (i % 10 === 0) during.push(collection.checkpoint(), collection.delete(i - 1));
    }
    await Promise.all([checkpoint, ...during]);
    expect(await collection.verify()).toEqual([]);
    const state = await stateOf(collection);
    const copy = disk.image('lost');
    await collection.close();
    const again = await Collection.open('/data/c', { files: copy, threads: 1 });
    expect(await stateOf(again)).toBe(state);
    await again.close();
  });
});
