// Small stores on a simulated disk whose files tests damage.

import { Store, type StoreOptions } from '@nigh/storage';
import { SimulatedDisk } from '@nigh/testkit';

export const FOLDER = '/data/store';
export const LOG = `${FOLDER}/log-0000000000000001`;

export async function openStore(files: SimulatedDisk, options: StoreOptions = {}): Promise<Store> {
  const store = await Store.open(FOLDER, { files, ...options });
  if (store.isNew) await store.initialize({ name: 'small' });
  return store;
}

export interface Read {
  readonly records: { sequence: number; type: number; payload: string }[];
  readonly droppedBytes: number;
}

/** Opens, reads all records as text, and closes. */
export async function readAll(files: SimulatedDisk, options: StoreOptions = {}): Promise<Read> {
  const store = await Store.open(FOLDER, { files, ...options });
  try {
    const records = [];
    for await (const { sequence, type, payload } of store.records()) {
      records.push({ sequence, type, payload: new TextDecoder().decode(payload) });
    }
    return { records, droppedBytes: store.recovery.droppedBytes };
  } finally {
    await store.close();
  }
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A disk with a store of these records, appended one by one; closed, or killed. */
export async function diskWith(
  payloads: readonly string[],
  isClosed = true,
): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const store = await openStore(disk);
  for (const [i, payload] of payloads.entries()) await store.append(i % 3, [text(payload)]);
  if (isClosed) await store.close();
  else disk.kill();
  return disk;
}

/** A disk with a store that has a snapshot of two files and two records behind it. */
export async function diskWithSnapshot(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const store = await openStore(disk);
  await store.append(0, [text('before')]);
  const mark = await store.rotate();
  await store.writeSnapshot(mark, { name: 'small' }, async (writer) => {
    await writer.images('tables', {
      words: {
        header: { count: 2, title: 'w' },
        arrays: { ends: Uint32Array.of(3, 7), units: Uint16Array.of(1, 2, 3, 4, 5, 6, 7) },
      },
      numbers: {
        header: {},
        arrays: { values: Float64Array.of(1.5, -2), none: new Uint8Array(0) },
      },
    });
    await writer.file('raw', (write) => write(text('raw bytes'), 0));
  });
  await store.append(1, [text('after')]);
  await store.append(2, [text('later')]);
  await store.close();
  return disk;
}
