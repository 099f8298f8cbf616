// A store as its owner uses it: what comes back, in which order, and what is refused.

import {
  type Mark,
  type SnapshotWriter,
  StorageErrorCode,
  Store,
  verifyStore,
} from '@nigh/storage';
import { SimulatedDisk } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import {
  diskWith,
  diskWithSnapshot,
  FOLDER,
  openStore,
  readAll,
  text,
} from '../support/small-store.ts';

const BACKUP = '/data/backup';

describe('records', () => {
  test('come back in order, with type and sequence', async () => {
    const disk = await diskWith(['a', '', 'c'.repeat(5000)]);
    expect(await readAll(disk)).toEqual({
      records: [
        { sequence: 1, type: 0, payload: 'a' },
        { sequence: 2, type: 1, payload: '' },
        { sequence: 3, type: 2, payload: 'c'.repeat(5000) },
      ],
      droppedBytes: 0,
    });
  });

  test('are copied before append returns, and get their sequence then', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    const part = text('mine');
    const first = store.append(7, [part, text('-'), part]);
    part.fill(0);
    expect(store.stats().sequence).toBe(1);
    expect(await first).toBe(1);
    await store.close();
    expect((await readAll(disk)).records[0]?.payload).toBe('mine-mine');
  });

  test('that are appended at once go out with few syncs, and resolve in order', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    const before = disk.syncs;
    const order: number[] = [];
    const appended = Array.from({ length: 1000 }, (_, i) =>
      store.append(0, [text(`record ${i}`)]).then((sequence) => order.push(sequence)),
    );
    await Promise.all(appended);
    expect(order).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    expect(disk.syncs - before).toBe(1);
    await store.close();
    expect((await readAll(disk)).records).toHaveLength(1000);
  });

  test('that are appended while a sync runs go out together with the next', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    const before = disk.syncs;
    const appended: Promise<number>[] = [];
    disk.beforeCall = ({ action }) => {
      if (action !== 'sync' || appended.length > 1) return;
      for (let i = 0; i < 50; i++) appended.push(store.append(0, [text('x')]));
    };
    appended.push(store.append(0, [text('first')]));
    await appended[0];
    disk.beforeCall = undefined;
    await Promise.all(appended);
    expect(disk.syncs - before).toBe(2);
    await store.close();
  });

  test('over shared memory and as Buffer are taken', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(66);
    await store.append(0, [shared, Buffer.from('c')]);
    await store.close();
    expect((await readAll(disk)).records[0]?.payload).toBe('BBBc');
  });
});

