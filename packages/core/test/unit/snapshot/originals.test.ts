// Indexes whose vectors stay in the file they were loaded from: the answers of those in memory, and
// typed errors when the file is not what it was. A newcomer would compare recall: it must be the
// same bits.

import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import type { IndexOptions } from '../../../src/options.ts';
import { VectorIndex } from '../../../src/vector-index.ts';
import { temporaryFolder } from './files.ts';

const DIMENSION = 48;
const COUNT = 1_200;
const folder = temporaryFolder();
let files = 0;

function temporaryFile(): string {
  files++;
  return join(folder, `${files}.nigh`);
}

function vectorsOf(count: number, seed: number, dimension = DIMENSION): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count * dimension }, () => random.normal());
}

/** An index with a graph, and the file it was saved to. */
async function saved(
  options: Partial<IndexOptions> = {},
): Promise<{ readonly index: VectorIndex; readonly path: string }> {
  const dimension = options.dimension ?? DIMENSION;
  const vectors = vectorsOf(COUNT, 1, dimension);
  vectors.copyWithin(5 * dimension, 0, dimension); // a copy is led to in the file too
  const shape = { dimension, threads: 1, flatThreshold: 0, allowLowDimension: true };
  const index = await VectorIndex.build(vectors, { ...shape, ...options });
  const path = temporaryFile();
  await index.save(path);
  return { index, path };
}

function load(path: string, originals: 'file' | 'none'): Promise<VectorIndex> {
  return VectorIndex.load(path, { originals, threads: 1 });
}

const KINDS: readonly Partial<IndexOptions>[] = [
  { metric: 'l2' },
  { metric: 'cosine' },
  { metric: 'dot' },
  { precision: 'float16' },
  { precision: 'float16', dimension: 49 },
  { precision: 'binary' },
  { precision: 'binary', metric: 'dot' },
  { precision: 'pq', rerank: 'float16' },
];

describe.each(KINDS)('%o with its vectors in the file', (options) => {
  test('answers as from memory, to the bit', async () => {
    const { index, path } = await saved(options);
    const cold = await load(path, 'file');
    const queries = vectorsOf(20, 2, index.dimension);
    for (let i = 0; i < queries.length; i += index.dimension) {
      const query = queries.subarray(i, i + index.dimension);
      for (const how of [{}, { efSearch: 200 }, { exact: true }]) {
        const [warm, found] = [index.search(query, 10, how), cold.search(query, 10, how)];
        expect(found.nodes).toEqual(warm.nodes);
        expect(found.distances).toEqual(warm.distances);
        expect(found.exactCount).toBeLessThanOrEqual(how.exact ? COUNT : 201);
      }
    }
    expect(cold.getVector(7)).toEqual(index.getVector(7));
    expect(cold.getVector(5)).toEqual(index.getVector(0));
    expect(cold.stats().bytes.vectors).toBe(0);
    expect(cold.verify()).toEqual([]);
    await cold.close();
  });
});

describe('an index whose vectors are in a file', () => {
  test('answers a k beyond the pool', async () => {
    const vectors = vectorsOf(4_300, 3, 8);
    const options = { dimension: 8, threads: 1, flatThreshold: 0 };
    const index = await VectorIndex.build(vectors, options);
    const path = temporaryFile();
    await index.save(path);
    const cold = await load(path, 'file');
    const query = vectors.subarray(0, 8);
    expect(cold.search(query, 4_200).nodes).toEqual(index.search(query, 4_200).nodes);
    await cold.close();
  });

  test('is read-only, and may be calibrated', async () => {
    const { path } = await saved();
    const cold = await load(path, 'file');
    const expected = { code: 'READ_ONLY', details: { path } };
    await expect(cold.add(vectorsOf(1, 4))).rejects.toMatchObject(expected);
    await expect(cold.save(`${path}.2`)).rejects.toMatchObject(expected);
    const { efSearch } = await cold.calibrate({ recall: 0.9, sample: 32 });
    expect(efSearch).toBeGreaterThan(0);
    await cold.close();
  });

  test('says when the file is gone, cut or damaged', async () => {
    const query = vectorsOf(1, 5);
    const gone = await saved();
    const shared = (await load(gone.path, 'file')).share();
    rmSync(gone.path);
    const reader = VectorIndex.attach(shared); // which opens the file for itself
    expect(() => reader.search(query, 3)).toThrow(expect.objectContaining({ code: 'FILE_FAILED' }));

    const cut = await saved();
    const short = await load(cut.path, 'file');
    truncateSync(cut.path, 100);
    const corrupt = expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' });
    expect(() => short.search(query, 3)).toThrow(corrupt);

    const bad = await saved();
    const damaged = await load(bad.path, 'file');
    const file = openSync(bad.path, 'r+');
    const floats = new Float32Array(COUNT * DIMENSION).fill(Number.NaN);
    const [{ stored }] = damaged.share().segments;
    writeSync(file, floats, 0, floats.byteLength, stored?.byteOffset);
    closeSync(file);
    expect(() => damaged.search(query, 3)).toThrow(corrupt);
  });
});

describe('an index loaded without its vectors', () => {
  test('finishes by codes, has no curve, and is read-only beside 7-bit codes', async () => {
    const { index, path } = await saved();
    expect(index.stats().calibrated).toHaveLength(1);
    const bare = await load(path, 'none');
    expect(bare.stats().calibrated).toEqual([]);
    const { nodes, distances } = bare.search(index.getVector(9), 3);
    expect(nodes[0]).toBe(9);
    expect(distances[0]).toBeGreaterThan(0);
    await expect(bare.add(vectorsOf(1, 4))).rejects.toMatchObject({ code: 'READ_ONLY' });
    await bare.close();
  });

  test('of bits takes vectors and is saved as what it is', async () => {
    const { path } = await saved({ precision: 'binary' });
    const bare = await load(path, 'none');
    await bare.add(vectorsOf(1, 4));
    await bare.save(`${path}.2`);
    const again = await VectorIndex.load(`${path}.2`, { threads: 1 });
    expect(again.count).toBe(COUNT + 1);
    await again.close();
    await bare.close();
  });
});
