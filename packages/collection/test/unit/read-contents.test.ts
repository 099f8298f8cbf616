// Contents into a snapshot and back: where a table cannot be copied, or is damaged, no index is
// left open that nobody closes.
import type { Image } from '@nigh/base';
import { VectorIndex } from '@nigh/core';
import type { SnapshotReader, SnapshotWriter } from '@nigh/storage';
import { afterEach, expect, test, vi } from 'vitest';
import { Contents } from '../../src/contents/contents.ts';
import { ABSENT } from '../../src/contents/document-table.ts';
import { readContents, writeContents } from '../../src/files/snapshot.ts';
import { readSchema } from '../../src/schema.ts';

type Images = Readonly<Record<string, Image>>;

const schema = readSchema({ vector: { dimension: 2 }, fields: { year: 'number' } });

afterEach(() => {
  vi.restoreAllMocks();
});

/** A snapshot in memory, of contents of one document. @param damage what becomes of the tables */
async function snapshotOf(damage: (tables: Images) => Images): Promise<SnapshotReader> {
  const contents = await Contents.create(schema, { threads: 1 });
  await contents.index?.add(Float32Array.of(1, 2));
  contents.keys.set('"a"' as never, 0);
  const bytes = new TextEncoder().encode('{"year":1}');
  const start = contents.documents.append(bytes);
  contents.documents.set(0, { start, length: bytes.length, textLength: ABSENT });
  contents.columns.set(0, { year: 1 });
  const frozen = await contents.freeze();
  const images = new Map<string, Images>();
  let index = new Uint8Array(0);
  const writer = {
    file: async (
      _: string,
      write: (put: (source: Uint8Array, at: number) => Promise<void>) => unknown,
    ) => {
      await write(async (source, at) => {
        const longer = new Uint8Array(Math.max(index.length, at + source.length));
        longer.set(index);
        longer.set(source, at);
        index = longer;
      });
    },
    images: async (name: string, tables: Images) => void images.set(name, damage(tables)),
  };
  await writeContents(writer as unknown as SnapshotWriter, frozen, {});
  await frozen.index?.close();
  await contents.close();
  const reader = {
    readImages: async (name: string) => images.get(name),
    open: async () => ({
      ...{ path: 'index', size: index.length, close: async () => undefined },
      read: async (target: Uint8Array, position: number) => {
        const piece = index.subarray(position, position + target.length);
        target.set(piece);
        return piece.length;
      },
    }),
  };
  return reader as unknown as SnapshotReader;
}

test('what was written comes back', async () => {
  const contents = await readContents(await snapshotOf((tables) => tables), schema, { threads: 1 });
  expect(contents.count).toBe(1);
  expect(contents.index?.count).toBe(1);
  await contents.close();
});

test('an index whose tables are damaged is closed', async () => {
  const reader = await snapshotOf(({ documents, ...rest }) => rest);
  const close = vi.spyOn(VectorIndex.prototype, 'close');
  const reading = readContents(reader, schema, { threads: 1 });
  await expect(reading).rejects.toMatchObject({ code: 'COLLECTION_CORRUPT' });
  expect(close).toHaveBeenCalledTimes(1);
});

test('parts that speak of different documents are a contradiction', async () => {
  const reader = await snapshotOf(({ table, ...rest }) => {
    const live = new Uint32Array(table?.arrays.live?.length ?? 0);
    const header = { ...table?.header, count: 0 };
    return { ...rest, table: { header, arrays: { live } } };
  });
  const reading = readContents(reader, schema, { threads: 1 });
  await expect(reading).rejects.toThrow(/1 documents have 0 rows of columns/);
});

test('a table that there is no memory to copy leaves no snapshot of the index open', async () => {
  const contents = await Contents.create(schema, { threads: 1 });
  const image = vi.spyOn(contents.documents, 'image').mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed');
  });
  const snapshot = vi.spyOn(VectorIndex.prototype, 'snapshot');
  await expect(contents.freeze()).rejects.toThrow(RangeError);
  for (const { value } of snapshot.mock.settledResults) {
    await expect(value.snapshot()).rejects.toMatchObject({ code: 'CLOSED' });
  }
  image.mockRestore();
  await (await contents.freeze()).index?.close();
  await contents.close();
});
