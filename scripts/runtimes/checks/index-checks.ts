// One thread and an index: building, searching, changing, files. The bytes of every index must be
// those that Node writes.

import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IndexOptions, NodeFilter, VectorIndex } from '@nigh/core';
import {
  type Checks,
  COUNT,
  DIMENSION,
  hashOf,
  queries,
  refuses,
  rowOf,
  vectors,
} from './check.ts';

const options = { dimension: DIMENSION, flatThreshold: 0, threads: 1 } as const;

/** Builds, saves and loads; the hash of the file, and what the index finds. */
async function buildAndSave(path: string, more: Partial<IndexOptions> = {}): Promise<string> {
  const index = await VectorIndex.build(vectors, { ...options, ...more });
  const found = [...index.search(rowOf(queries, 0), 10).nodes].join(' ');
  assert.deepEqual(index.verify(), []);
  await index.save(path);
  await index.close();
  const loaded = await VectorIndex.load(path, { threads: 1 });
  assert.equal([...loaded.search(rowOf(queries, 0), 10).nodes].join(' '), found);
  assert.equal(loaded.count, COUNT);
  await loaded.close();
  return `${await hashOf(path)} ${found}`;
}

async function recallOf(index: VectorIndex): Promise<number> {
  const { points } = await index.evaluate({ queries, k: 10, efSearch: [64] });
  return points[0]?.recall ?? 0;
}

export const indexChecks: Checks = {
  'build, search, save, load': async (folder) => {
    const facts = [
      await buildAndSave(join(folder, 'l2.nigh')),
      await buildAndSave(join(folder, 'cosine.nigh'), { metric: 'cosine' }),
      await buildAndSave(join(folder, 'dot.nigh'), { metric: 'dot', builder: 'insertion' }),
    ];
    const index = await VectorIndex.build(vectors, options);
    assert.ok((await recallOf(index)) > 0.95);
    await index.close();
    return facts.join('; ');
  },

  'the same bytes with every tier': async (folder) => {
    const path = join(folder, 'tier.nigh');
    const fact = await buildAndSave(path);
    assert.equal(await buildAndSave(path, { tier: 'javascript' }), fact);
    return fact;
  },

  'every precision': async (folder) => {
    const path = join(folder, 'precision.nigh');
    const facts: string[] = [];
    for (const precision of ['float16', 'int8', 'binary', 'pq'] as const) {
      facts.push(await buildAndSave(path, { precision, allowLowDimension: true }));
    }
    return facts.join('; ');
  },

  'add, update, remove, consolidate': async (folder) => {
    const index = await VectorIndex.build(rowsTo(1000), { ...options, capacity: COUNT });
    await index.add(vectors.subarray(1000 * DIMENSION));
    await index.update([7, 8], queries.subarray(0, 2 * DIMENSION));
    assert.equal(index.remove(Array.from({ length: 500 }, (_, i) => 2 * i + 20)), 500);
    assert.equal(index.search(rowOf(queries, 0), 1).nodes[0], 7);
    await index.consolidate();
    assert.deepEqual(index.verify(), []);
    assert.equal(index.has(20), false);
    const path = join(folder, 'changed.nigh');
    await index.save(path);
    await index.close();
    return hashOf(path);
  },

  'filters, batches, ranges': async () => {
    const index = await VectorIndex.build(vectors, options);
    const query = rowOf(queries, 1);
    const even = NodeFilter.where(index.nodes(), (node) => node % 2 === 0);
    const filtered = index.search(query, 10, { accept: even });
    assert.ok(filtered.nodes.every((node) => node % 2 === 0));
    const batch = await index.searchBatch(queries, 5);
    assert.deepEqual([...batch.nodes.subarray(5, 10)], [...index.search(query, 5).nodes]);
    const { distances } = index.search(query, 10);
    const near = index.searchRange(query, distances[4] ?? 0);
    assert.ok(near.nodes.length >= 5);
    await index.close();
    return [...filtered.nodes, ...near.nodes].join(' ');
  },

  'vectors that stay in a file': async (folder) => {
    const path = join(folder, 'cold.nigh');
    await buildAndSave(path, { precision: 'int8', originals: 'memory' });
    const index = await VectorIndex.load(path, { threads: 1, originals: 'file' });
    const found = [...index.search(rowOf(queries, 2), 10).nodes].join(' ');
    await refuses('READ_ONLY', () => index.add(rowOf(queries, 0)));
    await index.close();
    return found;
  },

  'errors for bad input': async (folder) => {
    const index = await VectorIndex.build(rowsTo(300), options);
    await refuses('INVALID_OPTION', () => VectorIndex.create({ dimension: 0 }));
    await refuses('DIMENSION_MISMATCH', () => index.search(new Float32Array(3), 1));
    await refuses('NOT_FINITE', () => index.add(new Float32Array(DIMENSION).fill(Number.NaN)));
    await refuses('NODE_NOT_FOUND', () => index.remove(4711));
    await refuses('FILE_FAILED', () => VectorIndex.load(join(folder, 'nowhere.nigh')));
    await refuses('FILE_FAILED', () => VectorIndex.load(folder));
    await refuses('FILE_FAILED', () => index.save(join(folder, 'nowhere', 'a.nigh')));
    assert.equal(index.count, 300);
    await index.close();
    return undefined;
  },

  'errors for damaged files': async (folder) => {
    const [path, damaged] = [join(folder, 'whole.nigh'), join(folder, 'damaged.nigh')];
    await buildAndSave(path);
    const bytes = await readFile(path);
    for (let at = 3; at < bytes.length; at += Math.ceil(bytes.length / 25)) {
      const copy = Uint8Array.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 16;
      await writeFile(damaged, copy);
      await refuses('SNAPSHOT_CORRUPT', () => VectorIndex.load(damaged, { threads: 1 }));
    }
    await truncate(damaged, bytes.length >>> 1);
    await refuses('SNAPSHOT_CORRUPT', () => VectorIndex.load(damaged, { threads: 1 }));
    return undefined;
  },

  abort: async () => {
    const signal = AbortSignal.timeout(5);
    await refuses('ABORTED', () =>
      VectorIndex.build(vectors, { ...options, efConstruction: 400, signal }),
    );
    return undefined;
  },
};

function rowsTo(end: number): Float32Array {
  return vectors.subarray(0, end * DIMENSION);
}