describe('a snapshot', () => {
  test('is read with what came after it', async () => {
    const disk = await diskWithSnapshot();
    const store = await Store.open(FOLDER, { files: disk });
    const { snapshot } = store;
    expect([snapshot?.sequence, snapshot?.names]).toEqual([1, ['tables', 'raw']]);
    const tables = await snapshot!.readImages('tables');
    expect(tables.words?.header).toEqual({ count: 2, title: 'w' });
    expect(tables.words?.arrays.units).toEqual(new Uint16Array([1, 2, 3, 4, 5, 6, 7]));
    expect(tables.numbers?.arrays.values).toEqual(new Float64Array([1.5, -2]));
    expect(tables.numbers?.arrays.values?.buffer).toBeInstanceOf(SharedArrayBuffer);
    const sequences = [];
    for await (const { sequence } of store.records()) sequences.push(sequence);
    expect(sequences).toEqual([2, 3]);
    expect(store.stats()).toMatchObject({ sequence: 3, snapshotSequence: 1, logRecords: 2 });
    await store.close();
  });

  test('takes the place of the one before, and of its logs', async () => {
    const disk = await diskWithSnapshot();
    const store = await Store.open(FOLDER, { files: disk });
    for await (const _ of store.records());
    const mark = await store.rotate();
    await store.writeSnapshot(mark, { name: 'other' }, (writer) => writer.images('tables', {}));
    expect(disk.names(FOLDER).map((name) => name.replace(/0{5,}/, ''))).toEqual([
      'log-3',
      'manifest',
      expect.stringMatching(/^snapshot-\d+-tables$/),
    ]);
    expect(store.settings).toEqual({ name: 'other' });
    await store.close();
  });

  test('that fails leaves the one before, and nothing else', async () => {
    const disk = await diskWithSnapshot();
    const store = await Store.open(FOLDER, { files: disk });
    for await (const _ of store.records());
    const mark = await store.rotate();
    const names = disk.names(FOLDER);
    const failed = store.writeSnapshot(mark, { name: 'x' }, async (writer) => {
      await writer.images('one', {});
      throw new Error('of the owner');
    });
    await expect(failed).rejects.toThrow('of the owner');
    expect(disk.names(FOLDER)).toEqual(names);
    expect(store.settings).toEqual({ name: 'small' });
    await store.append(0, [text('goes on')]);
    await store.writeSnapshot(mark, { name: 'y' }, async () => undefined);
    await store.close();
    expect((await readAll(disk)).records).toEqual([{ sequence: 4, type: 0, payload: 'goes on' }]);
  });

  test('is aborted by a signal', async () => {
    const disk = await diskWithSnapshot();
    const store = await Store.open(FOLDER, { files: disk });
    for await (const _ of store.records());
    const mark = await store.rotate();
    const controller = new AbortController();
    const names = disk.names(FOLDER);
    const write = store.writeSnapshot(
      mark,
      {},
      (writer) =>
        writer.file('long', async (write) => {
          await write(text('begun'), 0);
          controller.abort();
          await write(text('never'), 5);
        }),
      { signal: controller.signal },
    );
    await expect(write).rejects.toMatchObject({ code: StorageErrorCode.aborted });
    expect(disk.names(FOLDER)).toEqual(names);
    await store.close();
  });

  test('of an old mark is refused after a later one', async () => {
    const disk = await diskWithSnapshot();
    const store = await Store.open(FOLDER, { files: disk });
    for await (const _ of store.records());
    const [first, second] = [await store.rotate(), await store.rotate()];
    await store.writeSnapshot(second, {}, async () => undefined);
    const code = StorageErrorCode.invalidArgument;
    const write = async (): Promise<void> => undefined;
    await expect(store.writeSnapshot(first, {}, write)).rejects.toMatchObject({ code });
    await store.close();
  });
});

describe('a snapshot whose manifest cannot be switched', () => {
  test.for([
    ['the folder cannot be synced', 'sync folder', 1],
    ['the manifest cannot be made', 'create', 2],
    ['the manifest cannot be renamed', 'rename', 2],
  ] as const)('leaves no files where %s', async ([, action, nth]) => {
    const disk = await diskWithSnapshot();
    const store = await openStore(disk);
    for await (const _ of store.records());
    const mark = await store.rotate();
    const names = disk.names(FOLDER);
    let seen = 0;
    disk.beforeCall = (call) => {
      if (call.action === action && ++seen === nth) disk.failAt(0, 'EIO');
    };
    const written = store.writeSnapshot(mark, {}, (writer) => writer.images('tables', {}));
    await expect(written).rejects.toMatchObject({ code: 'FILE_FAILED' });
    expect(disk.names(FOLDER)).toEqual(names);
    await store.close();
  });

  test('durably stops the store, and nothing is removed any more', async () => {
    const disk = await diskWithSnapshot();
    const store = await openStore(disk);
    for await (const _ of store.records());
    const mark = await store.rotate();
    let seen = 0;
    disk.beforeCall = ({ action }) => {
      if (action === 'sync folder' && ++seen === 2) disk.failAt(0, 'EIO');
    };
    const write = (writer: SnapshotWriter): Promise<void> => writer.images('tables', {});
    await expect(store.writeSnapshot(mark, {}, write)).rejects.toThrow();
    const names = disk.names(FOLDER);
    const code = StorageErrorCode.storageFailed;
    const again = store.writeSnapshot(mark, {}, async () => {
      throw new Error('nothing is asked for');
    });
    await expect(again).rejects.toMatchObject({ code });
    expect(disk.names(FOLDER)).toEqual(names);
    await store.close();
  });

  test('removes nothing when the log has failed meanwhile', async () => {
    const disk = await diskWithSnapshot();
    const store = await openStore(disk);
    for await (const _ of store.records());
    const mark = await store.rotate();
    const before = disk.names(FOLDER);
    const written = store.writeSnapshot(mark, {}, async () => {
      disk.failAt(1, 'EIO');
      await store.append(0, [text('x')]).catch(() => undefined);
    });
    await expect(written).rejects.toMatchObject({ code: StorageErrorCode.storageFailed });
    expect(disk.names(FOLDER)).toEqual(expect.arrayContaining(before));
    await store.close();
  });
});

