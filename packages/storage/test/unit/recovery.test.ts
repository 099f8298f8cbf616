// What opening makes of a folder that something has happened to.

import { StorageErrorCode, Store, verifyStore } from '@nigh/storage';
import { SimulatedDisk } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/crc32.ts';
import {
  chainRecord,
  coveredBytes,
  encodeRecord,
  LOG_HEADER_BYTES,
  logHeader,
  RECORD_HEADER_BYTES,
  saltOf,
  setCrc,
} from '../../src/log-format.ts';
import {
  diskWith,
  diskWithSnapshot,
  FOLDER,
  LOG,
  openStore,
  readAll,
  text,
} from '../support/small-store.ts';

const MANIFEST = `${FOLDER}/manifest`;
/** Bytes of a record of one character. */
const RECORD = RECORD_HEADER_BYTES + 1;

function change(
  disk: SimulatedDisk,
  path: string,
  edit: (bytes: Uint8Array) => Uint8Array | undefined,
): void {
  const bytes = disk.bytesOf(path);
  disk.place(path, edit(bytes) ?? bytes);
}

function flip(bytes: Uint8Array, offset: number): Uint8Array {
  bytes[offset]! ^= 1;
  return bytes;
}

describe('a log', () => {
  test('with a torn end is cut there, and says so once', async () => {
    const disk = await diskWith(['a', 'b', 'c'], false);
    change(disk, LOG, (bytes) => bytes.subarray(0, -3));
    const offset = LOG_HEADER_BYTES + 2 * RECORD;
    expect(await verifyStore(FOLDER, disk)).toMatchObject([{ kind: 'tail', path: LOG, offset }]);
    expect(await readAll(disk)).toMatchObject({ droppedBytes: RECORD - 3, records: [{}, {}] });
    expect(await readAll(disk)).toMatchObject({ droppedBytes: 0, records: [{}, {}] });
  });

  test('with zeros at its end is cut there', async () => {
    const disk = await diskWith(['a', 'b'], false);
    change(disk, LOG, (bytes) => new Uint8Array([...bytes, ...new Uint8Array(8192)]));
    expect(await readAll(disk)).toMatchObject({ droppedBytes: 8192, records: [{}, {}] });
  });

  test('that is damaged before a record that was written later is refused', async () => {
    const disk = await diskWith(['a', 'b', 'c'], false);
    const offset = LOG_HEADER_BYTES + RECORD;
    change(disk, LOG, (bytes) => flip(bytes, offset + RECORD_HEADER_BYTES));
    const { names, calls } = { names: disk.names(FOLDER), calls: disk.bytesOf(LOG) };
    const code = StorageErrorCode.logCorrupt;
    await expect(readAll(disk)).rejects.toMatchObject({ code, details: { path: LOG, offset } });
    expect([disk.names(FOLDER), disk.bytesOf(LOG)]).toEqual([names, calls]);
    expect(await verifyStore(FOLDER, disk)).toMatchObject([{ kind: 'damage', code, offset }]);
  });

  test('that is damaged is taken up to there when a point in time is enough', async () => {
    const disk = await diskWith(['a', 'b', 'c'], false);
    change(disk, LOG, (bytes) => flip(bytes, LOG_HEADER_BYTES + RECORD));
    const store = await Store.open(FOLDER, { files: disk, recover: 'point-in-time' });
    for await (const _ of store.records());
    expect(store.recovery).toMatchObject({ records: 1, droppedBytes: 2 * RECORD });
    expect(store.recovery.damage?.offset).toBe(LOG_HEADER_BYTES + RECORD);
    expect(await store.append(0, [text('d')])).toBe(2);
    await store.close();
    expect((await readAll(disk)).records.map(({ payload }) => payload)).toEqual(['a', 'd']);
  });

  test('with records under way that reached the disk in another order is cut', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    await store.append(0, [text('a')]);
    await Promise.all(['b', 'c', 'd'].map((value) => store.append(0, [text(value)])));
    disk.kill();
    const offset = LOG_HEADER_BYTES + RECORD;
    change(disk, LOG, (bytes) => void bytes.fill(0, offset, offset + RECORD));
    expect(await readAll(disk)).toMatchObject({ records: [{ payload: 'a' }] });
  });

  test('that was closed in order is refused when its last record is damaged', async () => {
    const disk = await diskWith(['a', 'b']);
    const offset = LOG_HEADER_BYTES + RECORD;
    change(disk, LOG, (bytes) => flip(bytes, offset + 2));
    await expect(readAll(disk)).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { offset } });
  });

  test('does not take records of before a cut for its own', async () => {
    const disk = await diskWith(['a', 'b', 'c'], false);
    const old = disk.bytesOf(LOG);
    change(disk, LOG, (bytes) => bytes.subarray(0, LOG_HEADER_BYTES + RECORD));
    const store = await openStore(disk);
    for await (const _ of store.records());
    await store.append(1, [text('B')]);
    disk.kill();
    // The old third record lies where it would follow the new second one, as if never cut.
    change(disk, LOG, (bytes) => new Uint8Array([...bytes, ...old.subarray(bytes.length)]));
    const { records, droppedBytes } = await readAll(disk);
    expect(records.map(({ payload }) => payload)).toEqual(['a', 'B']);
    expect(droppedBytes).toBe(RECORD);
  });

  test('takes no record in a payload for a proof, whoever chose its bytes', async () => {
    // What somebody knows who may choose payloads: the number of the log, and the sequences.
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    await store.append(0, [text('a')]);
    const stranger = logHeader(1, 1);
    const forged = encodeRecord(0, 3, []);
    chainRecord(forged, 0, 0);
    setCrc(forged, crc32(coveredBytes(forged), saltOf(stranger)));
    await store.append(0, [forged]);
    disk.kill();
    const offset = LOG_HEADER_BYTES + RECORD;
    change(disk, LOG, (bytes) => flip(bytes, offset + 1)); // the second was torn
    expect((await readAll(disk)).records.map(({ payload }) => payload)).toEqual(['a']);
  });

  test('with a length larger than the file allocates nothing for it', async () => {
    const disk = await diskWith(['a'], false);
    change(disk, LOG, (bytes) => void bytes.fill(0xff, LOG_HEADER_BYTES + 4, LOG_HEADER_BYTES + 8));
    expect(await readAll(disk)).toMatchObject({ records: [], droppedBytes: RECORD });
  });

  test('that is gone is missed', async () => {
    const disk = await diskWith(['a']);
    disk.displace(LOG);
    await expect(readAll(disk)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });

  test('of a newer format is left alone', async () => {
    const disk = await diskWith(['a']);
    change(disk, LOG, (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(8, 9, true);
      const end = LOG_HEADER_BYTES - 4;
      view.setUint32(end, crc32(bytes.subarray(0, end)), true);
    });
    await expect(readAll(disk)).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' });
  });
});

