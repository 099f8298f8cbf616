// What comes back from a file: the same bytes when saved again, the same answers, and an index that
// goes on taking vectors.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetOf } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type IndexOptions, type LoadOptions, VectorIndex } from '../../../src/index.ts';
import { segmentBytes } from '../../support/segment-bytes.ts';
import { savedBytes, temporaryFolder } from './files.ts';
import { addUnlinked, testIndex } from './indexes.ts';

const folder = temporaryFolder();
const path = join(folder, 'index');
const FEW = segmentBytes(300, { dimension: 500, M: 3 });

/** The index as it comes back from a file. */
async function reload(index: VectorIndex, options: LoadOptions = {}): Promise<VectorIndex> {
  await index.save(path);
  return VectorIndex.load(path, { threads: 1, ...options });
}

/** Stats without bytes in use, of which scratch, and with it the total, depends on the past. */
function lastingStats(index: VectorIndex): unknown {
  const { bytes, ...lasting } = index.stats();
  const { vectors, codes, graph, reserved } = bytes;
  return { ...lasting, vectors, codes, graph, reserved };
}

/** Answers and counted work of a few searches, to be compared. */
function answers(index: VectorIndex): unknown {
  const { vectors } = datasetOf('gaussian', { count: 5, dimension: index.dimension, seed: 99 });
  return Array.from({ length: 5 }, (_, i) => {
    const query = vectors.subarray(i * index.dimension, (i + 1) * index.dimension);
    return [index.search(query, 7), index.search(query, 7, { exact: true })];
  });
}

describe('saved, loaded and saved again', () => {
  const shapes: readonly (readonly [string, number, number, Partial<IndexOptions>])[] = [
    ['an empty index', 0, 0, {}],
    ['one vector', 1, 0, {}],
    ['one vector that is not linked', 1, 1, {}],
    ['two vectors', 2, 0, {}],
    ['a flat index', 50, 0, { flatThreshold: 1000 }],
    ['a linked index', 130, 0, {}],
    ['a partly linked index', 130, 17, {}],
    ['a cosine index', 130, 0, { metric: 'cosine', dimension: 3 }],
    ['a dot index', 130, 5, { metric: 'dot', dimension: 17 }],
    ['other options', 130, 0, { seed: 7, efConstruction: 9, M: 5, flatThreshold: 20 }],
    ['another quality and builder', 130, 0, { quality: 'fast', builder: 'insertion' }],
    ['an index with hubs', 130, 0, { entry: 'hubs' }],
    ['a partly linked index with hubs', 130, 17, { entry: 'hubs', builder: 'insertion' }],
    ['several segments with hubs', 130, 20, { entry: 'hubs', capacity: 50 }],
    ['an empty index with hubs', 0, 0, { entry: 'hubs' }],
    ['several segments', 130, 0, { capacity: 50 }],
    ['several segments, the last not linked', 130, 20, { capacity: 50 }],
    ['several segments that are exactly full', 100, 0, { capacity: 50 }],
    ['segments kept small by their limit', 700, 0, { segmentByteLimit: FEW, dimension: 500 }],
    ['more capacity than one segment can have', 20, 0, { capacity: 2 ** 31 - 1 }],
  ];
  for (const [name, count, unlinked, options] of shapes) {
    test(`${name} gives the same file and the same answers`, async () => {
      const index = await testIndex({ count, unlinked }, options);
      expect(index.count).toBe(count);
      const bytes = await savedBytes(index, folder);
      const loaded = await reload(index);
      expect(loaded.verify()).toEqual([]);
      expect(Buffer.compare(await savedBytes(loaded, folder), bytes)).toBe(0);
      expect(answers(loaded)).toEqual(answers(index));
      expect(lastingStats(loaded)).toEqual(lastingStats(index));
    });
  }

  test('an index whose link was interrupted gives the same file', async () => {
    const index = await testIndex({ count: 150 }, { capacity: 400 });
    const abort = new AbortController();
    const { vectors } = datasetOf('gaussian', { count: 200, dimension: 2, seed: 5 });
    const added = index.add(vectors, {
      rebuild: 'never',
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'link' && abort.abort(),
    });
    await expect(added).rejects.toMatchObject({ code: 'ABORTED' });
    expect(index.verify()).toEqual([]);
    expect(index.stats().linked).toBeLessThan(350);
    const bytes = await savedBytes(index, folder);
    const loaded = await reload(index);
    expect(Buffer.compare(await savedBytes(loaded, folder), bytes)).toBe(0);
    expect(answers(loaded)).toEqual(answers(index));
    await loaded.link();
    expect(loaded.verify()).toEqual([]);
    expect(loaded.stats().linked).toBe(350);
  });
});