describe('settings', () => {
  test('are those of the call, whatever is done to them or to what is read', async () => {
    const disk = new SimulatedDisk();
    const store = await Store.open(FOLDER, { files: disk });
    const mine = { list: [1], when: new Date(0) };
    const made = store.initialize(mine);
    mine.list.push(2);
    await made;
    const kept = { list: [1], when: '1970-01-01T00:00:00.000Z' };
    expect(store.settings).toEqual(kept);
    (store.settings as typeof mine).list.push(3);
    expect(store.settings).toEqual(kept);
    await store.writeSnapshot(await store.rotate(), mine, async () => void mine.list.push(4));
    expect(store.settings).toMatchObject({ list: [1, 2] });
    await store.close();
  });

  test('that no manifest holds are refused before anything is written', async () => {
    const disk = new SimulatedDisk();
    const store = await Store.open(FOLDER, { files: disk });
    const code = StorageErrorCode.invalidArgument;
    const large = { text: 'x'.repeat(64 * 2 ** 20) };
    const { steps } = disk;
    await expect(store.initialize(large)).rejects.toMatchObject({ code });
    expect(disk.steps).toBe(steps);
    await store.initialize({ text: 'small' });
    const mark = await store.rotate();
    const before = disk.steps;
    await expect(snapshotOf(store, mark, large)).rejects.toMatchObject({ code });
    const copy = store.backup(BACKUP, mark, large, async () => undefined);
    await expect(copy).rejects.toMatchObject({ code });
    expect(disk.steps).toBe(before);
    await store.close();
    expect(await readAll(disk)).toMatchObject({ records: [] });
  });
});

describe('a backup', () => {
  test('is a store of its own', async () => {
    const disk = await diskWithSnapshot();
    const store = await Store.open(FOLDER, { files: disk });
    for await (const _ of store.records());
    const mark = await store.rotate();
    await store.backup(BACKUP, mark, { copy: true }, (writer) =>
      writer.file('raw', (write) => write(text('copied'), 0)),
    );
    const code = StorageErrorCode.notEmpty;
    const again = store.backup(BACKUP, mark, {}, async () => undefined);
    await expect(again).rejects.toMatchObject({ code });
    await store.close();
    const copy = await Store.open(BACKUP, { files: disk });
    expect([copy.settings, copy.snapshot?.sequence]).toEqual([{ copy: true }, 3]);
    for await (const _ of copy.records());
    expect(await copy.append(0, [text('on')])).toBe(4);
    await copy.close();
    expect(await verifyStore(BACKUP, disk)).toEqual([]);
  });
});

