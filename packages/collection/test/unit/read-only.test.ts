// A collection that is opened to be read, beside the one that is written.

import { SimulatedDisk } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { Collection, type OpenOptions } from '../../src/index.ts';

const OPTIONS: OpenOptions = {
  vector: { dimension: 2 },
  fields: { n: 'number' },
  text: ['text'],
  threads: 1,
};
const documentOf = (n: number) => ({
  ...{ key: n, vector: [n, 1], metadata: { n }, text: `number ${n}` },
});

test('is read beside its writer, and changes nothing', async () => {
  const files = new SimulatedDisk();
  const writer = await Collection.open('/c', { ...OPTIONS, files });
  await writer.upsert([documentOf(1), documentOf(2)]);
  await writer.checkpoint();
  await writer.upsert(documentOf(3));
  const steps = files.steps;
  const reader = await Collection.open('/c', { files, readOnly: true });
  await writer.upsert(documentOf(4));
  expect([reader.count(), writer.count()]).toEqual([3, 4]);
  const hits = await reader.search({ vector: [3, 1], text: 'number', filter: { n: { $gte: 2 } } });
  expect(hits.map(({ key }) => key).sort()).toEqual([2, 3]);
  const { logBytes = 0, ...counts } = reader.stats().storage ?? {};
  expect(counts).toMatchObject({ logRecords: 1, sequence: 2, snapshotSequence: 1 });
  expect(logBytes).toBeGreaterThan(0);
  const written = files.steps;
  await expect(reader.upsert(documentOf(5))).rejects.toMatchObject({ code: 'READ_ONLY' });
  await expect(reader.delete(1)).rejects.toMatchObject({ code: 'READ_ONLY' });
  await expect(reader.update({ key: 1, metadata: {} })).rejects.toMatchObject({
    code: 'READ_ONLY',
  });
  await expect(reader.checkpoint()).rejects.toMatchObject({ code: 'READ_ONLY' });
  await expect(reader.compact()).rejects.toMatchObject({ code: 'READ_ONLY' });
  await expect(reader.backup('/d')).rejects.toMatchObject({ code: 'READ_ONLY' });
  await expect(reader.import({ rows: 'a.jsonl' })).rejects.toMatchObject({ code: 'READ_ONLY' });
  await reader.close();
  expect([files.steps, written > steps]).toEqual([written, true]);
  await writer.close();
});

test('is sound where a killed writer left half a record behind the last whole one', async () => {
  const files = new SimulatedDisk();
  const writer = await Collection.open('/c', { ...OPTIONS, files });
  await writer.upsert([documentOf(1), documentOf(2)]);
  await writer.upsert(documentOf(3));
  files.kill();
  const log = files.names('/c').find((name) => name.startsWith('log-'));
  files.place(`/c/${log}`, files.bytesOf(`/c/${log}`).slice(0, -3));
  const reader = await Collection.open('/c', { files, readOnly: true });
  expect([reader.count(), reader.stats().recovery?.droppedBytes]).toEqual([2, expect.any(Number)]);
  expect(await reader.verify()).toEqual([]);
  await reader.close();
});

test('is not made where there is none', async () => {
  const files = new SimulatedDisk();
  const opening = Collection.open('/c', { ...OPTIONS, files, readOnly: true });
  await expect(opening).rejects.toMatchObject({ code: 'NOT_A_STORE' });
});

test('room and defaults are no part of what a collection is made of', async () => {
  const files = new SimulatedDisk();
  const open = (vector: OpenOptions['vector']) => {
    return Collection.open('/c', { ...OPTIONS, files, ...(vector && { vector }) });
  };
  await (await open({ dimension: 2, capacity: 100 })).close();
  for (const same of [{ dimension: 2 }, { dimension: 2, capacity: 7, M: 16, seed: 1 }]) {
    await (await open(same)).close();
  }
  const other = open({ dimension: 2, M: 8 });
  await expect(other).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
});
