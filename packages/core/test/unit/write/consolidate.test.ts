// Segments that are written anew: byte for byte what a build of the same vectors is, on any number
// of threads; when it happens by itself; and what an index says of itself before and after.

import { clustered, gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';
import type { RegionName } from '../../../src/memory/layout.ts';
import { Segment } from '../../../src/segments/segment.ts';
import { regionBytes } from '../../../src/snapshot/regions.ts';

const DIMENSION = 16;
const COUNT = 900;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });
const more = gaussian({ count: 200, dimension: DIMENSION, seed: 4 });
const options = { dimension: DIMENSION, threads: 1, flatThreshold: 0, consolidateAt: 1 };
const rowAt = (rows: Float32Array, row: number): Float32Array =>
  rows.subarray(row * DIMENSION, (row + 1) * DIMENSION);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Regions that a build decides on; numbers are what differs. */
const BUILT: readonly RegionName[] = [
  ...(['means', 'rotation', 'entryPoints', 'hubs', 'levels', 'upperHeads', 'nodes'] as const),
  ...(['copies', 'norms', 'codes', 'rows', 'upperRows', 'vectors', 'tombstones'] as const),
];

/** What one segment holds, by region. */
function contents(index: VectorIndex): Record<string, string> {
  const handles = index.share().segments;
  expect(handles.length).toBe(1);
  const segment = new Segment(handles[0]);
  const used = segment.usedCounts();
  return Object.fromEntries(
    BUILT.map((name) => [
      name,
      Buffer.from(regionBytes(segment, name, used).slice()).toString('base64'),
    ]),
  );
}

/** The live vectors of an index, ascending by node. */
function liveVectors(index: VectorIndex): Float32Array {
  return index.getVectors(index.nodes()).slice();
}

/** An index that was written to in every way. */
async function worn(given: Partial<IndexOptions> = {}): Promise<VectorIndex> {
  const index = await VectorIndex.build(vectors, { ...options, capacity: 1500, ...given });
  index.remove(index.nodes().filter((node) => node % 5 === 2));
  await index.update([700, 3, 4], more.subarray(0, 3 * DIMENSION), { rebuild: 'never' });
  await index.add(more.subarray(3 * DIMENSION, 90 * DIMENSION), { rebuild: 'never' });
  index.remove([700, 905]);
  return index;
}

const SHAPES: readonly (readonly [name: string, given: Partial<IndexOptions>])[] = [
  ['by partitions', {}],
  ['by insertion', { builder: 'insertion' }],
  ['with hubs', { entry: 'hubs' }],
  ['by insertion, with hubs', { builder: 'insertion', entry: 'hubs' }],
  ['under cosine', { metric: 'cosine' }],
  ['under dot', { metric: 'dot' }],
];

