// Recall as `evaluate` reports it, on an index of which the answers are known.

import { duplicates, gaussian } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';

const DIMENSION = 8;
const COUNT = 600;
const vectors = gaussian({ count: COUNT, dimension: DIMENSION });
const queries = gaussian({ count: 40, dimension: DIMENSION, seed: 2 });

let index: VectorIndex;
beforeAll(async () => {
  const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, M: 4 };
  index = await VectorIndex.build(vectors, { ...options, efConstruction: 10 });
});
afterAll(async () => index.close());

describe('queries that are given', () => {
  test('reach a recall of 1 with a beam as wide as the index', async () => {
    const evaluation = await index.evaluate({ queries, efSearch: COUNT });
    expect(evaluation).toMatchObject({ k: 10, sample: 40, queries: 'given' });
    const [point] = evaluation.points;
    expect(point).toMatchObject({ efSearch: COUNT, recall: 1 });
    expect(point.distanceCount).toBeGreaterThan(COUNT / 2);
    expect(point.hopCount).toBeGreaterThan(1);
    expect(point.p99).toBeGreaterThanOrEqual(point.p50);
    expect(point.queriesPerSecond).toBeGreaterThan(0);
  });

  test('have the recall that counting by hand gives', async () => {
    const { points } = await index.evaluate({ queries, k: 5, efSearch: [5, 20] });
    for (const { efSearch, recall } of points) {
      let hits = 0;
      for (let row = 0; row < 40; row++) {
        const query = queries.subarray(row * DIMENSION, (row + 1) * DIMENSION);
        const exact = new Set(index.search(query, 5, { exact: true }).nodes);
        hits += index.search(query, 5, { efSearch }).nodes.filter((n) => exact.has(n)).length;
      }
      expect(recall).toBeCloseTo(hits / 200, 12);
    }
    expect(points.map((point) => point.efSearch)).toEqual([5, 20]);
    expect(points[0].recall).toBeLessThan(1); // a narrow beam on a poor graph: the measure measures
    expect(points[0].recall).toBeLessThanOrEqual(points[1].recall);
  });

  test('may be rows, and none at all', async () => {
    const given = await index.evaluate({ queries: [[...queries.subarray(0, DIMENSION)]] });
    expect(given).toMatchObject({ sample: 1, queries: 'given' });
    const none = await index.evaluate({ queries: [] });
    expect(none.points).toMatchObject([{ recall: 1, queriesPerSecond: 0, p50: 0, p99: 0 }]);
  });
});

describe('stored vectors as queries', () => {
  test('leave themselves out of both answers', async () => {
    const evaluation = await index.evaluate({ sample: 50, k: 3, efSearch: COUNT });
    expect(evaluation).toMatchObject({ k: 3, sample: 50, queries: 'leave-one-out' });
    expect(evaluation.points[0].recall).toBe(1);
  });

  test('are not counted as found: the nearest other vector is what is asked for', async () => {
    const { points } = await index.evaluate({ k: 1, efSearch: 1 });
    let hits = 0;
    for (let node = 0; node < COUNT; node++) {
      const query = index.getVector(node);
      const exact = index.search(query, 2, { exact: true }).nodes.find((other) => other !== node);
      const found = index.search(query, 2, { efSearch: 1 }).nodes.find((other) => other !== node);
      if (found === exact) hits++;
    }
    expect(hits).toBeLessThan(COUNT);
    expect(points[0].recall).toBeCloseTo(hits / COUNT, 12);
  });

  test('are all taken when there are fewer than the sample', async () => {
    const { sample } = await index.evaluate({ efSearch: 10 });
    expect(sample).toBe(COUNT);
  });

  test('are drawn by a seed: twice the same', async () => {
    const [a, b] = [await index.evaluate({ sample: 30 }), await index.evaluate({ sample: 30 })];
    expect(a.points[0].recall).toBe(b.points[0].recall);
    expect(a.points[0].distanceCount).toBe(b.points[0].distanceCount);
  });

  test('do not hold copies of themselves against the graph', async () => {
    const copies = duplicates({ count: 400, dimension: DIMENSION, sources: 2, fraction: 0.9 });
    const built = await VectorIndex.build(copies, {
      ...{ dimension: DIMENSION, threads: 1, flatThreshold: 0 },
    });
    const { points } = await built.evaluate({ efSearch: 400 });
    expect(points[0].recall).toBe(1);
    await built.close();
  });
});

describe('an evaluation', () => {
  test('of an empty index finds all there is', async () => {
    const empty = VectorIndex.create({ dimension: DIMENSION, threads: 1 });
    expect(await empty.evaluate()).toMatchObject({ sample: 0, points: [{ recall: 1 }] });
    await empty.close();
  });

  test('of more results than there are vectors compares what there is', async () => {
    const { points } = await index.evaluate({ sample: 5, k: 10_000, efSearch: COUNT });
    expect(points[0].recall).toBe(1);
    const most = await index.evaluate({ sample: 2, k: 2 ** 31 - 1 });
    expect(most.points[0].recall).toBe(1);
  });

  test.each([
    [{ k: 0 }, 'INVALID_ARGUMENT'],
    [{ sample: 0 }, 'INVALID_ARGUMENT'],
    [{ efSearch: 0 }, 'INVALID_ARGUMENT'],
    [{ efSearch: [] }, 'INVALID_ARGUMENT'],
    [{ efSearch: [10, 5000] }, 'INVALID_ARGUMENT'],
    [{ queries: [[1, 2]] }, 'DIMENSION_MISMATCH'],
    [{ queries: [Array(DIMENSION).fill(Number.NaN)] }, 'NOT_FINITE'],
    [{ other: 1 }, 'INVALID_OPTION'],
    [{ signal: AbortSignal.abort() }, 'ABORTED'],
  ])('refuses %o', async (options, code) => {
    await expect(index.evaluate(options as object)).rejects.toMatchObject({ code });
  });

  test('refuses a signal that is none, and a callback that is none', async () => {
    for (const bad of [{ signal: {} }, { onProgress: 'yes' }]) {
      const evaluation = index.evaluate(bad as object);
      await expect(evaluation).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
  });

  test('stops at an abort on the way', async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const work = { signal: controller.signal, onProgress };
    await expect(index.evaluate(work)).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