describe('several logs', () => {
  async function threeLogs(): Promise<SimulatedDisk> {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    for (const value of ['a', 'b', 'c']) {
      await store.append(0, [text(value)]);
      if (value !== 'c') await store.rotate();
    }
    await store.close();
    return disk;
  }
  const nth = (n: number): string => LOG.replace(/1$/, String(n));

  test('are read one after the other', async () => {
    const { records } = await readAll(await threeLogs());
    expect(records.map(({ payload }) => payload)).toEqual(['a', 'b', 'c']);
  });

  test.for<[string, (disk: SimulatedDisk) => void]>([
    ['one in the middle is gone', (disk) => disk.displace(nth(2))],
    [
      'one in the middle is shorter',
      (disk) => change(disk, nth(2), (bytes) => bytes.subarray(0, LOG_HEADER_BYTES + 8)),
    ],
    ['one in the middle is empty', (disk) => change(disk, nth(2), () => new Uint8Array(0))],
    ['a header is damaged', (disk) => change(disk, nth(3), (bytes) => flip(bytes, 3))],
    ['two are exchanged', (disk) => change(disk, nth(2), () => disk.bytesOf(nth(3)))],
    ['an empty one begins too late', (disk) => disk.place(nth(4), logHeader(4, 9))],
  ])('are refused where %s', async ([, damage]) => {
    const disk = await threeLogs();
    damage(disk);
    await expect(readAll(disk)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    const { records } = await readAll(disk, { recover: 'point-in-time' });
    expect(['a', 'ab', 'abc']).toContain(records.map(({ payload }) => payload).join(''));
    expect((await readAll(disk)).records).toEqual(records);
  });

  test.for<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['a part of a header', logHeader(4, 4).subarray(0, 20)],
    ['zeros', new Uint8Array(LOG_HEADER_BYTES)],
    ['the header of an attempt', logHeader(4, 2)],
  ])('may end with one that has only %s', async ([, bytes]) => {
    const disk = await threeLogs();
    disk.place(nth(4), bytes);
    expect((await readAll(disk)).records).toHaveLength(3);
    expect(disk.names(FOLDER)).not.toContain('log-0000000000000004');
  });
});

