// The postings of a collection are merged between its writes, never within one: whoever writes or
// searches meanwhile waits for no merge.

import { SimulatedDisk } from '@nigh/testkit';
import { TextIndex } from '@nigh/text';
import { afterEach, expect, test, vi } from 'vitest';
import { Collection, IN_MEMORY } from '../../src/index.ts';

/** So many that each of the steps below makes it time to merge. */
const COUNT = 6000;

const documents = (count: number): { key: number; text: string }[] =>
  Array.from({ length: count }, (_, key) => {
    return { key, text: `film w${key % 50} v${key % 700} x${key}` };
  });

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts the merges that gave turns to others. */
function countMerges(): { count: number } {
  const merges = { count: 0 };
  const { tidy } = TextIndex.prototype;
  vi.spyOn(TextIndex.prototype, 'tidy').mockImplementation(async function (
    this: TextIndex,
    rest,
    always,
  ) {
    const rested = vi.fn(rest);
    await tidy.call(this, rested, always);
    if (rested.mock.calls.length > 0) merges.count++;
  });
  return merges;
}

test('of what is written, replaced, changed, deleted and compacted', async () => {
  const collection = await Collection.open(IN_MEMORY, { text: ['text', 'title'] });
  const merges = countMerges();
  const keys = Array.from({ length: COUNT }, (_, key) => key);
  const steps = [
    () => collection.upsert(documents(COUNT)),
    () => collection.upsert(documents(COUNT)),
    () => collection.update(keys.map((key) => ({ key, metadata: { title: 'a' } }))),
    () => collection.compact(),
    () => collection.delete(keys.slice(10)),
  ];
  for (const step of steps) {
    merges.count = 0;
    await step();
    expect(merges.count, String(step)).toBeGreaterThan(0);
    expect(await collection.verify()).toEqual([]);
  }
  expect((await collection.search({ text: 'x7' })).map(({ key }) => key)).toEqual([7]);
  await collection.close();
});

test('before a checkpoint takes the image of them', async () => {
  const collection = await Collection.open('/c', { text: ['text'], files: new SimulatedDisk() });
  const merges = countMerges();
  await collection.upsert(documents(100));
  expect(merges.count).toBe(0);
  await collection.checkpoint();
  expect(merges.count).toBe(1);
  await collection.close();
});
