// How indexes are asked, and the sets they are asked about.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findAll, measureLatency, measureSpeed } from '../../compare/asking.ts';
import { categoriesOf, loadSet, readQueries, readVectors, storeSet } from '../../compare/sets.ts';

describe('asking', () => {
  afterEach(() => vi.restoreAllMocks());

  test('asks everybody the same queries, also who answers later', async () => {
    const asked: number[] = [];
    const atOnce = (query: number) => {
      asked.push(query);
      return [query, 1];
    };
    const later = (query: number) => Promise.resolve(BigUint64Array.of(BigInt(query), 1n));
    expect(await findAll(atOnce, 3, 1)).toEqual(await findAll(later, 3, 1));
    asked.length = 0;
    expect(await measureSpeed(atOnce, 2, 5)).toBeGreaterThan(0);
    expect(asked).toEqual([0, 1, 0, 1, 0]);
    expect(await measureSpeed(later, 2, 5)).toBeGreaterThan(0);
  });

  test('asks a slow one a hundred queries, and one without end fewer', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const taking = (milliseconds: number) => (query: number) => {
      now += milliseconds;
      return [query];
    };
    expect(await findAll(taking(1), 1000, 0.5)).toHaveLength(501);
    expect(await findAll(taking(10), 1000, 0.5)).toHaveLength(100);
    expect(await findAll(taking(100), 1000, 0.5)).toHaveLength(41);
    const latency = await measureLatency(taking(2), 40, 0.5);
    expect(latency).toEqual({ p50Microseconds: 2000, p99Microseconds: 2000 });
  });

  test('does not count what is no node', async () => {
    await expect(measureSpeed(() => [Number.NaN], 1, 1)).rejects.toThrow('NaN');
  });
});

describe('a set', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nigh-sets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** An .fvecs file: every row is its length and its components. */
  const write = (rows: readonly (readonly number[])[]): string => {
    const path = join(folder, 'rows.fvecs');
    const parts = rows.map((row) => {
      return Buffer.concat([
        Buffer.from(Int32Array.of(row.length).buffer),
        Buffer.from(Float32Array.from(row).buffer),
      ]);
    });
    writeFileSync(path, Buffer.concat(parts));
    return path;
  };

  test('of a file holds its last tenth back as queries, and can be put away', async () => {
    const path = write(Array.from({ length: 20 }, (_, i) => [i, 2 * i]));
    const set = await loadSet(path, 5);
    if (set === undefined) throw new Error('a file is always there');
    expect(set).toMatchObject({ name: 'rows.fvecs', count: 5, dimension: 2, metric: 'l2' });
    const stored = storeSet(set, join(folder, 'stored'));
    expect([...readVectors(stored)]).toEqual([0, 0, 1, 2, 2, 4, 3, 6, 4, 8]);
    expect([...readQueries(stored)]).toEqual([18, 36, 19, 38]);
  });

  test('of vectors of unit length is searched by angle', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => [Math.cos(i), Math.sin(i)]);
    expect(await loadSet(write(rows), 100)).toMatchObject({ metric: 'cosine', count: 18 });
  });

  test('has a category below 100 for every vector, the same every time', () => {
    const categories = categoriesOf(10_000);
    expect(Math.max(...categories)).toBe(99);
    expect(categories).toEqual(categoriesOf(10_000));
    const below = categories.filter((category) => category < 10).length;
    expect(below / 10_000).toBeCloseTo(0.1, 1);
  });
});
