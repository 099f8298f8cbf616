// An index of each precision as its user meets it: what it finds, returns, adds, saves and weighs.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustered, gaussian, heldOut } from '@nigh/testkit';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type IndexOptions, type Metric, VectorIndex } from '../../src/index.ts';
import { ALL_TARGETS } from '../support/targets.ts';

type Precise = Pick<IndexOptions, 'precision' | 'originals' | 'rerank'>;

const PRECISIONS: readonly Precise[] = [
  { precision: 'float32' },
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'int8', originals: 'memory' },
  { precision: 'int8', originals: 'memory', rerank: 'float16' },
  { precision: 'binary' },
  { precision: 'binary', rerank: 'float16' },
  { precision: 'binary', originals: 'none' },
];
const DIMENSION = 40;
// Builds of many vectors on the JavaScript tier too.
vi.setConfig({ testTimeout: 60_000 });

/** So many that a build numbers the slots of the graph by cluster. */
const COUNT = 1100;
const { vectors, queries } = heldOut(clustered, {
  ...{ count: COUNT, dimension: DIMENSION, queryCount: 20 },
});
const folder = mkdtempSync(join(tmpdir(), 'nigh-precision-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function optionsOf(precise: Precise, more: Partial<IndexOptions> = {}): IndexOptions {
  return {
    ...{ dimension: DIMENSION, threads: 1, flatThreshold: 0, allowLowDimension: true },
    ...precise,
    ...more,
  };
}

function rowOf(data: Float32Array, row: number): Float32Array {
  return data.slice(row * DIMENSION, (row + 1) * DIMENSION);
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** How far what is returned of a vector may be from it, as a share of its length. */
function shareLost({ precision, originals, rerank }: Precise): number {
  const memory = originals ? originals === 'memory' : precision !== 'int8';
  if (memory) return precision === 'float16' || rerank === 'float16' ? 2 ** -11 : 0;
  return precision === 'int8' ? 0.12 : 0.8;
}

describe.each(PRECISIONS)('an index of %o', (precise) => {
  test('returns its vectors within what it keeps of them', async () => {
    for (const metric of ['l2', 'cosine', 'dot'] as const) {
      const index = await VectorIndex.build(vectors, optionsOf(precise, { metric }));
      for (let node = 0; node < COUNT; node++) {
        const given = rowOf(vectors, node);
        const kept = metric === 'cosine' ? unit(given) : given;
        const found = index.getVector(node);
        expect(found.length).toBe(DIMENSION);
        const lost = Math.hypot(...found.map((value, i) => value - kept[i]));
        const allowed = (shareLost(precise) + 1e-6) * Math.hypot(...kept);
        expect(lost).toBeLessThanOrEqual(allowed);
      }
      await index.close();
    }
  });

  test.each<Metric>(['l2', 'cosine'])(
    'finds each of its vectors by itself under %s',
    async (metric) => {
      const index = await VectorIndex.build(vectors, optionsOf(precise, { metric }));
      expect(index.stats()).toMatchObject({ count: COUNT, linked: COUNT, segments: 1 });
      let first = 0;
      for (let node = 0; node < COUNT; node++) {
        const { nodes, distances, exactCount, distanceCount } = index.search(
          rowOf(vectors, node),
          3,
        );
        if (nodes[0] === node) first++;
        expect(Array.from(distances)).toEqual(Array.from(distances).sort((a, b) => a - b));
        expect(exactCount).toBeLessThanOrEqual(distanceCount);
      }
      const bits = precise.precision === 'binary' && precise.originals === 'none';
      expect(first / COUNT).toBeGreaterThanOrEqual(bits ? 0.9 : 0.99);
      expect(index.verify()).toEqual([]);
      await index.close();
    },
  );

  test('takes vectors after it was built, and finds old and new ones', async () => {
    const index = await VectorIndex.build(vectors, optionsOf(precise));
    const far = vectors.slice(0, 90 * DIMENSION).map((value, i) => 1.1 * value + (i % 3) / 10);
    expect(await index.add(far)).toEqual({ first: COUNT, count: 90 });
    expect(index.count).toBe(COUNT + 90);
    const sealed = precise.precision !== 'float32' && !isPlain(precise);
    if (sealed) expect(index.stats().segments).toBe(2);
    for (let row = 0; row < 90; row++) {
      // Estimates of others may be as near as the vector itself.
      const k = precise.precision === 'binary' && precise.originals === 'none' ? 5 : 1;
      expect(Array.from(index.search(rowOf(far, row), k).nodes)).toContain(COUNT + row);
      const exact = index.search(rowOf(vectors, row), k, { exact: true });
      expect(Math.min(...exact.nodes)).toBeLessThan(COUNT);
      if (sealed) expect(index.getVector(COUNT + row)).toEqual(rowOf(far, row));
    }
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('seals a segment when it is full, and not before', async () => {
    const index = VectorIndex.create(optionsOf(precise, { capacity: 100 }));
    await index.add(vectors.subarray(0, 90 * DIMENSION));
    const before = index.stats();
    expect(before.bytes.vectors).toBe(4 * 90 * DIMENSION);
    await index.add(vectors.subarray(90 * DIMENSION, 130 * DIMENSION));
    const after = index.stats();
    expect(after).toMatchObject({ count: 130, linked: 130, segments: 2 });
    const kept = keptBytes(precise);
    expect(after.bytes.vectors).toBe(100 * kept + 30 * 4 * DIMENSION);
    for (let node = 0; node < 130; node++) {
      expect(Array.from(index.search(rowOf(vectors, node), 5).nodes)).toContain(node);
    }
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('comes back from a file as it was, and goes on', async () => {
    const path = join(folder, 'index');
    for (const metric of ['l2', 'cosine', 'dot'] as const) {
      const index = await VectorIndex.build(vectors, optionsOf(precise, { metric }));
      await index.add(queries.subarray(0, 10 * DIMENSION));
      await index.save(path);
      for (const { tier, memory } of ALL_TARGETS) {
        const loaded = await VectorIndex.load(path, { threads: 1, tier, memory });
        for (let i = 0; i < 20; i++) {
          const query = rowOf(queries, i);
          expect(loaded.search(query, 10)).toEqual(index.search(query, 10));
          const exact = { exact: true };
          expect(loaded.search(query, 10, exact)).toEqual(index.search(query, 10, exact));
        }
        expect(loaded.getVector(7)).toEqual(index.getVector(7));
        expect(loaded.verify()).toEqual([]);
        await loaded.add(queries.subarray(10 * DIMENSION));
        expect(loaded.count).toBe(COUNT + 20);
        await loaded.close();
      }
      await index.close();
    }
  });

  test('answers k beyond the pool by all that is kept, as exact search does', async () => {
    const index = await VectorIndex.build(
      gaussian({ count: 4200, dimension: 8 }),
      optionsOf(precise, { dimension: 8, M: 4, efConstruction: 16, builder: 'partitions' }),
    );
    const query = Float32Array.from({ length: 8 }, (_, i) => i / 8);
    const all = index.search(query, 4200);
    const some = index.search(query, 4096, { exact: true });
    expect(all.nodes.length).toBe(4200);
    expect(all.nodes.slice(0, 4096)).toEqual(some.nodes);
    expect(all.distances.slice(0, 4096)).toEqual(some.distances);
    await index.close();
  });
});

/** Whether an index keeps what every growing segment keeps. */
function isPlain({ precision, originals, rerank }: Precise): boolean {
  return precision === 'int8' && originals === 'memory' && rerank !== 'float16';
}

/** Bytes of one vector in a sealed segment. */
function keptBytes(precise: Precise): number {
  const { precision, originals, rerank } = precise;
  if (originals === 'none' || (precision === 'int8' && originals === undefined)) return 0;
  return precision === 'float16' || rerank === 'float16' ? 2 * DIMENSION : 4 * DIMENSION;
}

describe('float16', () => {
  test('refuses components that no half holds, and has not changed then', async () => {
    for (const precise of [
      { precision: 'float16' },
      { precision: 'binary', rerank: 'float16' },
    ] as const) {
      const index = VectorIndex.create(optionsOf(precise));
      const row = new Float32Array(DIMENSION).fill(1);
      row[3] = 65505;
      const error = { code: 'VALUE_TOO_LARGE', details: { row: 0, component: 3, expected: 65504 } };
      await expect(index.add(row)).rejects.toMatchObject(error);
      index.reserve(1).set(row);
      await expect(index.commit()).rejects.toMatchObject(error);
      index.reserve(1).fill(-65504);
      await index.commit();
      expect(index.count).toBe(1);
      await index.close();
    }
  });

  test('takes any length under cosine, where vectors are brought to unit length', async () => {
    const options = optionsOf({ precision: 'float16' }, { metric: 'cosine' });
    const index = await VectorIndex.build(
      vectors.map((value) => value * 1e9),
      options,
    );
    expect(index.search(rowOf(vectors, 5), 1).nodes[0]).toBe(5);
    await index.close();
  });
});

describe('bytes of a vector, without originals at M 16', () => {
  const size = 256;
  const data = gaussian({ count: 2000, dimension: size, seed: 2 });
  const bytesOf = async (precise: Precise): Promise<number> => {
    const options = { dimension: size, threads: 1, flatThreshold: 0, ...precise };
    const index = await VectorIndex.build(data, options);
    const { bytes, count } = index.stats();
    expect(bytes.total).toBe(bytes.vectors + bytes.codes + bytes.graph + bytes.scratch);
    await index.close();
    return (bytes.total - bytes.scratch) / count;
  };

  // Rows of up to 32 neighbors and their degree, and the means and the rotation once.
  const once = (5 * 4 * size) / 2000;

  test('are one a component, and the graph, for int8', async () => {
    expect(await bytesOf({ precision: 'int8' })).toBeLessThanOrEqual(size + 4 * 32 + 24 + once);
  });

  test('are one for eight components, and the graph, for binary', async () => {
    const bytes = await bytesOf({ precision: 'binary', originals: 'none' });
    expect(bytes).toBeLessThanOrEqual(size / 8 + 4 * 32 + 32 + once);
  });

  test('are two a component more for float16, and four for float32', async () => {
    const int8 = await bytesOf({ precision: 'int8', originals: 'memory' });
    expect(await bytesOf({ precision: 'float16' })).toBeLessThanOrEqual(int8 - 2 * size + once);
    const bits = await bytesOf({ precision: 'binary', originals: 'none' });
    expect(await bytesOf({ precision: 'binary' })).toBe(bits + 4 * size);
  });
});
