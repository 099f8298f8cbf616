// One index of several: every vector of each is in it once, with a number that says where it was.

import { gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';
import { segmentBytes } from '../../support/segment-bytes.ts';

const DIMENSION = 6;
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, consolidateAt: 1 };
const rows = (count: number, seed = 1): Float32Array =>
  gaussian({ count, dimension: DIMENSION, seed });

/** 200 vectors, of which some are gone and some were updated. */
async function worn(seed: number, given: Partial<IndexOptions> = {}): Promise<VectorIndex> {
  const index = VectorIndex.create({ ...options, capacity: 120, ...given });
  await index.add(rows(200, seed));
  index.remove([0, 150, 199]);
  await index.update([7, 130], rows(2, seed + 100));
  return index;
}

describe('a merged index', () => {
  test('has all vectors of all, behind those of the ones before', async () => {
    const parts = [await worn(1), await worn(2, { metric: 'l2', M: 5 }), await worn(3)];
    const merged = await VectorIndex.merge(parts);
    expect(merged.nextNode).toBe(600);
    expect(merged.stats()).toMatchObject({ count: 3 * 197, removed: 0, segments: 1 });
    const expected = parts.flatMap((part, i) =>
      [...part].map(([node, vector]) => [node + 200 * i, [...vector]]),
    );
    expect([...merged].map(([node, vector]) => [node, [...vector]])).toEqual(expected);
    expect(merged.verify()).toEqual([]);
    expect(await merged.add(rows(1))).toEqual({ first: 600, count: 1 });
    for (const part of parts) expect(part.verify()).toEqual([]);
    await Promise.all([...parts, merged].map((index) => index.close()));
  });

  test('is byte for byte a build of the same vectors, on any number of threads', async () => {
    const parts = [await worn(1), await worn(2)];
    const vectors = Float32Array.from(parts.flatMap((part) => [...part.getVectors(part.nodes())]));
    const built = await VectorIndex.build(vectors, options);
    const merged = await Promise.all(
      [1, 2, 3].map((threads) => VectorIndex.merge(parts, { threads })),
    );
    const [first] = merged;
    const nodes = first.nodes();
    for (const seed of [5, 6, 7]) {
      const expected = built.search(rows(1, seed), 10);
      for (const index of merged) {
        const { nodes: found, ...rest } = index.search(rows(1, seed), 10);
        expect(rest).toEqual({ ...expected, nodes: undefined });
        expect([...found]).toEqual([...expected.nodes].map((place) => nodes[place]));
      }
    }
    await Promise.all([...parts, built, ...merged].map((index) => index.close()));
  });

  test('has what an index has of itself twice', async () => {
    const index = await worn(1);
    const merged = await VectorIndex.merge([index, index]);
    expect([...merged.nodes()]).toEqual([
      ...index.nodes(),
      ...[...index.nodes()].map((n) => n + 200),
    ]);
    expect([...merged.search(merged.getVector(9), 2).nodes]).toEqual([9, 209]);
    await Promise.all([index.close(), merged.close()]);
  });

  test('of snapshots is of their moment', async () => {
    const index = await worn(1);
    const snapshot = await index.snapshot();
    index.remove(index.nodes());
    await index.consolidate();
    const merged = await VectorIndex.merge([snapshot, index]);
    expect([...merged.nodes()]).toEqual([...snapshot.nodes()]);
    expect(merged.nextNode).toBe(400);
    await Promise.all([snapshot.close(), index.close(), merged.close()]);
  });

  test('of empty ones is empty', async () => {
    const empty = VectorIndex.create(options);
    const merged = await VectorIndex.merge([empty, empty]);
    expect(merged.count).toBe(0);
    expect(await merged.add(rows(2))).toEqual({ first: 0, count: 2 });
    await Promise.all([empty.close(), merged.close()]);
  });

  test('of what does not fit into one segment comes in several', async () => {
    const parts = [await worn(1), await worn(2)];
    const segmentByteLimit = segmentBytes(150, { dimension: DIMENSION });
    const merged = await VectorIndex.merge(parts, { segmentByteLimit });
    expect(merged.count).toBe(2 * 197);
    expect(merged.stats().segments).toBeGreaterThan(1);
    expect(merged.verify()).toEqual([]);
    await Promise.all([...parts, merged].map((index) => index.close()));
  });
});

describe('merging is refused', () => {
  test('of nothing, of other dimensions, of another metric, of what was closed', async () => {
    const index = await worn(1);
    const other = VectorIndex.create({ ...options, dimension: 5 });
    const cosine = VectorIndex.create({ ...options, metric: 'cosine' });
    const closed = await worn(2);
    await closed.close();
    const cases: readonly (readonly [VectorIndex[], string])[] = [
      [[], 'INVALID_ARGUMENT'],
      [[index, other], 'INVALID_ARGUMENT'],
      [[cosine, index], 'INVALID_ARGUMENT'],
      [[index, closed], 'CLOSED'],
    ];
    for (const [parts, code] of cases) {
      await expect(VectorIndex.merge(parts)).rejects.toMatchObject({ code });
    }
    const unknown = VectorIndex.merge([index], { metrics: 'l2' } as object);
    await expect(unknown).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    const aborted = VectorIndex.merge([index], { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    expect(index.count).toBe(197);
    await Promise.all([index, other, cosine].map((one) => one.close()));
  });
});