describe('a loaded index', () => {
  const manners: readonly (readonly [string, LoadOptions])[] = [
    ['with a larger capacity', { capacity: 5000 }],
    ['with a capacity below its count', { capacity: 1 }],
    ['with three threads', { threads: 3 }],
    ['on the javascript tier', { tier: 'javascript' }],
    ['on the simd tier', { tier: 'simd' }],
    ['in private memory', { memory: 'private' }],
    ['in shared memory', { memory: 'shared' }],
  ];
  for (const [name, options] of manners) {
    test(`${name} answers as before and takes more`, async () => {
      const index = await testIndex({ count: 130, unlinked: 9 }, { capacity: 60 });
      const before = answers(index);
      const loaded = await reload(index, options);
      expect(answers(loaded)).toEqual(before);
      expect(loaded.stats()).toMatchObject({ count: 130, ...options, capacity: expect.anything() });
      const { vectors } = datasetOf('gaussian', { count: 80, dimension: 2, seed: 3 });
      expect(await loaded.add(vectors)).toEqual({ first: 130, count: 80 });
      expect(loaded.verify()).toEqual([]);
      expect(loaded.stats().linked).toBe(210);
      expect(loaded.search(vectors.subarray(0, 2), 1, { exact: true }).nodes[0]).toBe(130);
      await loaded.close();
    });
  }

  test('adds to the same bytes as the index that was never saved', async () => {
    const index = await testIndex({ count: 90 }, { capacity: 300 });
    const loaded = await reload(index);
    const { vectors } = datasetOf('gaussian', { count: 100, dimension: 2, seed: 4 });
    await index.add(vectors);
    await loaded.add(vectors);
    const bytes = await savedBytes(index, folder);
    expect(Buffer.compare(await savedBytes(loaded, folder), bytes)).toBe(0);
  });

  test('with a capacity holds that many in its last segment', async () => {
    const loaded = await reload(await testIndex({ count: 20 }), { capacity: 500 });
    await addUnlinked(loaded, new Float32Array(2 * 480).fill(1));
    expect(loaded.stats().segments).toBe(1);
  });

  test('keeps its segments below the limit it was created with', async () => {
    const limit = segmentBytes(10_000, { dimension: 2, M: 3 });
    const index = await testIndex({ count: 20 }, { capacity: 100_000, segmentByteLimit: limit });
    const loaded = await reload(index);
    expect(loaded.stats().bytes.reserved).toBeLessThanOrEqual(limit);
    const larger = await reload(index, { capacity: 10 ** 6 });
    expect(larger.stats().bytes.reserved).toBeLessThanOrEqual(limit);
  });
});

test('the bytes of a file do not depend on tier, memory or threads', async () => {
  const files: Uint8Array[] = [];
  for (const options of [
    { tier: 'relaxed' },
    { tier: 'simd' },
    { tier: 'javascript' },
    { memory: 'private' },
    { memory: 'private', tier: 'simd' },
    { memory: 'private', tier: 'javascript' },
    { threads: 2 },
  ] as const) {
    const index = await testIndex({ count: 130 }, options);
    files.push(await savedBytes(index, folder));
    await index.close();
  }
  expect(files.filter((bytes) => Buffer.compare(bytes, files[0]!) !== 0)).toEqual([]);
});

test('a save is of one moment, whatever is added while it writes', async () => {
  const index = await testIndex({ count: 60 }, { capacity: 40 });
  const bytes = await savedBytes(index, folder);
  const adding: Promise<unknown>[] = [];
  const onProgress = (): number => adding.push(index.add([[1, adding.length]]));
  await index.save(path, { onProgress });
  await Promise.all(adding);
  expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  expect(index.count).toBe(60 + adding.length);
  expect(index.verify()).toEqual([]);
});

test('a save waits for the adds before it', async () => {
  const index = await testIndex({ count: 30 });
  const adding = index.add(new Float32Array(16).fill(0.5));
  await index.save(path);
  await adding;
  expect(Buffer.compare(readFileSync(path), await savedBytes(index, folder))).toBe(0);
  expect((await VectorIndex.load(path, { threads: 1 })).stats().linked).toBe(38);
});