describe('refused is', () => {
  test.for<[string, (store: Store) => Promise<unknown>, string]>([
    ['a type that is none', (store) => store.append(-1, []), 'INVALID_ARGUMENT'],
    ['the type of marks', (store) => store.append(2 ** 32 - 1, []), 'INVALID_ARGUMENT'],
    ['a part that is no bytes', (store) => store.append(0, ['a' as never]), 'INVALID_ARGUMENT'],
    ['parts that are no list', (store) => store.append(0, text('a') as never), 'INVALID_ARGUMENT'],
    ['a mark of nobody', (store) => snapshotAt(store, { sequence: 0, log: 9 }), 'INVALID_ARGUMENT'],
    ['no mark', (store) => snapshotAt(store, undefined as never), 'INVALID_ARGUMENT'],
    ['settings that are no JSON', (store) => settingsOf(store, 1n), 'INVALID_ARGUMENT'],
    ['a name that is a path', (store) => fileNamed(store, '../x'), 'INVALID_ARGUMENT'],
    ['a name for temporary files', (store) => fileNamed(store, 'x.tmp'), 'INVALID_ARGUMENT'],
    ['a second initialize', (store) => store.initialize({}), 'NOT_READY'],
    ['the same folder again', (store) => Store.open(store.folder, optionsOf(store)), 'LOCKED'],
  ])('%s', async ([, call, code]) => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    disks.set(store, disk);
    await expect(call(store)).rejects.toMatchObject({ name: 'StorageError', code });
    expect(await store.append(0, [text('still works')])).toBe(1);
    await store.close();
    expect((await readAll(disk)).records).toHaveLength(1);
  });

  test.for<[string, object]>([
    ['an unknown option', { durable: true }],
    ['an unknown mode', { durability: 'none' }],
    ['an interval of nothing', { intervalMs: 0 }],
    ['an unknown recovery', { recover: 'all' }],
    ['files that are none', { files: 3 }],
  ])('%s', async ([, options]) => {
    const code = StorageErrorCode.invalidOption;
    await expect(Store.open(FOLDER, options)).rejects.toMatchObject({ code });
  });

  test('what comes before the records were read, and after closing', async () => {
    const disk = await diskWith(['a']);
    const store = await Store.open(FOLDER, { files: disk });
    await expect(store.append(0, [])).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(store.rotate()).rejects.toMatchObject({ code: 'NOT_READY' });
    for await (const _ of store.records());
    await expect(store.records().next()).rejects.toMatchObject({ code: 'NOT_READY' });
    await store.close();
    await store.close();
    await expect(store.append(0, [])).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(store.flush()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('a record larger than there may be', async () => {
    const store = await openStore(new SimulatedDisk());
    const half = new Uint8Array(2 ** 29 + 1);
    await expect(store.append(0, [half, half])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
    expect(store.stats().sequence).toBe(0);
    await store.close();
  });

  test('a folder without a store where none may be made', async () => {
    const disk = new SimulatedDisk();
    await disk.makeFolder(FOLDER);
    const code = StorageErrorCode.notAStore;
    for (const options of [{ create: false }, { readOnly: true }]) {
      await expect(Store.open(FOLDER, { files: disk, ...options })).rejects.toMatchObject({ code });
    }
    expect(disk.names(FOLDER)).toEqual([]);
  });

  test('writing to what was opened to be read, which takes no lock', async () => {
    const disk = await diskWith(['a', 'b'], false);
    const bytes = disk.bytesOf(`${FOLDER}/log-0000000000000001`);
    disk.place(`${FOLDER}/log-0000000000000001`, bytes.subarray(0, -1));
    disk.place(`${FOLDER}/snapshot-0000000000000009-x.tmp`, bytes);
    const writer = await Store.open(FOLDER, { files: disk });
    const { steps } = disk;
    const reader = await Store.open(FOLDER, { files: disk, readOnly: true });
    for await (const _ of reader.records());
    expect(reader.recovery.records).toBe(1);
    await expect(reader.append(0, [])).rejects.toMatchObject({ code: 'READ_ONLY' });
    await reader.close();
    expect(disk.steps).toBe(steps);
    await writer.close();
  });
});

const disks = new WeakMap<Store, SimulatedDisk>();
const optionsOf = (store: Store) => ({ files: disks.get(store)! });

const snapshotOf = (store: Store, mark: Mark, settings: unknown): Promise<void> =>
  store.writeSnapshot(mark, settings, async () => undefined);

const snapshotAt = (store: Store, mark: { sequence: number; log: number }): Promise<void> =>
  store.writeSnapshot(mark, {}, async () => undefined);

async function settingsOf(store: Store, settings: unknown): Promise<void> {
  await store.writeSnapshot(await store.rotate(), settings, async () => undefined);
}

async function fileNamed(store: Store, name: string): Promise<void> {
  const mark = await store.rotate();
  await store.writeSnapshot(mark, {}, (writer) => writer.file(name, async () => undefined));
}

describe('closing', () => {
  test('waits for a store that is being made', async () => {
    const disk = new SimulatedDisk();
    const store = await Store.open(FOLDER, { files: disk });
    await Promise.all([store.initialize({ name: 'small' }), store.close()]);
    await expect(store.append(0, [])).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await readAll(disk)).toEqual({ records: [], droppedBytes: 0 });
  });

  test('while records are read changes nothing', async () => {
    const disk = await diskWith(['a', 'b'], false);
    const store = await Store.open(FOLDER, { files: disk });
    const records = store.records();
    await records.next();
    await store.close();
    const { steps } = disk;
    const rest = async (): Promise<void> => {
      for await (const _ of records);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(disk.steps).toBe(steps);
    expect((await readAll(disk)).records).toHaveLength(2);
  });

  test('aborts a snapshot or backup that takes for ever, and leaves nothing of it', async () => {
    const disk = await diskWithSnapshot();
    const store = await openStore(disk);
    for await (const _ of store.records());
    const mark = await store.rotate();
    const names = disk.names(FOLDER);
    const write = (writer: SnapshotWriter): Promise<void> =>
      writer.file('long', async (write) => {
        await write(text('begun'), 0);
        await new Promise(() => undefined);
      });
    const both = [store.writeSnapshot(mark, {}, write), store.backup(BACKUP, mark, {}, write)];
    const refused = Promise.allSettled(both);
    await new Promise(setImmediate);
    await store.close();
    const reason = { code: StorageErrorCode.aborted };
    expect(await refused).toMatchObject([{ reason }, { reason }]);
    expect(disk.names(FOLDER)).toEqual(names);
    expect(disk.names(BACKUP)).toEqual([]);
    expect((await readAll(disk)).records).toHaveLength(2);
  });

  test.for(['writeSnapshot', 'backup', 'close'] as const)(
    'or %s from inside a snapshot is refused, and possible afterwards',
    async (call) => {
      const store = await openStore(new SimulatedDisk());
      const mark = await store.rotate();
      const nothing = async (): Promise<void> => undefined;
      const calls = {
        writeSnapshot: () => store.writeSnapshot(mark, {}, nothing),
        backup: () => store.backup(BACKUP, mark, {}, nothing),
        close: () => store.close(),
      };
      let later = nothing;
      await store.writeSnapshot(mark, {}, async () => {
        const code = StorageErrorCode.notReady;
        await expect(calls[call]()).rejects.toMatchObject({ code });
        await store.append(0, [text('may be appended')]);
        const { promise, resolve } = Promise.withResolvers<void>();
        const waiting = promise.then(calls[call]);
        later = () => {
          resolve();
          return waiting;
        };
      });
      await later();
      await store.close();
    },
  );

  test('frees what could not be made', async () => {
    const disk = new SimulatedDisk();
    const store = await Store.open(FOLDER, { files: disk });
    disk.failAt(1, 'ENOSPC');
    await expect(store.initialize({})).rejects.toMatchObject({ code: 'FILE_FAILED' });
    await expect(store.flush()).rejects.toMatchObject({ code: 'CLOSED' });
    await (await openStore(disk)).close();
    await store.close();
  });

  test('waits for what was appended', async () => {
    const disk = await diskWith([]);
    const store = await openStore(disk);
    for await (const _ of store.records());
    const all = Promise.all(['first', 'last'].map((value) => store.append(0, [text(value)])));
    await store.close();
    await all;
    expect((await readAll(disk)).records).toMatchObject([
      { payload: 'first' },
      { payload: 'last' },
    ]);
  });
});