describe('of a point in time', () => {
  const LATER = LOG.replace(/1$/, '2');
  const damages: [string, (disk: SimulatedDisk) => void][] = [
    ['is gone', (disk) => disk.displace(LATER)],
    ['has no header', (disk) => change(disk, LATER, (bytes) => bytes.subarray(0, 7))],
    ['begins later', (disk) => disk.place(LATER, logHeader(2, 9))],
  ];

  test.for(damages)('a snapshot is opened whose log %s', async ([, damage]) => {
    const disk = await diskWithSnapshot();
    damage(disk);
    await expect(readAll(disk)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    const store = await openStore(disk, { recover: 'point-in-time' });
    const { words } = await store.snapshot!.readImages('tables');
    expect(words?.header).toEqual({ count: 2, title: 'w' });
    for await (const _ of store.records());
    expect(store.recovery).toMatchObject({ records: 0, damage: { path: LATER } });
    expect(await store.append(0, [text('on')])).toBe(2);
    await store.close();
    const { records } = await readAll(disk);
    expect(records).toMatchObject([{ sequence: 2, payload: 'on' }]);
    expect(disk.names(FOLDER)).toContain('log-0000000000000003');
    expect(disk.names(FOLDER)).not.toContain('log-0000000000000002');
  });

  test.for([1, 9])('a snapshot is opened whose logs leave a gap: first is %i', async (first) => {
    const disk = await diskWith(['a', 'b'], first !== 1);
    placeManifest(disk, { ...withFile(), log: { number: 1, first } });
    await expect(readAll(disk)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    const store = await openStore(disk, { recover: 'point-in-time' });
    for await (const _ of store.records());
    expect(await store.append(0, [text('on')])).toBe(6);
    await store.close();
    expect((await readAll(disk)).records).toMatchObject([{ sequence: 6, payload: 'on' }]);
  });

  test.for(['lost', 'kept', 'mixed'] as const)('a power cut starts again: %s', async (mode) => {
    const disk = await diskWithSnapshot();
    disk.displace(LATER);
    const images: SimulatedDisk[] = [];
    disk.beforeCall = ({ step }) => {
      if (step !== undefined) images.push(disk.image(mode));
    };
    await readAll(disk, { recover: 'point-in-time' });
    expect(images.length).toBeGreaterThan(5);
    for (const image of images) {
      expect((await readAll(image, { recover: 'point-in-time' })).records).toEqual([]);
      expect((await readAll(image)).records).toEqual([]);
    }
  });
});

describe('leftovers', () => {
  test('of interrupted work are removed after reading, and nothing else is', async () => {
    const disk = await diskWithSnapshot();
    const names = disk.names(FOLDER);
    for (const name of [
      'manifest-0000000000000077.tmp',
      'snapshot-0000000000000078-tables.tmp',
      'snapshot-0000000000000079-tables',
      'log-0000000000000001',
    ]) {
      disk.place(`${FOLDER}/${name}`, text('half'));
    }
    const foreign = ['notes.txt', 'log-1', 'snapshot-x', 'manifest.bak', 'other.tmp'];
    for (const name of foreign) disk.place(`${FOLDER}/${name}`, text('mine'));
    const store = await Store.open(FOLDER, { files: disk });
    expect(disk.names(FOLDER)).toHaveLength(names.length + 9);
    for await (const _ of store.records());
    expect(disk.names(FOLDER)).toEqual([...names, ...foreign].sort());
    await store.close();
  });

  test('of a first start are no obstacle', async () => {
    const disk = new SimulatedDisk();
    await disk.makeFolder(FOLDER);
    disk.place(LOG, logHeader(1, 1));
    disk.place(`${FOLDER}/manifest-0000000000000001.tmp`, text('NIGH'));
    const store = await openStore(disk);
    expect(await store.append(0, [text('a')])).toBe(1);
    await store.close();
    expect(disk.names(FOLDER)).toEqual(['log-0000000000000002', 'manifest']);
  });
});

describe('a manifest', () => {
  test('that is gone is missed where records are', async () => {
    const disk = await diskWith(['a']);
    disk.displace(MANIFEST);
    const code = StorageErrorCode.manifestCorrupt;
    await expect(openStore(disk)).rejects.toMatchObject({ code });
    expect(disk.names(FOLDER)).toEqual(['log-0000000000000001']);
  });

  test('of a newer format is left alone', async () => {
    const disk = await diskWith(['a']);
    const body = text('{"anything":1}');
    const crc = crc32(body, 2).toString(16).padStart(8, '0');
    disk.place(MANIFEST, new Uint8Array([...text(`NIGHSTORE 2 ${crc}\n`), ...body]));
    await expect(openStore(disk)).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' });
  });

  test.for<[string, unknown]>([
    ['no JSON', undefined],
    ['nothing', null],
    ['no log', { settings: 1 }],
    ['a log of no number', { log: { number: 'x', first: 1 } }],
    ['a file that is a path', withFile({ name: '../x', size: 1, head: 1 })],
    ['a file of no size', withFile({ name: 'x', size: -1, head: 1 })],
    ['a snapshot beyond the logs', { ...withFile(), log: { number: 1, first: 9 } }],
    ['a log that begins after the snapshot', { ...withFile(), log: { number: 1, first: 7 } }],
  ])('forged with a right checksum is refused: %s', async ([, value]) => {
    const disk = await diskWith(['a']);
    placeManifest(disk, value);
    const code = expect.stringMatching(/^(MANIFEST|LOG|SNAPSHOT)_CORRUPT$/);
    await expect(readAll(disk)).rejects.toMatchObject({ name: 'StorageError', code });
    expect(await verifyStore(FOLDER, disk)).toContainEqual(expect.objectContaining({ code }));
  });
});

/** A manifest of this JSON, or of none, with a right checksum. */
function placeManifest(disk: SimulatedDisk, value: unknown): void {
  const body = text(JSON.stringify(value) ?? '{"log":');
  const crc = crc32(body, 1).toString(16).padStart(8, '0');
  disk.place(MANIFEST, new Uint8Array([...text(`NIGHSTORE 1 ${crc}\n`), ...body]));
}

function withFile(file?: object) {
  const files = file === undefined ? [] : [file];
  return { snapshot: { number: 1, sequence: 5, files }, log: { number: 1, first: 1 } };
}

describe('after a failed write', () => {
  test.for(['write', 'sync'])('or %s nothing is acknowledged until reopening', async (action) => {
    const disk = await diskWith(['a']);
    const store = await openStore(disk);
    for await (const _ of store.records());
    disk.failAt(action === 'write' ? 1 : 2, 'EIO');
    const both = [store.append(0, [text('b')]), store.append(0, [text('c')])];
    const code = StorageErrorCode.storageFailed;
    for (const one of both) await expect(one).rejects.toMatchObject({ code });
    await expect(store.append(0, [text('d')])).rejects.toMatchObject({ code });
    await expect(store.rotate()).rejects.toMatchObject({ code });
    expect(store.failure).toMatchObject({ code, cause: { code: 'FILE_FAILED' } });
    await store.close();
    expect((await readAll(disk)).records[0]).toMatchObject({ payload: 'a' });
  });

  test('closing says when acknowledged records are not durable', async () => {
    const disk = await diskWith(['a']);
    const store = await openStore(disk, { durability: 'os' });
    for await (const _ of store.records());
    await store.append(0, [text('b')]);
    disk.failAt(1, 'EIO');
    await expect(store.close()).rejects.toMatchObject({ code: StorageErrorCode.storageFailed });
    expect((await readAll(disk)).records).toHaveLength(2); // and the lock is free
  });
});
