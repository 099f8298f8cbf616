// One index of several: every vector of each is in it once, with a number that says where it was.

import { gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { MAX_NODES } from '../../../src/hot/fields.ts';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';
import { NEXT_NODE } from '../../../src/memory/control-words.ts';
import { Segment } from '../../../src/segments/segment.ts';
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

/** The same index with its last number behind all others: none is left. */
async function withLastNumbers(index: VectorIndex): Promise<VectorIndex> {
  const copy = await VectorIndex.merge([index]);
  const { control } = copy.share();
  Atomics.store(control, NEXT_NODE, MAX_NODES);
  return copy;
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

  test('may be in memory of another kind, with the threads and tier that go with it', async () => {
    const part = await worn(1, { threads: 2, tier: 'simd' });
    const merged = await VectorIndex.merge([part], { memory: 'private' });
    expect(merged.stats()).toMatchObject({ memory: 'private', threads: 1, tier: 'relaxed' });
    expect(merged.verify()).toEqual([]);
    await Promise.all([part.close(), merged.close()]);
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

describe('a merged index that is numbered anew', () => {
  /** The vectors of some indexes, one after another. */
  const vectorsOf = (parts: readonly VectorIndex[]): number[] =>
    parts.flatMap((part) => [...part.getVectors(part.nodes())]);

  /** Everything of an index that its file has. */
  async function bytesOf(index: VectorIndex): Promise<number[]> {
    const pieces: number[] = [];
    await index.saveTo(async (bytes) => {
      pieces.push(...bytes);
    });
    return pieces;
  }

  test('is byte for byte one that was built of the same vectors', async () => {
    const parts = [await worn(1), await worn(2)];
    const merged = await VectorIndex.merge(parts, { renumber: true });
    expect(merged.nextNode).toBe(2 * 197);
    expect([...merged.nodes()]).toEqual(Array.from({ length: 2 * 197 }, (_, i) => i));
    const vectors = vectorsOf(parts);
    expect([...merged.getVectors(merged.nodes())]).toEqual(vectors);
    const built = await VectorIndex.build(Float32Array.from(vectors), options);
    expect(await bytesOf(merged)).toEqual(await bytesOf(built));
    await Promise.all([...parts, merged, built].map((index) => index.close()));
  });

  test('of one index has its nodes without the gaps', async () => {
    const index = await worn(1);
    const merged = await VectorIndex.merge([index], { renumber: true });
    for (const [place, node] of index.nodes().entries()) {
      expect([...merged.getVector(place)]).toEqual([...index.getVector(node)]);
    }
    const kept = await VectorIndex.merge([index], { renumber: false });
    expect([...kept.nodes()]).toEqual([...index.nodes()]);
    await Promise.all([index, merged, kept].map((one) => one.close()));
  });

  test.each([
    {},
    { precision: 'float16' },
    { precision: 'int8' },
    { segmentByteLimit: segmentBytes(150, { dimension: DIMENSION }) },
  ] as const)('goes on as a fresh one: %j', async (given) => {
    const part = await worn(1);
    const merged = await VectorIndex.merge([part], { ...given, renumber: true });
    const segments = merged.share().segments.map((handle) => new Segment(handle));
    expect(segments.map(({ numbered }) => numbered)).toEqual(segments.map(() => false));
    const bytes = await bytesOf(merged);
    const source = {
      byteLength: bytes.length,
      read: async (target: Uint8Array, position: number): Promise<number> => {
        const piece = bytes.slice(position, position + target.length);
        target.set(piece);
        return piece.length;
      },
    };
    const loaded = await VectorIndex.loadFrom(source, { threads: 1 });
    for (const index of [merged, loaded]) {
      expect([index.count, index.nextNode]).toEqual([197, 197]);
      expect(await index.add(rows(30, 9))).toEqual({ first: 197, count: 30 });
      index.remove([0, 196, 200]);
      await index.update([1, 226], rows(2, 10));
      expect(index.verify()).toEqual([]);
      expect([...index.search(index.getVector(226), 1).nodes]).toEqual([226]);
      expect(index.count).toBe(224);
    }
    expect([...loaded]).toEqual([...merged]);
    await Promise.all([part, merged, loaded].map((index) => index.close()));
  });

  test('takes indexes that have used up all numbers', async () => {
    const part = await worn(1);
    const old = await withLastNumbers(part);
    expect(old.nextNode).toBe(MAX_NODES);
    await expect(old.add(rows(1))).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    await expect(VectorIndex.merge([old, old])).rejects.toMatchObject({
      code: 'CAPACITY_EXCEEDED',
    });
    const merged = await VectorIndex.merge([old, part, old], { renumber: true });
    expect(merged.nextNode).toBe(3 * 197);
    expect([...merged.getVectors(merged.nodes())]).toEqual(vectorsOf([old, part, old]));
    expect(await merged.add(rows(1))).toEqual({ first: 3 * 197, count: 1 });
    await Promise.all([part, old, merged].map((index) => index.close()));
  });

  test('of empty ones is empty', async () => {
    const empty = VectorIndex.create(options);
    await empty.add(rows(3));
    empty.remove([0, 1, 2]);
    const merged = await VectorIndex.merge([empty, empty], { renumber: true });
    expect([merged.count, merged.nextNode]).toEqual([0, 0]);
    expect(await merged.add(rows(2))).toEqual({ first: 0, count: 2 });
    await Promise.all([empty.close(), merged.close()]);
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
    const choice = VectorIndex.merge([index], { renumber: 1 } as object);
    await expect(choice).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(index.count).toBe(197);
    await Promise.all([index, other, cosine].map((one) => one.close()));
  });
});
