// The simplest owner of a store: a list of numbers. Every number is one record, whose bytes follow
// from it, and a snapshot is the list. Whatever comes back and is not a list of ours is noticed.

import type { FileSystem, StoreOptions } from '@nigh/storage';
import { Store } from '@nigh/storage';

export const FOLDER = '/data/store';

/** 4 bytes of the number, and up to 1,200 that follow from it, so that records cross sectors. */
export function payloadOf(id: number): Uint8Array {
  const bytes = new Uint8Array(4 + ((id * 37) % 211) + (id % 9 === 0 ? 1000 : 0));
  for (let i = 4; i < bytes.length; i++) bytes[i] = id * 31 + i * 7;
  new DataView(bytes.buffer).setUint32(0, id, true);
  return bytes;
}

const typeOf = (id: number): number => id % 5;

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function idOf(payload: Uint8Array, type: number): number {
  const id = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  if (!isSame(payload, payloadOf(id)) || type !== typeOf(id)) {
    throw new Error(`a record was invented or changed: ${id}`);
  }
  return id;
}

async function readNote(store: Store): Promise<string> {
  const reader = await store.snapshot!.open('note.txt');
  const bytes = new Uint8Array(reader.size);
  await reader.read(bytes, 0);
  await reader.close();
  return new TextDecoder().decode(bytes);
}

export class Owner {
  readonly store: Store;
  readonly ids: number[];

  private constructor(store: Store, ids: number[]) {
    this.store = store;
    this.ids = ids;
  }

  static async open(files: FileSystem, options: StoreOptions = {}): Promise<Owner> {
    const store = await Store.open(FOLDER, { files, ...options });
    try {
      return new Owner(store, await Owner.#read(store));
    } catch (error) {
      await store.close().catch(() => undefined);
      throw error;
    }
  }

  static async #read(store: Store): Promise<number[]> {
    const ids: number[] = [];
    const { snapshot } = store;
    if (snapshot !== undefined) {
      const { list } = await snapshot.readImages('list');
      ids.push(...(list!.arrays['ids'] as Uint32Array));
      const note = `${ids.length} numbers`;
      if (ids.length !== snapshot.sequence || (await readNote(store)) !== note) {
        throw new Error('the files of the snapshot do not belong together');
      }
    }
    for await (const { sequence, type, payload } of store.records()) {
      ids.push(idOf(payload, type));
      if (sequence !== ids.length) throw new Error(`record ${sequence} is number ${ids.length}`);
    }
    if (store.isNew) await store.initialize({ kind: 'list' });
    if ((store.settings as { kind?: string })?.kind !== 'list') throw new Error('other settings');
    return ids;
  }

  append(id: number): Promise<number> {
    const bytes = payloadOf(id);
    this.ids.push(id);
    const half = bytes.length >> 1;
    return this.store.append(typeOf(id), [bytes.subarray(0, half), bytes.subarray(half)]);
  }

  async snapshot(): Promise<void> {
    const mark = await this.store.rotate();
    const ids = Uint32Array.from(this.ids.slice(0, mark.sequence));
    await this.store.writeSnapshot(mark, { kind: 'list' }, async (writer) => {
      await writer.images('list', {
        list: { header: { count: ids.length }, arrays: { ids, bytes: new Uint8Array(3) } },
      });
      await writer.file('note.txt', (write) =>
        write(new TextEncoder().encode(`${ids.length} numbers`), 0),
      );
    });
  }
}
