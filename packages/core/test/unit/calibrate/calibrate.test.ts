// Calibration as a user meets it: at the end of a build, on demand, after adds, in searches.

import { clustered, heldOut } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';

const DIMENSION = 16;
const COUNT = 2000;
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: 100 });
const { vectors, queries } = data;
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, M: 4 };

let index: VectorIndex;
beforeAll(async () => {
  index = await VectorIndex.build(vectors, options);
});
afterAll(() => index.close());

describe('a build', () => {
  test('knows its recall of ten', () => {
    const [known, ...others] = index.stats().calibrated;
    expect(known).toMatchObject({ k: 10, queries: 'hidden' });
    expect(known.sample).toBeGreaterThanOrEqual(63);
    expect(known.points[0].efSearch).toBe(10);
    expect(known.points[0].recall).toBeLessThan(1);
    expect(known.points.at(-1)?.recall).toBeGreaterThan(0.98);
    expect(others).toEqual([]);
  });

  test('keeps what a search for a recall promises', async () => {
    for (const recall of [0.8, 0.9, 0.95, 0.99]) {
      const { points } = await index.evaluate({ queries, recall });
      expect(points[0].target).toBe(recall);
      expect(points[0].recall).toBeGreaterThanOrEqual(recall - 0.01);
    }
    const { points } = await index.evaluate({ queries, recall: [0.8, 0.99] });
    expect(points[0].efSearch).toBeLessThan(points[1].efSearch);
    expect(points[0].distanceCount).toBeLessThan(points[1].distanceCount);
  });

  test('is measured anew when its graph has doubled, and not before', async () => {
    const first = vectors.subarray(0, 800 * DIMENSION);
    const grown = await VectorIndex.build(first, { ...options, capacity: COUNT });
    const phases: string[] = [];
    const onProgress = ({ phase }: { phase: string }): void => void phases.push(phase);
    const inserting = { onProgress, rebuild: 'never' } as const;
    const before = grown.stats().calibrated;
    await grown.add(vectors.subarray(800 * DIMENSION, 1500 * DIMENSION), inserting);
    expect(phases).not.toContain('calibrate');
    expect(grown.stats().calibrated).toEqual(before);
    await grown.add(vectors.subarray(1500 * DIMENSION, 1700 * DIMENSION), inserting);
    expect(phases).toContain('calibrate');
    expect(grown.stats().calibrated).not.toEqual(before);
    await grown.close();
  });

  test('of nothing, of one vector and of equal vectors needs no curve', async () => {
    for (const count of [0, 1, 50]) {
      const equal = await VectorIndex.build(new Float32Array(count * DIMENSION).fill(1), options);
      expect(equal.stats().calibrated).toEqual([]);
      const found = equal.search(new Float32Array(DIMENSION), 5, { recall: 0.9 });
      expect(found.nodes.length).toBe(Math.min(5, count));
      expect(await equal.calibrate()).toMatchObject({ efSearch: 0, expected: 1, points: [] });
      await equal.close();
    }
  });
});

