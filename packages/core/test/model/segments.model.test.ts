// An index of many small segments is the same index: dense nodes, the same exact answers, the same
// vectors back, saved and loaded whole, and adds across a boundary that succeed or fail as one.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustered, heldOut, type Metric } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';
import { segmentBytes } from '../support/segment-bytes.ts';
import { contractProblems } from './support.ts';

const DIMENSION = 8;
const COUNT = 3000;
const SMALL = segmentBytes(500, { dimension: DIMENSION });
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: 30 });
const rowAt = (row: number): Float32Array =>
  data.vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION);
const queryAt = (row: number): Float32Array =>
  data.queries.subarray(row * DIMENSION, (row + 1) * DIMENSION);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-segments-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

function buildIndex(metric: Metric, segmentByteLimit?: number): Promise<VectorIndex> {
  return VectorIndex.build(data.vectors, {
    ...{ dimension: DIMENSION, metric, threads: 1, flatThreshold: 0 },
    ...(segmentByteLimit !== undefined && { segmentByteLimit }),
  });
}

describe.each<Metric>(['l2', 'cosine', 'dot'])('many segments under %s', (metric) => {
  test('answer exact searches as one does', async () => {
    const [many, one] = await Promise.all([buildIndex(metric, SMALL), buildIndex(metric)]);
    expect(many.stats().segments).toBeGreaterThanOrEqual(3);
    expect(one.stats().segments).toBe(1);
    expect(many.count).toBe(COUNT);
    expect(many.stats().linked).toBe(COUNT);
    expect(many.verify()).toEqual([]);
    for (let row = 0; row < 30; row++) {
      for (const k of [1, 10, 700, 4200]) {
        const found = many.search(queryAt(row), k, { exact: true });
        const expected = one.search(queryAt(row), k, { exact: true });
        expect(found.nodes).toEqual(expected.nodes);
        expect(found.distances).toEqual(expected.distances);
      }
    }
    await Promise.all([many.close(), one.close()]);
  });

  test('search their graphs with recall, in order and without repeats', async () => {
    const index = await buildIndex(metric, SMALL);
    let hits = 0;
    for (let row = 0; row < 30; row++) {
      const found = index.search(queryAt(row), 10);
      expect(contractProblems(found, 10, COUNT)).toEqual([]);
      const exact = new Set(index.search(queryAt(row), 10, { exact: true }).nodes);
      hits += found.nodes.filter((node) => exact.has(node)).length;
    }
    expect(hits / 300).toBeGreaterThanOrEqual(0.99);
    await index.close();
  });

  test('give every vector back, also after a save and a load', async () => {
    const index = await buildIndex(metric, SMALL);
    const path = join(folder, `${metric}.nigh`);
    await index.save(path);
    const loaded = await VectorIndex.load(path, { threads: 1 });
    expect(loaded.verify()).toEqual([]);
    expect(loaded.stats()).toMatchObject({ count: COUNT, segments: index.stats().segments });
    const different: number[] = [];
    for (let node = 0; node < COUNT; node++) {
      const vector = index.getVector(node);
      if (metric !== 'cosine' && !vector.every((value, i) => value === rowAt(node)[i])) {
        different.push(node);
      }
      if (!loaded.getVector(node).every((value, i) => value === vector[i])) different.push(node);
    }
    expect(different).toEqual([]);
    for (let row = 0; row < 10; row++) {
      expect(loaded.search(queryAt(row), 10)).toEqual(index.search(queryAt(row), 10));
    }
    expect(await loaded.add(data.queries)).toEqual({ first: COUNT, count: 30 });
    await Promise.all([index.close(), loaded.close()]);
  });
});

test('nodes stay dense over many small adds', async () => {
  const options = { dimension: DIMENSION, threads: 1, segmentByteLimit: SMALL };
  const index = VectorIndex.create(options);
  for (let first = 0; first < COUNT; first += 70) {
    const part = data.vectors.subarray(first * DIMENSION, (first + 70) * DIMENSION);
    expect(await index.add(part)).toEqual({ first, count: part.length / DIMENSION });
  }
  expect(index.stats().segments).toBeGreaterThanOrEqual(3);
  const misplaced: number[] = [];
  for (let node = 0; node < COUNT; node += 7) {
    if (index.search(rowAt(node), 1, { exact: true }).nodes[0] !== node) misplaced.push(node);
  }
  expect(misplaced).toEqual([]);
  await index.close();
});

test('an add across segments with a bad row in the second changes nothing', async () => {
  const options = { dimension: DIMENSION, threads: 1, segmentByteLimit: SMALL, flatThreshold: 0 };
  const index = VectorIndex.create({ ...options, capacity: 400 });
  await index.add(data.vectors.subarray(0, 300 * DIMENSION));
  const before = index.stats();
  const bad = data.vectors.slice(0, 900 * DIMENSION);
  bad[600 * DIMENSION + 3] = Number.POSITIVE_INFINITY;
  const refusal = { code: 'NOT_FINITE', details: { row: 600 } };
  await expect(index.add(bad)).rejects.toMatchObject(refusal);
  expect(index.stats()).toEqual(before);
  const ragged = Array.from({ length: 900 }, (_, i) => [...rowAt(i)]);
  ragged[700].pop();
  await expect(index.add(ragged)).rejects.toMatchObject({ details: { row: 700 } });
  expect(index.stats()).toEqual(before);
  expect(await index.add(data.queries)).toEqual({ first: 300, count: 30 });
  expect(index.search(queryAt(3), 1).nodes[0]).toBe(303);
  await index.close();
});

test('one reserve takes what is available and no more', async () => {
  const options = { dimension: DIMENSION, threads: 1, segmentByteLimit: SMALL };
  const index = VectorIndex.create({ ...options, capacity: 50 });
  const { available } = index;
  expect(() => index.reserve(available + 1)).toThrowError(
    expect.objectContaining({ code: 'CAPACITY_EXCEEDED' }),
  );
  const room = index.reserve(available);
  for (let i = 0; i < room.length; i++) room[i] = (i * 7) % 11;
  await index.commit();
  expect(index.count).toBe(available);
  expect(await index.add(data.queries)).toEqual({ first: available, count: 30 });
  expect(index.verify()).toEqual([]);
  await index.close();
});

test('an index with room for more than one segment is loaded again', async () => {
  const index = VectorIndex.create({ dimension: 512, threads: 1, capacity: 2 ** 31 - 1 });
  await index.add(new Float32Array(512).fill(1));
  const path = join(folder, 'roomy.nigh');
  await index.save(path);
  const loaded = await VectorIndex.load(path);
  expect(loaded.count).toBe(1);
  expect(loaded.available).toBeGreaterThan(1_000_000);
  await Promise.all([index.close(), loaded.close()]);
});

test('a small build does not make every later add a segment of its own', async () => {
  const index = await VectorIndex.build(data.vectors.subarray(0, DIMENSION), {
    ...{ dimension: DIMENSION, threads: 1 },
  });
  for (let node = 1; node < 300; node++) await index.add(rowAt(node));
  expect(index.count).toBe(300);
  expect(index.stats().segments).toBeLessThanOrEqual(16);
  await index.close();
});