describe('an index that is consolidated', () => {
  test.each(SHAPES)('%s is what a build of its vectors is', async (_, given) => {
    const index = await worn(given);
    const nodes = index.nodes();
    const live = liveVectors(index);
    await index.consolidate();
    expect([...index.nodes()]).toEqual([...nodes]);
    expect(index.verify()).toEqual([]);
    const { metric: _metric, ...rest } = given;
    const fresh = VectorIndex.create({ ...options, ...rest, capacity: 1500 });
    // The floats as they are kept: under cosine they would be brought to unit length once more.
    fresh.reserve(nodes.length).set(live);
    await fresh.close();
    const built = await VectorIndex.build(live, { ...options, ...given, capacity: 1500 });
    const [ours, theirs] = [contents(index), contents(built)];
    const names = given.metric === 'cosine' ? [] : BUILT;
    expect(names.filter((name) => ours[name] !== theirs[name])).toEqual([]);
    for (const seed of [1, 2, 3]) {
      const query = gaussian({ count: 1, dimension: DIMENSION, seed });
      const [a, b] = [index, built].map((one) => one.search(query, 10));
      expect([...a.nodes]).toEqual([...b.nodes].map((place) => nodes[place]));
      if (given.metric !== 'cosine') expect(a.distances).toEqual(b.distances);
    }
    await Promise.all([index.close(), built.close()]);
  });

  test.each([2, 3])('on %i threads is the same', async (threads) => {
    const index = await worn();
    const other = await worn({ threads });
    await Promise.all([index.consolidate(), other.consolidate()]);
    const [ours, theirs] = [contents(index), contents(other)];
    expect(BUILT.filter((name) => ours[name] !== theirs[name])).toEqual([]);
    await Promise.all([index.close(), other.close()]);
  });

  test('in which nothing was removed is left as it is', async () => {
    const index = await VectorIndex.build(vectors, options);
    const [before] = index.share().segments;
    await index.consolidate();
    expect(index.share().segments[0].serial).toBe(before.serial);
    await index.close();
  });

  test('and rebuilt is what it was', async () => {
    const index = await worn();
    await index.consolidate();
    const before = contents(index);
    await index.link({ rebuild: 'now' });
    expect(contents(index)).toEqual(before);
    await index.close();
  });

  test('to the last vector is empty, and takes more', async () => {
    const index = await worn();
    index.remove(index.nodes());
    expect(index.search(rowAt(vectors, 0), 5).nodes.length).toBe(0);
    await index.consolidate();
    expect(index.stats()).toMatchObject({ count: 0, removed: 0, linked: 0, segments: 1 });
    expect(index.verify()).toEqual([]);
    const first = COUNT + 87;
    expect(await index.add(more)).toEqual({ first, count: 200 });
    expect([...index.nodes()]).toEqual(Array.from({ length: 200 }, (_, i) => first + i));
    expect(index.verify()).toEqual([]);
    await index.close();
  });

  test('of many small segments becomes one where they fit', async () => {
    const index = VectorIndex.create({ ...options, capacity: 100 });
    for (let i = 0; i < 9; i++) {
      await index.add(vectors.subarray(i * 100 * DIMENSION, (i + 1) * 100 * DIMENSION));
    }
    const segments = index.stats().segments;
    expect(segments).toBeGreaterThan(2);
    const first = index.nodes().filter((node) => node < 250 && node % 2 === 0);
    index.remove(first);
    await index.consolidate();
    expect(index.stats().segments).toBeLessThan(segments);
    expect(index.count).toBe(COUNT - first.length);
    for (const node of [1, 249, 250, 899]) {
      expect([...index.getVector(node)]).toEqual([...rowAt(vectors, node)]);
    }
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});

describe('removed vectors', () => {
  test('are counted until they are consolidated, and take memory until then', async () => {
    const index = await VectorIndex.build(vectors, options);
    const before = index.stats();
    expect(index.remove(Uint32Array.from({ length: 450 }, (_, i) => 2 * i))).toBe(450);
    const removed = index.stats();
    expect(removed).toMatchObject({ count: 450, removed: 450, linked: 900 });
    expect(removed.bytes.vectors).toBe(before.bytes.vectors);
    expect(removed.bytes.perVector).toBe(removed.bytes.total / 450);
    await index.consolidate();
    const after = index.stats();
    expect(after).toMatchObject({ count: 450, removed: 0, linked: 450 });
    expect(after.bytes.vectors).toBe(before.bytes.vectors / 2);
    expect(after.bytes.codes).toBeLessThan(before.bytes.codes * 0.6);
    await index.close();
  });

  const shares: readonly (readonly [consolidateAt: number, kept: number, gone: number])[] = [
    [0.1, 89, 90],
    [0.02, 63, 64],
    [0.5, 449, 450],
  ];
  test.each(shares)('at a share of %d go by themselves', async (consolidateAt, kept, gone) => {
    const index = await VectorIndex.build(vectors, { ...options, consolidateAt });
    index.remove(index.nodes().subarray(0, kept));
    expect(() => index.verify()).not.toThrow();
    index.remove(index.nodes()[0]);
    expect(() => index.verify()).toThrowError(expect.objectContaining({ code: 'BUSY' }));
    await index.link();
    expect(index.stats()).toMatchObject({ count: COUNT - gone, removed: 0 });
    await index.close();
  });

  test('stay where nothing is to be done by itself', async () => {
    const index = await VectorIndex.build(vectors, { ...options, consolidateAt: 1 });
    index.remove(index.nodes());
    await index.link();
    expect(index.stats()).toMatchObject({ count: 0, removed: COUNT });
    await index.close();
  });

  test('go by themselves again and again, also by updates', async () => {
    const index = await VectorIndex.build(vectors, { ...options, consolidateAt: 0.1 });
    for (let round = 0; round < 4; round++) {
      const nodes = index.nodes().subarray(100 * round, 100 * round + 100);
      await index.update(nodes, more.subarray(0, 100 * DIMENSION), { rebuild: 'never' });
      while (index.stats().removed >= 90) await turn();
    }
    await index.link();
    expect(index.stats().removed).toBeLessThan(90);
    expect(index.count).toBe(COUNT);
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});