describe('a search for a recall', () => {
  const query = queries.subarray(0, DIMENSION);

  test('is the search with the width that evaluate reports', async () => {
    const { points } = await index.evaluate({ sample: 1, recall: 0.97 });
    const { efSearch } = points[0];
    expect(index.search(query, 10, { recall: 0.97 })).toEqual(
      index.search(query, 10, { efSearch }),
    );
    const batch = await index.searchBatch(queries, 10, { recall: 0.97 });
    expect(batch).toEqual(await index.searchBatch(queries, 10, { efSearch }));
  });

  test('of 1 measures everything', async () => {
    const exact = index.search(query, 10, { exact: true });
    expect(index.search(query, 10, { recall: 1 })).toEqual(exact);
    expect((await index.evaluate({ sample: 1, recall: 1 })).points[0].efSearch).toBe(0);
  });

  test('measures everything while vectors are not linked', async () => {
    const flat = VectorIndex.create({ ...options, flatThreshold: 10_000 });
    await flat.add(vectors);
    expect(flat.search(query, 10, { recall: 0.5 }).distanceCount).toBe(COUNT);
    expect((await flat.calibrate({ recall: 0.5 })).efSearch).toBe(0);
    await flat.close();
  });

  test('measures everything in a graph that was never measured', async () => {
    const controller = new AbortController();
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'calibrate') controller.abort();
    };
    const fresh = VectorIndex.create(options);
    const adding = fresh.add(vectors, { signal: controller.signal, onProgress });
    await expect(adding).rejects.toMatchObject({ code: 'ABORTED' });
    expect(fresh.stats()).toMatchObject({ linked: COUNT, calibrated: [] });
    expect(fresh.search(query, 10, { recall: 0.5 })).toEqual(
      fresh.search(query, 10, { exact: true }),
    );
    await fresh.link();
    expect(fresh.search(query, 10, { recall: 0.5 }).distanceCount).toBeLessThan(COUNT / 2);
    expect(fresh.stats().calibrated).toHaveLength(1);
    await fresh.close();
  });

  test('uses what each segment of an index needs', async () => {
    const several = VectorIndex.create({ ...options, capacity: 700 });
    for (let row = 0; row < COUNT; row += 500) {
      await several.add(vectors.subarray(row * DIMENSION, (row + 500) * DIMENSION));
    }
    expect(several.stats().segments).toBeGreaterThan(1);
    const { points } = await several.evaluate({ queries, recall: 0.95 });
    expect(points[0].recall).toBeGreaterThanOrEqual(0.94);
    expect(points[0].efSearch).toBeGreaterThan(0);
    const { efSearch, expected } = await several.calibrate({ recall: 0.95, k: 20 });
    expect(efSearch).toBeGreaterThanOrEqual(20);
    expect(expected).toBeGreaterThan(0.95);
    await several.close();
  });
});

describe('calibrate()', () => {
  test('says what it found and keeps it for searches of this k', async () => {
    const found = await index.calibrate({ recall: 0.9, k: 25, sample: 100 });
    expect(found).toMatchObject({ k: 25, recall: 0.9, queries: 'hidden' });
    expect(found.expected).toBeGreaterThanOrEqual(0.9);
    expect(found.sample).toBeGreaterThanOrEqual(99);
    const { points } = await index.evaluate({ queries, k: 25, recall: 0.9 });
    expect(points[0].efSearch).toBe(found.efSearch);
    expect(points[0].recall).toBeGreaterThanOrEqual(0.89);
    expect(index.stats().calibrated.map(({ k }) => k)).toEqual([10, 25]);
  });

  test('takes queries like those that will be asked', async () => {
    const far = queries.map((value) => 3 * value);
    const given = await index.calibrate({ queries: far, k: 12 });
    expect(given).toMatchObject({ queries: 'given', sample: 100, k: 12 });
    const { points } = await index.evaluate({ queries: far, k: 12, efSearch: given.efSearch });
    expect(points[0].recall).toBeCloseTo(given.expected, 1);
    expect(points[0].recall).toBeGreaterThanOrEqual(0.95);
  });

  test('measures given queries as evaluate does', async () => {
    const { points } = await index.calibrate({ queries, k: 10 });
    const efSearch = points.map((point) => point.efSearch);
    const evaluation = await index.evaluate({ queries, k: 10, efSearch });
    for (const [i, { recall }] of evaluation.points.entries()) {
      // Queries that have found everything are not asked again with a wider beam.
      expect(Math.abs(points[i].recall - recall)).toBeLessThan(0.005);
    }
  });

  test('reports progress and can be stopped', async () => {
    const shares: number[] = [];
    await index.calibrate({ onProgress: ({ done, total }) => shares.push(done / total) });
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
    const before = index.stats();
    const controller = new AbortController();
    const stopped = index.calibrate({
      ...{ k: 33, signal: controller.signal },
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    expect(index.stats()).toEqual(before);
  });

  test('waits for writes and is refused by a reader', async () => {
    const fresh = VectorIndex.create(options);
    const adding = fresh.add(vectors);
    const found = await fresh.calibrate();
    await adding;
    expect(found.points.length).toBeGreaterThan(0);
    const reader = VectorIndex.attach(fresh.share());
    await expect(reader.calibrate()).rejects.toMatchObject({ code: 'READ_ONLY' });
    const query = queries.subarray(0, DIMENSION);
    const wanted = { recall: 0.95 };
    expect(reader.search(query, 10, wanted)).toEqual(fresh.search(query, 10, wanted));
    await reader.close();
    await fresh.close();
    await expect(fresh.calibrate()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
