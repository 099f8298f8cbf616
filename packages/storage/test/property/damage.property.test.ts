// Every length and every changed byte of small files: what opening gives is a beginning of what was
// written, or an error. Never another record, never other numbers.

import { StorageError, Store } from '@nigh/storage';
import { everyDamage, SimulatedDisk } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOG_HEADER_BYTES } from '../../src/log-format.ts';
import {
  diskWith,
  diskWithSnapshot,
  FOLDER,
  LOG,
  openStore,
  readAll,
  text,
} from '../support/small-store.ts';

const CODES = ['LOG_CORRUPT', 'SNAPSHOT_CORRUPT', 'MANIFEST_CORRUPT', 'FORMAT_UNSUPPORTED'];
const PAYLOADS = ['first', '', 'third record', 'x'.repeat(40)];

interface Variant {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** Every byte set or changed in four ways, where that changes it. */
function* everyByte(bytes: Uint8Array): Generator<Variant> {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    for (const value of new Set([byte ^ 0x01, byte ^ 0x80, 0x00, 0xff])) {
      if (value === byte) continue;
      const changed = new Uint8Array(bytes);
      changed[i] = value;
      yield { label: `byte ${i} is ${value}`, bytes: changed };
    }
  }
}

function copyOf(disk: SimulatedDisk): SimulatedDisk {
  return disk.image('kept');
}

/** What is there after a damage: the payloads, or the code of the error. */
async function outcome(disk: SimulatedDisk): Promise<string[] | string> {
  try {
    return (await readAll(disk)).records.map(({ payload }) => payload);
  } catch (error) {
    if (error instanceof StorageError && CODES.includes(error.code)) return error.code;
    throw error;
  }
}

const isPrefix = (list: readonly string[], of: readonly string[]): boolean =>
  list.length <= of.length && list.every((value, i) => value === of[i]);

describe.for([
  ['closed', true],
  ['killed', false],
] as const)('the log of a store that was %s', ([, isClosed]) => {
  test('cut at any byte gives exactly the records before it', async () => {
    const disk = await diskWith(PAYLOADS, isClosed);
    const bytes = disk.bytesOf(LOG);
    const wrong: string[] = [];
    let ends = LOG_HEADER_BYTES;
    const sizes = PAYLOADS.map((payload) => (ends += 28 + payload.length));
    for (let length = 0; length < bytes.length; length++) {
      const damaged = copyOf(disk);
      damaged.place(LOG, bytes.subarray(0, length));
      const got = await outcome(damaged);
      const whole = PAYLOADS.slice(0, sizes.filter((size) => size <= length).length);
      const expected = length < LOG_HEADER_BYTES ? 'LOG_CORRUPT' : whole.join();
      if (String(got) !== expected) wrong.push(`${length}: ${got}`);
    }
    expect(wrong).toEqual([]);
  });

  test('with any byte changed is refused, or cut where only its end is gone', async () => {
    const disk = await diskWith(PAYLOADS, isClosed);
    const wrong: string[] = [];
    const endOfProven = disk.bytesOf(LOG).length - (isClosed ? 28 : 28 + 40);
    const bytes = disk.bytesOf(LOG);
    for (const { label, bytes: changed } of everyByte(bytes)) {
      const damaged = copyOf(disk);
      damaged.place(LOG, changed);
      const got = await outcome(damaged);
      const at = changed.findIndex((byte, i) => byte !== bytes[i]);
      const isRefused = typeof got === 'string';
      if (isRefused !== at < endOfProven) wrong.push(`${label}: ${got}`);
      if (!isRefused && !isPrefix(got, PAYLOADS)) wrong.push(`${label}: ${got}`);
    }
    expect(wrong).toEqual([]);
  });

  test('damaged in any other way gives a beginning or an error', async () => {
    const disk = await diskWith(PAYLOADS, isClosed);
    const wrong: string[] = [];
    for (const { label, bytes } of everyDamage(disk.bytesOf(LOG))) {
      const damaged = copyOf(disk);
      damaged.place(LOG, bytes);
      const got = await outcome(damaged);
      if (typeof got !== 'string' && !isPrefix(got, PAYLOADS)) wrong.push(label);
    }
    expect(wrong).toEqual([]);
  });
});

/** Everything that is read of a store with a snapshot. */
async function readWhole(disk: SimulatedDisk): Promise<string> {
  const store = await Store.open(FOLDER, { files: disk });
  try {
    const tables = await store.snapshot!.readImages('tables');
    const records = [];
    for await (const { payload } of store.records())
      records.push(new TextDecoder().decode(payload));
    const plain = Object.entries(tables).map(([name, { header, arrays }]) => {
      return [name, header, Object.entries(arrays).map(([key, array]) => [key, [...array]])];
    });
    return JSON.stringify([store.settings, store.snapshot!.sequence, plain, records]);
  } finally {
    await store.close();
  }
}

describe('of a store with a snapshot', () => {
  test.for(['manifest', 'tables', 'raw'])('no damage to %s goes unnoticed', async (part) => {
    const disk = await diskWithSnapshot();
    const name = disk.names(FOLDER).find((one) => one.endsWith(part))!;
    const original = disk.bytesOf(`${FOLDER}/${name}`);
    const wrong: string[] = [];
    for (const variants of [everyByte(original), everyDamage(original)]) {
      for (const { label, bytes } of variants) {
        const damaged = copyOf(disk);
        damaged.place(`${FOLDER}/${name}`, bytes);
        const code = await readWhole(damaged).then(
          () => 'nothing',
          (error) => error.code,
        );
        if (!CODES.includes(code)) wrong.push(`${label}: ${code}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('files of another snapshot of the same size are noticed', async () => {
    const disk = await diskWithSnapshot();
    const path = (): string =>
      `${FOLDER}/${disk.names(FOLDER).find((name) => name.endsWith('-raw'))}`;
    const before = disk.bytesOf(path());
    const store = await openStore(disk);
    for await (const _ of store.records());
    await store.writeSnapshot(await store.rotate(), { name: 'small' }, async (writer) => {
      await writer.images('tables', {});
      await writer.file('raw', (write) => write(text('RAW BYTES'), 0));
    });
    await store.close();
    disk.place(path(), before);
    await expect(readWhole(disk)).rejects.toMatchObject({ code: 'SNAPSHOT_CORRUPT' });
  });
});

test('whatever is appended comes back, in groups of any size and over any logs', async () => {
  const batches = fc.array(
    fc.record({
      payloads: fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 6 }),
      rotates: fc.boolean(),
    }),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(batches, async (list) => {
      const disk = new SimulatedDisk();
      const store = await openStore(disk);
      for (const { payloads, rotates } of list) {
        await Promise.all(payloads.map((payload, i) => store.append(i, [payload])));
        if (rotates) await store.rotate();
      }
      await store.close();
      const back: { type: number; payload: number[] }[] = [];
      const again = await Store.open(FOLDER, { files: disk });
      for await (const { type, payload } of again.records()) {
        back.push({ type, payload: [...payload] });
      }
      await again.close();
      const all = list.flatMap(({ payloads }) =>
        payloads.map((payload, i) => ({ type: i, payload: [...payload] })),
      );
      expect(back).toEqual(all);
    }),
    { numRuns: 200 },
  );
});
