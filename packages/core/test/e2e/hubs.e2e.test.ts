// An index with hubs as a program uses it: built by any number of threads, added to, saved, loaded
// and shared, with the same bytes and answers everywhere.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IndexOptions, VectorIndex } from '@nigh/core';
import { clustered, heldOut } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plain, rowOf } from './support/data.ts';

const COUNT = 3000;
const DIMENSION = 16;
const K = 10;
const data = heldOut(clustered, { count: 3 * COUNT, dimension: DIMENSION, queryCount: 30 });
const part = (first: number, end: number): Float32Array =>
  data.vectors.slice(first * DIMENSION, end * DIMENSION);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-hubs-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** An index that was built, added to until its hubs were chosen anew, and added to once more. */
async function grown(options: Partial<IndexOptions>): Promise<VectorIndex> {
  const index = VectorIndex.create({
    ...{ dimension: DIMENSION, flatThreshold: 0, capacity: 3 * COUNT, entry: 'hubs' },
    ...options,
  });
  await index.add(part(0, COUNT));
  await index.add(part(COUNT, 2 * COUNT + 500));
  await index.add(part(2 * COUNT + 500, 3 * COUNT));
  return index;
}

async function savedDigest(index: VectorIndex): Promise<string> {
  const path = join(folder, 'digest.nigh');
  await index.save(path);
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

function answersOf(index: VectorIndex): unknown[] {
  return Array.from({ length: 30 }, (_, row) =>
    plain(index.search(rowOf(data.queries, DIMENSION, row), K)),
  );
}

describe('an index with hubs', () => {
  test.each(['partitions', 'insertion'] as const)(
    'has the same bytes for 1, 2 and 3 threads, by %s',
    async (builder) => {
      const digests: string[] = [];
      for (const threads of [1, 2, 3]) {
        const index = await grown({ builder, threads });
        expect(index.verify()).toEqual([]);
        expect(index.stats()).toMatchObject({ entry: 'hubs', linked: 3 * COUNT, maxLevel: 0 });
        digests.push(await savedDigest(index));
        await index.close();
      }
      expect(new Set(digests).size).toBe(1);
    },
  );

  test('grows alike whether it was saved and loaded in between or not', async () => {
    const index = await grown({ threads: 2 });
    const path = join(folder, 'index.nigh');
    await index.save(path);
    const loaded = await VectorIndex.load(path, { threads: 2, capacity: 8 * COUNT });
    expect(answersOf(loaded)).toEqual(answersOf(index));
    // Inserted: copies of what is there would be no part of a graph that is built anew.
    await loaded.add(part(0, 3 * COUNT), { rebuild: 'never' });
    expect(loaded.stats().hubs).toBeGreaterThan(index.stats().hubs);
    expect(loaded.verify()).toEqual([]);
    await Promise.all([index.close(), loaded.close()]);
  });

  test('is searched by hubs where it is attached', async () => {
    const index = await grown({ threads: 1 });
    const attached = VectorIndex.attach(index.share());
    expect(attached.stats()).toMatchObject({ entry: 'hubs', hubs: index.stats().hubs });
    expect(answersOf(attached)).toEqual(answersOf(index));
    await attached.close();
    await index.close();
  });
});
